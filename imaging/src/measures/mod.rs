//! What is seen in a photo: faces, how good it is to learn from, and what it looks like. Everything is measured on one
//! small picture, upright and in sRGB, and depends on nothing else.

pub(crate) mod faces;
pub(crate) mod hash;
mod luma;
mod quality;

use fast_image_resize::Resizer;

use crate::Measures;
use crate::error::ImageError;
use crate::measures::faces::Finder;
use crate::measures::luma::Luma;
use crate::small::Small;

/// The longer side of the picture that is measured. The thresholds of quality hold for this size alone.
const SIDE: u32 = 1024;

/// Measures `picture`, the small copy of one whose shorter side has `shorter_side` pixels. Without a finder nobody looks
/// for faces.
pub(crate) fn measure(
    picture: &Small,
    shorter_side: u32,
    finder: Option<&Finder>,
    resizer: &mut Resizer,
) -> Result<Measures, ImageError> {
    let luma = Luma::of(picture, SIDE, resizer)?;
    let faces = finder.map(|finder| finder.find(&luma, resizer)).transpose()?;
    let largest = faces.as_ref().and_then(|faces| faces.first());
    let quality = quality::of(&luma, largest, shorter_side);
    let [hash, mirrored] = hash::hashes(&luma, resizer)?;
    Ok(Measures { faces, quality, hash, mirrored })
}
