//! Asks fal for the true state of a training and takes over what there is: the one path on which webhook, sweep and
//! polling meet. Nothing is guessed here. What fal does not say stays open until its time is over.

mod copy_weights;
mod lost;
mod take_over;

use std::time::Duration;

use aisha_openapi::vocabulary::{EventType, ProgressSource, ResourceType, ToldBy, TrainingStatus};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use self::take_over::take_over;
use super::ending;
use super::error::JobError;
use super::outcome;
use crate::app::App;
use crate::domain::event::NewEvent;
use crate::domain::ids::TrainingId;
use crate::domain::job::Job;
use crate::domain::run::Run;
use crate::domain::training::{Ending, Step, Training};
use crate::fal::{Delivery, FalError, Handle, LogLine, Status, progress};
use crate::storage::trainings::Report;
use crate::storage::{avatars, fal_deliveries, trainings};

pub(super) use self::lost::SUBMISSION_WINDOW;

/// fal may need a moment until a new request is known everywhere.
const BIRTH_PATIENCE: TimeDelta = TimeDelta::minutes(2);
/// How long a result is asked for that cannot be had; fal keeps those of trainers for an hour.
const RESULT_PATIENCE: TimeDelta = TimeDelta::minutes(10);
/// How long to wait for the last log lines of a training whose end is known.
const LOG_PATIENCE: Duration = Duration::from_secs(10);
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

    /// It has failed; of what its owner gave up, that nothing came of it.
    async fn fail(&self, code: &str, message: &str) -> Result<(), JobError> {
        if self.is_given_up() {
            return self.end(&Ending::Cancelled).await;
        }
        let ending = Ending::Failed { code: code.to_owned(), message: message.to_owned(), response: None };
        self.end(&ending).await
    }

    /// Whether its owner does not want it any more.
    fn is_given_up(&self) -> bool {
        self.training.status == TrainingStatus::Cancelling
    }

    /// Whether a result was asked for long enough that fal says it has not, or whose files are not what they should be.
    fn has_waited_for_the_result(&self) -> bool {
        self.training.fal_ended_at.is_some_and(|ended_at| self.app.now() - ended_at >= RESULT_PATIENCE)
    }

    fn is_late(&self) -> bool {
        self.training.deadline().is_some_and(|deadline| self.app.now() > deadline)
    }
}

/// Asks, and acts on the answer.
pub(super) async fn run(app: &App, training_id: TrainingId) -> Result<(), JobError> {
    let Some(training) = trainings::find_for_job(&app.db, training_id).await? else { return Ok(()) };
    if training.status.is_final() {
        return Ok(());
    }
    let Some(request) = handle(&training) else {
        return lost::without_request(&Case { app, training: &training, told_by: ToldBy::Sweep }).await;
    };
    let delivered = fal_deliveries::find_last(&app.db, Run::Training(training.id), &request.request_id).await?;
    // The webhook, if it has called since fal was last asked; else it is our own question.
    let asked_at = training.last_status_check.unwrap_or(training.created_at);
    let has_called = delivered.as_ref().is_some_and(|delivered| delivered.received_at >= asked_at);
    let told_by = if has_called { ToldBy::Webhook } else { ToldBy::Sweep };
    let case = &Case { app, training: &training, told_by };
    match delivered {
        // fal has signed that it has ended, whatever its status says by now.
        Some(delivered) => {
            let delivery = delivered.body.and_then(|body| serde_json::from_value::<Delivery>(body.0).ok());
            let logs = last_logs(app, &request).await;
            take_over(case, &request, &logs, delivery.as_ref()).await
        }
        None => ask(case, &request).await,
    }
}

async fn ask(case: &Case<'_>, request: &Handle) -> Result<(), JobError> {
    let Case { app, training, .. } = *case;
    match app.fal.status(request).await {
        // Late or not: what fal has done is paid, and is fetched.
        Ok(Status::Completed { logs, .. }) => take_over(case, request, &logs, None).await,
        _ if case.is_late() => out_of_time(case, request).await,
        Ok(Status::InQueue { position }) => queued(case, position).await,
        Ok(Status::InProgress { logs }) => running(case, &logs).await,
        Ok(Status::NotFound) if app.now() < submitted_at(training) + BIRTH_PATIENCE => ask_later(case).await,
        // The webhook may still know better.
        Ok(Status::NotFound) => stall(case, "request_unknown", next_look(app, training)).await,
        Err(error) => unanswered(case, &error).await,
    }
}

/// The log of a training that has ended. It is worth a question, and no more than that.
async fn last_logs(app: &App, request: &Handle) -> Vec<LogLine> {
    match tokio::time::timeout(LOG_PATIENCE, app.fal.status(request)).await {
        Ok(Ok(Status::Completed { logs, .. } | Status::InProgress { logs })) => logs,
        _ => Vec::new(),
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

/// The time is over: fal is told to stop, and whatever it does is no longer waited for.
async fn out_of_time(case: &Case<'_>, request: &Handle) -> Result<(), JobError> {
    let Case { app, training, .. } = *case;
    if let Err(error) = app.fal.cancel(request).await {
        tracing::warn!(training.id = %training.id, %error, "fal could not be told to stop a training");
    }
    case.fail("timed_out", "fal did not finish in the time allowed").await
}

/// fal gave no usable answer. The training itself may be well, so only the next question is set; a locked account or a
/// refused key is worth telling.
async fn unanswered(case: &Case<'_>, error: &FalError) -> Result<(), JobError> {
    let Case { app, training, .. } = *case;
    tracing::warn!(training.id = %training.id, %error, "fal did not tell the state of a training");
    match outcome::trouble(error) {
        Some(reason) => stall(case, reason, next_look(app, training)).await,
        None => ask_later(case).await,
    }
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
    // Once fal is done, its result is wanted soon, however long the training took.
    let age = now - training.fal_ended_at.unwrap_or_else(|| submitted_at(training));
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
