//! The service and its real neighbours, started for the tests: an app with people who use it, a Postgres server, an S3
//! store, the fal sandbox, and a wire to it that can be cut.

pub mod app;
pub mod bot;
pub mod chat;
pub mod fal;
pub mod kill_points;
pub mod line;
pub mod object_store;
pub mod person;
pub mod pictures;
pub mod postgres;
pub mod program;
pub mod queries;
pub mod raw_http;
pub mod receiver;
pub mod rows;
pub mod sse;
pub mod wire;

pub use app::{Backend, TestApp};
pub use person::{Answer, Person, id};
pub use program::Program;
