//! Aisha, the service.

pub mod fal;
