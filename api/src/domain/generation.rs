//! Generations: pictures made with an avatar by one request to fal, from the prompt to the files in our own store.

use std::ops::Range;

use aisha_openapi::vocabulary::{AspectRatio, EventType, GenerationStatus, PhotoFormat, ResourceType, WarningCode};
use chrono::{DateTime, TimeDelta, Utc};
use ring::error::Unspecified;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::event::NewEvent;
use super::ids::{AvatarId, GenerationId, KeyId, TrainingId, UserId};
use super::photo::{avatar_folder, extension};
use super::run::FalRequest;

/// How long fal may take. Pictures are made in seconds, but its queues can be long.
pub const PATIENCE: TimeDelta = TimeDelta::minutes(30);
/// Seeds that are made up stay below this, so that every JSON reader keeps all their digits.
pub const SEEDS: u64 = 1 << 53;

/// A generation as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Generation {
    /// Our id.
    pub id: GenerationId,
    /// Its owner.
    pub user_id: UserId,
    /// Who is to be seen.
    pub avatar_id: AvatarId,
    /// Whose weights it is made with.
    pub training_id: TrainingId,
    /// The pack it is one of.
    pub pack_id: Option<Uuid>,
    /// The one that it repeats.
    pub repeat_of: Option<GenerationId>,
    /// Where it stands.
    pub status: GenerationStatus,
    /// Why, where the state alone does not tell.
    pub status_reason: Option<String>,
    /// What was asked for.
    pub wish: Wish,
    /// What fal is told, once that is settled.
    pub final_prompt: Option<String>,
    /// The size of its pictures, in pixels across and down.
    pub size: (i32, i32),
    /// The endpoint at fal.
    pub endpoint: String,
    /// What of the wish could not be followed.
    pub warnings: Vec<WarningCode>,
    /// Whether its owner likes it.
    pub is_favourite: bool,
    /// What it costs, in millionths of a US dollar.
    pub cost_microusd: i64,
    /// The code of its failure.
    pub error_code: Option<String>,
    /// The failure in words.
    pub error_message: Option<String>,
    /// The unguessable word in its webhook URL.
    pub attempt_token: String,
    /// When the submission to fal was begun; empty again if fal has certainly not taken it.
    pub submitted_at: Option<DateTime<Utc>>,
    /// When its owner gave it up.
    pub cancel_requested_at: Option<DateTime<Utc>>,
    /// When it is given up if fal has not ended it.
    pub deadline_at: Option<DateTime<Utc>>,
    /// When fal was last asked.
    pub last_status_check: Option<DateTime<Utc>>,
    /// When fal was first known to be done with it, if its result could not be had at once.
    pub fal_ended_at: Option<DateTime<Utc>>,
    /// Its request at fal, once fal has answered the submission.
    pub request: Option<FalRequest>,
    /// The pictures, in fal's order; `None` where fal's safety checker has kept one back.
    pub images: Vec<Option<Image>>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When fal took it.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended, however it ended.
    pub completed_at: Option<DateTime<Utc>>,
}

/// What a person wants to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// In their words.
    pub prompt: String,
    /// What their words become in the style, the trigger phrase in it; `None` without a style.
    pub styled_prompt: Option<String>,
    /// What must not be seen.
    pub negative_prompt: Option<String>,
    /// The style it is made in.
    pub style_id: Option<String>,
    /// The shape of the pictures.
    pub aspect_ratio: AspectRatio,
    /// 1 to 4.
    pub num_images: i32,
    /// Where the chance begins: the same seed with the same weights, prompt and size gives the same pictures.
    pub seed: i64,
}

/// A picture in our store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// The picture as fal made it.
    pub original_key: String,
    /// A small JPEG of it.
    pub thumbnail_key: String,
    /// What the content is.
    pub format: PhotoFormat,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// How long the file is.
    pub size_bytes: i64,
}

impl Image {
    /// Every object it needs.
    #[must_use]
    pub fn keys(&self) -> [&String; 2] {
        [&self.original_key, &self.thumbnail_key]
    }
}

