//! What the tests of the whole service share.

#![allow(clippy::missing_panics_doc, clippy::must_use_candidate, reason = "a test fails by panicking")]

pub mod harness;
