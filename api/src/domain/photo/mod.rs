//! Photos of an avatar: what is known of one, and what can be said of it and of the set it belongs to.

pub mod judgement;
pub mod likeness;
pub mod preflight;

use aisha_imaging::Measures;
use aisha_openapi::vocabulary::{PhotoFormat, ValidationStatus};
use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::ids::{AvatarId, PhotoId, UserId};

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
    /// The day on which the camera says it was taken.
    pub taken_on: Option<NaiveDate>,
    /// What is seen in it; `None` until a worker has looked.
    pub measures: Option<Measures>,
    /// Kept, but left out of trainings.
    pub excluded: bool,
    /// What is to be seen, for the trainer.
    pub caption: Option<String>,
    /// Where the bytes that were sent lie.
    pub original_key: String,
    /// Where the small picture lies.
    pub thumbnail_key: String,
    /// Where the picture for trainers lies; `None` until a worker has made it.
    pub training_key: Option<String>,
    /// Where the square around the face lies, if there is one.
    pub face_key: Option<String>,
    /// Counts the changes; it is the `ETag`.
    pub version: i64,
    /// When it was taken in.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Photo {
    /// Whether a training learns from it.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.validation_status == ValidationStatus::Valid && !self.excluded
    }

    /// Every object it needs.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        [&self.original_key, &self.thumbnail_key].into_iter().chain(&self.training_key).chain(&self.face_key)
    }
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

/// Where the picture lies that trainers are given.
#[must_use]
pub fn training_key(user_id: UserId, avatar_id: AvatarId, photo_id: PhotoId) -> String {
    format!("{}/photos/processed/photo_{photo_id}.jpg", avatar_folder(user_id, avatar_id))
}

/// Where the square around the face lies.
#[must_use]
pub fn face_key(user_id: UserId, avatar_id: AvatarId, photo_id: PhotoId) -> String {
    format!("{}/photos/processed/face_{photo_id}.jpg", avatar_folder(user_id, avatar_id))
}

#[cfg(test)]
pub(crate) mod tests {
    use aisha_imaging::PerceptualHash;
    use aisha_openapi::photos::{Face, Quality, QualityPart};
    use uuid::Uuid;

    use super::*;

    /// A good portrait at this place of the set.
    pub(crate) fn photo(place: i32) -> Photo {
        let part = |value| QualityPart { value, score: 1.0 };
        let quality = Quality {
            score: 0.9,
            sharpness: part(5.0),
            exposure: part(120.0),
            contrast: part(50.0),
            resolution: part(1500.0),
            cleanness: part(2.0),
            clipped: 0.0,
        };
        let measures = Measures { faces: None, quality, hash: look(0), mirrored: look(200) };
        let bare = Photo {
            id: PhotoId(Uuid::from_u128(u128::try_from(place).expect("places begin at 1"))),
            avatar_id: AvatarId(Uuid::nil()),
            user_id: UserId(Uuid::nil()),
            upload_order: place,
            validation_status: ValidationStatus::Valid,
            sha256: format!("{place:064x}"),
            size_bytes: 1_000_000,
            width: 2000,
            height: 1500,
            format: PhotoFormat::Jpeg,
            taken_on: None,
            measures: Some(measures),
            excluded: false,
            caption: None,
            original_key: "original.jpg".to_owned(),
            thumbnail_key: "thumbnail.jpg".to_owned(),
            training_key: Some("training.jpg".to_owned()),
            face_key: None,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        };
        with_faces(bare, &[0.3])
    }

    /// The same photo with another quality.
    pub(crate) fn with_quality(mut photo: Photo, spoil: impl FnOnce(&mut Quality)) -> Photo {
        if let Some(measures) = &mut photo.measures {
            spoil(&mut measures.quality);
        }
        photo
    }

    /// The same photo with square faces of these widths.
    pub(crate) fn with_faces(mut photo: Photo, widths: &[f32]) -> Photo {
        let face = |&width: &f32| Face { x: 0.3, y: 0.2, width, height: width, score: 20.0 };
        if let Some(measures) = &mut photo.measures {
            measures.faces = Some(widths.iter().map(face).collect());
        }
        photo
    }

    /// The same photo with a look of its own: pictures of different looks differ in about half of their bits, those of
    /// the same look in as many as their `bits` differ.
    pub(crate) fn looking_like(mut photo: Photo, kind: u8, bits: u32) -> Photo {
        if let Some(measures) = &mut photo.measures {
            measures.hash = look(kind);
            measures.mirrored = look(kind.wrapping_add(128));
            for bit in 0..bits as usize {
                measures.hash.0[bit / 8] ^= 1 << (bit % 8);
            }
        }
        photo
    }

    /// Bits that look random and are always the same.
    fn look(kind: u8) -> PerceptualHash {
        let mut state = u64::from(kind) + 1;
        PerceptualHash(std::array::from_fn(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        }))
    }
}
