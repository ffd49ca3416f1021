//! Brings the photo set to fal and submits the run, once.
//!
//! fal has no idempotency key, and each accepted submission is paid. So the intent is written before the call, and from
//! then on only a refusal that is certain leads to another one. A lost answer makes the training `stalled`: fal's
//! webhook names the request, and nothing is guessed.

use std::time::Duration;

use aisha_openapi::vocabulary::{ToldBy, TrainingStatus};
use chrono::TimeDelta;

use super::STOP_PAUSE;
use super::apply_fal_result::Case;
use super::error::JobError;
use super::insist::insist;
use super::{apply_fal_result, ending, outcome};
use crate::app::App;
use crate::domain::ids::TrainingId;
use crate::domain::job::Job;
use crate::domain::run::FalRequest;
use crate::domain::training::{Ending, LOOK_AFTER, SET_KEPT_AT_FAL, Step, Training};
use crate::fal::{FalError, Plan, Submitted, Trainer};
use crate::files::Key;
use crate::storage::{StorageError, Tx, avatars, trainings};

/// A set has some 100 MB at the most; what takes longer has come to a standstill.
const UPLOAD_PATIENCE: Duration = Duration::from_mins(30);
/// When to ask for the first time after a submission.
const FIRST_LOOK: TimeDelta = TimeDelta::seconds(2);

/// Uploads, submits, and writes down what fal answered.
pub(super) async fn run(app: &App, training_id: TrainingId) -> Result<(), JobError> {
    let Some(training) = trainings::find_for_job(&app.db, training_id).await? else { return Ok(()) };
    match (training.status, training.submitted_at) {
        (TrainingStatus::Preparing, _) | (TrainingStatus::Submitting, None) => {}
        // A run of this job was killed between its call and its note: fal may have the training.
        (TrainingStatus::Submitting, Some(_)) => return answer_lost(app, &training).await,
        _ => return Ok(()),
    }
    if app.is_spending_stopped(&mut app.begin().await?).await? {
        return wait(app, &training).await;
    }
    let Some(trainer) = Trainer::from_endpoint(&training.settings.endpoint) else {
        return Err(JobError::fail("this version does not know the trainer"));
    };
    let images_url = match images_url(app, &training).await? {
        Ok(url) => url,
        Err(error) => return refused(app, &training, &error).await,
    };
    let settings = &training.settings;
    let input = trainer.input(&plan(&training), &settings.trigger_phrase, &images_url);
    let webhook = app.fal_webhook(&training.attempt_token).map_err(JobError::fail)?;

    let mut tx = app.begin().await?;
    let now = app.now();
    let look = now + apply_fal_result::SUBMISSION_WINDOW;
    // Once more, in the transaction that begins to spend: an upload takes its time.
    if app.is_spending_stopped(&mut tx).await? {
        drop(tx);
        return wait(app, &training).await;
    }
    if !trainings::begin_submission(&mut tx, training.id, webhook.as_str(), look, training.deadline_from(now), now)
        .await?
    {
        return Ok(());
    }
    if training.status == TrainingStatus::Preparing {
        app.note(&mut tx, training.id, &Step::new(TrainingStatus::Submitting, ToldBy::Worker)).await?;
    }
    avatars::touch(&mut tx, training.avatar_id, now).await?;
    app.commit(tx).await?;
    match app.fal.submit(trainer.endpoint(), &input, &webhook, None).await {
        Ok(submitted) => note(app, &training, &submitted).await,
        Err(error) if error.is_uncertain() => {
            tracing::warn!(training.id = %training.id, %error, "the answer to a submission was lost");
            answer_lost(app, &training).await
        }
        Err(error) if error.is_transient() => {
            let mut tx = app.begin().await?;
            let now = app.now();
            trainings::withdraw_submission(&mut tx, training.id, now + LOOK_AFTER, now).await?;
            look_for_cancellation(app, &mut tx, &training).await?;
            app.commit(tx).await?;
            Err(JobError::retry(error))
        }
        Err(error) => refused(app, &training, &error).await,
    }
}

/// Leaves a training where it is until money may be spent again.
async fn wait(app: &App, training: &Training) -> Result<(), JobError> {
    const REASON: &str = "spending_stopped";
    let now = app.now();
    let mut tx = app.begin().await?;
    if trainings::wait(&mut tx, training.id, REASON, now).await? {
        app.note(&mut tx, training.id, &Step::new(training.status, ToldBy::Worker).because(REASON)).await?;
        avatars::touch(&mut tx, training.avatar_id, now).await?;
    }
    app.enqueue(&mut tx, &Job::SubmitTraining { training_id: training.id }, now + STOP_PAUSE).await?;
    app.commit(tx).await?;
    Ok(())
}

