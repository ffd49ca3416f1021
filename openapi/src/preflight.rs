//! Advice on a set of photos before any money is spent.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::photos::{DuplicateCluster, PhotoIssue};
use crate::trainings::TrainingQuote;
use crate::vocabulary::{Importance, RecommendationCode, Verdict};

/// What a training of an avatar would meet as things stand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Preflight {
    /// Which avatar.
    pub avatar_id: Uuid,
    /// Whether a training can be started now.
    pub ready: bool,
    /// The avatar's details that are missing.
    #[schema(example = json!(["gender"]))]
    pub missing: Vec<String>,
    /// How many photos there are, and how many are needed.
    pub count: PhotoCount,
    /// Every photo, in the avatar's order.
    pub photos: Vec<PhotoVerdict>,
    /// Groups of photos that look the same, among those that would be used.
    pub near_duplicates: Vec<DuplicateCluster>,
    /// Photos that another avatar of yours has too.
    pub elsewhere: Vec<PhotoElsewhere>,
    /// How different the photos are that would be used.
    pub variety: Variety,
    /// What each preset costs and takes. Empty until the avatar has a `training_type`.
    pub presets: Vec<TrainingQuote>,
    /// What to do, the most important first.
    pub recommendations: Vec<Recommendation>,
}

/// Photos of an avatar, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PhotoCount {
    /// All.
    pub total: i64,
    /// Those a training would learn from.
    pub usable: i64,
    /// Those left out by you.
    pub excluded: i64,
    /// Those that the checks reject.
    pub rejected: i64,
    /// The least a training needs.
    pub minimum: i64,
    /// With so many different photos avatars turn out well.
    pub advised: i64,
}

/// What the checks say of one photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PhotoVerdict {
    /// Which.
    pub photo_id: Uuid,
    /// Its place in the set.
    pub upload_order: i32,
    /// Left out by you.
    pub excluded: bool,
    /// In one word.
    pub verdict: Verdict,
    /// The gravest first.
    pub issues: Vec<PhotoIssue>,
}

/// A photo that looks like one of another avatar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PhotoElsewhere {
    /// The photo of this avatar.
    pub photo_id: Uuid,
    /// The other avatar.
    pub avatar_id: Uuid,
    /// Its photo.
    pub other_photo_id: Uuid,
    /// In how many of 256 bits the two differ.
    pub distance: u32,
}

/// How different the usable photos are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Variety {
    /// The face fills the picture.
    pub close_up: i64,
    /// Head and shoulders to the waist.
    pub half_body: i64,
    /// The whole person.
    pub full_body: i64,
    /// No face was found, or nobody looked.
    pub without_face: i64,
    /// The mean brightness of the darkest photo, 0 to 255; null without photos.
    pub darkest: Option<f64>,
    /// The mean brightness of the brightest photo.
    pub brightest: Option<f64>,
    /// On how many different days the photos were taken, by the camera's own word.
    pub days: i64,
    /// Photos whose day nobody knows: most messengers take it away.
    pub undated: i64,
}

/// Something to do before training.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Recommendation {
    /// A stable word.
    pub code: RecommendationCode,
    /// Whether a training is possible without it.
    pub importance: Importance,
    /// The same for people, in the language asked for.
    #[schema(example = "Add 2 more photos: a training needs at least 5.")]
    pub detail: String,
    /// The photos it is about; empty if it is about the set.
    pub photo_ids: Vec<Uuid>,
}
