//! Photos of avatars.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::problem::Problem;
use crate::vocabulary::{PhotoFormat, UploadOutcome, ValidationStatus};

/// A photo of an avatar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Photo {
    /// Its id.
    pub id: Uuid,
    /// Whose picture it is.
    pub avatar_id: Uuid,
    /// Its place in the set; lower comes first.
    pub upload_order: i32,
    /// What the checks said.
    pub validation_status: ValidationStatus,
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
    /// Kept, but left out of trainings.
    pub excluded: bool,
    /// What is to be seen, for the trainer.
    pub caption: Option<String>,
    /// The bytes you sent. The link works without a key until `urls_expire_at`.
    pub original_url: String,
    /// A small JPEG, its longer side 320 pixels. The link works without a key until `urls_expire_at`.
    pub thumbnail_url: String,
    /// When the two links end; read the photo again for new ones.
    pub urls_expire_at: DateTime<Utc>,
    /// Counts the changes; the same as the `ETag`.
    pub version: i64,
    /// When it was taken in.
    pub created_at: DateTime<Utc>,
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
