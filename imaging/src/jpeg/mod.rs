//! JPEG. Ordinary camera files (sequential, one scan) go through our own decoder, which parses every symbol, is stricter
//! than libjpeg-turbo about structure, and gives the picture at half size, which is all that thumbnails and checks need.
//! Progressive files, several scans and CMYK go to `zune-jpeg` in its strict mode, after the same outline.

mod bits;
mod half;
mod huffman;
mod idct;
mod outline;
mod whole;

use crate::error::{ImageError, corrupt};
use crate::raster::Raster;

pub(crate) use half::Planes;
pub(crate) use outline::Outline;

/// Decodes the whole picture: as planes at half size, or, where half would be less than `thumbnail_side`, as pixels.
pub(crate) fn decode<'a>(
    outline: &Outline<'_>,
    thumbnail_side: u32,
    planes: &'a mut Planes,
    samples: &'a mut Vec<u8>,
) -> Result<Raster<'a>, ImageError> {
    if !outline.could_hold_its_pixels() {
        return Err(corrupt("its data is too short for the size it claims"));
    }
    let Some(scan) = outline.single_scan() else {
        return whole::decode(outline, samples);
    };
    let raster = half::decode(outline, scan, planes)?;
    let half_side = u32::from(outline.width.max(outline.height)) / 2;
    if half_side >= thumbnail_side {
        return Ok(raster);
    }
    // Half of a small picture is less than its thumbnail. The strict pass above is its check, this one gives pixels.
    drop(raster);
    whole::decode(outline, samples)
}
