//! What Novu's clients send and are shown.

mod conditions;
mod credentials;
mod members;
