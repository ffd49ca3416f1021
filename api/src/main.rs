//! The `aisha-api` program.

use std::process::ExitCode;

use aisha_api::cli::{Cli, picture_worker};
use aisha_api::config::{ConfigError, Environment, LogConfig};
use clap::Parser as _;

/// What the shell's own tools use for "called wrongly".
const CALLED_WRONGLY: u8 = 2;

fn main() -> ExitCode {
    let cli = Cli::parse();
    if cli.is_picture_worker() { picture_worker() } else { run(cli) }
}

#[tokio::main]
async fn run(cli: Cli) -> ExitCode {
    let env = Environment::of_process();
    let outcome = match LogConfig::from_env(&env, cli.log_level()) {
        Ok(log) => {
            log.install();
            cli.run(&env).await
        }
        Err(error) => Err(error.into()),
    };
    let Err(error) = outcome else { return ExitCode::SUCCESS };
    eprintln!("error: {}", one_line(&error));
    if error.is::<ConfigError>() { ExitCode::from(CALLED_WRONGLY) } else { ExitCode::FAILURE }
}

/// The error with its causes. Many errors tell their cause in their own text already; it is not told twice.
fn one_line(error: &anyhow::Error) -> String {
    error.chain().fold(String::new(), |told, cause| match cause.to_string() {
        cause if told.is_empty() => cause,
        cause if told.contains(&cause) => told,
        cause => format!("{told}: {cause}"),
    })
}
