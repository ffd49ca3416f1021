//! JPEG. Ordinary camera files (sequential, one scan) go through our own decoder, which parses every symbol, is stricter
//! than libjpeg-turbo about structure, and gives the picture at full or half size.
//! Progressive files, several scans and CMYK go to `zune-jpeg` in its strict mode, after the same outline and an audit
//! that parses every symbol of theirs, too; with the feature `turbo`, those that are sampled as usual go to
//! libjpeg-turbo.

mod audit;
mod bands;
mod baseline;
mod bits;
mod huffman;
mod idct;
mod outline;
mod tables;
mod whole;

use crate::error::{ImageError, corrupt};
use crate::jpeg::idct::{Full, Half};
use crate::raster::Raster;

pub(crate) use baseline::Planes;
pub(crate) use outline::Outline;

/// Decodes the whole picture once: at half size where that leaves `side` samples on its longer side, which saves half of
/// the time and three quarters of the memory; at full size otherwise.
pub(crate) fn decode<'a>(
    outline: &Outline<'_>,
    side: u32,
    planes: &'a mut Planes,
    samples: &'a mut Vec<u8>,
) -> Result<Raster<'a>, ImageError> {
    if !outline.could_hold_its_pixels() {
        return Err(corrupt("its data is too short for the size it claims"));
    }
    let half_side = u32::from(outline.width.max(outline.height)) / 2;
    match outline.single_scan() {
        Some(scan) if half_side >= side => baseline::decode::<Half, 4>(outline, scan, planes),
        Some(scan) => baseline::decode::<Full, 8>(outline, scan, planes),
        None => {
            audit::check(outline)?;
            #[cfg(feature = "turbo")]
            if outline.is_usually_sampled() {
                let whole = (outline.width.into(), outline.height.into());
                let is_grey = outline.components.len() == 1;
                return crate::turbo::decode(outline.picture, whole, is_grey, half_side >= side, samples);
            }
            whole::decode(outline, samples)
        }
    }
}
