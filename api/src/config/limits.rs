//! What photos are taken, and how many.

use super::{ConfigError, Environment};

/// The limits on photos.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoLimits {
    /// The largest file, in bytes.
    pub max_bytes: u64,
    /// The shorter side must have so many pixels.
    pub min_side: u32,
    /// The longer side may have so many pixels.
    pub max_side: u32,
    /// Photos an avatar may hold.
    pub per_avatar: u32,
    /// Usable photos a training needs.
    pub to_train: u32,
}

impl PhotoLimits {
    pub(super) fn from_env(env: &Environment) -> Result<Self, ConfigError> {
        let limits = Self {
            max_bytes: u64::from(env.number("AISHA_PHOTO_MAX_MB", 10, 1, 50)?) * 1024 * 1024,
            min_side: env.number("AISHA_PHOTO_MIN_SIDE", 512, 16, 4096)?,
            max_side: env.number("AISHA_PHOTO_MAX_SIDE", 4096, 512, 8192)?,
            per_avatar: env.number("AISHA_PHOTOS_PER_AVATAR", 50, 1, 200)?,
            to_train: env.number("AISHA_PHOTOS_TO_TRAIN", 5, 1, 50)?,
        };
        if limits.min_side > limits.max_side {
            return Err(ConfigError::new("AISHA_PHOTO_MIN_SIDE", "must not be above AISHA_PHOTO_MAX_SIDE"));
        }
        if limits.to_train > limits.per_avatar {
            return Err(ConfigError::new("AISHA_PHOTOS_TO_TRAIN", "must not be above AISHA_PHOTOS_PER_AVATAR"));
        }
        Ok(limits)
    }
}
