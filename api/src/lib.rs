//! Aisha, the service.
