//! Asks fal for the true state of a training and takes over what there is: the one path on which webhook, sweep and
//! polling meet. Nothing is guessed here. What fal does not say stays open until its time is over.

mod copy_weights;

use aisha_openapi::vocabulary::{EventType, ProgressSource, ResourceType, ToldBy, TrainingStatus};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use self::copy_weights::copy_weights;
use super::ending;
use super::error::JobError;
use crate::app::App;
use crate::domain::event::NewEvent;
use crate::domain::ids::TrainingId;
use crate::domain::job::Job;
use crate::domain::training::{Ending, Step, Training, attempt_token};
use crate::fal::{FalError, Handle, LogLine, Outcome, Status, progress};
use crate::storage::trainings::Report;
use crate::storage::{avatars, fal_deliveries, trainings};

/// How long fal's webhook may take to name a training whose submission was not answered.
pub(super) const SUBMISSION_WINDOW: TimeDelta = TimeDelta::hours(2);
/// fal may need a moment until a new request is known everywhere.
const BIRTH_PATIENCE: TimeDelta = TimeDelta::minutes(2);
/// Progress is told no more often.
const PROGRESS_PAUSE: TimeDelta = TimeDelta::seconds(10);
/// Log lines kept with a training.
const LOG_LINES: usize = 40;

/// A training that is looked at, and who brought the news that made us look.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) app: &'a App,
    pub(super) training: &'a Training,
    pub(super) told_by: ToldBy,
}

impl Case<'_> {
    async fn end(&self, ending: &Ending) -> Result<(), JobError> {
        ending::end(self.app, self.training, ending, self.told_by).await
    }
}

/// Asks, and acts on the answer.
pub(super) async fn run(app: &App, training_id: TrainingId) -> Result<(), JobError> {
    let Some(training) = trainings::find_for_job(&app.db, training_id).await? else { return Ok(()) };
    if training.status.is_final() {
        return Ok(());
    }
    let case = &Case { app, training: &training, told_by: told_by(app, &training).await? };
    let Some(request) = handle(&training) else { return without_request(case).await };
    if app.now() > deadline(&training) {
        return out_of_time(case, &request).await;
    }
    match app.fal.status(&request).await {
        Ok(Status::InQueue { position }) => queued(case, position).await,
        Ok(Status::InProgress { logs }) => running(case, &logs).await,
        Ok(Status::Completed { logs, .. }) => completed(case, &request, &logs).await,
        Ok(Status::NotFound) if app.now() < submitted_at(&training) + BIRTH_PATIENCE => ask_later(case).await,
        Ok(Status::NotFound) => fail(case, "request_lost", "fal does not know the request any more").await,
        Err(error) => unanswered(case, &error).await,
    }
}

