//! The suites, as one binary: each module is one.
//!
//! `architecture` reads the repository. All others are black-box: every test runs against a
//! service of its own, on SQLite and on PostgreSQL.

#[cfg(test)]
mod adding_a_provider;
#[cfg(test)]
mod aloochat_channels;
#[cfg(test)]
mod aloochat_checklist;
#[cfg(test)]
mod aloochat_errors;
#[cfg(test)]
mod aloochat_fixtures;
#[cfg(test)]
mod aloochat_lists;
#[cfg(test)]
mod aloochat_once;
#[cfg(test)]
mod aloochat_secrets;
#[cfg(test)]
mod aloochat_telex;
#[cfg(test)]
mod aloochat_verification;
#[cfg(test)]
mod architecture;
#[cfg(test)]
mod connections;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod given;
#[cfg(test)]
mod novu_authentication;
#[cfg(test)]
mod novu_authorize;
#[cfg(test)]
mod novu_checks;
#[cfg(test)]
mod novu_conditional;
#[cfg(test)]
mod novu_conditions;
#[cfg(test)]
mod novu_conventions;
#[cfg(test)]
mod novu_creating;
#[cfg(test)]
mod novu_credentials;
#[cfg(test)]
mod novu_elsewhere;
#[cfg(test)]
mod novu_environments;
#[cfg(test)]
mod novu_fixtures;
#[cfg(test)]
mod novu_given;
#[cfg(test)]
mod novu_hostile;
#[cfg(test)]
mod novu_lists;
#[cfg(test)]
mod novu_once;
#[cfg(test)]
mod novu_order;
#[cfg(test)]
mod novu_required;
#[cfg(test)]
mod novu_secrecy;
#[cfg(test)]
mod novu_uncatalogued;
#[cfg(test)]
mod novu_webhooks;
#[cfg(test)]
mod oauth_browsers;
#[cfg(test)]
mod openapi;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod patchbay_conditional;
#[cfg(test)]
mod patchbay_errors;
#[cfg(test)]
mod patchbay_fixtures;
#[cfg(test)]
mod patchbay_once;
#[cfg(test)]
mod patchbay_routes;
#[cfg(test)]
mod play;
#[cfg(test)]
mod policy;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod secrecy;
#[cfg(test)]
mod telex_checklist;
#[cfg(test)]
mod telex_conditional;
#[cfg(test)]
mod telex_custom;
#[cfg(test)]
mod telex_errors;
#[cfg(test)]
mod telex_integrations;
#[cfg(test)]
mod telex_limits;
#[cfg(test)]
mod telex_lists;
#[cfg(test)]
mod telex_once;
#[cfg(test)]
mod telex_routes;
#[cfg(test)]
mod telex_settings;
#[cfg(test)]
mod telex_slack;
#[cfg(test)]
mod telex_verification;
#[cfg(test)]
mod twins;
