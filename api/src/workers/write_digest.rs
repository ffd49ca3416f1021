//! Makes something of a text, and keeps it. What was said of each part of a long text is kept as it comes: killed, it
//! goes on from there, and at most one question is paid for twice.

use aisha_openapi::vocabulary::DigestStatus;

use super::STOP_PAUSE;
use super::error::JobError;
use crate::app::App;
use crate::domain::ids::DigestId;
use crate::domain::job::Job;
use crate::domain::transcription::{DIGEST_PATIENCE, Digest};
use crate::prompts::Step;
use crate::storage::transcriptions;

/// Has it written, step by step, until it has ended or money may not be spent.
pub(super) async fn run(app: &App, id: DigestId) -> Result<(), JobError> {
    let mut notes = transcriptions::list_notes(&app.db, id).await?;
    while let Some(digest) = find(app, id).await? {
        if is_put_off(app, id).await? {
            break;
        }
        if let Some(note) = step(app, digest, &notes).await? {
            let number = i64::try_from(notes.len()).map_err(JobError::fail)?;
            transcriptions::keep_note(&app.db, id, number, &note).await?;
            notes.push(note);
        }
    }
    Ok(())
}

/// Has it wait, if the operator has stopped all spending.
async fn is_put_off(app: &App, id: DigestId) -> Result<bool, JobError> {
    let mut tx = app.begin().await?;
    let is_stopped = app.is_spending_stopped(&mut tx).await?;
    if is_stopped {
        app.enqueue(&mut tx, &Job::WriteDigest { digest_id: id }, app.now() + STOP_PAUSE).await?;
        app.commit(tx).await?;
    }
    Ok(is_stopped)
}

/// Takes one step: the notes that came of it, or none if it has ended.
async fn step(app: &App, digest: Digest, notes: &[String]) -> Result<Option<String>, JobError> {
    let transcript = transcriptions::find_transcript(&app.db, digest.user_id, digest.transcription_id).await?;
    let text = transcript.filter(|transcript| !transcript.text.is_empty());
    let Some(transcript) = text else {
        return fail(app, digest, "nothing_said", "nothing is said in the recording").await.map(|()| None);
    };
    match app.prompts.digest(&transcript, digest.kind, digest.language.as_deref(), notes).await {
        Some(Ok(Step::Note(note))) => return Ok(Some(note)),
        Some(Ok(Step::Whole(text))) => {
            end(app, Digest { status: DigestStatus::Completed, text: Some(text), ..digest }).await
        }
        Some(Err(error)) if error.is_passing() && app.now() < digest.created_at + DIGEST_PATIENCE => {
            Err(JobError::retry(error))
        }
        Some(Err(error)) => fail(app, digest, "not_written", &error.to_string()).await,
        None => fail(app, digest, "prompts_not_configured", "nobody works on texts here any more").await,
    }?;
    Ok(None)
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
