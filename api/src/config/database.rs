//! Which database.

use std::path::{Path, PathBuf};

use url::Url;

use super::{ConfigError, Environment};
use crate::domain::secret::Secret;

/// Where the rows lie.
#[derive(Debug, Clone)]
pub enum DatabaseConfig {
    /// One file.
    Sqlite(PathBuf),
    /// A server, by its URL.
    Postgres(Secret),
}

impl DatabaseConfig {
    pub(super) fn from_env(env: &Environment, data_dir: &Path) -> Result<Self, ConfigError> {
        let Some(url) = env.secret("DATABASE_URL")? else {
            return Ok(Self::Sqlite(data_dir.join("aisha.sqlite")));
        };
        if url.expose().starts_with("postgres://") || url.expose().starts_with("postgresql://") {
            if Url::parse(url.expose()).is_err() {
                return Err(ConfigError::new("DATABASE_URL", "must look like postgres://user:password@host:5432/name"));
            }
            Ok(Self::Postgres(url))
        } else if let Some(path) = url.expose().strip_prefix("sqlite://") {
            Ok(Self::Sqlite(PathBuf::from(path)))
        } else {
            Err(ConfigError::new("DATABASE_URL", "must begin with postgres:// or sqlite://"))
        }
    }
}
