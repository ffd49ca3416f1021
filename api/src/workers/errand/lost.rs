//! Errands whose submission has come to nothing: it has not happened, its answer was lost, or fal could not get at what
//! it was to work on.

use chrono::TimeDelta;

use super::{Errand, Unmade, fail};
use crate::app::App;
use crate::domain::run::attempt_token;
use crate::workers::error::JobError;

/// How long fal's webhook may take to name a run whose submission was not answered. Errands are done in seconds and fal
/// tries a webhook again within minutes, so who has not called by then has most likely nothing to tell.
pub(super) const SUBMISSION_WINDOW: TimeDelta = TimeDelta::minutes(10);

/// How long to wait before a file is offered once more: whoever stands in front of this service may need a moment, too,
/// until it is reached again.
const FILE_PAUSE: TimeDelta = TimeDelta::seconds(5);

/// Sees to one that was not submitted; waits for one whose submission was not answered, and submits it once more when
/// its time is over, if the budget allows.
pub(super) async fn without_request<E: Errand>(app: &App, errand: &E) -> Result<(), JobError> {
    let Some(submitted_at) = errand.way().submitted_at else { return without_submission(app, errand).await };
    if app.now() < submitted_at + SUBMISSION_WINDOW {
        return Ok(());
    }
    if errand.way().cancel_requested_at.is_some() {
        return errand.stop(app, Unmade::Cancelled).await;
    }
    if submit_again(app, errand).await? {
        return Ok(());
    }
    let message = "fal's answer was lost and fal has not called back; it may have been charged";
    fail(app, errand, "submission_unknown", message).await
}

/// Submits an errand once more, under a new token, if the budget allows it: one whose answer was lost, or that fal has
/// ended because it could not get at a file. That may lie with this service, which has perhaps just been restarted. A
/// webhook with the old token is still understood.
pub(super) async fn submit_again<E: Errand>(app: &App, errand: &E) -> Result<bool, JobError> {
    let attempts = errand.count_attempts(&app.db).await?;
    if attempts > i64::from(app.settings.resubmissions) {
        return Ok(false);
    }
    let now = app.now();
    let token = attempt_token().map_err(|_| JobError::retry("the machine gives no random bytes"))?;
    let mut tx = app.begin().await?;
    let is_lost = errand.way().request.is_none();
    let run_at = if is_lost { now } else { now + FILE_PAUSE };
    let is_open = if is_lost {
        errand.submit_again(&mut tx, &token, now).await?
    } else {
        errand.reopen(&mut tx, &token, run_at, now).await?
    };
    if !is_open {
        return Ok(false);
    }
    app.enqueue(&mut tx, &errand.submitting(), run_at).await?;
    app.commit(tx).await?;
    app.metrics.resubmissions.inc();
    let run = errand.run();
    tracing::warn!(run.kind = run.kind(), run.id = %run.id(), "a run is submitted again: the first time came to nothing");
    Ok(true)
}

/// fal certainly has nothing of it. Its job tries again by itself, unless its process died at the wrong moment.
async fn without_submission<E: Errand>(app: &App, errand: &E) -> Result<(), JobError> {
    if errand.way().cancel_requested_at.is_some() {
        return errand.stop(app, Unmade::Cancelled).await;
    }
    let mut tx = app.begin().await?;
    app.enqueue(&mut tx, &errand.submitting(), app.now()).await?;
    app.commit(tx).await?;
    Ok(())
}
