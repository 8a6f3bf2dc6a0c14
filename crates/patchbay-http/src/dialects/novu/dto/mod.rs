//! What Novu's clients send and are shown.

mod credentials;
mod members;
