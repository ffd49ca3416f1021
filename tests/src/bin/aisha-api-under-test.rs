//! The program `aisha-api` as one of this crate: cargo builds it before the tests that start and kill it, and tells them
//! where it lies. It logs nothing.

use aisha_api::cli::Cli;
use aisha_api::config::Environment;
use clap::Parser as _;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    Cli::parse().run(&Environment::of_process()).await
}
