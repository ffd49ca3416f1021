//! Copies the pictures of a generation into our own store, because fal keeps them for a while only.

use std::path::Path;
use std::time::Duration;

use aisha_imaging::{Origin, PoolError};
use bytes::Bytes;

use crate::app::App;
use crate::domain::generation::{Generation, Image, image_key, thumbnail_key};
use crate::fal::FalError;
use crate::fal::generators::Made;
use crate::files::Key;
use crate::storage::objects::{self, NewObject};
use crate::workers::error::JobError;

/// A picture has some megabytes at the most; what is far above that is not one.
const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// What takes longer has come to a standstill, or is kept at one on purpose.
const PATIENCE: Duration = Duration::from_mins(2);

/// Copies what fal's safety checker let through. The inner error is fal's, the outer one our own.
pub(super) async fn copy_images(
    app: &App,
    generation: &Generation,
    made: &Made,
) -> Result<Result<Vec<Option<Image>>, FalError>, JobError> {
    let folder = tempfile::tempdir_in(&app.settings.temporary_dir)?;
    let path = folder.path().join("picture");
    let mut images = Vec::with_capacity(made.images.len());
    for (number, picture) in (1..).zip(&made.images) {
        if picture.is_flagged {
            images.push(None);
            continue;
        }
        match copy(app, generation, number, &picture.url, &path).await? {
            Ok(image) => images.push(Some(image)),
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Ok(images))
}

async fn copy(
    app: &App,
    generation: &Generation,
    number: usize,
    url: &str,
    path: &Path,
) -> Result<Result<Image, FalError>, JobError> {
    let size = match tokio::time::timeout(PATIENCE, app.fal.download_picture(url, path, MAX_BYTES)).await {
        Ok(Ok(size)) => size,
        Ok(Err(FalError::File(error))) => return Err(JobError::from(error)),
        Ok(Err(error)) => return Ok(Err(error)),
        Err(_) => return Ok(Err(FalError::Interrupted("the download took too long".to_owned()))),
    };
    let picture = match app.imaging.read_from(Origin::Model, generation.user_id.0.as_u128(), path).await {
        Ok(picture) => picture,
        Err(PoolError::Image(_)) => return Ok(Err(FalError::Unreadable("a picture is not one".to_owned()))),
        Err(error) => return Err(JobError::retry(error)),
    };
    let image = Image {
        original_key: image_key(generation, number, picture.format),
        thumbnail_key: thumbnail_key(generation, number),
        format: picture.format,
        width: picture.width,
        height: picture.height,
        size_bytes: i64::try_from(size).unwrap_or(i64::MAX),
    };
    let thumbnail = Bytes::from(picture.renderings.thumbnail);
    let object = |key, size_bytes| NewObject {
        key,
        user_id: generation.user_id,
        avatar_id: Some(generation.avatar_id),
        size_bytes,
    };
    let announced = [
        object(image.original_key.as_str(), image.size_bytes),
        object(image.thumbnail_key.as_str(), i64::try_from(thumbnail.len()).unwrap_or(i64::MAX)),
    ];
    let mut tx = app.begin().await?;
    objects::announce(&mut tx, &announced, app.now()).await?;
    tx.commit().await?;
    app.files.put_file(&Key::parse(image.original_key.as_str())?, path).await?;
    app.files.put(&Key::parse(image.thumbnail_key.as_str())?, thumbnail).await?;
    Ok(Ok(image))
}
