//! The brightness of a picture alone, upright and in sRGB: all that measuring looks at.

use fast_image_resize::Resizer;

use crate::error::ImageError;
use crate::small::{Small, fit, shrunk_plane};

/// Samples row by row, without gaps.
pub(super) struct Luma {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) samples: Vec<u8>,
}

impl Luma {
    /// The brightness of `picture` with a longer side of `side`; a smaller one keeps its size.
    pub(super) fn of(picture: &Small, side: u32, resizer: &mut Resizer) -> Result<Self, ImageError> {
        let (width, height) = fit(picture.width, picture.height, side);
        let samples = shrunk_plane(&picture.luma, (picture.width, picture.height), (width, height), resizer)?;
        Ok(Self { width, height, samples })
    }

    /// The same with a longer side of `side`; a smaller one keeps its size.
    pub(super) fn shrunk(&self, side: u32, resizer: &mut Resizer) -> Result<Self, ImageError> {
        let (width, height) = fit(self.width, self.height, side);
        self.scaled(width, height, resizer)
    }

    /// The same stretched to `width` × `height`.
    pub(super) fn scaled(&self, width: u32, height: u32, resizer: &mut Resizer) -> Result<Self, ImageError> {
        let samples = shrunk_plane(&self.samples, (self.width, self.height), (width, height), resizer)?;
        Ok(Self { width, height, samples })
    }
}
