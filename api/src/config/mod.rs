//! The settings of the service: read once, checked whole, a section a file. Nothing else reads the environment.
//!
//! Without any variable the service is complete on one machine: SQLite and a folder under `./data`, fal's sandbox
//! inside. Production names its database, its bucket and its fal key. A half setting stops the start with one line that
//! names the variable; no line ever holds a value that might be secret.

mod database;
mod environment;
mod fal;
mod generator_prices;
mod housekeeping;
mod limits;
mod log;
mod objects;
mod pictures;
mod prompts;
mod requests;
mod rules;
mod spending;
mod styles;
mod transcribers;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use url::Url;

pub use self::database::DatabaseConfig;
pub use self::environment::Environment;
pub use self::fal::{FalConfig, SandboxConfig, Trainers};
pub use self::generator_prices::GeneratorPrices;
pub use self::housekeeping::HousekeepingConfig;
pub use self::limits::{AudioLimits, PhotoLimits, UploadLimits};
pub use self::log::LogConfig;
pub use self::objects::ObjectsConfig;
pub use self::pictures::{FaceModelFile, PictureConfig};
pub use self::requests::{Rate, RequestLimits};
pub use self::spending::{Prices, SpendingConfig};
pub use self::transcribers::TranscriberConfig;
use crate::domain::photo::judgement::Rules;
use crate::domain::style::Catalogue;
use crate::prompts::ChatSettings;

/// A setting that cannot be used. Displays as one line that names the variable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct ConfigError {
    /// The variable to look at.
    pub variable: &'static str,
    /// What is wrong with it, without its value.
    pub problem: String,
}

impl ConfigError {
    pub(crate) fn new(variable: &'static str, problem: impl Into<String>) -> Self {
        Self { variable, problem: problem.into() }
    }
}

/// Everything the service is told.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the embedded database, the folder of objects and temporary files lie.
    pub data_dir: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Under which address the world reaches the service; taken from `listen` if it was not given.
    pub public_url: Option<Url>,
    /// Under which address fal reaches the service, where that is another one, such as a tunnel's.
    pub webhook_url: Option<Url>,
    /// Which database.
    pub database: DatabaseConfig,
    /// Which object store.
    pub objects: ObjectsConfig,
    /// fal itself, or its sandbox.
    pub fal: FalConfig,
    /// Which trainer learns which kind of avatar.
    pub trainers: Trainers,
    /// What they cost.
    pub prices: Prices,
    /// What pictures cost.
    pub generator_prices: GeneratorPrices,
    /// Who listens to recordings, and what that costs.
    pub transcriber: TranscriberConfig,
    /// What recordings are taken.
    pub audio: AudioLimits,
    /// What may be spent.
    pub spending: SpendingConfig,
    /// Who works on prompts, if anybody does.
    pub prompts: Option<ChatSettings>,
    /// The styles and packs to choose from.
    pub styles: Arc<Catalogue>,
    /// The packs of which one is made by itself when a training has completed: the first that is for its kind.
    pub preview: Vec<String>,
    /// How many requests are taken.
    pub requests: RequestLimits,
    /// What photos are taken.
    pub photos: PhotoLimits,
    /// What photos are judged by.
    pub rules: Rules,
    /// What their uploads may take.
    pub uploads: UploadLimits,
    /// Who reads photos.
    pub pictures: PictureConfig,
    /// How long what is over is kept.
    pub housekeeping: HousekeepingConfig,
    /// How often a training whose submission was not answered is submitted once more.
    pub resubmissions: u32,
    /// How often silent trainings are asked about.
    pub sweep_interval: Duration,
    /// Whether webhooks may go to addresses that are not public, and without TLS.
    pub webhooks_allow_private: bool,
    /// How long events are kept.
    pub events_kept: TimeDelta,
    /// After how long the job of a process that died is taken up by another.
    pub job_lease: TimeDelta,
}

