//! `demo`: the whole path once, from an empty service to pictures with a trained avatar, through the public HTTP API and nothing else.
//!
//! `steps` is the path and `pictures` its last part, `client` the few requests it needs, `report` what is told of it. `photos` reads the photos of
//! the caller or has `portraits` draw some.

mod client;
mod photos;
mod pictures;
mod portraits;
mod report;
mod steps;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use aisha_openapi::vocabulary::Gender;
use anyhow::{Context as _, bail};
use clap::Args;
use tempfile::TempDir;
use url::Url;

use self::client::Client;
use self::photos::Photo;
use self::report::Report;
use self::steps::Walk;
use crate::config::{Config, ConfigError, Environment};
use crate::domain::secret::Secret;
use crate::service::Service;

/// The key for a running service, so that it need not stand on the command line.
const KEY: &str = "AISHA_DEMO_KEY";

/// The whole path once: avatar, photos, training, pictures.
#[derive(Debug, Args)]
pub struct Demo {
    /// Photos of one person, five or more; drawn portraits if none is given
    #[arg(value_name = "PHOTO")]
    photos: Vec<PathBuf>,
    /// Where the results go: pictures, photos, thumbnails and weights
    #[arg(long, value_name = "DIR", default_value = "./aisha-demo")]
    out: PathBuf,
    /// What the avatar is called
    #[arg(long, default_value = "Ann")]
    name: String,
    /// male, female or other
    #[arg(long, default_value = "female", value_parser = gender)]
    gender: Gender,
    /// Use this running service, which may train and draw for money, and leave the avatar there
    #[arg(long)]
    url: Option<Url>,
    /// A key of that service; `AISHA_DEMO_KEY` does the same and stays out of the process list
    #[arg(long, value_parser = secret, requires = "url", hide_default_value = true)]
    key: Option<Secret>,
}

/// Photos to try the service with.
#[derive(Debug, Args)]
pub struct Samples {
    /// Where to write them
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
}

impl Demo {
    /// Walks, and fails unless the avatar is completed, is the main one and has weights.
    pub async fn run(mut self, env: &Environment) -> anyhow::Result<()> {
        let own = photos::read(&self.photos)?;
        let Some(url) = self.url.take() else {
            let report = Report::start();
            let stage = Stage::set(env).await?;
            let outcome = self.walk(own, stage.service.url(), &stage.key, &report).await;
            stage.strike().await;
            outcome?;
            report::close("The service of the demo is gone again; `cargo run` starts one that stays.");
            return Ok(());
        };
        let key = match self.key.take() {
            Some(key) => key,
            None => {
                env.secret(KEY)?.ok_or_else(|| ConfigError::new(KEY, "needed because --url is given without --key"))?
            }
        };
        let report = Report::start();
        let avatar = self.walk(own, &url, &key, &report).await?;
        report::close(&format!("The avatar stays where it is: {avatar}"));
        Ok(())
    }

    async fn walk(self, own: Vec<Photo>, url: &Url, key: &Secret, report: &Report) -> anyhow::Result<String> {
        let client = Client::new(url, key.clone())?;
        let walk = Walk { client, report, name: self.name, gender: self.gender, out: self.out };
        tokio::select! {
            outcome = walk.run(own) => outcome,
            interrupted = tokio::signal::ctrl_c() => {
                interrupted?;
                bail!("interrupted")
            }
        }
    }
}

impl Samples {
    /// Writes them. A file that is there and is another one is kept, and reported.
    pub async fn run(self) -> anyhow::Result<()> {
        let samples = photos::samples().await?;
        tokio::task::spawn_blocking(move || photos::write(&self.folder, &samples)).await?
    }
}

/// A service for one demo: empty, on a free port, with fal's sandbox, in a folder that goes with it.
struct Stage {
    service: Service,
    key: Secret,
    folder: TempDir,
}

impl Stage {
    async fn set(env: &Environment) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("no temporary folder can be made")?;
        // Nothing else is taken from the environment: a key of fal that lies there must not pay for a demo.
        let settings = [
            ("AISHA_DATA_DIR", folder.path().display().to_string()),
            ("AISHA_LISTEN", "127.0.0.1:0".to_owned()),
            // The demo makes its pictures itself.
            ("AISHA_PREVIEW_PACK", "off".to_owned()),
            ("AISHA_SANDBOX_TRAINING_SECONDS", env.text("AISHA_SANDBOX_TRAINING_SECONDS")?.unwrap_or("5".to_owned())),
        ];
        let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let config = Config::from_env(&settings)?;
        let service = Service::start(&config).await?;
        let key = config.developer_key_file().context("a service on SQLite has a developer key")?;
        let key = Secret::new(std::fs::read_to_string(key)?.trim());
        Ok(Self { service, key, folder })
    }

    async fn strike(self) {
        self.service.stop().await;
        if let Err(error) = self.folder.close() {
            tracing::warn!(%error, "the temporary folder of the demo is still there");
        }
    }
}

fn gender(word: &str) -> Result<Gender, String> {
    word.parse().map_err(|_| "must be male, female or other".to_owned())
}

#[expect(clippy::unnecessary_wraps, reason = "what clap calls may fail")]
fn secret(text: &str) -> Result<Secret, String> {
    Ok(Secret::new(text))
}
