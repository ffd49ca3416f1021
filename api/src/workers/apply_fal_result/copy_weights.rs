//! Copies the files of a completed training into our own store, because fal keeps them for a while only.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::app::App;
use crate::domain::training::{Training, Weights, config_key, lora_key};
use crate::fal::{FalError, Trainer};
use crate::files::Key;
use crate::storage::objects;
use crate::storage::objects::NewObject;
use crate::workers::error::JobError;

/// A LoRA has some 90 MB; what is far above that is not one.
const MAX_LORA_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// What takes longer has come to a standstill, or is kept at one on purpose.
const DOWNLOAD_PATIENCE: Duration = Duration::from_mins(30);
const MAX_CONFIG_BYTES: u64 = 4 * 1024 * 1024;

/// Copies the weights and the configuration. The inner error says that fal's result cannot be used.
pub(super) async fn copy_weights(
    app: &App,
    training: &Training,
    output: Value,
) -> Result<Result<Weights, FalError>, JobError> {
    let trainer = Trainer::from_endpoint(&training.settings.endpoint)
        .ok_or_else(|| JobError::fail("this version does not know the trainer"))?;
    let found = match trainer.weights(&output) {
        Ok(found) => found,
        Err(error) => return Ok(Err(error)),
    };
    let folder = tempfile::tempdir_in(&app.settings.temporary_dir)?;
    let lora_key = lora_key(training);
    if let Err(error) = copy(app, training, folder.path(), &found.lora_url, &lora_key, MAX_LORA_BYTES).await? {
        return Ok(Err(error));
    }
    let mut config = None;
    if let Some(url) = &found.config_url {
        let key = config_key(training);
        if let Err(error) = copy(app, training, folder.path(), url, &key, MAX_CONFIG_BYTES).await? {
            return Ok(Err(error));
        }
        config = Some(key);
    }
    Ok(Ok(Weights {
        lora_key,
        config_key: config,
        lora_url: found.lora_url,
        config_url: found.config_url,
        response: output,
    }))
}

/// Copies one file through the disk. A failure that may pass is the job's; one that will not is the result's.
async fn copy(
    app: &App,
    training: &Training,
    folder: &Path,
    url: &str,
    key: &str,
    max_bytes: u64,
) -> Result<Result<(), FalError>, JobError> {
    let path = folder.join("file");
    let download = tokio::time::timeout(DOWNLOAD_PATIENCE, app.fal.download(url, &path, max_bytes)).await;
    let size = match download.map_err(|_| JobError::retry("the download from fal took too long"))? {
        Ok(size) => size,
        Err(error) if error.is_transient() => return Err(JobError::retry(error)),
        Err(FalError::File(error)) => return Err(JobError::from(error)),
        Err(error) => return Ok(Err(error)),
    };
    let object = NewObject {
        key,
        user_id: training.user_id,
        avatar_id: training.avatar_id,
        size_bytes: i64::try_from(size).unwrap_or(i64::MAX),
    };
    let mut tx = app.begin().await?;
    objects::announce(&mut tx, &[object], app.now()).await?;
    tx.commit().await?;
    app.files.put_file(&Key::parse(key)?, &path).await?;
    Ok(Ok(()))
}
