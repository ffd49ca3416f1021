//! The wire contract of Aisha: the types that travel over HTTP, with their schemas and nothing else.
//!
//! One file a resource. The service builds its answers from these types, clients read them, and `openapi.json` beside
//! this crate is generated from them. Types that are sent to the service (`New…`, `…Patch`) refuse fields they do not
//! know; in answers every field is always there, and null where it has no value.

pub mod admin;
pub mod api_keys;
pub mod avatars;
pub mod consumers;
pub mod deletions;
pub mod events;
pub mod generations;
pub mod health;
pub mod packs;
pub mod photos;
pub mod preflight;
pub mod problem;
pub mod prompts;
pub mod shares;
pub mod statistics;
pub mod styles;
pub mod trainings;
pub mod transcriptions;
pub mod users;
pub mod vocabulary;
pub mod webhooks;
mod words;
