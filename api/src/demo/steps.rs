//! The path itself, step by step.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use aisha_openapi::avatars::{Avatar, NewAvatar};
use aisha_openapi::events::EventList;
use aisha_openapi::health::Readiness;
use aisha_openapi::photos::PhotoList;
use aisha_openapi::trainings::{NewTraining, Training};
use aisha_openapi::vocabulary::{
    AvatarStatus, AvatarType, Gender, PhotoFormat, Preset, TrainingStatus, TrainingType, UploadOutcome,
};
use anyhow::{Context as _, bail};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::client::{Client, not_empty};
use super::photos::{self, Photo};
use super::report::{self, Report};

/// The kinds of event that tell the end of a training.
const ENDS: &str = "training.completed,training.failed,training.cancelled";
/// Between two looks at a training, for the bar.
const GLANCE: Duration = Duration::from_millis(300);
/// How long the event may be behind what the training itself says already.
const EVENT_PATIENCE: Duration = Duration::from_secs(20);

/// One walk.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    pub(super) client: Client,
    pub(super) report: &'a Report,
    pub(super) name: String,
    pub(super) gender: Gender,
    pub(super) out: PathBuf,
}

impl Walk<'_> {
    /// Walks, and gives the address of the finished avatar.
    pub(super) async fn run(&self, own: Vec<Photo>) -> anyhow::Result<String> {
        fs::create_dir_all(&self.out).with_context(|| format!("the folder {} cannot be made", self.out.display()))?;
        self.readiness().await?;
        let photos = if own.is_empty() { self.drawn().await? } else { own };
        let avatar = self.avatar().await?;
        self.photos(&avatar, &photos).await?;
        let training = self.training(avatar.id).await?;
        self.finished(avatar.id, &training).await?;
        self.pictures(avatar.id).await?;
        self.results(avatar.id, &training).await?;
        Ok(self.client.url().join(&format!("v1/avatars/{}", avatar.id))?.into())
    }

    async fn readiness(&self) -> anyhow::Result<()> {
        let readiness: Readiness = self.client.get("readyz").await?;
        let checks = readiness.checks.iter().map(|check| check.name.as_str()).collect::<Vec<_>>().join(", ");
        self.report.step("ready", &format!("{} ({checks})", self.client.url()));
        Ok(())
    }

    async fn drawn(&self) -> anyhow::Result<Vec<Photo>> {
        let photos = photos::drawn().await?;
        self.report.step("drawn", &format!("{} portraits of somebody who does not exist", photos.len()));
        Ok(photos)
    }

    async fn avatar(&self) -> anyhow::Result<Avatar> {
        let new = NewAvatar {
            name: Some(self.name.clone()),
            gender: Some(self.gender),
            avatar_type: Some(AvatarType::Character),
            training_type: Some(TrainingType::Portrait),
            ..NewAvatar::default()
        };
        let key = format!("demo-{}", Uuid::new_v4());
        let avatar: Avatar = self.client.post("v1/avatars", &key, &new).await?;
        self.report.step("avatar", &format!("{}, portrait", self.name));
        Ok(avatar)
    }

    async fn photos(&self, avatar: &Avatar, photos: &[Photo]) -> anyhow::Result<()> {
        let upload = self.client.upload(&format!("v1/avatars/{}/photos", avatar.id), photos).await?;
        let taken = upload.results.iter().filter(|result| result.outcome == UploadOutcome::Created).count();
        self.report.step("photos", &format!("{taken} of {} taken", photos.len()));
        for (result, photo) in upload.results.iter().zip(photos) {
            match &result.problem {
                Some(problem) => report::remark(&format!("{}: {}", photo.name, problem.detail)),
                None if result.outcome == UploadOutcome::Duplicate => {
                    report::remark(&format!("{}: the same picture was sent before", photo.name));
                }
                None => {}
            }
        }
        let avatar: Avatar = self.client.get(&format!("v1/avatars/{}", avatar.id)).await?;
        if avatar.usable_photos_count < avatar.photos_needed {
            bail!(
                "a training needs {} good photos, and there are {}",
                avatar.photos_needed,
                avatar.usable_photos_count
            );
        }
        Ok(())
    }

    /// Starts the training and follows it: the progress by looking, the end by waiting for its event.
    async fn training(&self, avatar: Uuid) -> anyhow::Result<Training> {
        let before = self.last_event(ENDS).await?;
        let path = format!("v1/avatars/{avatar}/trainings");
        let new = NewTraining { preset: Preset::Fast, compare_with: None };
        let training: Training = self.client.post(&path, &format!("demo-{avatar}"), &new).await?;
        self.report.step("training", &format!("{} steps with {}", training.steps, training.endpoint));

        let event = self.end_of(training.id, ENDS, before);
        tokio::pin!(event);
        let mut heard = false;
        let mut progress = self.report.progress();
        let ended = loop {
            let training: Training = self.client.get(&format!("v1/trainings/{}", training.id)).await?;
            progress.show(&training);
            if training.status.is_final() {
                break training;
            }
            tokio::select! {
                outcome = &mut event, if !heard => {
                    outcome?;
                    heard = true;
                }
                () = tokio::time::sleep(GLANCE) => {}
            }
        };
        drop(progress);
        if !heard {
            tokio::time::timeout(EVENT_PATIENCE, event)
                .await
                .context("the training ended and no event told of it")??;
        }
        if ended.status != TrainingStatus::Completed {
            let why = ended.error.map_or_else(|| "no reason was given".to_owned(), |error| error.message);
            bail!("the training ended as {}: {why}", ended.status);
        }
        self.report.step("event", "training.completed, heard by long poll");
        Ok(ended)
    }

    /// The number of the last event of these kinds so far.
    pub(super) async fn last_event(&self, types: &str) -> anyhow::Result<i64> {
        let mut after = 0;
        loop {
            let page: EventList = self.client.get(&format!("v1/events?types={types}&after={after}")).await?;
            after = page.next_after;
            if page.data.is_empty() {
                return Ok(after);
            }
        }
    }

    /// Waits for an event of these kinds that tells of this thing.
    pub(super) async fn end_of(&self, thing: Uuid, types: &str, mut after: i64) -> anyhow::Result<()> {
        loop {
            let page: EventList = self.client.get(&format!("v1/events?types={types}&wait=30&after={after}")).await?;
            after = page.next_after;
            if page.data.iter().any(|event| event.resource.id == thing) {
                return Ok(());
            }
        }
    }

    async fn finished(&self, id: Uuid, training: &Training) -> anyhow::Result<()> {
        let mut avatar: Avatar = self.client.get(&format!("v1/avatars/{id}")).await?;
        if avatar.status != AvatarStatus::Completed || avatar.active_training_id != Some(training.id) {
            bail!("the training is completed and the avatar is not: it is {}", avatar.status);
        }
        // The first completed avatar becomes the main one by itself; in an account with another one it is a choice.
        if !avatar.is_main {
            let key = format!("demo-main-{id}");
            avatar = self.client.post(&format!("v1/avatars/{id}/main"), &key, &serde_json::json!({})).await?;
        }
        if !avatar.is_main {
            bail!("the avatar is completed and is not the main one");
        }
        self.report.step("avatar", &format!("completed, the main one, \"{}\" in prompts", avatar.trigger_phrase));
        Ok(())
    }

    /// Brings home what is there now: the photos as the service keeps them, their thumbnails, the weights.
    async fn results(&self, avatar: Uuid, training: &Training) -> anyhow::Result<()> {
        let photos: PhotoList = self.client.get(&format!("v1/avatars/{avatar}/photos")).await?;
        for (number, photo) in (1..).zip(&photos.data) {
            let original = self.client.download(&photo.original_url).await?;
            if hex::encode(Sha256::digest(&original)) != photo.sha256 {
                bail!("photo {number} came back changed");
            }
            self.write(&format!("portrait-{number}.{}", ending(photo.format)), &original)?;
            let thumbnail = not_empty("a thumbnail", self.client.download(&photo.thumbnail_url).await?)?;
            self.write(&format!("thumbnail-{number}.jpg"), &thumbnail)?;
        }
        let link = training.diffusers_lora_file_url.as_deref().context("the training is completed without weights")?;
        let weights = not_empty("the weights", self.client.download(link).await?)?;
        self.write("weights.safetensors", &weights)?;
        if let Some(link) = &training.config_file_url {
            self.write("config.json", &self.client.download(link).await?)?;
        }
        let (photos, size) = (photos.data.len(), weights.len());
        self.report.step("weights", &format!("{size} bytes, with {photos} photos and thumbnails"));
        report::close(&format!("The results lie in {}", self.out.display()));
        Ok(())
    }

    pub(super) fn write(&self, name: &str, bytes: &Bytes) -> anyhow::Result<()> {
        let path = self.out.join(name);
        fs::write(&path, bytes).with_context(|| format!("{} cannot be written", path.display()))
    }
}

pub(super) const fn ending(format: PhotoFormat) -> &'static str {
    match format {
        PhotoFormat::Jpeg => "jpg",
        PhotoFormat::Png => "png",
        PhotoFormat::Webp => "webp",
    }
}
