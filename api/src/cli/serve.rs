//! `serve`: start, say where everything is, and stop when told.

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::{Config, DatabaseConfig, FalConfig, ObjectsConfig};
use crate::service::Service;

/// Serves until SIGTERM or Ctrl-C.
pub(super) async fn run(config: &Config) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("signals cannot be received")?;
    let service = Service::start(config).await?;
    welcome(config, &service).await;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    tracing::info!("stopping: requests and jobs under way are finished first");
    service.leave().await;
    service.stop().await;
    Ok(())
}

/// Five lines that answer what one asks first.
async fn welcome(config: &Config, service: &Service) {
    let url = service.url();
    let key = match config.developer_key_file() {
        Some(file) => format!("{}, for trying things out", file.display()),
        None => "make one with `aisha-api keys create --user <name>`".to_owned(),
    };
    let rows = match &config.database {
        DatabaseConfig::Sqlite(path) => format!("SQLite at {}", path.display()),
        DatabaseConfig::Postgres(_) => "Postgres".to_owned(),
    };
    let objects = match &config.objects {
        ObjectsConfig::Folder(root) => format!("objects in {}", root.display()),
        ObjectsConfig::S3(settings) => format!("objects in the bucket {}", settings.bucket),
    };
    let fal = match &config.fal {
        FalConfig::Fal(_) => "fal.ai, with your key".to_owned(),
        FalConfig::Sandbox(sandbox) => {
            format!("the sandbox inside: a training takes {} s and costs nothing", sandbox.training.as_secs())
        }
    };
    match service.app().files.check().await {
        Ok(()) => println!("Aisha is ready. Read {url}docs"),
        Err(error) => println!("Aisha is up, but its object store is not: {error}. Watch {url}readyz"),
    }
    println!("  key      {key}");
    println!("  storage  {rows}, {objects}");
    println!("  fal      {fal}");
    let is_production = matches!(
        (&config.database, &config.objects, &config.fal),
        (DatabaseConfig::Postgres(_), ObjectsConfig::S3(_), FalConfig::Fal(_))
    );
    if !is_production {
        println!(
            "  to go to production, set DATABASE_URL, AISHA_S3_BUCKET, FAL_KEY and AISHA_PUBLIC_URL: see the README"
        );
    }
}