impl Config {
    /// Reads the settings.
    pub fn from_env(env: &Environment) -> Result<Self, ConfigError> {
        let data_dir = PathBuf::from(env.text("AISHA_DATA_DIR")?.unwrap_or_else(|| "data".to_owned()));
        let listen = SocketAddr::new(IpAddr::from([127, 0, 0, 1]), 8080);
        let listen = env.parsed("AISHA_LISTEN", "an address and port such as 127.0.0.1:8080", listen)?;
        let public_url = env.url("AISHA_PUBLIC_URL")?;
        let (photos, audio) = (PhotoLimits::from_env(env)?, AudioLimits::from_env(env)?);
        let styles = styles::from_env(env)?;
        Ok(Self {
            database: DatabaseConfig::from_env(env, &data_dir)?,
            objects: ObjectsConfig::from_env(env, &data_dir)?,
            fal: FalConfig::from_env(env, &data_dir, public_url.as_ref())?,
            trainers: Trainers::from_env(env)?,
            prices: Prices::from_env(env)?,
            generator_prices: GeneratorPrices::from_env(env)?,
            transcriber: TranscriberConfig::from_env(env)?,
            spending: SpendingConfig::from_env(env)?,
            prompts: prompts::from_env(env)?,
            preview: styles::preview(env, &styles)?,
            styles,
            rules: rules::from_env(env)?,
            uploads: UploadLimits::from_env(env, &photos, audio)?,
            photos,
            audio,
            requests: RequestLimits::from_env(env)?,
            housekeeping: HousekeepingConfig::from_env(env)?,
            pictures: PictureConfig::from_env(env)?,
            resubmissions: env.number("AISHA_RESUBMISSIONS", 1, 0, 1)?,
            webhook_url: env.url("AISHA_WEBHOOK_URL")?,
            webhooks_allow_private: env.parsed("AISHA_WEBHOOKS_ALLOW_PRIVATE", "true or false", false)?,
            events_kept: TimeDelta::days(env.number("AISHA_EVENTS_DAYS", 30, 4, 3650)?.into()),
            job_lease: TimeDelta::seconds(env.number("AISHA_JOB_LEASE_SECONDS", 60, 2, 3600)?.into()),
            sweep_interval: Duration::from_secs(u64::from(env.number("AISHA_SWEEP_SECONDS", 30, 1, 3600)?)),
            data_dir,
            listen,
            public_url,
        })
    }

    /// Where the key for trying things out lies; only the embedded database has one.
    #[must_use]
    pub fn developer_key_file(&self) -> Option<PathBuf> {
        matches!(self.database, DatabaseConfig::Sqlite(_)).then(|| self.data_dir.join("dev-key"))
    }

    /// Where uploads lie until they are looked at. Beside the folder of objects, so that it can take them over.
    #[must_use]
    pub fn spool_dir(&self) -> PathBuf {
        self.temporary_dir().join("uploads")
    }

    /// Where files lie for the short time they are worked on.
    #[must_use]
    pub fn temporary_dir(&self) -> PathBuf {
        self.data_dir.join("tmp")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let env = variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        Config::from_env(&env)
    }

    #[test]
    fn an_empty_environment_is_the_complete_service_on_one_machine() {
        let config = read(&[]).expect("defaults");
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert!(matches!(config.database, DatabaseConfig::Sqlite(_)));
        assert!(matches!(config.objects, ObjectsConfig::Folder(_)));
        assert!(matches!(config.fal, FalConfig::Sandbox(_)));
    }

