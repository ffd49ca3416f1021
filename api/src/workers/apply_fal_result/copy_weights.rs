//! Copies the files of a completed training into our own store, because fal keeps them for a while only.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::Case;
use crate::domain::training::{Training, Weights, config_key, lora_key};
use crate::fal::{FalError, Trainer};
use crate::files::Key;
use crate::storage::objects;
use crate::storage::objects::NewObject;
use crate::workers::error::JobError;

/// A LoRA has some 90 MB; what is far above that is not one.
const MAX_LORA_BYTES: u64 = 4 * 1024 * 1024 * 1024;
const MAX_CONFIG_BYTES: u64 = 4 * 1024 * 1024;
/// What takes longer has come to a standstill, or is kept at one on purpose.
const LORA_PATIENCE: Duration = Duration::from_mins(30);
const CONFIG_PATIENCE: Duration = Duration::from_mins(1);

/// Why a result is of no use.
pub(super) enum Unusable {
    /// It does not say what it should, and will say the same tomorrow.
    Output(FalError),
    /// One of its files cannot be had, or is not what it should be, at least for now.
    File(FalError),
}

#[derive(Clone, Copy)]
enum Kind {
    Lora,
    Config,
}

/// Copies the weights and the configuration.
pub(super) async fn copy_weights(case: &Case<'_>, output: Value) -> Result<Result<Weights, Unusable>, JobError> {
    let Case { app, training, .. } = *case;
    let trainer = Trainer::from_endpoint(&training.settings.endpoint)
        .ok_or_else(|| JobError::fail("this version does not know the trainer"))?;
    let found = match trainer.weights(&output) {
        Ok(found) => found,
        Err(error) => return Ok(Err(Unusable::Output(error))),
    };
    let folder = tempfile::tempdir_in(&app.settings.temporary_dir)?;
    let path = folder.path().join("file");
    let lora_key = match copy(case, &path, &found.lora_url, Kind::Lora).await? {
        Ok(key) => key,
        Err(error) => return Ok(Err(unusable(error))),
    };
    let mut config_key = None;
    if let Some(url) = &found.config_url {
        config_key = match copy(case, &path, url, Kind::Config).await? {
            Ok(key) => Some(key),
            // Pictures are made with the weights alone: what was paid for is not lost with the notes on it.
            Err(error) if case.has_waited_for_the_result() => {
                tracing::warn!(training.id = %training.id, %error, "a training is completed without its configuration");
                None
            }
            Err(error) => return Ok(Err(unusable(error))),
        };
    }
    let (lora_url, config_url) = (found.lora_url, found.config_url);
    Ok(Ok(Weights { lora_key, config_key, lora_url, config_url, response: output }))
}

fn unusable(error: FalError) -> Unusable {
    // Where a file lies is said by the result.
    if let FalError::ForeignHost { .. } = error { Unusable::Output(error) } else { Unusable::File(error) }
}

impl Kind {
    const fn patience(self) -> Duration {
        match self {
            Self::Lora => LORA_PATIENCE,
            Self::Config => CONFIG_PATIENCE,
        }
    }

    fn key(self, training: &Training) -> String {
        match self {
            Self::Lora => lora_key(training),
            Self::Config => config_key(training),
        }
    }
}

/// Copies one file through the disk and gives its key. The inner error is fal's, the outer one our own.
async fn copy(case: &Case<'_>, path: &Path, url: &str, kind: Kind) -> Result<Result<String, FalError>, JobError> {
    let Case { app, training, .. } = *case;
    let download = async {
        match kind {
            Kind::Lora => app.fal.download_weights(url, path, MAX_LORA_BYTES).await,
            Kind::Config => app.fal.download_json(url, path, MAX_CONFIG_BYTES).await,
        }
    };
    let size = match tokio::time::timeout(kind.patience(), download).await {
        Ok(Ok(size)) => size,
        Ok(Err(FalError::File(error))) => return Err(JobError::from(error)),
        Ok(Err(error)) => return Ok(Err(error)),
        Err(_) => return Ok(Err(FalError::Interrupted("the download took too long".to_owned()))),
    };
    let key = kind.key(training);
    let object = NewObject {
        key: &key,
        user_id: training.user_id,
        avatar_id: Some(training.avatar_id),
        size_bytes: i64::try_from(size).unwrap_or(i64::MAX),
    };
    let mut tx = app.begin().await?;
    objects::announce(&mut tx, &[object], app.now()).await?;
    tx.commit().await?;
    app.files.put_file(&Key::parse(key.as_str())?, path).await?;
    Ok(Ok(key))
}
