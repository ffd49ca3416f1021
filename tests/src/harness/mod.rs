//! The real neighbours of the service, started for the tests: a Postgres server and an S3 store.

pub mod object_store;
pub mod postgres;
