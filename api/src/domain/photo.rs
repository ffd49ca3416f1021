//! Photos of an avatar.

use aisha_openapi::vocabulary::{PhotoFormat, ValidationStatus};
use chrono::{DateTime, Utc};

use super::ids::{AvatarId, PhotoId, UserId};

/// A photo that was taken in.
#[derive(Debug, Clone, PartialEq)]
pub struct Photo {
    /// Our id.
    pub id: PhotoId,
    /// Whose picture it is.
    pub avatar_id: AvatarId,
    /// The owner of the avatar.
    pub user_id: UserId,
    /// Its place in the set, from 1.
    pub upload_order: i32,
    /// What the checks said.
    pub validation_status: ValidationStatus,
    /// SHA-256 of the bytes that were sent, in hex.
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
    /// Where the bytes that were sent lie.
    pub original_key: String,
    /// Where the small picture lies.
    pub thumbnail_key: String,
    /// Counts the changes; it is the `ETag`.
    pub version: i64,
    /// When it was taken in.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// The end of a file's name in the object store.
#[must_use]
pub const fn extension(format: PhotoFormat) -> &'static str {
    match format {
        PhotoFormat::Jpeg => "jpg",
        PhotoFormat::Png => "png",
        PhotoFormat::Webp => "webp",
    }
}

/// The folder of a person's things in the object store.
#[must_use]
pub fn avatar_folder(user_id: UserId, avatar_id: AvatarId) -> String {
    format!("user_{user_id}/avatar_{avatar_id}")
}

/// Where the bytes of a photo lie, as they were sent.
#[must_use]
pub fn original_key(user_id: UserId, avatar_id: AvatarId, photo_id: PhotoId, format: PhotoFormat) -> String {
    format!("{}/photos/original/photo_{photo_id}.{}", avatar_folder(user_id, avatar_id), extension(format))
}

/// Where the small picture of a photo lies.
#[must_use]
pub fn thumbnail_key(user_id: UserId, avatar_id: AvatarId, photo_id: PhotoId) -> String {
    format!("{}/photos/thumbnails/thumb_{photo_id}.jpg", avatar_folder(user_id, avatar_id))
}
