//! Novu's integrations API.

mod dto;
