//! What becomes of a transcription at fal: its text is kept, and it ends, in one transaction with its event.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::errand::{self, Errand, Unmade, Useless};
use super::error::JobError;
use crate::app::App;
use crate::domain::ids::TranscriptionId;
use crate::domain::run::FalRequest;
use crate::domain::transcription::{Ending, PATIENCE, Transcription};
use crate::fal::transcribers;
use crate::storage::{StorageError, Tx, transcriptions};

impl Errand for Transcription {
    type Id = TranscriptionId;
    const PATIENCE: TimeDelta = PATIENCE;

    errand::steps!(
        transcriptions,
        Transcription,
        transcription_id,
        SubmitTranscription,
        CollectTranscription,
        CancelTranscription
    );

    async fn hold(&self, tx: &mut Tx) -> Result<Option<Self>, StorageError> {
        transcriptions::lock(tx, self.user_id, self.id).await
    }

    async fn take(&self, app: &App, output: &Value) -> Result<Result<(), Useless>, JobError> {
        let transcriber = transcribers::find(&self.endpoint)
            .ok_or_else(|| JobError::fail("this version does not know the transcriber"))?;
        match transcriber.read(output) {
            Ok(heard) => {
                let ending = Ending::Heard { languages: heard.languages, transcript: heard.transcript };
                end(app, self, &ending).await.map(Ok)
            }
            Err(error) => Ok(Err(Useless::ForGood(error))),
        }
    }

    async fn stop(&self, app: &App, unmade: Unmade) -> Result<(), JobError> {
        let ending = match unmade {
            Unmade::Failed { code, message, response } => Ending::Failed { code, message, response },
            Unmade::Cancelled => Ending::Cancelled,
        };
        end(app, self, &ending).await
    }
}

/// Ends a transcription as it was seen. Of all that come to tell it, only the first does anything.
async fn end(app: &App, transcription: &Transcription, ending: &Ending) -> Result<(), JobError> {
    let mut tx = app.begin().await?;
    if !transcriptions::end(&mut tx, transcription.id, transcription.status, ending, app.now()).await? {
        return Ok(());
    }
    app.tell(&mut tx, transcription.end_event(ending)).await?;
    app.commit(tx).await?;
    let status = ending.status();
    app.metrics.transcriptions_ended.get_or_create(&[("status", status.as_str())]).inc();
    tracing::info!(transcription.id = %transcription.id, status = %status, "a transcription has ended");
    Ok(())
}