/// The webhook, if it has called since fal was last asked; else it was our own question.
async fn told_by(app: &App, training: &Training) -> Result<ToldBy, JobError> {
    let since = training.last_status_check.unwrap_or(training.created_at);
    let has_called = fal_deliveries::has_any_since(&app.db, training.id, since).await?;
    Ok(if has_called { ToldBy::Webhook } else { ToldBy::Sweep })
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
pub(super) async fn stall(case: &Case<'_>, reason: &str, next_check_at: DateTime<Utc>) -> Result<(), JobError> {
    let Case { app, training, told_by } = *case;
    let now = app.now();
    let mut tx = app.begin().await?;
    if avatars::lock(&mut tx, training.user_id, training.avatar_id).await?.is_none() {
        return Ok(());
    }
    let is_news = training.status != TrainingStatus::Stalled || training.status_reason.as_deref() != Some(reason);
    if trainings::stall(&mut tx, training.id, reason, next_check_at, now).await? && is_news {
        app.note(&mut tx, training.id, &Step::new(TrainingStatus::Stalled, told_by).because(reason)).await?;
        avatars::touch(&mut tx, training.avatar_id, now).await?;
        app.tell(&mut tx, stalled_event(training, reason)).await?;
    }
    app.enqueue(&mut tx, &Job::ApplyFalResult { training_id: training.id }, next_check_at).await?;
    app.commit(tx).await?;
    Ok(())
}

async fn queued(case: &Case<'_>, position: Option<u32>) -> Result<(), JobError> {
    let Case { app, training, .. } = *case;
    let report = Report {
        status: TrainingStatus::Queued,
        progress: 0,
        progress_source: training.progress_source,
        queue_position: position.and_then(|position| i32::try_from(position).ok()),
        logs: None,
        next_check_at: next_look(app, training),
    };
    write_report(case, &report).await
}

async fn running(case: &Case<'_>, logs: &[LogLine]) -> Result<(), JobError> {
    let Case { app, training, .. } = *case;
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
    write_report(case, &report).await
}

/// fal is done with it, one way or the other: the result tells which.
async fn completed(case: &Case<'_>, request: &Handle, logs: &[LogLine]) -> Result<(), JobError> {
    let Case { app, training, .. } = *case;
    match app.fal.result(request).await {
        Ok(Outcome::Completed(output)) => {
            running(case, logs).await?;
            match copy_weights(app, training, output).await? {
                Ok(weights) => case.end(&Ending::Completed(weights)).await,
                Err(error) => unusable(case, &error).await,
            }
        }
        Ok(Outcome::Failed { .. }) if training.status == TrainingStatus::Cancelling => {
            case.end(&Ending::Cancelled).await
        }
        Ok(Outcome::Failed { code, message, raw }) => {
            case.end(&Ending::Failed { code, message, response: Some(raw) }).await
        }
        Ok(Outcome::Gone) => fail(case, "result_expired", "fal has not kept the result").await,
        Ok(Outcome::Pending) => ask_later(case).await,
        Err(error) => unanswered(case, &error).await,
    }
}

/// The submission was not answered, and no webhook has named the request so far. When its time is over fal may have it
/// or not; it is submitted once more if the budget allows, and never again.
async fn without_request(case: &Case<'_>) -> Result<(), JobError> {
    let Case { app, training, .. } = *case;
    let Some(submitted_at) = training.submitted_at else { return without_submission(case).await };
    if app.now() < submitted_at + SUBMISSION_WINDOW {
        return Ok(());
    }
    if training.status == TrainingStatus::Cancelling {
        return case.end(&Ending::Cancelled).await;
    }
    let attempts = trainings::count_attempts(&app.db, training.id).await?;
    if attempts <= i64::from(app.settings.resubmissions) && submit_again(case).await? {
        return Ok(());
    }
    let message = "fal's answer was lost and fal has not called back; it may have been charged";
    fail(case, "submission_unknown", message).await
}

/// Opens a lost submission again, under a new token; a webhook with the old one is still understood.
async fn submit_again(case: &Case<'_>) -> Result<bool, JobError> {
    let Case { app, training, .. } = *case;
    let now = app.now();
    let token = attempt_token().map_err(|_| JobError::retry("the machine gives no random bytes"))?;
    let mut tx = app.begin().await?;
    if !trainings::submit_again(&mut tx, training.id, &token, now).await? {
        return Ok(false);
    }
    let step = Step::new(TrainingStatus::Submitting, ToldBy::Worker).because("submission_unknown");
    app.note(&mut tx, training.id, &step).await?;
    app.enqueue(&mut tx, &Job::SubmitTraining { training_id: training.id }, now).await?;
    avatars::touch(&mut tx, training.avatar_id, now).await?;
    app.commit(tx).await?;
    app.metrics.resubmissions.inc();
    tracing::warn!(training.id = %training.id, "a training is submitted again: fal's answer was lost");
    Ok(true)
}

/// fal certainly has nothing of it, so there is nobody to wait for. Its job tries again by itself, unless its process
/// died at the wrong moment.
async fn without_submission(case: &Case<'_>) -> Result<(), JobError> {
    let Case { app, training, .. } = *case;
    match training.status {
        TrainingStatus::Cancelling => case.end(&Ending::Cancelled).await,
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
async fn unusable(case: &Case<'_>, error: &FalError) -> Result<(), JobError> {
    let code = match error {
        FalError::FileGone => "result_expired",
        FalError::ForeignHost { .. } | FalError::TooLarge { .. } => "result_refused",
        _ => "result_unreadable",
    };
    fail(case, code, &error.to_string()).await
}

/// The time is over: fal is told to stop, and whatever it does is no longer waited for.
async fn out_of_time(case: &Case<'_>, request: &Handle) -> Result<(), JobError> {
    let Case { app, training, .. } = *case;
    if let Err(error) = app.fal.cancel(request).await {
        tracing::warn!(training.id = %training.id, %error, "fal could not be told to stop a training");
    }
    match training.status {
        TrainingStatus::Cancelling => case.end(&Ending::Cancelled).await,
        _ => fail(case, "timed_out", "fal did not finish in the time allowed").await,
    }
}

async fn fail(case: &Case<'_>, code: &str, message: &str) -> Result<(), JobError> {
    let ending = Ending::Failed { code: code.to_owned(), message: message.to_owned(), response: None };
    case.end(&ending).await
}

/// fal gave no usable answer. The training itself may be well, so only the next question is set; a locked account or a
/// refused key is worth telling.
async fn unanswered(case: &Case<'_>, error: &FalError) -> Result<(), JobError> {
    let Case { app, training, .. } = *case;
    tracing::warn!(training.id = %training.id, %error, "fal did not tell the state of a training");
    let reason = match error {
        FalError::KeyRefused => "fal_key_refused",
        FalError::AccountLocked(_) => "fal_account_locked",
        _ => return ask_later(case).await,
    };
    stall(case, reason, next_look(app, training)).await
}

async fn ask_later(case: &Case<'_>) -> Result<(), JobError> {
    let Case { app, training, .. } = *case;
    let next = next_look(app, training);
    let mut tx = app.begin().await?;
    trainings::postpone(&mut tx, training.id, next, app.now()).await?;
    app.enqueue(&mut tx, &Job::ApplyFalResult { training_id: training.id }, next).await?;
    app.commit(tx).await?;
    Ok(())
}

async fn write_report(case: &Case<'_>, report: &Report) -> Result<(), JobError> {
    let Case { app, training, told_by } = *case;
    let now = app.now();
    let mut tx = app.begin().await?;
    if trainings::report(&mut tx, training.id, report, now).await? {
        if report.status != training.status && training.status != TrainingStatus::Cancelling {
            app.note(&mut tx, training.id, &Step::new(report.status, told_by)).await?;
            avatars::touch(&mut tx, training.avatar_id, now).await?;
        }
        if is_progress(training, report)
            && trainings::tell_progress(&mut tx, training.id, now - PROGRESS_PAUSE, now).await?
        {
            app.tell(&mut tx, progress_event(training, report)).await?;
        }
        let job = Job::ApplyFalResult { training_id: training.id };
        app.enqueue(&mut tx, &job, report.next_check_at).await?;
    }
    app.commit(tx).await?;
    Ok(())
}

/// Whether somebody who waits would want to know. While a training is being cancelled nobody does.
fn is_progress(training: &Training, report: &Report) -> bool {
    let is_new = report.progress > training.progress
        || report.status != training.status
        || report.queue_position != training.queue_position;
    is_new && training.status != TrainingStatus::Cancelling
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
    event(EventType::TrainingStalled, training, TrainingStatus::Stalled, details)
}

fn progress_event(training: &Training, report: &Report) -> NewEvent {
    let details = json!({
        "version": training.version,
        "progress": report.progress.max(training.progress),
        "progress_source": report.progress_source,
        "queue_position": report.queue_position,
    });
    event(EventType::TrainingProgress, training, report.status, details)
}

fn event(kind: EventType, training: &Training, state: TrainingStatus, details: Value) -> NewEvent {
    NewEvent {
        kind,
        user_id: training.user_id,
        actor: None,
        avatar_id: Some(training.avatar_id),
        resource: (ResourceType::Training, training.id.0),
        state: Some(state.as_str()),
        details: if let Value::Object(details) = details { details } else { Map::new() },
    }
}
