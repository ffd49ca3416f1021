//! The house rules, read from the sources: which room may know which, and how files look.
//!
//! A rule that only people know is forgotten with the people. These tests read the code as text, so what they say is
//! short and what they cannot see is left to review.

mod arrows;
mod looks;
mod screens;
mod sources;
