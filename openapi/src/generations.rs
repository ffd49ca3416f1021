//! Generations: pictures made with an avatar.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::vocabulary::{AspectRatio, GenerationStatus, PhotoFormat, WarningCode};

/// Pictures to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGeneration {
    /// What is to be seen, in 1 to 2000 characters; with a style it may be left out. The avatar's trigger phrase is put in
    /// if it is not in it.
    #[serde(default)]
    #[schema(max_length = 2000, example = "portrait in a sunlit garden, 85mm photo")]
    pub prompt: String,
    /// The style to make it in, one of `GET /v1/styles`; your words become a part of its prompt.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub style_id: Option<String>,
    /// What must not be seen, in up to 2000 characters. Not every model has this; the answer warns where it is left out.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub negative_prompt: Option<String>,
    /// The shape of the pictures; that of the style, or square, if you name none.
    #[serde(default)]
    pub aspect_ratio: Option<AspectRatio>,
    /// How many pictures, 1 to 4; each is kept and paid.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 4, default = 1)]
    pub num_images: i32,
    /// Where the chance begins, a 64-bit integer: the same seed with the same version, prompt and shape gives the same
    /// pictures. Made up if you give none.
    #[serde(default)]
    #[schema(minimum = 0)]
    pub seed: Option<i64>,
    /// Which completed training of the avatar to use; the active one if you name none.
    #[serde(default)]
    pub training_id: Option<Uuid>,
}

const fn one() -> i32 {
    1
}

/// How to repeat a generation.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RepeatGeneration {
    /// `true` begins with another chance, for other pictures of the same wish; `false` makes the same ones again.
    pub fresh_seed: bool,
}

/// Pictures made with an avatar by one request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Generation {
    /// Its id.
    pub id: Uuid,
    /// Who is to be seen.
    pub avatar_id: Uuid,
    /// Whose weights it is made with.
    pub training_id: Uuid,
    /// The run of a pack that it is one of.
    pub pack_id: Option<Uuid>,
    /// The one that it repeats.
    pub repeat_of: Option<Uuid>,
    /// Where it stands.
    pub status: GenerationStatus,
    /// Why, where the status alone does not tell.
    pub status_reason: Option<String>,
    /// What was asked for, in the words it was asked in; empty where a style was all that was asked for.
    #[schema(example = "portrait in a sunlit garden, 85mm photo")]
    pub prompt: String,
    /// What the model is told; null until that is settled.
    #[schema(example = "annx7, portrait in a sunlit garden, 85mm photo")]
    pub final_prompt: Option<String>,
    /// What must not be seen.
    pub negative_prompt: Option<String>,
    /// The style it is made in.
    pub style_id: Option<String>,
    /// The shape of the pictures.
    pub aspect_ratio: AspectRatio,
    /// How many pictures were asked for.
    pub num_images: i32,
    /// Where the chance began; give it again for the same pictures.
    pub seed: i64,
    /// The model at fal.
    #[schema(example = "fal-ai/flux-lora")]
    pub endpoint: String,
    /// What of the wish could not be followed.
    pub warnings: Vec<GenerationWarning>,
    /// Whether it is among the favourites.
    pub is_favourite: bool,
    /// What it should cost, in US dollars.
    #[schema(example = 0.035)]
    pub cost_estimate_usd: f64,
    /// The pictures, once completed.
    pub images: Vec<GenerationImage>,
    /// What went wrong; null unless it failed.
    pub error: Option<GenerationError>,
    /// fal's id of the run.
    pub fal_request_id: Option<String>,
    /// When it was given up; it may still complete if fal was faster.
    pub cancel_requested_at: Option<DateTime<Utc>>,
    /// When it is given up if fal has not ended it; null once it has ended, and before fal was asked.
    pub deadline_at: Option<DateTime<Utc>>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When fal took it.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended, however it ended.
    pub completed_at: Option<DateTime<Utc>>,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GenerationImage {
    /// Its place among the pictures of its generation, from 1.
    pub number: i32,
    /// Whether fal's safety checker has kept it back; then there is nothing to see, and the rest is null.
    pub flagged: bool,
    /// What the content is.
    pub format: Option<PhotoFormat>,
    /// Pixels across.
    pub width: Option<u32>,
    /// Pixels down.
    pub height: Option<u32>,
    /// How long the file is, in bytes.
    pub size_bytes: Option<i64>,
    /// The picture. The link ends after an hour; read again for a new one.
    pub url: Option<String>,
    /// A small JPEG of it, in the same way.
    pub thumbnail_url: Option<String>,
}

/// Something that could not be followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GenerationWarning {
    /// A stable word.
    pub code: WarningCode,
    /// The same for people.
    pub detail: String,
}

/// Why a generation failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GenerationError {
    /// A stable word.
    #[schema(example = "content_policy_violation")]
    pub code: String,
    /// The same for people.
    pub message: String,
}

/// A page of generations, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GenerationPage {
    /// The generations.
    pub data: Vec<Generation>,
    /// Give it as `cursor` to get the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// Which pictures to download.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewArchive {
    /// The generations, 1 to 200.
    #[schema(min_items = 1, max_items = 200)]
    pub ids: Vec<Uuid>,
}

/// What a generation would cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GenerationQuote {
    /// The model at fal.
    pub endpoint: String,
    /// Pixels across.
    pub width: i32,
    /// Pixels down.
    pub height: i32,
    /// How many pictures.
    pub num_images: i32,
    /// In US dollars.
    pub cost_estimate_usd: f64,
    /// What of the wish could not be followed.
    pub warnings: Vec<GenerationWarning>,
}
