//! The service as a whole: its rooms opened in order, and closed in the opposite one.

use std::fs::DirBuilder;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aisha_imaging::{FaceModel, Limits, Pool, PoolSettings};
use anyhow::{Context as _, anyhow};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

use crate::accounts::ensure_developer_key;
use crate::app::{App, Settings, Signals};
use crate::config::{Config, ConfigError, DatabaseConfig, FaceModelFile, FalConfig, ObjectsConfig, PictureConfig};
use crate::domain::clock::Clock;
use crate::domain::ids::Ids;
use crate::fal::Fal;
use crate::fal::sandbox::{Sandbox, SandboxSettings};
use crate::files::{Files, Folder, S3, Spool};
use crate::http;
use crate::prompts::PromptEnhancer;
use crate::rate_limits::RateLimits;
use crate::storage::Db;
use crate::webhooks::Courier;
use crate::workers::Workers;

/// Longer than a busy client keeps a connection waiting between two requests.
const LEAVING: Duration = Duration::from_secs(2);

/// A running service.
pub struct Service {
    app: App,
    url: Url,
    server: JoinHandle<()>,
    workers: Workers,
    sandbox: Option<Sandbox>,
}

impl Service {
    /// Opens everything and begins to serve. When this returns, the address answers.
    pub async fn start(config: &Config) -> anyhow::Result<Self> {
        let clock = Clock::system();
        Self::start_with(config, clock.clone(), Ids::random(clock)).await
    }

    /// Like `start`, with a clock and ids of the caller's.
    pub async fn start_with(config: &Config, clock: Clock, ids: Ids) -> anyhow::Result<Self> {
        make_private_dir(&config.data_dir)?;
        make_private_dir(&config.temporary_dir())?;
        let listener = TcpListener::bind(config.listen);
        let listener = listener.await.map_err(|error| {
            ConfigError::new("AISHA_LISTEN", format!("it is not possible to listen on {}: {error}", config.listen))
        })?;
        let local = Url::parse(&format!("http://{}/", reachable(listener.local_addr()?)))?;
        let public_url = config.public_url.clone().unwrap_or_else(|| local.clone());

        let db = open_database(&config.database).await?;
        db.migrate().await?;
        // Before the first answer, so that whoever waits for one finds the key.
        if let Some(file) = config.developer_key_file() {
            ensure_developer_key(&db, &clock, &ids, &file).await?;
        }
        let files = open_files(&config.objects, &public_url, &clock)?;
        let spool = Spool::start(&config.spool_dir(), config.uploads.spool_bytes, config.uploads.patience)?;
        let (fal, sandbox) = open_fal(&config.fal).await?;
        // The sandbox is on this machine and calls back on it; fal comes through the public address.
        let webhook_url = if sandbox.is_some() { &local } else { &public_url };
        let settings = Settings {
            webhook_url: with_slash(config.webhook_url.as_ref().unwrap_or(webhook_url).clone()),
            public_url: with_slash(public_url),
            photos: config.photos.clone(),
            rules: config.rules,
            uploads: config.uploads.clone(),
            trainers: config.trainers,
            prices: config.prices,
            generator_prices: config.generator_prices.clone(),
            transcriber: config.transcriber,
            audio: config.audio,
            spending: config.spending,
            styles: Arc::clone(&config.styles),
            preview: config.preview.clone(),
            housekeeping: config.housekeeping,
            temporary_dir: config.temporary_dir(),
            resubmissions: config.resubmissions,
            sweep_interval: config.sweep_interval,
            events_kept: config.events_kept,
            job_lease: config.job_lease,
        };
        let app = App {
            db,
            files,
            spool,
            courier: Courier::new(config.webhooks_allow_private).context("webhooks cannot be sent")?,
            webhooks: Arc::new(fal.webhook_verifier()),
            fal,
            prompts: PromptEnhancer::of(config.prompts.clone())?,
            imaging: Arc::new(open_imaging(config)?),
            rate_limits: Arc::new(RateLimits::new(config.requests, &clock)),
            clock,
            ids,
            settings: Arc::new(settings),
            signals: Arc::new(Signals::default()),
            metrics: Arc::default(),
        };
        let workers = Workers::start(&app);
        let (closing, shutdown) = (app.signals.closing.clone(), app.signals.shutdown.clone());
        let server = tokio::spawn(http::serve(listener, http::router(app.clone()), closing, shutdown));
        Ok(Self { app, url: local, server, workers, sandbox })
    }

