//! What photos and recordings are taken, how many, and what their uploads may take.

use std::time::Duration;

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
    /// With so many different photos avatars turn out well.
    pub advised: u32,
}

impl PhotoLimits {
    pub(super) fn from_env(env: &Environment) -> Result<Self, ConfigError> {
        let limits = Self {
            max_bytes: u64::from(env.number("AISHA_PHOTO_MAX_MB", 10, 1, 50)?) * 1024 * 1024,
            min_side: env.number("AISHA_PHOTO_MIN_SIDE", 512, 16, 4096)?,
            max_side: env.number("AISHA_PHOTO_MAX_SIDE", 4096, 512, 8192)?,
            per_avatar: env.number("AISHA_PHOTOS_PER_AVATAR", 50, 1, 200)?,
            to_train: env.number("AISHA_PHOTOS_TO_TRAIN", 5, 1, 50)?,
            advised: env.number("AISHA_PHOTOS_ADVISED", 12, 1, 200)?,
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

/// The limits on recordings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AudioLimits {
    /// The largest file, in bytes.
    pub max_bytes: u64,
}

impl AudioLimits {
    pub(super) fn from_env(env: &Environment) -> Result<Self, ConfigError> {
        Ok(Self { max_bytes: u64::from(env.number("AISHA_AUDIO_MAX_MB", 100, 1, 1000)?) * 1024 * 1024 })
    }
}

/// What uploads under way may take of the disk and of the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadLimits {
    /// Bytes on the disk for all of them together; one person's may take a quarter.
    pub spool_bytes: u64,
    /// How long a file waits for its place there.
    pub patience: Duration,
    /// How long a file may take to arrive, however small it is.
    pub grace: Duration,
    /// How many bytes of it must arrive for every second more.
    pub bytes_per_second: u32,
}

impl UploadLimits {
    pub(super) fn from_env(env: &Environment, photos: &PhotoLimits, audio: AudioLimits) -> Result<Self, ConfigError> {
        let limits = Self {
            spool_bytes: u64::from(env.number("AISHA_SPOOL_MB", 2048, 64, 1_000_000)?) * 1024 * 1024,
            patience: Duration::from_secs(10),
            grace: Duration::from_secs(30),
            bytes_per_second: 16 * 1024,
        };
        if limits.spool_bytes / 4 < photos.max_bytes {
            return Err(ConfigError::new("AISHA_SPOOL_MB", "must be at least four times AISHA_PHOTO_MAX_MB"));
        }
        if limits.spool_bytes / 4 < audio.max_bytes {
            return Err(ConfigError::new("AISHA_SPOOL_MB", "must be at least four times AISHA_AUDIO_MAX_MB"));
        }
        Ok(limits)
    }
}
