//! The last part of the path: pictures with the avatar that was trained.

use aisha_openapi::generations::{Generation, NewGeneration};
use aisha_openapi::vocabulary::{AspectRatio, GenerationStatus};
use anyhow::{Context as _, bail};
use uuid::Uuid;

use super::client::not_empty;
use super::steps::{Walk, ending};

/// The kinds of event that tell the end of a generation.
const ENDS: &str = "generation.completed,generation.failed,generation.cancelled,generation.moderated";
const PROMPT: &str = "portrait in a sunlit garden, 85mm photo";

impl Walk<'_> {
    /// Has pictures made, waits for the event that tells of them, and brings them home.
    pub(super) async fn pictures(&self, avatar: Uuid) -> anyhow::Result<()> {
        let before = self.last_event(ENDS).await?;
        let new = NewGeneration {
            prompt: PROMPT.to_owned(),
            negative_prompt: None,
            style_id: None,
            aspect_ratio: Some(AspectRatio::Portrait),
            num_images: 2,
            seed: None,
            training_id: None,
        };
        let path = format!("v1/avatars/{avatar}/generations");
        let begun: Generation = self.client.post(&path, &format!("demo-pictures-{avatar}"), &new).await?;
        self.report.step("pictures", &format!("\"{PROMPT}\" with {}", begun.endpoint));
        self.end_of(begun.id, ENDS, before).await?;
        let made: Generation = self.client.get(&format!("v1/generations/{}", begun.id)).await?;
        if made.status != GenerationStatus::Completed {
            let why = made.error.map_or_else(|| "no reason was given".to_owned(), |error| error.message);
            bail!("the pictures ended as {}: {why}", made.status);
        }
        for image in &made.images {
            let (Some(link), Some(format)) = (&image.url, image.format) else { continue };
            let picture = not_empty("a picture", self.client.download(link).await?)?;
            self.write(&format!("picture-{}.{}", image.number, ending(format)), &picture)?;
        }
        let size = made.images.first().and_then(|image| Some((image.width?, image.height?)));
        let (width, height) = size.context("the pictures are completed and there is none")?;
        self.report.step("pictures", &format!("{} of {width}x{height}, seed {}", made.images.len(), made.seed));
        Ok(())
    }
}
