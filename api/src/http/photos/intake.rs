//! One file on its way to become a photo.
//!
//! The order of the steps is what makes it safe to be killed between any two: the objects are announced, written, and
//! claimed by the row that needs them. What was announced and never claimed is swept away.

use aisha_imaging::{Picture, PoolError, Renderings};
use aisha_openapi::vocabulary::{EventType, UploadOutcome, ValidationStatus};
use bytes::Bytes;
use futures_util::future::try_join_all;

use super::{event, words};
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::avatar::{self, Avatar};
use crate::domain::ids::{AvatarId, PhotoId};
use crate::domain::job::Job;
use crate::domain::photo::{Photo, face_key, original_key, thumbnail_key, training_key};
use crate::domain::principal::Principal;
use crate::files::{FilesError, Key, SpooledFile};
use crate::http::held;
use crate::http::language::Language;
use crate::http::problem::Problem;
use crate::storage::objects::NewObject;
use crate::storage::{Tx, objects, photos};

/// Takes a file in: a new photo, or the one that has the same bytes.
pub(super) async fn take(
    app: &App,
    me: &Principal,
    avatar_id: AvatarId,
    file: SpooledFile,
    language: Language,
) -> Result<(UploadOutcome, Photo), Problem> {
    let sha256 = hex::encode(file.sha256());
    if let Some(known) = photos::find_by_sha256(&app.db, me.subject, avatar_id, &sha256).await? {
        return Ok((UploadOutcome::Duplicate, known));
    }
    let picture = look_at(app, me, &file, language).await?;
    let photo = new_photo(app, me, avatar_id, &picture, sha256, file.length());
    write_objects(app, &photo, &file, picture.renderings).await?;
    add(app, me, photo).await
}

/// Has the picture looked at. Meanwhile the file is made safe on the disk, which costs no time of its own then.
async fn look_at(app: &App, me: &Principal, file: &SpooledFile, language: Language) -> Result<Picture, Problem> {
    let look = async {
        let read = app.imaging.read(me.subject.0.as_u128(), file.path()).await;
        read.map_err(|error| refused(&error, language))
    };
    let settle = async { app.files.settle(file.path()).await.map_err(Problem::from) };
    let (picture, ()) = tokio::try_join!(look, settle)?;
    Ok(picture)
}

fn new_photo(app: &App, me: &Principal, avatar_id: AvatarId, picture: &Picture, sha256: String, length: u64) -> Photo {
    let (id, now): (PhotoId, _) = (app.ids.next(), app.now());
    Photo {
        id,
        avatar_id,
        user_id: me.subject,
        upload_order: 0,
        validation_status: ValidationStatus::Pending,
        sha256,
        size_bytes: i64::try_from(length).unwrap_or(i64::MAX),
        width: i32::try_from(picture.width).unwrap_or(i32::MAX),
        height: i32::try_from(picture.height).unwrap_or(i32::MAX),
        format: picture.format,
        taken_on: picture.taken_on,
        measures: Some(picture.measures.clone()),
        excluded: false,
        caption: None,
        original_key: original_key(me.subject, avatar_id, id, picture.format),
        thumbnail_key: thumbnail_key(me.subject, avatar_id, id),
        training_key: Some(training_key(me.subject, avatar_id, id)),
        face_key: picture.renderings.face.as_ref().map(|_| face_key(me.subject, avatar_id, id)),
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

/// Announces the objects of a photo and writes them: the file as it came, and what was made from it.
async fn write_objects(app: &App, photo: &Photo, file: &SpooledFile, made: Renderings) -> Result<(), Problem> {
    let made = [Some(made.thumbnail), Some(made.training), made.face].into_iter().flatten().map(Bytes::from);
    let made: Vec<_> = photo.keys().skip(1).zip(made).collect();
    let object =
        |key, size_bytes| NewObject { key, user_id: photo.user_id, avatar_id: Some(photo.avatar_id), size_bytes };
    let mut announced = vec![object(&photo.original_key, photo.size_bytes)];
    announced.extend(made.iter().map(|(key, bytes)| object(key, i64::try_from(bytes.len()).unwrap_or(i64::MAX))));
    let mut tx = app.begin().await?;
    objects::announce(&mut tx, &announced, app.now()).await?;
    tx.commit().await?;
    let original = key(&photo.original_key)?;
    let original = app.files.adopt(&original, file.path());
    let made = made.into_iter().map(|(name, bytes)| async move { app.files.put(&key(name)?, bytes).await });
    tokio::try_join!(original, try_join_all(made))?;
    Ok(())
}

/// Writes the row that needs the objects, unless the same bytes came in meanwhile.
async fn add(app: &App, me: &Principal, mut photo: Photo) -> Result<(UploadOutcome, Photo), Problem> {
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
    photo.validation_status = app.settings.rules.validate(&photo, avatar.details.training_type);
    let limit = i64::from(app.settings.photos.per_avatar);
    let is_full = avatar.photos_count >= limit;
    let added = if is_full { None } else { photos::add(&mut tx, &photo).await? };
    if let Some(added) = added {
        for key in photo.keys() {
            if !objects::claim(&mut tx, key, now).await? {
                // The sweep took the objects away: this upload was stuck for longer than any should be.
                return Err(crate::http::problem::unavailable());
            }
        }
        avatar.photos_count += 1;
        avatar.usable_photos += i64::from(added.is_usable());
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
    for key in photo.keys() {
        objects::doom(&mut tx, key, now).await?;
    }
    app.enqueue(&mut tx, &Job::ClearObjects {}, now).await?;
    app.commit(tx).await?;
    Ok(())
}

fn key(name: &str) -> Result<Key, FilesError> {
    Ok(Key::parse(name)?)
}

/// Why a file is not taken, in the language of who sent it.
pub(super) fn refused(error: &PoolError, language: Language) -> Problem {
    match error {
        PoolError::Image(image) => Problem::of_image(image, words::refusal(image, language)),
        PoolError::Unavailable(_) => {
            tracing::error!(%error, "the picture workers failed a request");
            crate::http::problem::unavailable()
        }
    }
}
