//! The command line: what `aisha-api` can be told to do.

mod health;
mod keys;
mod migrate;
mod objects;
mod picture_worker;
mod sandbox;
mod serve;
mod spending;

use std::io::Write as _;

use clap::{Parser, Subcommand};

pub use self::picture_worker::picture_worker;
use crate::config::{Config, Environment};

/// Personal AI avatars as a service: create, send photos, train, hear when it is ready.
///
/// Without a command it serves. Without any setting it serves from this machine alone: a SQLite file and a folder under
/// ./data, and fal.ai played by a sandbox that costs nothing. The README lists the settings.
#[derive(Debug, Parser)]
#[command(name = "aisha-api", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (the default)
    ///
    /// Until SIGTERM or Ctrl-C; requests under way are finished first.
    Serve,
    /// Bring the database schema up to date, or look at it
    ///
    /// `serve` brings it up to date by itself.
    #[command(subcommand)]
    Migrate(migrate::Migrate),
    /// Make, list and take back API keys
    ///
    /// Only a hash of each is kept, so a key is shown once, when it is made.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Stop everything that costs money, allow it again, or look at it
    ///
    /// Works while the service runs, and for all its processes at once.
    #[command(subcommand)]
    Spending(spending::Spending),
    /// Compare the object store with what the database knows of it
    #[command(subcommand)]
    Objects(objects::Objects),
    /// Print the OpenAPI document
    Openapi,
    /// Run the fal.ai sandbox alone, for trying clients of fal
    ///
    /// Queue, storage, files and signed webhooks as fal speaks them. Any key of the form id:secret is accepted. It fails
    /// as fal does when it is asked to: POST {"fault": {"webhook": "lost"}} to /sandbox/faults; a wrong word is answered
    /// with the right ones.
    FalSandbox(sandbox::FalSandbox),
    /// Walk the whole path once, from an empty service to a trained avatar
    ///
    /// Nothing is spent and nothing stays but the results: without --url the demo has a service of its own, with the
    /// fal.ai sandbox, which ends with it.
    Demo(crate::demo::Demo),
    /// Write five photos to try the service with
    ///
    /// They are called 1.jpg, 2.jpg, 3.png, 4.webp and 5.jpg, and they are drawn: the person does not exist.
    Samples(crate::demo::Samples),
    /// Ask a service on this machine whether it is ready; ends with 1 if it is not
    Health,
    /// Read photos for the service that starts this; speaks over its standard streams
    #[command(hide = true)]
    PictureWorker,
}

impl Cli {
    /// What is logged unless a setting says otherwise: a server tells what it does, a tool only what went wrong.
    #[must_use]
    pub const fn log_level(&self) -> &'static str {
        match self.command {
            None | Some(Command::Serve | Command::FalSandbox(_)) => "info",
            Some(_) => "warn",
        }
    }

    /// Whether this process is to be a [`picture_worker`] and nothing else: no runtime, no settings, no log.
    #[must_use]
    pub const fn is_picture_worker(&self) -> bool {
        matches!(self.command, Some(Command::PictureWorker))
    }

    /// Does what was asked for.
    pub async fn run(self, env: &Environment) -> anyhow::Result<()> {
        match self.command.unwrap_or(Command::Serve) {
            Command::Serve => serve::run(&Config::from_env(env)?).await,
            Command::Migrate(migrate) => migrate.run(&Config::from_env(env)?).await,
            Command::Keys(keys) => keys.run(&Config::from_env(env)?).await,
            Command::Spending(spending) => spending.run(&Config::from_env(env)?).await,
            Command::Objects(objects) => objects.run(&Config::from_env(env)?).await,
            Command::Openapi => {
                // Not `println!`, which panics where a pipe is closed early.
                Ok(writeln!(std::io::stdout(), "{}", crate::http::document().to_pretty_json()?)?)
            }
            Command::FalSandbox(sandbox) => sandbox.run().await,
            Command::Demo(demo) => demo.run(env).await,
            Command::Samples(samples) => samples.run().await,
            Command::PictureWorker => anyhow::bail!("a picture worker needs a process of its own"),
            Command::Health => health::run(&Config::from_env(env)?).await,
        }
    }
}
