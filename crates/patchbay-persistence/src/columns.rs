//! How the model's values look in columns.

use chrono::{DateTime, NaiveDateTime, SubsecRound, Utc};
use patchbay_domain::{
    Actor, BoxError, DueIntegration, InvalidId, KeyId, RepositoryError, Sealed, SecretDigest,
};

/// A time as both databases keep it: UTC, whole microseconds.
pub(crate) fn column_of(at: DateTime<Utc>) -> NaiveDateTime {
    const MICROSECONDS: u16 = 6;
    at.naive_utc().trunc_subsecs(MICROSECONDS)
}

/// Who did something, as it is stored.
pub(crate) fn actor_column(actor: Actor) -> String {
    match actor {
        Actor::Key(id) => id.to_string(),
        Actor::Operator => OPERATOR.to_owned(),
        Actor::Service => SERVICE.to_owned(),
    }
}

const OPERATOR: &str = "operator";
const SERVICE: &str = "service";

/// Codes as they are stored: one after the other, with a blank between them.
pub(crate) fn codes_column<'a>(codes: impl Iterator<Item = &'a str>) -> String {
    codes.collect::<Vec<_>>().join(" ")
}

/// Reads the columns of one kind of entity. The row may be older than the code, so
/// everything is checked.
#[derive(Clone, Copy)]
pub(crate) struct Reading(pub(crate) &'static str);

impl Reading {
    /// What was read, or an unreadable entity.
    pub(crate) fn value<T, E: Into<BoxError>>(self, read: Result<T, E>) -> Result<T, RepositoryError> {
        read.map_err(|error| RepositoryError::corrupt(self.0, error))
    }

    /// What a code stands for.
    pub(crate) fn code<T>(self, code: &str, from_code: fn(&str) -> Option<T>) -> Result<T, RepositoryError> {
        self.value(from_code(code).ok_or("an unknown code"))
    }

    /// What each of the codes stands for.
    pub(crate) fn codes<T, C: FromIterator<T>>(
        self,
        codes: &str,
        from_code: fn(&str) -> Option<T>,
    ) -> Result<C, RepositoryError> {
        codes.split_ascii_whitespace().map(|code| self.code(code, from_code)).collect()
    }

    /// Who did something.
    pub(crate) fn actor(self, column: &str) -> Result<Actor, RepositoryError> {
        match column {
            OPERATOR => Ok(Actor::Operator),
            SERVICE => Ok(Actor::Service),
            key => self.value(key.parse().map(Actor::Key).map_err(|error: InvalidId| error)),
        }
    }

    /// The digest of a secret.
    pub(crate) fn digest(self, column: Vec<u8>) -> Result<SecretDigest, RepositoryError> {
        self.value(column.try_into().map(SecretDigest).map_err(|_| "a digest of another length"))
    }

    /// The integration that something is due for, from its three columns.
    pub(crate) fn due(
        self,
        organisation: &str,
        environment: &str,
        integration: &str,
    ) -> Result<DueIntegration, RepositoryError> {
        Ok(DueIntegration {
            organisation: self.value(organisation.parse())?,
            environment: self.value(environment.parse())?,
            integration: self.value(integration.parse())?,
        })
    }

    /// A sealed value, from its two columns.
    pub(crate) fn sealed(
        self,
        envelope: Option<Vec<u8>>,
        key: Option<String>,
    ) -> Result<Option<Sealed>, RepositoryError> {
        match (envelope, key) {
            (None, None) => Ok(None),
            (Some(envelope), Some(key)) => {
                self.value(KeyId::parse(&key)).map(|key| Some(Sealed::new(key, envelope)))
            }
            _ => self.value(Err("half of a sealed value")),
        }
    }
}
