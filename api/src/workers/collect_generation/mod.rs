//! What becomes of a generation at fal: its pictures are copied into our own store, and it ends.

mod copy_images;
mod ending;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use self::copy_images::copy_images;
use super::errand::{self, Errand, Unmade, Useless};
use super::error::JobError;
use crate::app::App;
use crate::domain::generation::{Ending, Generation, PATIENCE};
use crate::domain::ids::GenerationId;
use crate::domain::run::FalRequest;
use crate::fal::generators;
use crate::storage::{StorageError, Tx, avatars, generations};

impl Errand for Generation {
    type Id = GenerationId;
    const PATIENCE: TimeDelta = PATIENCE;

    errand::steps!(generations, Generation, generation_id, SubmitGeneration, CollectGeneration, CancelGeneration);

    async fn hold(&self, tx: &mut Tx) -> Result<Option<Self>, StorageError> {
        let avatar = avatars::lock(tx, self.user_id, self.avatar_id).await?;
        let generation = generations::lock(tx, self.user_id, self.id).await?;
        Ok(generation.filter(|_| avatar.is_some()))
    }

    async fn take(&self, app: &App, output: &Value) -> Result<Result<(), Useless>, JobError> {
        let generator = generators::find(&self.endpoint)
            .ok_or_else(|| JobError::fail("this version does not know the generator"))?;
        let made = match generator.read(output) {
            Ok(made) => made,
            Err(error) => return Ok(Err(Useless::ForGood(error))),
        };
        match copy_images(app, self, &made).await? {
            Ok(images) => ending::end(app, self, &Ending::Made { images, response: output.clone() }).await.map(Ok),
            Err(error) => Ok(Err(Useless::ForNow(error))),
        }
    }

    async fn stop(&self, app: &App, end: Unmade) -> Result<(), JobError> {
        let ending = match end {
            Unmade::Failed { code, message, response } => Ending::Failed { code, message, response },
            Unmade::Cancelled => Ending::Cancelled,
        };
        ending::end(app, self, &ending).await
    }
}
