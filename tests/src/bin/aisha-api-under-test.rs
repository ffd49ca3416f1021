//! The program `aisha-api` as one of this crate: cargo builds it before the tests that start and kill it, and tells them
//! where it lies. It logs nothing. Told a file in `AISHA_TEST_PLACES_LIST`, it ends itself where a kill could matter.

use std::path::Path;
use std::process::ExitCode;

use aisha_api::cli::{Cli, picture_worker};
use aisha_api::config::Environment;
use aisha_tests::harness::kill_points::{self, Statements};
use clap::Parser as _;

fn main() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    if cli.is_picture_worker() { Ok(picture_worker()) } else { run(cli) }
}

#[tokio::main]
async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let env = Environment::of_process();
    if let Some(file) = env.text("AISHA_TEST_PLACES_LIST")? {
        kill_points::end_at_new_places(Path::new(&file), Statements::Writing);
    }
    cli.run(&env).await?;
    Ok(ExitCode::SUCCESS)
}
