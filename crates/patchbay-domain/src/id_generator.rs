//! New ids as a port.

use uuid::Uuid;

/// Makes identifiers.
#[cfg_attr(feature = "testing", mockall::automock)]
pub trait IdGenerator: Send + Sync {
    /// A new UUIDv7 (RFC 9562 §5.7), greater than those this generator made before.
    fn uuid(&self) -> Uuid;
}
