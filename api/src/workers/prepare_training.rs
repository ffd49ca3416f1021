//! Packs the photo set of a training: a ZIP in our store, from which everything later begins.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use aisha_openapi::vocabulary::{ToldBy, TrainingStatus};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::ending;
use super::error::JobError;
use crate::app::App;
use crate::domain::ids::TrainingId;
use crate::domain::job::Job;
use crate::domain::photo::extension;
use crate::domain::training::{Ending, SnapshotPhoto, Training, training_set_key};
use crate::files::Key;
use crate::storage::objects::NewObject;
use crate::storage::{objects, trainings};

/// Packs and stores the set, and leaves its submission to the next job. Files pass through the disk, so memory does not
/// grow with the set.
pub(super) async fn run(app: &App, training_id: TrainingId) -> Result<(), JobError> {
    let Some(training) = trainings::find_for_job(&app.db, training_id).await? else { return Ok(()) };
    if training.status != TrainingStatus::Preparing {
        return Ok(());
    }
    let folder = tempfile::tempdir_in(&app.settings.temporary_dir)?;
    let Some(photos) = fetch(app, &training, folder.path()).await? else {
        let message = "a photo of the set is no longer there; start the training again".to_owned();
        let ending = Ending::Failed { code: "photo_missing".to_owned(), message, response: None };
        return ending::end(app, &training, &ending, ToldBy::Worker).await;
    };
    let archive = folder.path().join("training_set.zip");
    let packed = {
        let archive = archive.clone();
        tokio::task::spawn_blocking(move || pack(&archive, &photos)).await
    };
    let size = packed.map_err(JobError::retry)??;
    store(app, &training, &archive, size).await
}

/// Brings the photos of the set to the disk; `None` if one is gone.
async fn fetch(
    app: &App,
    training: &Training,
    folder: &Path,
) -> Result<Option<Vec<(PathBuf, SnapshotPhoto)>>, JobError> {
    let mut photos = Vec::with_capacity(training.photos.len());
    for (number, photo) in (1..).zip(&training.photos) {
        let path = folder.join(format!("{number:03}.{}", extension(photo.format)));
        if app.files.fetch(&Key::parse(photo.key.as_str())?, &path).await?.is_none() {
            return Ok(None);
        }
        photos.push((path, photo.clone()));
    }
    Ok(Some(photos))
}

/// Writes the archive: photos in their order, captions beside them. The same set gives the same bytes, because nothing
/// of the day goes into it. Pictures are compressed already, so they are only stored.
fn pack(archive: &Path, photos: &[(PathBuf, SnapshotPhoto)]) -> io::Result<u64> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(File::create(archive)?);
    for (path, photo) in photos {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        zip.start_file(name, options)?;
        io::copy(&mut File::open(path)?, &mut zip)?;
        if let Some(caption) = &photo.caption {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            zip.start_file(format!("{stem}.txt"), options)?;
            io::Write::write_all(&mut zip, caption.as_bytes())?;
        }
    }
    zip.finish()?.metadata().map(|metadata| metadata.len())
}

async fn store(app: &App, training: &Training, archive: &Path, size: u64) -> Result<(), JobError> {
    let key = training_set_key(training);
    let object = NewObject {
        key: &key,
        user_id: training.user_id,
        avatar_id: Some(training.avatar_id),
        size_bytes: i64::try_from(size).unwrap_or(i64::MAX),
    };
    let mut tx = app.begin().await?;
    objects::announce(&mut tx, &[object], app.now()).await?;
    tx.commit().await?;
    app.files.put_file(&Key::parse(key.as_str())?, archive).await?;

    let now = app.now();
    let mut tx = app.begin().await?;
    if trainings::keep_training_set(&mut tx, training.id, &key, now).await? {
        if !objects::claim(&mut tx, &key, now).await? {
            return Err(JobError::retry("the sweep took the archive away; it is packed again"));
        }
        app.enqueue(&mut tx, &Job::SubmitTraining { training_id: training.id }, now).await?;
    } else {
        // Cancelled meanwhile.
        objects::doom(&mut tx, &key, now).await?;
        app.enqueue(&mut tx, &Job::ClearObjects {}, now).await?;
    }
    app.commit(tx).await?;
    Ok(())
}
