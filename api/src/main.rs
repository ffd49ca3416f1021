//! The `aisha-api` program.

fn main() {}
