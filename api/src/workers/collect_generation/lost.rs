//! Generations whose submission has come to nothing: it has not happened, its answer was lost, or fal could not get at
//! the weights.

use chrono::TimeDelta;

use super::ending;
use crate::app::App;
use crate::domain::generation::{Ending, Generation};
use crate::domain::job::Job;
use crate::domain::run::attempt_token;
use crate::storage::generations;
use crate::workers::error::JobError;

/// How long fal's webhook may take to name a generation whose submission was not answered. Pictures are made in seconds
/// and fal tries a webhook again within minutes, so who has not called by then has most likely nothing to tell.
pub(in crate::workers) const SUBMISSION_WINDOW: TimeDelta = TimeDelta::minutes(10);

/// How long to wait before the weights are offered once more: whoever stands in front of this service may need a moment,
/// too, until it is reached again.
const WEIGHTS_PAUSE: TimeDelta = TimeDelta::seconds(5);

/// Sees to one that was not submitted; waits for one whose submission was not answered, and submits it once more when
/// its time is over, if the budget allows.
pub(super) async fn without_request(app: &App, generation: &Generation) -> Result<(), JobError> {
    let Some(submitted_at) = generation.submitted_at else { return without_submission(app, generation).await };
    if app.now() < submitted_at + SUBMISSION_WINDOW {
        return Ok(());
    }
    if generation.cancel_requested_at.is_some() {
        return ending::end(app, generation, &Ending::Cancelled).await;
    }
    if submit_again(app, generation).await? {
        return Ok(());
    }
    let message = "fal's answer was lost and fal has not called back; it may have been charged".to_owned();
    let ending = Ending::Failed { code: "submission_unknown".to_owned(), message, response: None };
    ending::end(app, generation, &ending).await
}

/// Submits a generation once more, under a new token, if the budget allows it: one whose answer was lost, or that fal has
/// ended because it could not get at the weights. Those may lie with this service, which has perhaps just been restarted.
/// A webhook with the old token is still understood.
pub(super) async fn submit_again(app: &App, generation: &Generation) -> Result<bool, JobError> {
    let attempts = generations::count_attempts(&app.db, generation.id).await?;
    if attempts > i64::from(app.settings.resubmissions) {
        return Ok(false);
    }
    let now = app.now();
    let token = attempt_token().map_err(|_| JobError::retry("the machine gives no random bytes"))?;
    let mut tx = app.begin().await?;
    let is_lost = generation.request.is_none();
    let run_at = if is_lost { now } else { now + WEIGHTS_PAUSE };
    let is_open = if is_lost {
        generations::submit_again(&mut tx, generation.id, &token, now).await?
    } else {
        generations::reopen(&mut tx, generation.id, &token, run_at, now).await?
    };
    if !is_open {
        return Ok(false);
    }
    app.enqueue(&mut tx, &Job::SubmitGeneration { generation_id: generation.id }, run_at).await?;
    app.commit(tx).await?;
    app.metrics.resubmissions.inc();
    tracing::warn!(generation.id = %generation.id, "a generation is submitted again: the first time came to nothing");
    Ok(true)
}

/// fal certainly has nothing of it. Its job tries again by itself, unless its process died at the wrong moment.
async fn without_submission(app: &App, generation: &Generation) -> Result<(), JobError> {
    if generation.cancel_requested_at.is_some() {
        return ending::end(app, generation, &Ending::Cancelled).await;
    }
    let mut tx = app.begin().await?;
    app.enqueue(&mut tx, &Job::SubmitGeneration { generation_id: generation.id }, app.now()).await?;
    app.commit(tx).await?;
    Ok(())
}
