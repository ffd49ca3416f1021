//! What generators cost, as their model pages say: so much a megapixel of each picture, begun ones billed as whole.

use super::Size;

/// A megapixel, as fal counts: a picture of 1024 by 1024 is one.
const MEGAPIXEL: u64 = 1024 * 1024;

/// What a generator costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PicturePrice {
    /// Millionths of a US dollar for a megapixel.
    pub microusd_per_megapixel: i64,
}

impl PicturePrice {
    /// What so many pictures of this size cost, in millionths of a US dollar.
    #[must_use]
    pub fn of(self, size: Size, num_images: u8) -> i64 {
        let megapixels = (u64::from(size.width) * u64::from(size.height)).div_ceil(MEGAPIXEL);
        let each = i64::try_from(megapixels).unwrap_or(i64::MAX).saturating_mul(self.microusd_per_megapixel);
        each.saturating_mul(num_images.into())
    }
}
