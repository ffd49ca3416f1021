//! The program `aisha-api` as one of this crate: cargo builds it before the tests that start and kill it, and tells them
//! where it lies. It logs nothing.

use std::process::ExitCode;

use aisha_api::cli::{Cli, picture_worker};
use aisha_api::config::Environment;
use clap::Parser as _;

fn main() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    if cli.is_picture_worker() { Ok(picture_worker()) } else { run(cli) }
}

#[tokio::main]
async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    cli.run(&Environment::of_process()).await?;
    Ok(ExitCode::SUCCESS)
}
