//! The wire contract of Aisha: the types that travel over HTTP, with their schemas and nothing else.
//!
//! One file a resource. The service builds its answers from these types, clients read them, and `openapi.json` beside
//! this crate is generated from them.

pub mod vocabulary;