    /// Where it answers on this machine.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// The rooms, for who starts the service to look into.
    #[must_use]
    pub const fn app(&self) -> &App {
        &self.app
    }

    /// Takes no more connections, and goes on for a moment in which those that are open end one by one, each with an
    /// answer: so no client sends its next request into the end.
    pub async fn leave(&self) {
        self.app.signals.closing.cancel();
        tokio::time::sleep(LEAVING).await;
    }

    /// Stops: no new requests, those under way finish, jobs are finished or left to another process.
    pub async fn stop(self) {
        self.app.signals.shutdown.cancel();
        if self.server.await.is_err() {
            tracing::error!("the server ended in a panic");
        }
        self.workers.stopped().await;
        if let Some(sandbox) = self.sandbox {
            sandbox.stop().await;
        }
        self.app.db.close().await;
    }
}

/// Opens the database.
pub async fn open_database(config: &DatabaseConfig) -> anyhow::Result<Db> {
    match config {
        DatabaseConfig::Sqlite(path) => {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                make_private_dir(folder)?;
            }
            Db::open_sqlite(path)
                .await
                .map_err(|error| anyhow!("the database file {} cannot be opened: {}", path.display(), root(error)))
        }
        DatabaseConfig::Postgres(url) => {
            let opened = Db::open_postgres(url.expose()).await;
            Ok(opened.map_err(|error| {
                ConfigError::new("DATABASE_URL", format!("the database cannot be used: {}", root(error)))
            })?)
        }
    }
}

/// Opens the object store.
pub fn open_files(config: &ObjectsConfig, public_url: &Url, clock: &Clock) -> anyhow::Result<Files> {
    Ok(match config {
        ObjectsConfig::Folder(root) => Files::Folder(Folder::start(root, public_url, clock.now())?),
        ObjectsConfig::S3(settings) => Files::S3(S3::new(settings)),
    })
}

async fn open_fal(config: &FalConfig) -> anyhow::Result<(Fal, Option<Sandbox>)> {
    match config {
        FalConfig::Fal(settings) => Ok((Fal::new(settings.as_ref().clone())?, None)),
        FalConfig::Sandbox(config) => {
            let settings =
                SandboxSettings { folder: config.folder.clone(), listen: None, training: config.training, key: None };
            let sandbox = Sandbox::start(settings).await?;
            Ok((Fal::new(sandbox.fal_settings())?, Some(sandbox)))
        }
    }
}

fn open_imaging(config: &Config) -> anyhow::Result<Pool> {
    let limits = Limits {
        max_bytes: config.photos.max_bytes,
        min_side: config.photos.min_side,
        max_side: config.photos.max_side,
        ..Limits::default()
    };
    let PictureConfig { program, workers, face_model, memory_bytes, picture_time } = config.pictures.clone();
    let face_model = open_face_model(face_model)?;
    // Better said at the start than by every worker.
    face_model.reader(limits).map_err(|error| ConfigError::new("AISHA_FACE_MODEL", error.to_string()))?;
    let arguments = vec!["picture-worker".into()];
    let settings = PoolSettings { program, arguments, workers, limits, face_model, memory_bytes, picture_time };
    Pool::start(settings).context("the picture workers cannot be started")
}

fn open_face_model(file: FaceModelFile) -> Result<FaceModel, ConfigError> {
    let path = match file {
        FaceModelFile::BuiltIn => return Ok(FaceModel::BuiltIn),
        FaceModelFile::Off => return Ok(FaceModel::Off),
        FaceModelFile::File(path) => path,
    };
    let read = std::fs::read(path).map(FaceModel::Replaced);
    read.map_err(|error| ConfigError::new("AISHA_FACE_MODEL", format!("the file cannot be read: {error}")))
}

/// Makes a folder that only its owner can look into: what lies in it are faces and keys.
fn make_private_dir(path: &Path) -> Result<(), ConfigError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| {
        ConfigError::new("AISHA_DATA_DIR", format!("the folder {} cannot be made: {error}", path.display()))
    })
}

/// The innermost cause, which is what a person can do something about.
fn root(error: impl Into<anyhow::Error>) -> String {
    error.into().root_cause().to_string()
}

/// Where a listener is reached from this machine.
#[must_use]
pub fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    address
}

fn with_slash(mut url: Url) -> Url {
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    url
}
