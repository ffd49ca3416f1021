//! Asks fal for the true state of a training and takes over what there is: the one path on which webhook, sweep and
//! polling meet. Nothing is guessed here. What fal does not say stays open until its time is over.

mod copy_weights;

use aisha_openapi::vocabulary::{EventType, ProgressSource, ResourceType, TrainingStatus};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use self::copy_weights::copy_weights;
use super::ending;
use super::error::JobError;
use crate::app::App;
use crate::domain::event::NewEvent;
use crate::domain::ids::TrainingId;
use crate::domain::job::Job;
use crate::domain::training::{Ending, Training};
use crate::fal::{FalError, Handle, LogLine, Outcome, Status, progress};
use crate::storage::trainings::Report;
use crate::storage::{avatars, trainings};

/// How long fal's webhook may take to name a training whose submission was not answered.
pub(super) const SUBMISSION_WINDOW: TimeDelta = TimeDelta::hours(2);
/// fal may need a moment until a new request is known everywhere.
const BIRTH_PATIENCE: TimeDelta = TimeDelta::minutes(2);
/// Log lines kept with a training.
const LOG_LINES: usize = 40;

/// Asks, and acts on the answer.
pub(super) async fn run(app: &App, training_id: TrainingId) -> Result<(), JobError> {
    let Some(training) = trainings::find_for_job(&app.db, training_id).await? else { return Ok(()) };
    if training.status.is_final() {
        return Ok(());
    }
    let Some(request) = handle(&training) else { return without_request(app, &training).await };
    if app.now() > deadline(&training) {
        return out_of_time(app, &training, &request).await;
    }
    match app.fal.status(&request).await {
        Ok(Status::InQueue { position }) => queued(app, &training, position).await,
        Ok(Status::InProgress { logs }) => running(app, &training, &logs).await,
        Ok(Status::Completed { logs, .. }) => completed(app, &training, &request, &logs).await,
        Ok(Status::NotFound) if app.now() < submitted_at(&training) + BIRTH_PATIENCE => ask_later(app, &training).await,
        Ok(Status::NotFound) => fail(app, &training, "request_lost", "fal does not know the request any more").await,
        Err(error) => unanswered(app, &training, &error).await,
    }
}

/// The request of a training, as the client wants it.
pub(super) fn handle(training: &Training) -> Option<Handle> {
    let request = training.request.clone()?;
    Some(Handle {
        endpoint: training.settings.endpoint.clone(),
        request_id: request.id,
        status_url: request.status_url,
        response_url: request.response_url,
        cancel_url: request.cancel_url,
    })
}

/// Says that the true state is not known for now, once for each reason.
pub(super) async fn stall(
    app: &App,
    training: &Training,
    reason: &str,
    next_check_at: DateTime<Utc>,
) -> Result<(), JobError> {
    let now = app.now();
    let mut tx = app.begin().await?;
    if avatars::lock(&mut tx, training.user_id, training.avatar_id).await?.is_none() {
        return Ok(());
    }
    let is_news = training.status != TrainingStatus::Stalled || training.status_reason.as_deref() != Some(reason);
    if trainings::stall(&mut tx, training.id, reason, next_check_at, now).await? && is_news {
        avatars::touch(&mut tx, training.avatar_id, now).await?;
        app.tell(&mut tx, stalled_event(training, reason)).await?;
    }
    app.enqueue(&mut tx, &Job::ApplyFalResult { training_id: training.id }, next_check_at).await?;
    app.commit(tx).await?;
    Ok(())
}

async fn queued(app: &App, training: &Training, position: Option<u32>) -> Result<(), JobError> {
    let report = Report {
        status: TrainingStatus::Queued,
        progress: 0,
        progress_source: training.progress_source,
        queue_position: position.and_then(|position| i32::try_from(position).ok()),
        logs: None,
        next_check_at: next_look(app, training),
    };
    write_report(app, training, &report).await
}

async fn running(app: &App, training: &Training, logs: &[LogLine]) -> Result<(), JobError> {
    let steps = u32::try_from(training.settings.steps).unwrap_or(0);
    let (progress, progress_source) = match progress(logs, steps) {
        // 100 is said only when the weights are in our own store.
        Some(percent) => (i32::from(percent).min(99), ProgressSource::Reported),
        None => (estimate(training, app.now()), ProgressSource::Estimated),
    };
    let report = Report {
        status: TrainingStatus::Running,
        progress,
        progress_source,
        queue_position: None,
        logs: last_lines(logs),
        next_check_at: next_look(app, training),
    };
    write_report(app, training, &report).await
}

/// fal is done with it, one way or the other: the result tells which.
async fn completed(app: &App, training: &Training, request: &Handle, logs: &[LogLine]) -> Result<(), JobError> {
    match app.fal.result(request).await {
        Ok(Outcome::Completed(output)) => {
            running(app, training, logs).await?;
            match copy_weights(app, training, output).await? {
                Ok(weights) => ending::end(app, training, &Ending::Completed(weights)).await,
                Err(error) => unusable(app, training, &error).await,
            }
        }
        Ok(Outcome::Failed { .. }) if training.status == TrainingStatus::Cancelling => {
            ending::end(app, training, &Ending::Cancelled).await
        }
        Ok(Outcome::Failed { code, message, raw }) => {
            ending::end(app, training, &Ending::Failed { code, message, response: Some(raw) }).await
        }
        Ok(Outcome::Gone) => fail(app, training, "result_expired", "fal has not kept the result").await,
        Ok(Outcome::Pending) => ask_later(app, training).await,
        Err(error) => unanswered(app, training, &error).await,
    }
}

