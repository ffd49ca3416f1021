//! The `aisha-bot` program.

use std::process::ExitCode;

use aisha_bot::config::{Config, ConfigError, Environment};
use aisha_bot::{StartError, run};
use clap::Parser;

/// What the shell's own tools use for "called wrongly".
const CALLED_WRONGLY: u8 = 2;

/// What a caller without a manual needs.
const SETTINGS: &str = "It is set up by its environment: TELEGRAM_BOT_TOKEN, AISHA_API_URL and AISHA_API_KEY are needed. \
    All settings are in bot-client/README.md.";

/// The Telegram bot of Aisha
#[derive(Debug, Parser)]
#[command(name = "aisha-bot", version, max_term_width = 100, after_help = SETTINGS)]
struct Cli {}

#[tokio::main]
async fn main() -> ExitCode {
    Cli::parse();
    let env = Environment::of_process();
    let config = match Config::from_env(&env).and_then(|config| config.log(&env).map(|()| config)) {
        Ok(config) => config,
        Err(error) => return refuse(&error.into()),
    };
    match run(config, shutdown()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse(&error),
    }
}

/// Says in one line why the bot does not run.
fn refuse(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error:#}");
    let told_wrongly = error.is::<ConfigError>() || error.is::<StartError>();
    if told_wrongly { ExitCode::from(CALLED_WRONGLY) } else { ExitCode::FAILURE }
}

/// Ends when the process is asked to.
async fn shutdown() {
    let interrupted = tokio::signal::ctrl_c();
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = interrupted => {}
        () = terminated => {}
    }
}