/// The address of the set at fal: uploaded now, unless an earlier run of this job did. The inner error is fal's final
/// refusal.
async fn images_url(app: &App, training: &Training) -> Result<Result<String, FalError>, JobError> {
    if let Some(url) = &training.fal_training_set_url {
        return Ok(Ok(url.clone()));
    }
    let key = training.training_set_key.as_deref().ok_or_else(|| JobError::fail("the training has no set"))?;
    let folder = tempfile::tempdir_in(&app.settings.temporary_dir)?;
    let archive = folder.path().join("training_set.zip");
    if app.files.fetch(&Key::parse(key)?, &archive).await?.is_none() {
        return Err(JobError::fail("the packed set is gone from the store"));
    }
    let upload = app.fal.upload(&archive, "application/zip", "training_set.zip", SET_KEPT_AT_FAL);
    let uploaded = tokio::time::timeout(UPLOAD_PATIENCE, upload).await;
    match uploaded.map_err(|_| JobError::retry("the upload to fal took too long"))? {
        Ok(url) => {
            let mut tx = app.begin().await?;
            trainings::keep_fal_training_set(&mut tx, training.id, url.as_str(), app.now()).await?;
            app.commit(tx).await?;
            Ok(Ok(url.into()))
        }
        // The next attempt asks for another address.
        Err(FalError::UploadRefused) => Err(JobError::retry(FalError::UploadRefused)),
        Err(error) if error.is_transient() => Err(JobError::retry(error)),
        Err(error) => Ok(Err(error)),
    }
}

/// Writes down what fal answered.
async fn note(app: &App, training: &Training, submitted: &Submitted) -> Result<(), JobError> {
    let request = FalRequest {
        id: submitted.request_id.clone(),
        status_url: submitted.status_url.to_string(),
        response_url: submitted.response_url.to_string(),
        cancel_url: submitted.cancel_url.to_string(),
    };
    let position = submitted.queue_position.and_then(|position| i32::try_from(position).ok());
    insist(|| write_note(app, training, &request, position)).await?;
    tracing::info!(training.id = %training.id, fal.request_id = request.id, "a training was submitted");
    Ok(())
}

async fn write_note(
    app: &App,
    training: &Training,
    request: &FalRequest,
    position: Option<i32>,
) -> Result<(), StorageError> {
    let now = app.now();
    let mut tx = app.begin().await?;
    if avatars::lock(&mut tx, training.user_id, training.avatar_id).await?.is_none() {
        // The avatar was deleted while fal was being called, and nobody else knows of the request.
        let (endpoint, request_id) = (training.settings.endpoint.clone(), request.id.clone());
        app.enqueue(&mut tx, &Job::AbandonRequest { endpoint, request_id }, now).await?;
        return app.commit(tx).await;
    }
    // If the webhook came first the request is known already, and there is nothing to write.
    if trainings::submitted(&mut tx, training.id, request, position, now + FIRST_LOOK, now).await? {
        app.note(&mut tx, training.id, &Step::new(TrainingStatus::Queued, ToldBy::Submission)).await?;
    }
    avatars::touch(&mut tx, training.avatar_id, now).await?;
    app.enqueue(&mut tx, &Job::ApplyFalResult { training_id: training.id }, now + FIRST_LOOK).await?;
    look_for_cancellation(app, &mut tx, training).await?;
    app.commit(tx).await
}

/// The owner may have cancelled while fal was being called; the job does nothing if not.
async fn look_for_cancellation(app: &App, tx: &mut Tx, training: &Training) -> Result<(), StorageError> {
    app.enqueue(tx, &Job::CancelTraining { training_id: training.id }, app.now()).await
}

/// Whether fal has the training is not known.
async fn answer_lost(app: &App, training: &Training) -> Result<(), JobError> {
    let look = app.now() + apply_fal_result::SUBMISSION_WINDOW;
    apply_fal_result::stall(&Case { app, training, told_by: ToldBy::Submission }, "submission_unknown", look).await
}

/// fal will not take it, now or later.
async fn refused(app: &App, training: &Training, error: &FalError) -> Result<(), JobError> {
    // A certain refusal is no attempt, and costs nothing.
    let mut tx = app.begin().await?;
    let now = app.now();
    trainings::withdraw_submission(&mut tx, training.id, now + LOOK_AFTER, now).await?;
    app.commit(tx).await?;
    let ending =
        Ending::Failed { code: outcome::refusal(error).to_owned(), message: error.to_string(), response: None };
    ending::end(app, training, &ending, ToldBy::Submission).await
}

fn plan(training: &Training) -> Plan {
    let settings = &training.settings;
    Plan {
        steps: u32::try_from(settings.steps).unwrap_or(0),
        learning_rate: settings.learning_rate,
        multiresolution_training: settings.multiresolution_training,
        subject_crop: settings.subject_crop,
        create_masks: settings.create_masks,
        captioning: settings.captioning,
        finetune_type: settings.finetune_type,
        minutes: (0, 0),
    }
}
