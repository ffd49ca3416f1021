//! Asks fal for the true state of an errand and takes its result over: the one path on which webhook and sweep meet.
//! Nothing is guessed here. What fal does not say stays open until its time is over.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::{Errand, Unmade, Useless, handle, is_late, lost};
use crate::app::App;
use crate::fal::{Delivery, Handle, Status};
use crate::storage::fal_deliveries;
use crate::workers::error::JobError;
use crate::workers::outcome::{self, Ended, Missing};

/// fal may need a moment until a new request is known everywhere.
const BIRTH_PATIENCE: TimeDelta = TimeDelta::minutes(2);
/// How long a result is asked for that cannot be had.
const RESULT_PATIENCE: TimeDelta = TimeDelta::minutes(10);
/// fal's word for an address from which it got nothing. An errand names one: of the weights, or of the recording.
const NOT_FETCHED: &str = "file_download_error";
/// After so long the owner is told that it takes longer than it should.
const STALL_AFTER: TimeDelta = TimeDelta::minutes(1);

/// Asks, and acts on the answer.
pub(in crate::workers) async fn collect<E: Errand>(app: &App, id: E::Id) -> Result<(), JobError> {
    let Some(errand) = E::find(&app.db, id).await? else { return Ok(()) };
    if errand.way().is_over {
        return Ok(());
    }
    let Some(request) = handle(&errand) else { return lost::without_request(app, &errand).await };
    let delivered = fal_deliveries::find_last(&app.db, errand.run(), &request.request_id).await?;
    match delivered {
        // fal has signed that it has ended, whatever its status says by now.
        Some(delivered) => {
            let delivery = delivered.body.and_then(|body| serde_json::from_value::<Delivery>(body.0).ok());
            take_over(app, &errand, &request, delivery.as_ref()).await
        }
        None => ask(app, &errand, &request).await,
    }
}

/// Asks fal to stop, and leaves it to the next look to see whether it did. If the submission is still under way, that job
/// sees the wish and comes back here.
pub(in crate::workers) async fn cancel<E: Errand>(app: &App, id: E::Id) -> Result<(), JobError> {
    let Some(errand) = E::find(&app.db, id).await? else { return Ok(()) };
    let way = errand.way();
    if way.is_over || way.cancel_requested_at.is_none() {
        return Ok(());
    }
    if let Some(request) = handle(&errand) {
        let answer = app.fal.cancel(&request).await?;
        let run = errand.run();
        tracing::info!(run.kind = run.kind(), run.id = %run.id(), ?answer, "fal was asked to stop a run");
    }
    let mut tx = app.begin().await?;
    app.enqueue(&mut tx, &errand.collecting(), app.now()).await?;
    app.commit(tx).await?;
    Ok(())
}

async fn ask<E: Errand>(app: &App, errand: &E, request: &Handle) -> Result<(), JobError> {
    let now = app.now();
    match app.fal.status(request).await {
        // Late or not: what fal has done is paid, and is fetched.
        Ok(Status::Completed { .. }) => take_over(app, errand, request, None).await,
        _ if is_late(errand, now) => out_of_time(app, errand, request).await,
        Ok(Status::InQueue { .. } | Status::InProgress { .. }) => {
            let next = next_look(errand, now);
            let mut tx = app.begin().await?;
            errand.processing(&mut tx, next, now).await?;
            app.enqueue(&mut tx, &errand.collecting(), next).await?;
            app.commit(tx).await?;
            Ok(())
        }
        Ok(Status::NotFound) if now < begun(errand) + BIRTH_PATIENCE => ask_later(app, errand, None).await,
        // The webhook may still know better.
        Ok(Status::NotFound) => ask_later(app, errand, Some("request_unknown")).await,
        Err(error) => {
            let run = errand.run();
            tracing::warn!(run.kind = run.kind(), run.id = %run.id(), %error, "fal did not tell the state of a run");
            ask_later(app, errand, outcome::trouble(&error)).await
        }
    }
}

