//! Trainings of which fal has named no request: the submission has not happened, or its answer was lost.

use aisha_openapi::vocabulary::{ToldBy, TrainingStatus};
use chrono::TimeDelta;

use super::Case;
use crate::domain::job::Job;
use crate::domain::run::attempt_token;
use crate::domain::training::{Ending, LOOK_AFTER, Step};
use crate::storage::{avatars, jobs, trainings};
use crate::workers::error::JobError;

/// How long fal's webhook may take to name a training whose submission was not answered.
pub(in crate::workers) const SUBMISSION_WINDOW: TimeDelta = TimeDelta::hours(2);

/// The submission was not answered, and no webhook has named the request so far. When its time is over fal may have it
/// or not; it is submitted once more if the budget allows, and never again.
pub(super) async fn without_request(case: &Case<'_>) -> Result<(), JobError> {
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
    case.fail("submission_unknown", message).await
}

/// Opens a lost submission again, under a new token; a webhook with the old one is still understood.
///
/// No cap refuses it: the person had room for this training when they began it, and fal calls back for whatever it has
/// taken, so after two hours of silence the second submission most likely spends what was meant for the first. But fal may
/// have taken both. So from the call on it counts as paid twice, in the day in which it was begun: what is begun after it
/// finds the less room. The operator's switch holds it like every submission: its job looks at the switch in the
/// transaction that begins it.
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

/// fal certainly has nothing of it, so there is nobody to wait for. Its job goes on by itself; should there be none, as
/// after a database was brought back from a copy, it is begun again.
async fn without_submission(case: &Case<'_>) -> Result<(), JobError> {
    let Case { app, training, .. } = *case;
    let training_id = training.id;
    let job = match training.status {
        TrainingStatus::Cancelling => return case.end(&Ending::Cancelled).await,
        TrainingStatus::Preparing if training.training_set_key.is_none() => Job::PrepareTraining { training_id },
        TrainingStatus::Preparing | TrainingStatus::Submitting => Job::SubmitTraining { training_id },
        _ => return Ok(()),
    };
    let now = app.now();
    let mut tx = app.begin().await?;
    if trainings::look_again(&mut tx, training_id, now + LOOK_AFTER).await? && !jobs::is_pending(&mut tx, &job).await? {
        tracing::warn!(training.id = %training_id, job = job.kind(), "a training had lost its job");
        app.enqueue(&mut tx, &job, now).await?;
    }
    app.commit(tx).await?;
    Ok(())
}
