//! Which object store.

use std::path::{Path, PathBuf};

use super::{ConfigError, Environment};
use crate::files::S3Settings;

/// Where photos and weights lie.
#[derive(Debug, Clone)]
pub enum ObjectsConfig {
    /// A folder on this machine.
    Folder(PathBuf),
    /// A bucket.
    S3(Box<S3Settings>),
}

impl ObjectsConfig {
    pub(super) fn from_env(env: &Environment, data_dir: &Path) -> Result<Self, ConfigError> {
        let endpoint = env.url("AWS_ENDPOINT_URL_S3")?;
        let public_endpoint = env.url("AISHA_S3_PUBLIC_ENDPOINT")?;
        let Some(bucket) = env.text("AISHA_S3_BUCKET")? else {
            if endpoint.is_some() || public_endpoint.is_some() {
                return Err(ConfigError::new("AISHA_S3_BUCKET", "needed because an S3 endpoint is set"));
            }
            return Ok(Self::Folder(data_dir.join("objects")));
        };
        let because = "AISHA_S3_BUCKET is set";
        let access_key = env.required("AWS_ACCESS_KEY_ID", because)?.expose().to_owned();
        let secret_key = env.required("AWS_SECRET_ACCESS_KEY", because)?;
        let region = match env.text("AWS_REGION")? {
            Some(region) => region,
            // Stores of one's own rarely care; the official client's default fits most of them.
            None if endpoint.is_some() => "us-east-1".to_owned(),
            None => return Err(ConfigError::new("AWS_REGION", format!("needed because {because}"))),
        };
        Ok(Self::S3(Box::new(S3Settings {
            bucket,
            region,
            // Buckets as host names need DNS that most stores of one's own do not have.
            path_style: endpoint.is_some(),
            endpoint,
            public_endpoint,
            access_key,
            secret_key,
            session_token: env.secret("AWS_SESSION_TOKEN")?,
        })))
    }
}
