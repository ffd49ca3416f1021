//! Has fal listen to a recording, once; see `errand`.

use super::errand;
use super::error::JobError;
use crate::app::App;
use crate::domain::ids::TranscriptionId;
use crate::domain::transcription::Transcription;
use crate::fal::transcribers::{self, Recorded};

/// Submits it. fal fetches the recording by a link of ours, so nothing of it stays there.
pub(super) async fn run(app: &App, id: TranscriptionId) -> Result<(), JobError> {
    let Some(transcription) = errand::begin::<Transcription>(app, id).await? else { return Ok(()) };
    let transcriber = transcribers::find(&transcription.endpoint)
        .ok_or_else(|| JobError::fail("this version does not know the transcriber"))?;
    let audio_url = app.link(&transcription.audio.key).await?;
    let input = transcriber.input(&Recorded { audio_url, language: transcription.language.clone() });
    let webhook = app.fal_webhook(&transcription.attempt_token).map_err(JobError::fail)?;
    errand::send(app, &transcription, &input, &webhook).await
}
