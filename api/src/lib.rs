//! Aisha, the service.
pub mod domain;
pub mod files;
pub mod storage;
