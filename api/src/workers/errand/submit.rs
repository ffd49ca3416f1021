//! Sends an errand to fal, once. As with trainings the intent is written before the call, and a lost answer is never
//! taken for a refusal: fal's webhook names the request.

use chrono::TimeDelta;
use serde_json::Value;
use url::Url;

use super::lost::SUBMISSION_WINDOW;
use super::{Errand, Unmade, fail, is_late};
use crate::app::App;
use crate::domain::job::Job;
use crate::domain::run::FalRequest;
use crate::fal::{FalError, Submitted};
use crate::storage::{StorageError, Tx};
use crate::workers::STOP_PAUSE;
use crate::workers::error::JobError;
use crate::workers::insist::insist;
use crate::workers::outcome;

/// When to ask for the first time after a submission.
const FIRST_LOOK: TimeDelta = TimeDelta::seconds(2);
/// After so long without another attempt, which is more than any pause between two, the sweep sees to one.
const NEXT_ATTEMPT: TimeDelta = TimeDelta::minutes(10);

/// The errand, if it is to be sent.
pub(in crate::workers) async fn begin<E: Errand>(app: &App, id: E::Id) -> Result<Option<E>, JobError> {
    let Some(errand) = E::find(&app.db, id).await? else { return Ok(None) };
    let way = errand.way();
    match (way.is_over, way.request, way.submitted_at) {
        (false, None, None) => {}
        // A run of this job was killed between its call and its note: fal may have it.
        (false, None, Some(_)) => return answer_lost(app, &errand).await.map(|()| None),
        _ => return Ok(None),
    }
    if way.cancel_requested_at.is_some() {
        return errand.stop(app, Unmade::Cancelled).await.map(|()| None);
    }
    let mut tx = app.begin().await?;
    if app.is_spending_stopped(&mut tx).await? {
        return wait(app, tx, &errand).await.map(|()| None);
    }
    Ok(Some(errand))
}

/// Submits it, and writes down what fal answered.
pub(in crate::workers) async fn send<E: Errand>(
    app: &App,
    errand: &E,
    input: &Value,
    webhook: &Url,
) -> Result<(), JobError> {
    let mut tx = app.begin().await?;
    let now = app.now();
    if app.is_spending_stopped(&mut tx).await? {
        return wait(app, tx, errand).await;
    }
    if !errand.begin_submission(&mut tx, now + SUBMISSION_WINDOW, now).await? {
        return Ok(());
    }
    app.commit(tx).await?;
    match app.fal.submit(errand.way().endpoint, input, webhook, None).await {
        Ok(submitted) => note(app, errand, &submitted).await,
        Err(error) if error.is_uncertain() => {
            let run = errand.run();
            tracing::warn!(run.kind = run.kind(), run.id = %run.id(), %error, "the answer to a submission was lost");
            answer_lost(app, errand).await
        }
        Err(error) => {
            // A certain refusal is no attempt, and costs nothing.
            let mut tx = app.begin().await?;
            let now = app.now();
            errand.withdraw_submission(&mut tx, now + NEXT_ATTEMPT, now + E::PATIENCE, now).await?;
            app.commit(tx).await?;
            match error.is_transient() {
                false => refused(app, errand, &error).await,
                true if is_late(errand, now) => fail(app, errand, "submission_failed", &error.to_string()).await,
                true => Err(JobError::retry(error)),
            }
        }
    }
}

/// Leaves an errand where it is until money may be spent again.
async fn wait<E: Errand>(app: &App, mut tx: Tx, errand: &E) -> Result<(), JobError> {
    let now = app.now();
    errand.wait(&mut tx, "spending_stopped", now + NEXT_ATTEMPT, now).await?;
    app.enqueue(&mut tx, &errand.submitting(), now + STOP_PAUSE).await?;
    app.commit(tx).await?;
    Ok(())
}

/// Writes down what fal answered.
async fn note<E: Errand>(app: &App, errand: &E, submitted: &Submitted) -> Result<(), JobError> {
    let request = FalRequest {
        id: submitted.request_id.clone(),
        status_url: submitted.status_url.to_string(),
        response_url: submitted.response_url.to_string(),
        cancel_url: submitted.cancel_url.to_string(),
    };
    insist(|| write_note(app, errand, &request)).await?;
    let run = errand.run();
    tracing::info!(run.kind = run.kind(), run.id = %run.id(), fal.request_id = request.id, "a run was submitted");
    Ok(())
}

async fn write_note<E: Errand>(app: &App, errand: &E, request: &FalRequest) -> Result<(), StorageError> {
    let now = app.now();
    let mut tx = app.begin().await?;
    let found = errand.hold(&mut tx).await?;
    let known = found.as_ref().map(|found| found.way().request);
    let is_another = known.is_some_and(|known| known.is_some_and(|known| known.id != request.id));
    if known.is_none() || is_another {
        // While fal was being called it was deleted, or the webhook of an earlier attempt came after all. Nobody else
        // knows of this request.
        let (endpoint, request_id) = (errand.way().endpoint.to_owned(), request.id.clone());
        app.enqueue(&mut tx, &Job::AbandonRequest { endpoint, request_id }, now).await?;
        return app.commit(tx).await;
    }
    // If the webhook came first the request is known already, and there is nothing to write.
    errand.submitted(&mut tx, request, now + FIRST_LOOK, now + E::PATIENCE, now).await?;
    app.enqueue(&mut tx, &errand.collecting(), now + FIRST_LOOK).await?;
    // The owner may have given it up while fal was being called; the job does nothing if not.
    app.enqueue(&mut tx, &errand.cancelling(), now).await?;
    app.commit(tx).await
}

/// Whether fal has it is not known.
async fn answer_lost<E: Errand>(app: &App, errand: &E) -> Result<(), JobError> {
    let now = app.now();
    let mut tx = app.begin().await?;
    let begun = errand.way().submitted_at.unwrap_or(now);
    errand.lose_answer(&mut tx, begun + SUBMISSION_WINDOW, now).await?;
    app.commit(tx).await?;
    Ok(())
}

/// fal will not take it, now or later.
async fn refused<E: Errand>(app: &App, errand: &E, error: &FalError) -> Result<(), JobError> {
    fail(app, errand, outcome::refusal(error), &error.to_string()).await
}
