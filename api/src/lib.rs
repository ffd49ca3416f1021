//! Aisha, the service.
pub mod domain;
pub mod storage;
