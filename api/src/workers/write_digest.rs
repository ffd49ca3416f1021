//! Makes something of a text, and keeps it. Killed, it begins again: nothing is kept before the whole is there.

use aisha_openapi::vocabulary::DigestStatus;

use super::error::JobError;
use crate::app::App;
use crate::domain::ids::DigestId;
use crate::domain::transcription::{DIGEST_PATIENCE, Digest};
use crate::storage::transcriptions;

/// Has it written.
pub(super) async fn run(app: &App, id: DigestId) -> Result<(), JobError> {
    let Some(digest) = find(app, id).await? else { return Ok(()) };
    let transcript = transcriptions::find_transcript(&app.db, digest.user_id, digest.transcription_id).await?;
    let Some(transcript) = transcript else { return Ok(()) };
    if transcript.text.is_empty() {
        return fail(app, digest, "nothing_said", "nothing is said in the recording").await;
    }
    match app.prompts.digest(&transcript, digest.kind, digest.language.as_deref()).await {
        Some(Ok(text)) => end(app, Digest { status: DigestStatus::Completed, text: Some(text), ..digest }).await,
        Some(Err(error)) if error.is_passing() && app.now() < digest.created_at + DIGEST_PATIENCE => {
            Err(JobError::retry(error))
        }
        Some(Err(error)) => fail(app, digest, "not_written", &error.to_string()).await,
        None => fail(app, digest, "prompts_not_configured", "nobody works on texts here any more").await,
    }
}

/// One that cannot be written for a reason of our own must not wait for ever.
pub(super) async fn after_failed_job(app: &App, id: DigestId, error: &str) -> Result<(), JobError> {
    match find(app, id).await? {
        Some(digest) => fail(app, digest, "not_written", error).await,
        None => Ok(()),
    }
}

async fn find(app: &App, id: DigestId) -> Result<Option<Digest>, JobError> {
    let digest = transcriptions::find_digest_for_job(&app.db, id).await?;
    Ok(digest.filter(|digest| digest.status == DigestStatus::Pending))
}

async fn fail(app: &App, digest: Digest, code: &str, message: &str) -> Result<(), JobError> {
    let (error_code, error_message) = (Some(code.to_owned()), Some(message.to_owned()));
    end(app, Digest { status: DigestStatus::Failed, error_code, error_message, ..digest }).await
}

/// Ends it as it is given, once, with its event.
async fn end(app: &App, digest: Digest) -> Result<(), JobError> {
    let mut tx = app.begin().await?;
    if !transcriptions::end_digest(&mut tx, &digest, app.now()).await? {
        return Ok(());
    }
    app.tell(&mut tx, digest.event()).await?;
    app.commit(tx).await?;
    tracing::info!(digest.id = %digest.id, status = %digest.status, "a digest has ended");
    Ok(())
}
