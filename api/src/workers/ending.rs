//! The end of a training: written once, with what it means for the avatar, in one transaction with its events.

use aisha_openapi::vocabulary::{AvatarStatus, EventType, ResourceType, ToldBy, TrainingStatus};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::error::JobError;
use super::preview;
use crate::app::App;
use crate::domain::avatar::{self, Avatar};
use crate::domain::event::NewEvent;
use crate::domain::job::Job;
use crate::domain::training::{Ending, Step, Training};
use crate::storage::{Tx, avatars, objects, trainings, users};

/// Ends a training. Of all that come to tell it, only the first does anything.
pub(super) async fn end(app: &App, training: &Training, ending: &Ending, told_by: ToldBy) -> Result<(), JobError> {
    let now = app.now();
    let mut tx = app.begin().await?;
    // A first completion chooses the main avatar, of which a person has one.
    users::lock(&mut tx, training.user_id).await?;
    let Some(avatar) = avatars::lock(&mut tx, training.user_id, training.avatar_id).await? else { return Ok(()) };
    if !trainings::end(&mut tx, training.id, ending, now).await? {
        return Ok(());
    }
    if let Ending::Completed(weights) = ending {
        for key in [Some(&weights.lora_key), weights.config_key.as_ref()].into_iter().flatten() {
            if !objects::claim(&mut tx, key, now).await? {
                return Err(JobError::retry("the sweep took the copied weights away; they are copied again"));
            }
        }
    }
    let step = Step::new(ending.status(), told_by);
    let step = if let Ending::Failed { code, .. } = ending { step.because(code) } else { step };
    app.note(&mut tx, training.id, &step).await?;
    let avatar = move_on(app, &mut tx, avatar, training, ending, now).await?;
    app.tell(&mut tx, about_training(training, ending)).await?;
    if let Some(event) = about_avatar(&avatar, ending) {
        app.tell(&mut tx, event).await?;
    }
    if let Ending::Completed(weights) = ending {
        preview::begin(app, &mut tx, &avatar, training, weights).await?;
    }
    app.commit(tx).await?;
    app.metrics.trainings_ended.get_or_create(&[("status", ending.status().as_str())]).inc();
    tracing::info!(training.id = %training.id, status = %ending.status(), "a training has ended");
    Ok(())
}

/// A job that failed for good must not leave its training waiting. Before the submission nothing is lost and the
/// training fails; after it the truth lies at fal, and the sweep goes on asking.
pub(super) async fn after_failed_job(app: &App, job: &Job, error: &str) -> Result<(), JobError> {
    let (Job::PrepareTraining { training_id } | Job::SubmitTraining { training_id }) = job else { return Ok(()) };
    let training = trainings::find_for_job(&app.db, *training_id).await?;
    let Some(training) = training.filter(|training| training.submitted_at.is_none()) else { return Ok(()) };
    let code = match training.status {
        TrainingStatus::Preparing => "preparation_failed",
        TrainingStatus::Submitting => "submission_failed",
        _ => return Ok(()),
    };
    let ending = Ending::Failed { code: code.to_owned(), message: error.to_owned(), response: None };
    end(app, &training, &ending, ToldBy::Worker).await
}

/// What the end of a training means for its avatar.
async fn move_on(
    app: &App,
    tx: &mut Tx,
    mut avatar: Avatar,
    training: &Training,
    ending: &Ending,
    now: DateTime<Utc>,
) -> Result<Avatar, JobError> {
    let needed = i64::from(app.settings.photos.to_train);
    avatar.status = avatar::end_training(&avatar, ending.status(), needed);
    match ending {
        Ending::Completed(_) => {
            avatar.active_training_id = Some(training.id);
            avatar.status_reason = None;
            avatar.is_main = avatar.is_main
                || (avatar.status == AvatarStatus::Completed && !avatars::has_main(tx, avatar.user_id).await?);
        }
        Ending::Failed { code, .. } if avatar.status == AvatarStatus::Error => {
            avatar.status_reason = Some(code.clone());
        }
        _ => {}
    }
    if avatars::update(tx, &avatar, now).await? {
        Ok(avatar)
    } else {
        Err(JobError::retry("the avatar changed while it was held"))
    }
}

fn about_training(training: &Training, ending: &Ending) -> NewEvent {
    let (kind, details) = match ending {
        Ending::Completed(_) => (EventType::TrainingCompleted, json!({ "version": training.version })),
        Ending::Failed { code, message, .. } => {
            (EventType::TrainingFailed, json!({ "version": training.version, "error": code, "message": message }))
        }
        Ending::Cancelled => (EventType::TrainingCancelled, json!({ "version": training.version })),
    };
    NewEvent {
        kind,
        user_id: training.user_id,
        actor: None,
        avatar_id: Some(training.avatar_id),
        resource: (ResourceType::Training, training.id.0),
        state: Some(ending.status().as_str()),
        details: if let Value::Object(details) = details { details } else { Map::new() },
    }
}

/// The avatar's own event, where the end of a training changed its state.
fn about_avatar(avatar: &Avatar, ending: &Ending) -> Option<NewEvent> {
    let kind = match (avatar.status, ending) {
        (AvatarStatus::Completed, Ending::Completed(_)) => EventType::AvatarCompleted,
        (AvatarStatus::Error, Ending::Failed { .. }) => EventType::AvatarFailed,
        _ => return None,
    };
    Some(NewEvent {
        kind,
        user_id: avatar.user_id,
        actor: None,
        avatar_id: Some(avatar.id),
        resource: (ResourceType::Avatar, avatar.id.0),
        state: Some(avatar.status.as_str()),
        details: Map::new(),
    })
}
