//! Asks fal for the true state of a generation and takes its pictures over: the one path on which webhook and sweep
//! meet. Nothing is guessed here. What fal does not say stays open until its time is over.

mod copy_images;
pub(super) mod ending;
mod lost;

use chrono::{DateTime, TimeDelta, Utc};

use self::copy_images::copy_images;
use super::error::JobError;
use super::outcome::{self, Ended, Missing};
use crate::app::App;
use crate::domain::generation::{Ending, Generation};
use crate::domain::ids::GenerationId;
use crate::domain::job::Job;
use crate::domain::run::Run;
use crate::fal::{Delivery, Handle, Status, generators};
use crate::storage::{fal_deliveries, generations};

pub(super) use self::lost::SUBMISSION_WINDOW;

/// fal may need a moment until a new request is known everywhere.
const BIRTH_PATIENCE: TimeDelta = TimeDelta::minutes(2);
/// How long a result is asked for that cannot be had.
const RESULT_PATIENCE: TimeDelta = TimeDelta::minutes(10);
/// fal's word for an address from which it got nothing. Of a generation the only one is that of the weights.
const NOT_FETCHED: &str = "file_download_error";
/// After so long the owner is told that it takes longer than it should.
const STALL_AFTER: TimeDelta = TimeDelta::minutes(1);

/// Asks, and acts on the answer.
pub(super) async fn run(app: &App, id: GenerationId) -> Result<(), JobError> {
    let Some(generation) = generations::find_for_job(&app.db, id).await? else { return Ok(()) };
    if generation.status.is_final() {
        return Ok(());
    }
    let Some(request) = handle(&generation) else { return lost::without_request(app, &generation).await };
    let delivered = fal_deliveries::find_last(&app.db, Run::Generation(id), &request.request_id).await?;
    match delivered {
        // fal has signed that it has ended, whatever its status says by now.
        Some(delivered) => {
            let delivery = delivered.body.and_then(|body| serde_json::from_value::<Delivery>(body.0).ok());
            take_over(app, &generation, &request, delivery.as_ref()).await
        }
        None => ask(app, &generation, &request).await,
    }
}

/// The request of a generation, as the client wants it.
pub(super) fn handle(generation: &Generation) -> Option<Handle> {
    let request = generation.request.clone()?;
    Some(Handle {
        endpoint: generation.endpoint.clone(),
        request_id: request.id,
        status_url: request.status_url,
        response_url: request.response_url,
        cancel_url: request.cancel_url,
    })
}

async fn ask(app: &App, generation: &Generation, request: &Handle) -> Result<(), JobError> {
    let now = app.now();
    match app.fal.status(request).await {
        // Late or not: what fal has done is paid, and is fetched.
        Ok(Status::Completed { .. }) => take_over(app, generation, request, None).await,
        _ if is_late(generation, now) => out_of_time(app, generation, request).await,
        Ok(Status::InQueue { .. } | Status::InProgress { .. }) => {
            let next = next_look(generation, now);
            let mut tx = app.begin().await?;
            generations::processing(&mut tx, generation.id, next, now).await?;
            app.enqueue(&mut tx, &Job::CollectGeneration { generation_id: generation.id }, next).await?;
            app.commit(tx).await?;
            Ok(())
        }
        Ok(Status::NotFound) if now < begun(generation) + BIRTH_PATIENCE => ask_later(app, generation, None).await,
        // The webhook may still know better.
        Ok(Status::NotFound) => ask_later(app, generation, Some("request_unknown")).await,
        Err(error) => {
            tracing::warn!(generation.id = %generation.id, %error, "fal did not tell the state of a generation");
            ask_later(app, generation, outcome::trouble(&error)).await
        }
    }
}

/// Sets the next question, and says why the state is not known if that is worth it.
async fn ask_later(app: &App, generation: &Generation, reason: Option<&str>) -> Result<(), JobError> {
    let now = app.now();
    let next = next_look(generation, now);
    let mut tx = app.begin().await?;
    match reason {
        Some(reason) => generations::stall(&mut tx, generation.id, reason, next, now).await?,
        None => generations::postpone(&mut tx, generation.id, next, now).await?,
    };
    app.enqueue(&mut tx, &Job::CollectGeneration { generation_id: generation.id }, next).await?;
    app.commit(tx).await?;
    Ok(())
}

