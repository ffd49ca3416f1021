//! Aisha, the service.

pub mod files;
