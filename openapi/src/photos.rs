//! Photos of avatars.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::problem::Problem;
use crate::vocabulary::{IssueCode, IssueSeverity, PhotoFormat, UploadOutcome, ValidationStatus, Verdict};

/// A photo of an avatar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Photo {
    /// Its id.
    pub id: Uuid,
    /// Whose picture it is.
    pub avatar_id: Uuid,
    /// Its place in the set; lower comes first.
    pub upload_order: i32,
    /// `valid` photos are learned from, `invalid` ones are kept and not used; `pending` ones wait for their checks.
    pub validation_status: ValidationStatus,
    /// What the checks say, in one word.
    pub verdict: Verdict,
    /// What could be better, the gravest first.
    pub issues: Vec<PhotoIssue>,
    /// SHA-256 of the bytes you sent, in hex.
    pub sha256: String,
    /// Length of those bytes.
    pub size_bytes: i64,
    /// Pixels, upright.
    pub width: i32,
    /// Pixels, upright.
    pub height: i32,
    /// Told by content.
    pub format: PhotoFormat,
    /// The day on which the camera says it was taken.
    pub taken_on: Option<NaiveDate>,
    /// Whether there is a face; null when nobody looked.
    pub has_face: Option<bool>,
    /// The faces, the largest first.
    pub faces: Vec<Face>,
    /// 0 to 1; null until the photo is checked.
    #[schema(minimum = 0, maximum = 1, example = 0.83)]
    pub quality_score: Option<f64>,
    /// What the score is made of.
    pub quality: Option<Quality>,
    /// The better one of two photos of the same avatar that look the same; null for the better one itself.
    pub near_duplicate_of: Option<Uuid>,
    /// Kept, but left out of trainings.
    pub excluded: bool,
    /// What is to be seen, for the trainer.
    pub caption: Option<String>,
    /// The bytes you sent. The link works without a key until `urls_expire_at`.
    pub original_url: String,
    /// A small JPEG, its longer side 320 pixels. The link works without a key until `urls_expire_at`.
    pub thumbnail_url: String,
    /// What a trainer is given: a JPEG, upright, without metadata. Null until the photo is checked.
    pub training_url: Option<String>,
    /// A square around the largest face; null without a face.
    pub face_url: Option<String>,
    /// When the links end; read the photo again for new ones.
    pub urls_expire_at: DateTime<Utc>,
    /// Counts the changes; the same as the `ETag`.
    pub version: i64,
    /// When it was taken in.
    pub created_at: DateTime<Utc>,
}

/// Something about a photo that could be better.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PhotoIssue {
    /// A stable word.
    pub code: IssueCode,
    /// How much it matters.
    pub severity: IssueSeverity,
    /// What was measured, where there is a number.
    #[schema(example = 0.7)]
    pub value: Option<f64>,
    /// Where the limit is.
    #[schema(example = 1.0)]
    pub threshold: Option<f64>,
    /// What is the matter, in the language asked for (`Accept-Language: en` or `ru`).
    #[schema(example = "The photo is blurred.")]
    pub detail: String,
    /// What would help.
    #[schema(example = "Hold the camera still, or take the sharper one of two shots.")]
    pub fix: String,
}

/// Changes to a photo: fields that are left out stay as they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PhotoPatch {
    /// What is to be seen, for the trainer; up to 500 characters. An empty text takes the caption away.
    #[schema(max_length = 500, example = "Ann on a bicycle")]
    pub caption: Option<String>,
    /// `true` leaves the photo out of trainings.
    pub excluded: Option<bool>,
}

/// The photos of an avatar in their order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PhotoList {
    /// All of them; an avatar holds 50 at the most.
    pub data: Vec<Photo>,
}

/// A new order for the photos of an avatar.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhotoOrder {
    /// Every photo of the avatar once, first to last.
    #[schema(max_items = 1000)]
    pub photo_ids: Vec<Uuid>,
}

/// Photos of an avatar that look the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DuplicateCluster {
    /// The sharpest of them.
    pub keep: Uuid,
    /// The others.
    pub others: Vec<NearDuplicate>,
}

/// A photo that looks like another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NearDuplicate {
    /// Which.
    pub photo_id: Uuid,
    /// In how many of 256 bits the two differ; 0 looks the very same.
    pub distance: u32,
}

/// What was done about photos that look the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DedupeReport {
    /// Whether the others are excluded now; `false` when you only asked.
    pub applied: bool,
    /// The groups, among the photos that a training would use.
    pub clusters: Vec<DuplicateCluster>,
    /// The photos that were, or would be, excluded. `PATCH /v1/photos/{id}` with `{"excluded": false}` takes one back.
    pub excluded: Vec<Uuid>,
}

/// What became of an upload, a file at a time, in the order they were sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UploadReport {
    /// One entry a file.
    pub results: Vec<UploadResult>,
}

/// What became of one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UploadResult {
    /// Its name, if it had one.
    #[schema(example = "1.jpg")]
    pub filename: Option<String>,
    /// What happened.
    pub outcome: UploadOutcome,
    /// The photo, new or found; null when the file was rejected.
    pub photo: Option<Photo>,
    /// Why the file was rejected; null otherwise.
    pub problem: Option<Problem>,
}

/// A face in a photo, in shares of the upright picture: 0 is its left and upper edge, 1 its right and lower one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Face {
    /// The left edge.
    pub x: f32,
    /// The upper edge.
    pub y: f32,
    /// Share of the picture's width.
    pub width: f32,
    /// Share of the picture's height.
    pub height: f32,
    /// How sure the detector is; clear faces reach 15 and more.
    pub score: f32,
}

/// How good a photo is to learn from, and why.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Quality {
    /// 0 to 1: the weighted geometric mean of the parts, so that one bad part is not made good by the others.
    pub score: f64,
    /// Fine detail. The value is 1000 times the variance of the smoothed Laplacian over the variance of the picture;
    /// under 1 is blurred, under 2 soft.
    pub sharpness: QualityPart,
    /// Light. The value is the mean brightness, 0 to 255.
    pub exposure: QualityPart,
    /// The value is the standard deviation of brightness, 0 to 128.
    pub contrast: QualityPart,
    /// The value is the shorter side in pixels.
    pub resolution: QualityPart,
    /// Freedom from noise. The value is the noise, in levels of brightness.
    pub cleanness: QualityPart,
    /// The share of pixels that are black or white beyond recovery.
    pub clipped: f64,
}

/// One part of a photo's quality.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QualityPart {
    /// As measured.
    pub value: f64,
    /// What it is worth, 0 to 1.
    pub score: f64,
}
