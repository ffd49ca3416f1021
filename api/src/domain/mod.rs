//! The rules: what things are, which states they have and which steps are allowed. No I/O here, no SQL, no HTTP.

pub mod api_key;
pub mod audio;
pub mod avatar;
pub mod clock;
pub mod deletion;
pub mod error;
pub mod event;
pub mod generation;
pub mod ids;
pub mod job;
pub mod json;
pub mod object;
pub mod pack;
pub mod page;
pub mod photo;
pub mod principal;
pub mod run;
pub mod secret;
pub mod share;
pub mod signing_keys;
pub mod spending;
pub mod statistics;
pub mod style;
pub mod training;
pub mod transcript;
pub mod transcription;
pub mod user;
pub mod webhook;

pub use error::Refusal;
