//! Runs of packs: pictures that are asked for together.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::generations::GenerationWarning;
use crate::vocabulary::{AspectRatio, PackStatus};

/// Pictures to be made together: a pack, or styles of your choice.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPackRun {
    /// A pack of `GET /v1/styles`.
    #[serde(default)]
    #[schema(example = "business_portraits")]
    pub pack_id: Option<String>,
    /// 1 to 24 styles of `GET /v1/styles`, in place of a pack. One that is named twice is made twice.
    #[serde(default)]
    #[schema(max_items = 24, example = json!([]))]
    pub styles: Vec<String>,
    /// The shape of all pictures; each has its own if you name none.
    #[serde(default)]
    pub aspect_ratio: Option<AspectRatio>,
    /// How many images of each picture, 1 to 4; each is kept and paid.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 4, default = 1)]
    pub num_images: i32,
    /// Which completed training of the avatar to use; the active one if you name none.
    #[serde(default)]
    pub training_id: Option<Uuid>,
}

const fn one() -> i32 {
    1
}

/// A run of a pack. Its pictures are generations: `GET /v1/generations?pack_id=` with its id lists them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PackRun {
    /// Its id.
    pub id: Uuid,
    /// Who is to be seen.
    pub avatar_id: Uuid,
    /// Whose weights its pictures are made with.
    pub training_id: Uuid,
    /// The pack of `GET /v1/styles`; null for styles of your choice.
    pub pack_id: Option<String>,
    /// Whether the service made it by itself, to show what the training has learned.
    pub is_preview: bool,
    /// Where it stands.
    pub status: PackStatus,
    /// How far it is.
    pub progress: PackProgress,
    /// What it should cost, in US dollars.
    #[schema(example = 0.42)]
    pub cost_estimate_usd: f64,
    /// When it was given up; what fal was faster with is kept.
    pub cancel_requested_at: Option<DateTime<Utc>>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When the last of its generations ended.
    pub completed_at: Option<DateTime<Utc>>,
}

/// The generations of a run, counted by status. What was deleted since is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PackProgress {
    /// All of them.
    pub total: i64,
    /// fal has not got them yet.
    pub pending: i64,
    /// fal has them.
    pub processing: i64,
    /// There are pictures of them.
    pub completed: i64,
    /// They could not be done.
    pub failed: i64,
    /// They were given up.
    pub cancelled: i64,
    /// fal's safety checker kept their pictures back.
    pub moderated: i64,
}

/// A page of runs, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PackRunPage {
    /// The runs.
    pub data: Vec<PackRun>,
    /// Give it as `cursor` to get the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// What a run would cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PackQuote {
    /// The model at fal.
    pub endpoint: String,
    /// How many generations.
    pub generations: i64,
    /// How many images they have together.
    pub num_images: i64,
    /// What all of it costs, in US dollars.
    pub cost_estimate_usd: f64,
    /// What of it cannot be followed.
    pub warnings: Vec<GenerationWarning>,
}