/// The submission was not answered, and no webhook has named the request so far.
async fn without_request(app: &App, training: &Training) -> Result<(), JobError> {
    let Some(submitted_at) = training.submitted_at else { return without_submission(app, training).await };
    let over = submitted_at + SUBMISSION_WINDOW;
    match training.status {
        _ if app.now() < over => Ok(()),
        TrainingStatus::Cancelling => ending::end(app, training, &Ending::Cancelled).await,
        _ => {
            let message = "fal's answer was lost and fal has not called back; it may have been charged";
            fail(app, training, "submission_unknown", message).await
        }
    }
}

/// fal certainly has nothing of it, so there is nobody to wait for. Its job tries again by itself, unless its process
/// died at the wrong moment.
async fn without_submission(app: &App, training: &Training) -> Result<(), JobError> {
    match training.status {
        TrainingStatus::Cancelling => ending::end(app, training, &Ending::Cancelled).await,
        TrainingStatus::Submitting => {
            let mut tx = app.begin().await?;
            app.enqueue(&mut tx, &Job::SubmitTraining { training_id: training.id }, app.now()).await?;
            app.commit(tx).await?;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A result that cannot be used is never taken for one that can.
async fn unusable(app: &App, training: &Training, error: &FalError) -> Result<(), JobError> {
    let code = match error {
        FalError::FileGone => "result_expired",
        FalError::ForeignHost { .. } | FalError::TooLarge { .. } => "result_refused",
        _ => "result_unreadable",
    };
    fail(app, training, code, &error.to_string()).await
}

/// The time is over: fal is told to stop, and whatever it does is no longer waited for.
async fn out_of_time(app: &App, training: &Training, request: &Handle) -> Result<(), JobError> {
    if let Err(error) = app.fal.cancel(request).await {
        tracing::warn!(training.id = %training.id, %error, "fal could not be told to stop a training");
    }
    match training.status {
        TrainingStatus::Cancelling => ending::end(app, training, &Ending::Cancelled).await,
        _ => fail(app, training, "timed_out", "fal did not finish in the time allowed").await,
    }
}

async fn fail(app: &App, training: &Training, code: &str, message: &str) -> Result<(), JobError> {
    let ending = Ending::Failed { code: code.to_owned(), message: message.to_owned(), response: None };
    ending::end(app, training, &ending).await
}

/// fal gave no usable answer. The training itself may be well, so only the next question is set; a locked account or a
/// refused key is worth telling.
async fn unanswered(app: &App, training: &Training, error: &FalError) -> Result<(), JobError> {
    tracing::warn!(training.id = %training.id, %error, "fal did not tell the state of a training");
    let reason = match error {
        FalError::KeyRefused => "fal_key_refused",
        FalError::AccountLocked(_) => "fal_account_locked",
        _ => return ask_later(app, training).await,
    };
    stall(app, training, reason, next_look(app, training)).await
}

async fn ask_later(app: &App, training: &Training) -> Result<(), JobError> {
    let next = next_look(app, training);
    let mut tx = app.begin().await?;
    trainings::postpone(&mut tx, training.id, next, app.now()).await?;
    app.enqueue(&mut tx, &Job::ApplyFalResult { training_id: training.id }, next).await?;
    app.commit(tx).await?;
    Ok(())
}

async fn write_report(app: &App, training: &Training, report: &Report) -> Result<(), JobError> {
    let mut tx = app.begin().await?;
    if trainings::report(&mut tx, training.id, report, app.now()).await? {
        if report.status != training.status && training.status != TrainingStatus::Cancelling {
            avatars::touch(&mut tx, training.avatar_id, app.now()).await?;
        }
        let job = Job::ApplyFalResult { training_id: training.id };
        app.enqueue(&mut tx, &job, report.next_check_at).await?;
    }
    app.commit(tx).await?;
    Ok(())
}

/// Soon at first, so that a short training is told at once; every 30 seconds later.
fn next_look(app: &App, training: &Training) -> DateTime<Utc> {
    let now = app.now();
    let age = now - submitted_at(training);
    let pause = match age.num_seconds() {
        ..60 => TimeDelta::seconds(2),
        60..600 => TimeDelta::seconds(10),
        _ => TimeDelta::seconds(30),
    };
    now + pause
}

fn submitted_at(training: &Training) -> DateTime<Utc> {
    training.submitted_at.unwrap_or(training.created_at)
}

/// Four times what it should take, and never less than two hours: queues at fal can be long.
fn deadline(training: &Training) -> DateTime<Utc> {
    submitted_at(training) + TimeDelta::seconds(training.expected_seconds * 4).max(TimeDelta::hours(2))
}

fn estimate(training: &Training, now: DateTime<Utc>) -> i32 {
    let begun = training.started_at.unwrap_or(now);
    let percent = (now - begun).num_seconds() * 100 / training.expected_seconds.max(1);
    i32::try_from(percent.clamp(0, 95)).unwrap_or(0)
}

fn last_lines(logs: &[LogLine]) -> Option<String> {
    let first = logs.len().saturating_sub(LOG_LINES);
    let lines = logs[first..].iter().map(|line| line.message.trim_end()).collect::<Vec<_>>();
    // Postgres takes no NUL in a text, and a runner's log may hold anything.
    (!lines.is_empty()).then(|| lines.join("\n").replace('\0', ""))
}

fn stalled_event(training: &Training, reason: &str) -> NewEvent {
    let details = json!({ "version": training.version, "reason": reason });
    NewEvent {
        kind: EventType::TrainingStalled,
        user_id: training.user_id,
        actor: None,
        avatar_id: Some(training.avatar_id),
        resource: (ResourceType::Training, training.id.0),
        state: Some(TrainingStatus::Stalled.as_str()),
        details: if let Value::Object(details) = details { details } else { Map::new() },
    }
}