/// Asks for the result and acts on it.
async fn take_over(
    app: &App,
    generation: &Generation,
    request: &Handle,
    delivery: Option<&Delivery>,
) -> Result<(), JobError> {
    let output = match outcome::ask(app, request, delivery).await {
        Ok(Ended::Made(output)) => output,
        Ok(Ended::Failed { code, message, raw }) => {
            if code == NOT_FETCHED && lost::submit_again(app, generation).await? {
                return Ok(());
            }
            return fail(app, generation, code, message, Some(raw)).await;
        }
        Err(missing) => return not_yet(app, generation, &missing).await,
    };
    let generator = generators::find(&generation.endpoint)
        .ok_or_else(|| JobError::fail("this version does not know the generator"))?;
    let made = match generator.read(&output) {
        Ok(made) => made,
        Err(error) => {
            let code = outcome::code(&error).to_owned();
            return fail(app, generation, code, error.to_string(), Some(output)).await;
        }
    };
    match copy_images(app, generation, &made).await? {
        Ok(images) => ending::end(app, generation, &Ending::Made { images, response: output }).await,
        Err(error) => not_yet(app, generation, &Missing::after(&error)).await,
    }
}

/// Sets the next question, or ends the waiting. A result that cannot be used is never taken for one that can.
async fn not_yet(app: &App, generation: &Generation, missing: &Missing) -> Result<(), JobError> {
    let now = app.now();
    let waited = now - generation.fal_ended_at.unwrap_or(now);
    if waited >= RESULT_PATIENCE && (!missing.may_pass || is_late(generation, now)) {
        return fail(app, generation, missing.code.to_owned(), missing.message.clone(), None).await;
    }
    tracing::warn!(generation.id = %generation.id, error = missing.message, "pictures of fal cannot be taken over yet");
    let next = next_look(generation, now);
    let mut tx = app.begin().await?;
    generations::wait_for_result(&mut tx, generation.id, next, now).await?;
    if waited >= STALL_AFTER {
        generations::stall(&mut tx, generation.id, missing.reason(), next, now).await?;
    }
    app.enqueue(&mut tx, &Job::CollectGeneration { generation_id: generation.id }, next).await?;
    app.commit(tx).await?;
    Ok(())
}

/// It has failed; of what its owner gave up, that nothing came of it.
async fn fail(
    app: &App,
    generation: &Generation,
    code: String,
    message: String,
    response: Option<serde_json::Value>,
) -> Result<(), JobError> {
    let ending = match generation.cancel_requested_at {
        Some(_) => Ending::Cancelled,
        None => Ending::Failed { code, message, response },
    };
    ending::end(app, generation, &ending).await
}

/// Its time is over: fal is asked to stop, and whatever it does then is not waited for.
async fn out_of_time(app: &App, generation: &Generation, request: &Handle) -> Result<(), JobError> {
    if let Err(error) = app.fal.cancel(request).await {
        tracing::warn!(generation.id = %generation.id, %error, "fal could not be asked to stop");
    }
    let message = "fal has not ended it within its time".to_owned();
    fail(app, generation, "timed_out".to_owned(), message, None).await
}

/// Whether its time is over.
pub(super) fn is_late(generation: &Generation, now: DateTime<Utc>) -> bool {
    generation.deadline_at.is_some_and(|deadline| now > deadline)
}

/// Often at first, since pictures are made in seconds; every 30 seconds later.
fn next_look(generation: &Generation, now: DateTime<Utc>) -> DateTime<Utc> {
    let age = now - generation.fal_ended_at.unwrap_or_else(|| begun(generation));
    let pause = match age.num_seconds() {
        ..30 => TimeDelta::seconds(1),
        30..300 => TimeDelta::seconds(5),
        _ => TimeDelta::seconds(30),
    };
    now + pause
}

fn begun(generation: &Generation) -> DateTime<Utc> {
    generation.submitted_at.unwrap_or(generation.created_at)
}
