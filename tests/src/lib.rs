//! What the tests of the whole service share.
#![allow(
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "whatever goes wrong in here ends the test in a panic, and what a test drops it did not need"
)]

pub mod harness;
pub mod hostile;
pub mod telegram;
