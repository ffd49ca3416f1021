//! What the tests of the whole service share.

#![allow(
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "a harness panics where its test fails, and what it gives is used or the test is not about it"
)]

pub mod harness;
