//! What the tests of the whole service share.

pub mod harness;
