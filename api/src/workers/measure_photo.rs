//! Looks at a photo that was taken in before there was anybody to look: what the door does with new ones, later.

use aisha_imaging::{Picture, PoolError};
use aisha_openapi::vocabulary::{EventType, ResourceType, ValidationStatus};
use bytes::Bytes;
use serde_json::Map;

use super::error::JobError;
use crate::app::App;
use crate::domain::event::NewEvent;
use crate::domain::ids::PhotoId;
use crate::domain::photo::{Photo, face_key, training_key};
use crate::files::Key;
use crate::storage::objects::NewObject;
use crate::storage::{Tx, avatars, objects, photos};

/// Measures the photo and makes what is missing. A file that the checks of today refuse is kept as invalid.
pub(super) async fn run(app: &App, id: PhotoId) -> Result<(), JobError> {
    let Some(photo) = photos::find_pending(&app.db, id).await? else { return Ok(()) };
    let file = tempfile::NamedTempFile::new_in(&app.settings.temporary_dir)?;
    if app.files.fetch(&Key::parse(photo.original_key.as_str())?, file.path()).await?.is_none() {
        return finish(app, Photo { validation_status: ValidationStatus::Invalid, ..photo }).await;
    }
    let picture = match app.imaging.read(photo.user_id.0.as_u128(), file.path()).await {
        Ok(picture) => picture,
        Err(PoolError::Image(_)) => {
            return finish(app, Photo { validation_status: ValidationStatus::Invalid, ..photo }).await;
        }
        Err(error) => return Err(JobError::retry(error)),
    };
    let photo = store(app, photo, picture).await?;
    finish(app, photo).await
}

/// Writes the pictures made from the photo.
async fn store(app: &App, photo: Photo, picture: Picture) -> Result<Photo, JobError> {
    let (owner, avatar_id, id) = (photo.user_id, photo.avatar_id, photo.id);
    let training = (training_key(owner, avatar_id, id), Bytes::from(picture.renderings.training));
    let face = picture.renderings.face.map(|face| (face_key(owner, avatar_id, id), Bytes::from(face)));
    let photo = Photo {
        taken_on: picture.taken_on,
        measures: Some(picture.measures),
        training_key: Some(training.0.clone()),
        face_key: face.as_ref().map(|(key, _)| key.clone()),
        ..photo
    };
    let made: Vec<_> = [training].into_iter().chain(face).collect();
    let announced: Vec<_> = made
        .iter()
        .map(|(key, bytes)| NewObject {
            key,
            user_id: owner,
            avatar_id: Some(avatar_id),
            size_bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        })
        .collect();
    let mut tx = app.begin().await?;
    objects::announce(&mut tx, &announced, app.now()).await?;
    tx.commit().await?;
    for (key, bytes) in made {
        app.files.put(&Key::parse(key)?, bytes).await?;
    }
    Ok(photo)
}

/// Writes what is known now, if the photo still waits for it.
async fn finish(app: &App, mut photo: Photo) -> Result<(), JobError> {
    let now = app.now();
    let mut tx = app.begin().await?;
    let avatar = avatars::lock(&mut tx, photo.user_id, photo.avatar_id).await?;
    if let Some(avatar) = &avatar
        && photo.measures.is_some()
    {
        photo.validation_status = app.settings.rules.validate(&photo, avatar.details.training_type);
    }
    let is_written = avatar.is_some() && photos::set_measures(&mut tx, &photo, now).await?;
    for key in photo.training_key.iter().chain(&photo.face_key) {
        if is_written && !objects::claim(&mut tx, key, now).await? {
            return Err(JobError::retry("the sweep took the pictures away; they are made again"));
        }
    }
    if is_written {
        tell(app, &mut tx, &photo).await?;
        avatars::touch(&mut tx, photo.avatar_id, now).await?;
    }
    app.commit(tx).await?;
    Ok(())
}

async fn tell(app: &App, tx: &mut Tx, photo: &Photo) -> Result<(), JobError> {
    let event = NewEvent {
        kind: EventType::PhotoUpdated,
        user_id: photo.user_id,
        actor: None,
        avatar_id: Some(photo.avatar_id),
        resource: (ResourceType::Photo, photo.id.0),
        state: Some(photo.validation_status.as_str()),
        details: Map::new(),
    };
    Ok(app.tell(tx, event).await?)
}
