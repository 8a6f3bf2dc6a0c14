//! The sandbox as a client sees it, over HTTP.

#[cfg(test)]
mod application;
#[cfg(test)]
mod client;
#[cfg(test)]
mod desk;
#[cfg(test)]
mod manifests;
#[cfg(test)]
mod oauth;
#[cfg(test)]
mod slack_authorize;
#[cfg(test)]
mod slack_codes;
#[cfg(test)]
mod slack_exchange;
#[cfg(test)]
mod slack_tokens;
