//! fal itself, or its sandbox.

use std::path::{Path, PathBuf};
use std::time::Duration;

use aisha_openapi::vocabulary::TrainingType;
use url::Url;

use super::{ConfigError, Environment};
use crate::fal::{FalSettings, FileHosts, Trainer};

/// Who trains.
#[derive(Debug, Clone)]
pub enum FalConfig {
    /// fal.ai, paid by the key's account.
    Fal(Box<FalSettings>),
    /// The sandbox inside this process.
    Sandbox(SandboxConfig),
}

/// How the sandbox behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxConfig {
    /// Where it keeps its files.
    pub folder: PathBuf,
    /// How long a training takes.
    pub training: Duration,
}

/// Which trainer learns which kind of avatar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trainers {
    /// For people.
    pub portrait: Trainer,
    /// For styles.
    pub style: Trainer,
    /// For things.
    pub object: Trainer,
}

impl FalConfig {
    pub(super) fn from_env(env: &Environment, data_dir: &Path, public: Option<&Url>) -> Result<Self, ConfigError> {
        let Some(key) = env.secret("FAL_KEY")? else {
            let training = env.number("AISHA_SANDBOX_TRAINING_SECONDS", 10, 1, 3600)?;
            return Ok(Self::Sandbox(SandboxConfig {
                folder: data_dir.join("fal-sandbox"),
                training: Duration::from_secs(u64::from(training)),
            }));
        };
        if !key.expose().split_once(':').is_some_and(|(id, secret)| !id.is_empty() && !secret.is_empty()) {
            return Err(ConfigError::new("FAL_KEY", "must look like <id>:<secret>"));
        }
        let queue_url = env.url("FAL_QUEUE_URL")?;
        let needs = "needed because FAL_KEY is set: fal calls this address when a training ends";
        let public = public.ok_or_else(|| ConfigError::new("AISHA_PUBLIC_URL", needs))?;
        // fal follows no redirects, so an http address that leads to https would lose every webhook.
        if public.scheme() != "https" && queue_url.is_none() {
            return Err(ConfigError::new("AISHA_PUBLIC_URL", "must be https, because fal calls it"));
        }
        let rest_url = env.url("FAL_REST_URL")?.map_or_else(|| known("FAL_REST_URL", "https://rest.fal.ai"), Ok)?;
        let jwks_url = match env.url("FAL_JWKS_URL")? {
            Some(url) => url,
            None => {
                known("FAL_JWKS_URL", &format!("{}/.well-known/jwks.json", rest_url.as_str().trim_end_matches('/')))?
            }
        };
        Ok(Self::Fal(Box::new(FalSettings {
            key,
            // A fal in another place, such as a sandbox of its own, serves its files itself.
            file_hosts: queue_url.clone().map_or(FileHosts::Fal, FileHosts::Origin),
            queue_url: queue_url.map_or_else(|| known("FAL_QUEUE_URL", "https://queue.fal.run"), Ok)?,
            rest_url,
            jwks_url,
            account_id: env.text("AISHA_FAL_ACCOUNT_ID")?,
        })))
    }
}

impl Trainers {
    pub(super) fn from_env(env: &Environment) -> Result<Self, ConfigError> {
        let choose = |name, training_type| match env.text(name)? {
            None => Ok(Trainer::default_for(training_type)),
            Some(endpoint) => Trainer::from_endpoint(&endpoint).ok_or_else(|| {
                let known = Trainer::ALL.map(Trainer::endpoint).join(", ");
                ConfigError::new(name, format!("must be one of {known}"))
            }),
        };
        Ok(Self {
            portrait: choose("AISHA_TRAINER_PORTRAIT", TrainingType::Portrait)?,
            style: choose("AISHA_TRAINER_STYLE", TrainingType::Style)?,
            object: choose("AISHA_TRAINER_OBJECT", TrainingType::Object)?,
        })
    }

    /// The trainer for this kind of avatar.
    #[must_use]
    pub const fn of(self, training_type: TrainingType) -> Trainer {
        match training_type {
            TrainingType::Portrait => self.portrait,
            TrainingType::Style => self.style,
            TrainingType::Object => self.object,
        }
    }
}

fn known(name: &'static str, url: &str) -> Result<Url, ConfigError> {
    Url::parse(url).map_err(|_| ConfigError::new(name, "must be a URL such as https://queue.fal.run"))
}