/// Sets the next question, and says why the state is not known if that is worth it.
async fn ask_later<E: Errand>(app: &App, errand: &E, reason: Option<&str>) -> Result<(), JobError> {
    let now = app.now();
    let next = next_look(errand, now);
    let mut tx = app.begin().await?;
    match reason {
        Some(reason) => errand.stall(&mut tx, reason, next, now).await?,
        None => errand.postpone(&mut tx, next, now).await?,
    };
    app.enqueue(&mut tx, &errand.collecting(), next).await?;
    app.commit(tx).await?;
    Ok(())
}

/// Asks for the result and acts on it.
async fn take_over<E: Errand>(
    app: &App,
    errand: &E,
    request: &Handle,
    delivery: Option<&Delivery>,
) -> Result<(), JobError> {
    let output = match outcome::ask(app, request, delivery).await {
        Ok(Ended::Made(output)) => output,
        Ok(Ended::Failed { code, message, raw }) => {
            if code == NOT_FETCHED && lost::submit_again(app, errand).await? {
                return Ok(());
            }
            return fail(app, errand, code, message, Some(raw)).await;
        }
        Err(missing) => return not_yet(app, errand, &missing).await,
    };
    match errand.take(app, &output).await? {
        Ok(()) => Ok(()),
        Err(Useless::ForGood(error)) => {
            fail(app, errand, outcome::code(&error).to_owned(), error.to_string(), Some(output)).await
        }
        Err(Useless::ForNow(error)) => not_yet(app, errand, &Missing::after(&error)).await,
    }
}

/// Sets the next question, or ends the waiting. A result that cannot be used is never taken for one that can.
async fn not_yet<E: Errand>(app: &App, errand: &E, missing: &Missing) -> Result<(), JobError> {
    let now = app.now();
    let waited = now - errand.way().fal_ended_at.unwrap_or(now);
    if waited >= RESULT_PATIENCE && (!missing.may_pass || is_late(errand, now)) {
        return fail(app, errand, missing.code.to_owned(), missing.message.clone(), None).await;
    }
    let run = errand.run();
    tracing::warn!(run.kind = run.kind(), run.id = %run.id(), error = missing.message, "a result cannot be taken over yet");
    let next = next_look(errand, now);
    let mut tx = app.begin().await?;
    errand.wait_for_result(&mut tx, next, now).await?;
    if waited >= STALL_AFTER {
        errand.stall(&mut tx, missing.reason(), next, now).await?;
    }
    app.enqueue(&mut tx, &errand.collecting(), next).await?;
    app.commit(tx).await?;
    Ok(())
}

/// It has failed; of what its owner gave up, that nothing came of it.
async fn fail<E: Errand>(
    app: &App,
    errand: &E,
    code: String,
    message: String,
    response: Option<Value>,
) -> Result<(), JobError> {
    let end = match errand.way().cancel_requested_at {
        Some(_) => Unmade::Cancelled,
        None => Unmade::Failed { code, message, response },
    };
    errand.stop(app, end).await
}

/// Its time is over: fal is asked to stop, and whatever it does then is not waited for.
async fn out_of_time<E: Errand>(app: &App, errand: &E, request: &Handle) -> Result<(), JobError> {
    if let Err(error) = app.fal.cancel(request).await {
        let run = errand.run();
        tracing::warn!(run.kind = run.kind(), run.id = %run.id(), %error, "fal could not be asked to stop");
    }
    let message = "fal has not ended it within its time".to_owned();
    fail(app, errand, "timed_out".to_owned(), message, None).await
}

/// Often at first, since errands are done in seconds; every 30 seconds later.
fn next_look(errand: &impl Errand, now: DateTime<Utc>) -> DateTime<Utc> {
    let age = now - errand.way().fal_ended_at.unwrap_or_else(|| begun(errand));
    let pause = match age.num_seconds() {
        ..30 => TimeDelta::seconds(1),
        30..300 => TimeDelta::seconds(5),
        _ => TimeDelta::seconds(30),
    };
    now + pause
}

fn begun(errand: &impl Errand) -> DateTime<Utc> {
    errand.way().submitted_at.unwrap_or(errand.way().created_at)
}
