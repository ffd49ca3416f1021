//! An avatar that a request holds for a change. Everything that changes an avatar, its photos or its trainings takes the
//! avatar first, so that such changes come one after the other.

use aisha_openapi::problem::ProblemCode;
use aisha_openapi::vocabulary::{AvatarStatus, EventType, ResourceType, TrainingStatus};
use serde_json::Map;

use super::problem::Problem;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::avatar::{self, Avatar};
use crate::domain::event::NewEvent;
use crate::domain::ids::AvatarId;
use crate::domain::photo::Photo;
use crate::domain::principal::Principal;
use crate::storage::{Tx, avatars, photos, trainings};

/// Takes the caller's avatar for a change.
pub(super) async fn lock(tx: &mut Tx, me: &Principal, id: AvatarId) -> Result<Avatar, Problem> {
    avatars::lock(tx, me.subject, id).await?.ok_or_else(Problem::not_found)
}

/// Where an avatar stands after a change of its details or photos.
pub(super) fn settled(app: &App, avatar: &Avatar) -> AvatarStatus {
    avatar::settle(avatar.status, &avatar.details, avatar.usable_photos, photos_needed(app))
}

/// Writes a changed avatar that this transaction holds, and returns it as it is now.
pub(super) async fn write(app: &App, tx: &mut Tx, avatar: Avatar) -> Result<Avatar, Problem> {
    let now = app.now();
    if !avatars::update(tx, &avatar, now).await? {
        let detail = "Another change of the avatar came first. Read it again and repeat yours.";
        return Err(Problem::new(ProblemCode::Conflict, detail));
    }
    Ok(Avatar { version: avatar.version + 1, updated_at: now, ..avatar })
}

/// Judges the avatar's photos by the rules as they are now, which may have changed since the photos came: with the kind
/// of the avatar, or with the settings.
pub(super) async fn judge_photos(app: &App, tx: &mut Tx, avatar: &mut Avatar) -> Result<(), Problem> {
    let mut usable = 0;
    for photo in photos::list_held(tx, avatar.id).await? {
        let validation_status = app.settings.rules.validate(&photo, avatar.details.training_type);
        if validation_status != photo.validation_status {
            photos::set_validation_status(tx, photo.id, validation_status, app.now()).await?;
        }
        usable += i64::from(Photo { validation_status, ..photo }.is_usable());
    }
    avatar.usable_photos = usable;
    Ok(())
}

/// An event about an avatar.
pub(super) fn event(kind: EventType, me: &Principal, avatar: &Avatar) -> NewEvent {
    NewEvent {
        kind,
        user_id: avatar.user_id,
        actor: Some(me.key_id),
        avatar_id: Some(avatar.id),
        resource: (ResourceType::Avatar, avatar.id.0),
        state: Some(avatar.status.as_str()),
        details: Map::new(),
    }
}

/// Usable photos a training needs.
pub(super) fn photos_needed(app: &App) -> i64 {
    i64::from(app.settings.photos.to_train)
}

/// Whether the avatar's photos are being packed right now: until that is done none may be taken away. A training that has
/// a reason to wait is packed.
pub(super) async fn photos_are_free(tx: &mut Tx, avatar: &Avatar) -> Result<(), Problem> {
    let running = trainings::find_running(tx, avatar.id).await?;
    match running {
        Some(training) if training.status == TrainingStatus::Preparing && training.status_reason.is_none() => {
            Err(Refusal::PhotosInUse.into())
        }
        _ => Ok(()),
    }
}
