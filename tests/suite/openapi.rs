//! The documents of the APIs: that the committed ones are those of the code, and how a
//! running service hands them out.

mod committed;
mod served;
