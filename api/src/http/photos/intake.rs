//! One file on its way to become a photo.
//!
//! The order of the steps is what makes it safe to be killed between any two: the objects are announced, written, and
//! claimed by the row that needs them. What was announced and never claimed is swept away.

use aisha_imaging::Picture;
use aisha_openapi::vocabulary::{EventType, UploadOutcome, ValidationStatus};
use bytes::Bytes;

use super::event;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::avatar::{self, Avatar};
use crate::domain::ids::{AvatarId, PhotoId};
use crate::domain::job::Job;
use crate::domain::photo::{Photo, original_key, thumbnail_key};
use crate::domain::principal::Principal;
use crate::files::Key;
use crate::http::held;
use crate::http::problem::Problem;
use crate::storage::objects::NewObject;
use crate::storage::{Tx, objects, photos};

/// Takes a file in: a new photo, or the one that has the same bytes.
pub(super) async fn take(
    app: &App,
    me: &Principal,
    avatar_id: AvatarId,
    bytes: Bytes,
) -> Result<(UploadOutcome, Photo), Problem> {
    let picture = app.imaging.read(bytes.clone()).await?;
    let sha256 = hex::encode(picture.sha256);
    if let Some(known) = photos::find_by_sha256(&app.db, me.subject, avatar_id, &sha256).await? {
        return Ok((UploadOutcome::Duplicate, known));
    }
    let photo = new_photo(app, me, avatar_id, &picture, sha256, &bytes);
    write_objects(app, &photo, bytes, picture.thumbnail).await?;
    add(app, me, photo).await
}

fn new_photo(
    app: &App,
    me: &Principal,
    avatar_id: AvatarId,
    picture: &Picture,
    sha256: String,
    bytes: &Bytes,
) -> Photo {
    let (id, now): (PhotoId, _) = (app.ids.next(), app.now());
    Photo {
        id,
        avatar_id,
        user_id: me.subject,
        upload_order: 0,
        validation_status: ValidationStatus::Valid,
        sha256,
        size_bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        width: i32::try_from(picture.width).unwrap_or(i32::MAX),
        height: i32::try_from(picture.height).unwrap_or(i32::MAX),
        format: picture.format,
        excluded: false,
        caption: None,
        original_key: original_key(me.subject, avatar_id, id, picture.format),
        thumbnail_key: thumbnail_key(me.subject, avatar_id, id),
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

/// Announces the two objects of a photo and writes them.
async fn write_objects(app: &App, photo: &Photo, original: Bytes, thumbnail: Vec<u8>) -> Result<(), Problem> {
    let thumbnail = Bytes::from(thumbnail);
    let object = |key, bytes: &Bytes| NewObject {
        key,
        user_id: photo.user_id,
        avatar_id: photo.avatar_id,
        size_bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
    };
    let announced = [object(&photo.original_key, &original), object(&photo.thumbnail_key, &thumbnail)];
    let mut tx = app.begin().await?;
    objects::announce(&mut tx, &announced, app.now()).await?;
    tx.commit().await?;
    let original_key = Key::parse(photo.original_key.as_str()).map_err(crate::files::FilesError::from)?;
    let thumbnail_key = Key::parse(photo.thumbnail_key.as_str()).map_err(crate::files::FilesError::from)?;
    tokio::try_join!(app.files.put(&original_key, original), app.files.put(&thumbnail_key, thumbnail))?;
    Ok(())
}

/// Writes the row that needs the objects, unless the same bytes came in meanwhile.
async fn add(app: &App, me: &Principal, photo: Photo) -> Result<(UploadOutcome, Photo), Problem> {
    let now = app.now();
    let mut tx = app.begin().await?;
    let mut avatar = match open_avatar(&mut tx, me, photo.avatar_id).await {
        Ok(avatar) => avatar,
        Err(problem) => {
            // It was deleted or given up while the file was on its way.
            give_up(app, tx, &photo).await?;
            return Err(problem);
        }
    };
    let limit = i64::from(app.settings.photos.per_avatar);
    let is_full = avatar.photos_count >= limit;
    let added = if is_full { None } else { photos::add(&mut tx, &photo).await? };
    if let Some(added) = added {
        for key in [&photo.original_key, &photo.thumbnail_key] {
            if !objects::claim(&mut tx, key, now).await? {
                // The sweep took the objects away: this upload was stuck for longer than any should be.
                return Err(crate::http::problem::unavailable());
            }
        }
        avatar.photos_count += 1;
        avatar.usable_photos += 1;
        avatar.status = held::settled(app, &avatar);
        held::write(app, &mut tx, avatar).await?;
        app.tell(&mut tx, event(EventType::PhotoCreated, me, &added)).await?;
        app.commit(tx).await?;
        return Ok((UploadOutcome::Created, added));
    }
    give_up(app, tx, &photo).await?;
    match photos::find_by_sha256(&app.db, me.subject, photo.avatar_id, &photo.sha256).await? {
        Some(known) => Ok((UploadOutcome::Duplicate, known)),
        None if is_full => Err(Refusal::TooManyPhotos { limit }.into()),
        // It was there a moment ago and has been deleted since.
        None => Err(crate::http::problem::unavailable()),
    }
}

/// Takes the avatar for a new photo.
async fn open_avatar(tx: &mut Tx, me: &Principal, id: AvatarId) -> Result<Avatar, Problem> {
    let avatar = held::lock(tx, me, id).await?;
    avatar::accept_photos(avatar.status)?;
    Ok(avatar)
}

/// Has the objects of a photo that is not to be deleted again.
async fn give_up(app: &App, mut tx: Tx, photo: &Photo) -> Result<(), Problem> {
    let now = app.now();
    for key in [&photo.original_key, &photo.thumbnail_key] {
        objects::doom(&mut tx, key, now).await?;
    }
    app.enqueue(&mut tx, &Job::ClearObjects {}, now).await?;
    app.commit(tx).await?;
    Ok(())
}
