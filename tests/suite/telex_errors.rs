//! How Telex's routes refuse: always in Telex's own shape, whatever was sent.

mod authentication;
mod bodies;
mod hostile_bodies;
mod order;
mod permissions;
mod routing;
