//! The black-box suites, as one binary: each module is one. Every test runs against a
//! service of its own, on SQLite and on PostgreSQL.

#[cfg(test)]
mod crash;
#[cfg(test)]
mod given;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod secrecy;
#[cfg(test)]
mod telex_errors;
#[cfg(test)]
mod telex_integrations;