    #[test]
    fn production_is_four_settings() {
        let config = read(&[
            ("DATABASE_URL", "postgres://aisha:secret@db/aisha"),
            ("AISHA_S3_BUCKET", "aisha"),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "AKIA"),
            ("AWS_SECRET_ACCESS_KEY", "very secret"),
            ("FAL_KEY", "id:secret"),
            ("AISHA_PUBLIC_URL", "https://aisha.example"),
        ])
        .expect("production");
        assert!(matches!(config.fal, FalConfig::Fal(_)));
        let shown = format!("{config:?}");
        assert!(
            !shown.contains("secret@") && !shown.contains("very secret") && !shown.contains("id:secret"),
            "{shown}"
        );
    }

    #[test]
    fn a_wrong_or_half_setting_names_its_variable_and_keeps_its_value_to_itself() {
        let cases: &[(&[(&str, &str)], &str)] = &[
            (&[("AISHA_LISTEN", "8080")], "AISHA_LISTEN"),
            (&[("DATABASE_URL", "mysql://canary@db/aisha")], "DATABASE_URL"),
            (&[("DATABASE_URL", "postgres://canary:canary@db:port/aisha")], "DATABASE_URL"),
            (&[("AISHA_S3_BUCKET", "aisha")], "AWS_ACCESS_KEY_ID"),
            (&[("AISHA_S3_BUCKET", "aisha"), ("AWS_ACCESS_KEY_ID", "canary")], "AWS_SECRET_ACCESS_KEY"),
            (&[("AWS_ENDPOINT_URL_S3", "http://minio:9000")], "AISHA_S3_BUCKET"),
            (&[("FAL_KEY", "canary:canary")], "AISHA_PUBLIC_URL"),
            (&[("FAL_KEY", "canary"), ("AISHA_PUBLIC_URL", "https://aisha.example")], "FAL_KEY"),
            (&[("FAL_KEY", "a:canary"), ("AISHA_PUBLIC_URL", "http://aisha.example")], "AISHA_PUBLIC_URL"),
            (&[("FAL_KEY", "a:b"), ("FAL_KEY_FILE", "/run/canary")], "FAL_KEY"),
            (&[("AISHA_PUBLIC_URL", "canary")], "AISHA_PUBLIC_URL"),
            (&[("AISHA_PHOTO_MIN_SIDE", "canary")], "AISHA_PHOTO_MIN_SIDE"),
            (&[("AISHA_PHOTO_MIN_SIDE", "5000")], "AISHA_PHOTO_MIN_SIDE"),
            (&[("AISHA_PHOTO_MAX_MB", "50"), ("AISHA_SPOOL_MB", "199")], "AISHA_SPOOL_MB"),
            (&[("AISHA_AUDIO_MAX_MB", "canary")], "AISHA_AUDIO_MAX_MB"),
            (&[("AISHA_AUDIO_MAX_MB", "600")], "AISHA_SPOOL_MB"),
            (&[("AISHA_TRANSCRIBER", "fal-ai/canary")], "AISHA_TRANSCRIBER"),
            (&[("AISHA_TRANSCRIBER_PRICE", "canary")], "AISHA_TRANSCRIBER_PRICE"),
            (&[("AISHA_USER_TRANSCRIPTIONS_PER_DAY", "-1")], "AISHA_USER_TRANSCRIPTIONS_PER_DAY"),
            (&[("AISHA_PICTURE_WORKERS", "0")], "AISHA_PICTURE_WORKERS"),
            (&[("AISHA_PICTURE_MEMORY_MB", "canary")], "AISHA_PICTURE_MEMORY_MB"),
            (&[("AISHA_PICTURE_SECONDS", "0.5")], "AISHA_PICTURE_SECONDS"),
            (&[("AISHA_FACE_MODEL", "/nowhere/canary")], "AISHA_FACE_MODEL"),
            (&[("AISHA_TRAINER_STYLE", "fal-ai/canary")], "AISHA_TRAINER_STYLE"),
            (&[("AISHA_TRAINER_PRICES", "fal-ai/canary=0.001")], "AISHA_TRAINER_PRICES"),
            (&[("AISHA_TRAINER_PRICES", "fal-ai/turbo-flux-trainer=canary")], "AISHA_TRAINER_PRICES"),
            (&[("AISHA_TRAINER_PRICES", "fal-ai/turbo-flux-trainer=2.4")], "AISHA_TRAINER_PRICES"),
            (&[("AISHA_TRAINER_PRICES", "fal-ai/turbo-flux-trainer=0.002:0")], "AISHA_TRAINER_PRICES"),
            (&[("AISHA_GENERATOR_PRICES", "fal-ai/canary=0.03")], "AISHA_GENERATOR_PRICES"),
            (&[("AISHA_GENERATOR_PRICES", "fal-ai/flux-lora")], "AISHA_GENERATOR_PRICES"),
            (&[("AISHA_GENERATOR_PRICES", "fal-ai/flux-lora=35")], "AISHA_GENERATOR_PRICES"),
            (&[("AISHA_USER_TRAININGS_PER_DAY", "-1")], "AISHA_USER_TRAININGS_PER_DAY"),
            (&[("AISHA_USER_USD_PER_DAY", "canary")], "AISHA_USER_USD_PER_DAY"),
            (&[("AISHA_KEY_TRAININGS_PER_DAY", "2.5")], "AISHA_KEY_TRAININGS_PER_DAY"),
            (&[("AISHA_KEY_USD_PER_DAY", "NaN")], "AISHA_KEY_USD_PER_DAY"),
            (&[("AISHA_SPENDING_STOPPED", "canary")], "AISHA_SPENDING_STOPPED"),
            (&[("AISHA_STYLES_FILE", "/nowhere/canary")], "AISHA_STYLES"),
            (&[("AISHA_STYLES", "canary")], "AISHA_STYLES"),
            (&[("AISHA_PREVIEW_PACK", "first_look,canary")], "AISHA_PREVIEW_PACK"),
            (&[("AISHA_PROMPT_URL", "canary"), ("AISHA_PROMPT_MODEL", "m")], "AISHA_PROMPT_URL"),
            (&[("AISHA_PROMPT_URL", "https://api.openai.com/v1")], "AISHA_PROMPT_MODEL"),
            (&[("AISHA_PROMPT_KEY", "canary")], "AISHA_PROMPT_URL"),
            (&[("AISHA_EVENTS_DAYS", "3")], "AISHA_EVENTS_DAYS"),
            (&[("AISHA_KEY_REQUESTS_PER_SECOND", "canary")], "AISHA_KEY_REQUESTS_PER_SECOND"),
            (&[("AISHA_USER_REQUESTS_BURST", "0")], "AISHA_USER_REQUESTS_BURST"),
            (&[("AISHA_STRAYS_KEPT_DAYS", "canary")], "AISHA_STRAYS_KEPT_DAYS"),
            (&[("AISHA_RECEIPTS_KEPT_DAYS", "0")], "AISHA_RECEIPTS_KEPT_DAYS"),
            (&[("AISHA_WEBHOOKS_ALLOW_PRIVATE", "canary")], "AISHA_WEBHOOKS_ALLOW_PRIVATE"),
            (&[("AISHA_PHOTO_POLICY_PORTRAIT", "canary")], "AISHA_PHOTO_POLICY_PORTRAIT"),
            (&[("AISHA_PHOTO_POLICY_STYLE", "faces=canary")], "AISHA_PHOTO_POLICY_STYLE"),
            (&[("AISHA_PHOTO_POLICY_OBJECT", "faces=warn,canary=warn")], "AISHA_PHOTO_POLICY_OBJECT"),
            (&[("AISHA_PHOTO_MIN_SCORE", "canary")], "AISHA_PHOTO_MIN_SCORE"),
            (&[("AISHA_PHOTO_MIN_SCORE", "1.5")], "AISHA_PHOTO_MIN_SCORE"),
            (&[("AISHA_PHOTO_MIN_SHARPNESS", "NaN")], "AISHA_PHOTO_MIN_SHARPNESS"),
            (&[("FAL_KEY_FILE", "/nowhere/canary")], "FAL_KEY"),
        ];
        for (variables, named) in cases {
            let error = read(variables).expect_err(named);
            assert_eq!(error.variable, *named, "{error}");
            assert!(!error.to_string().contains("canary"), "{error}");
            assert_eq!(error.to_string().lines().count(), 1);
        }
    }
}