impl Generation {
    /// An event about it, by this key or by the service itself. That of a set's picture names the run of the set.
    #[must_use]
    pub fn event(&self, kind: EventType, actor: Option<KeyId>) -> NewEvent {
        let set = self.pack_id.map(|id| ("pack_id".to_owned(), id.to_string().into()));
        NewEvent {
            kind,
            user_id: self.user_id,
            actor,
            avatar_id: Some(self.avatar_id),
            resource: (ResourceType::Generation, self.id.0),
            state: Some(self.status.as_str()),
            details: set.into_iter().collect(),
        }
    }

    /// Every object it needs.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.images.iter().flatten().flat_map(Image::keys)
    }
}

/// How a generation ended, to be written once.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// fal has made pictures, and those that it let through are in our store.
    Made {
        /// As they are kept.
        images: Vec<Option<Image>>,
        /// What fal answered, as it came.
        response: Value,
    },
    /// It could not be done.
    Failed {
        /// A stable word, such as `content_policy_violation`.
        code: String,
        /// The failure in words.
        message: String,
        /// What fal answered, as it came.
        response: Option<Value>,
    },
    /// Its owner gave it up, and fal stopped or never began.
    Cancelled,
}

impl Ending {
    /// The final state this leads to.
    #[must_use]
    pub fn status(&self) -> GenerationStatus {
        match self {
            Self::Made { images, .. } if images.iter().all(Option::is_none) => GenerationStatus::Moderated,
            Self::Made { .. } => GenerationStatus::Completed,
            Self::Failed { .. } => GenerationStatus::Failed,
            Self::Cancelled => GenerationStatus::Cancelled,
        }
    }
}

/// The prompt with the word that stands for the avatar, once: where the person has put it, else in front.
#[must_use]
pub fn weave(trigger_phrase: &str, prompt: &str) -> String {
    let prompt = prompt.trim();
    let names_it = places(trigger_phrase, prompt).next().is_some();
    if names_it { prompt.to_owned() } else { format!("{trigger_phrase}, {prompt}") }
}

/// Where a text has the word that stands for an avatar, in small letters or large.
pub fn places(trigger_phrase: &str, text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    // As long as the text, byte for byte: only the letters of ASCII change.
    let (folded, word) = (text.to_ascii_lowercase(), trigger_phrase.to_ascii_lowercase());
    let found: Vec<_> = folded.match_indices(&word).map(|(start, word)| start..start + word.len()).collect();
    found
        .into_iter()
        .filter(move |place| !folded[..place.start].ends_with(is_part) && !folded[place.end..].starts_with(is_part))
}

/// A seed for who has none.
pub fn seed() -> Result<i64, Unspecified> {
    let mut bytes = [0; 8];
    SystemRandom::new().fill(&mut bytes)?;
    Ok((u64::from_be_bytes(bytes) % SEEDS).cast_signed())
}

/// Where the picture with this number lies, from 1.
#[must_use]
pub fn image_key(generation: &Generation, number: usize, format: PhotoFormat) -> String {
    let folder = avatar_folder(generation.user_id, generation.avatar_id);
    format!("{folder}/generated/gen_{}_{number}.{}", generation.id, extension(format))
}

/// Where its thumbnail lies.
#[must_use]
pub fn thumbnail_key(generation: &Generation, number: usize) -> String {
    let folder = avatar_folder(generation.user_id, generation.avatar_id);
    format!("{folder}/generated/thumbnails/thumb_{}_{number}.jpg", generation.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trigger_is_woven_in_once() {
        assert_eq!(weave("annx7", " on a beach "), "annx7, on a beach");
        for there in ["annx7 on a beach", "a portrait of ANNX7, smiling", "by the sea (annx7)"] {
            assert_eq!(weave("annx7", there), there);
        }
        assert_eq!(weave("ann", "annabel and her cat"), "ann, annabel and her cat", "a part of a word is not it");
    }

    #[test]
    fn pictures_that_were_all_kept_back_are_moderated() {
        let image = Image {
            original_key: "a".to_owned(),
            thumbnail_key: "b".to_owned(),
            format: PhotoFormat::Jpeg,
            width: 1,
            height: 1,
            size_bytes: 1,
        };
        let status = |images| Ending::Made { images, response: Value::Null }.status();
        assert_eq!(status(vec![None, Some(image)]), GenerationStatus::Completed);
        assert_eq!(status(vec![None, None]), GenerationStatus::Moderated);
    }
}
