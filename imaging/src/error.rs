//! Why a file is refused, in words for the person who sent it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// Why a file is not taken. The text is a sentence for people and says what helps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// More bytes than [`crate::Limits::max_bytes`].
    #[error(
        "The file has {}, and at most {} are accepted. Save the photo smaller or with stronger compression.",
        megabytes(*.bytes),
        megabytes(*.limit)
    )]
    FileTooLarge {
        /// The weight of the file.
        bytes: u64,
        /// The weight allowed.
        limit: u64,
    },
    /// Not a JPEG, PNG or WebP still picture.
    #[error("{found}")]
    UnsupportedFormat {
        /// What the file seems to be.
        found: Found,
    },
    /// Cut off, broken, or carrying something else behind the picture.
    #[error("The file is damaged: {reason}. Send the photo again, from the original file.")]
    Corrupt {
        /// What is wrong, as the end of a sentence.
        reason: Cow<'static, str>,
    },
    /// The shorter side is under [`crate::Limits::min_side`].
    #[error(
        "The picture has {width}×{height} pixels, and its shorter side needs at least {limit}. Send the original, not \
         a preview or a screenshot of it."
    )]
    ResolutionTooLow {
        /// Pixels across, as stored.
        width: u32,
        /// Pixels down, as stored.
        height: u32,
        /// Pixels needed.
        limit: u32,
    },
    /// The longer side is over [`crate::Limits::max_side`].
    #[error(
        "The picture has {width}×{height} pixels, and its longer side may have at most {limit}. Save it smaller and \
         send it again."
    )]
    ResolutionTooHigh {
        /// Pixels across, as stored.
        width: u32,
        /// Pixels down, as stored.
        height: u32,
        /// Pixels allowed.
        limit: u32,
    },
}

/// What a file that is not accepted seems to be. The text says how to get an accepted one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum Found {
    /// Apple's usual camera format.
    #[error(
        "This is a HEIC picture, and JPEG, PNG and WebP are accepted. On an iPhone choose Settings › Camera › Formats › \
         Most Compatible, or send it as a photo instead of as a file."
    )]
    Heic,
    /// A still picture in the AV1 format.
    #[error("This is an AVIF picture, and JPEG, PNG and WebP are accepted. Save it as JPEG and send it again.")]
    Avif,
    /// A still picture in the JPEG XL format.
    #[error("This is a JPEG XL picture, and JPEG, PNG and WebP are accepted. Save it as JPEG and send it again.")]
    JpegXl,
    /// A GIF, moving or not.
    #[error("This is a GIF, and JPEG, PNG and WebP photos are accepted. Send a still photo.")]
    Gif,
    /// A Windows bitmap.
    #[error("This is a BMP picture, and JPEG, PNG and WebP are accepted. Save it as JPEG or PNG and send it again.")]
    Bmp,
    /// A TIFF, or one of the camera raw formats built on it.
    #[error("This is a TIFF or camera raw file, and JPEG, PNG and WebP are accepted. Export it as JPEG.")]
    Tiff,
    /// A Photoshop document.
    #[error("This is a Photoshop document, and JPEG, PNG and WebP are accepted. Export it as JPEG.")]
    Photoshop,
    /// A vector drawing.
    #[error("This is an SVG drawing, and JPEG, PNG and WebP photos are accepted.")]
    Svg,
    /// A PDF document.
    #[error("This is a PDF document, and JPEG, PNG and WebP photos are accepted. Send the photo itself.")]
    Pdf,
    /// An archive.
    #[error("This is an archive, and single photos are accepted. Unpack it and send the photos.")]
    Archive,
    /// A video.
    #[error("This is a video, and JPEG, PNG and WebP photos are accepted. Send a still photo.")]
    Video,
    /// A PNG with several frames.
    #[error("This PNG is animated, and still pictures are accepted. Send a still photo.")]
    AnimatedPng,
    /// A WebP with several frames.
    #[error("This WebP is animated, and still pictures are accepted. Send a still photo.")]
    AnimatedWebp,
    /// A JPEG with lossless, arithmetic or 12-bit coding, or with an odd number of colours.
    #[error("This JPEG is of a rare kind that browsers cannot show either. Save it as an ordinary JPEG.")]
    RareJpeg,
    /// Nothing at all.
    #[error("The file is empty. Send the photo again.")]
    Nothing,
    /// None of the above.
    #[error("This is not a picture that can be read; JPEG, PNG and WebP are accepted.")]
    Unknown,
}

impl ImageError {
    /// The stable word for this refusal, as it stands in the contract.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::FileTooLarge { .. } => "file_too_large",
            Self::UnsupportedFormat { .. } => "unsupported_format",
            Self::Corrupt { .. } => "corrupt_image",
            Self::ResolutionTooLow { .. } => "resolution_too_low",
            Self::ResolutionTooHigh { .. } => "resolution_too_high",
        }
    }
}

/// A refusal of a damaged file; `reason` ends the sentence "The file is damaged: …".
pub(crate) fn corrupt(reason: impl Into<Cow<'static, str>>) -> ImageError {
    ImageError::Corrupt { reason: reason.into() }
}

/// A refusal of something that is not an accepted photo.
pub(crate) const fn unsupported(found: Found) -> ImageError {
    ImageError::UnsupportedFormat { found }
}

/// Tenths of a mebibyte, rounded up, so that a file just over the limit never reads as being at the limit.
fn megabytes(bytes: u64) -> String {
    let tenths = u128::from(bytes) * 10;
    let tenths = tenths.div_ceil(1024 * 1024);
    if tenths % 10 == 0 { format!("{} MB", tenths / 10) } else { format!("{}.{} MB", tenths / 10, tenths % 10) }
}
