//! The small upright JPEG of a picture. The picture is made small first and turned afterwards: turning 12 megapixels
//! costs more than everything else here.

use fast_image_resize::Resizer;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::error::{ImageError, corrupt};
use crate::exif::Orientation;
use crate::raster::{Colour, Raster, Small};

/// JPEG quality of thumbnails: 4:2:0 at 80 is about 20 kB for 320 × 240 and shows no artefacts at that size.
const QUALITY: u8 = 80;

/// A JPEG whose longer side has `side` pixels, of a picture stored at `width` × `height`. A picture smaller than that
/// keeps its size.
pub(crate) fn render(
    raster: &Raster<'_>,
    (width, height): (u32, u32),
    orientation: Orientation,
    side: u32,
    resizer: &mut Resizer,
) -> Result<Vec<u8>, ImageError> {
    let (small_width, small_height) = fit(width, height, side);
    let small = raster.shrink(small_width, small_height, resizer)?;
    encode(&turn(small, orientation))
}

/// The size within `side` × `side` that keeps the proportions, at least one pixel each way.
fn fit(width: u32, height: u32, side: u32) -> (u32, u32) {
    let longer = width.max(height);
    if longer <= side {
        return (width, height);
    }
    let scale = |length: u32| {
        let rounded = (u64::from(length) * u64::from(side) + u64::from(longer) / 2) / u64::from(longer);
        u32::try_from(rounded).unwrap_or(side).max(1)
    };
    (scale(width), scale(height))
}

fn turn(small: Small, orientation: Orientation) -> Small {
    if orientation == Orientation::Upright {
        return small;
    }
    let channels = small.colour.channels();
    let (width, height) =
        if orientation.swaps_sides() { (small.height, small.width) } else { (small.width, small.height) };
    let mut pixels = Vec::with_capacity(small.pixels.len());
    for y in 0..height {
        for x in 0..width {
            let (from_x, from_y) = orientation.stored_position(x, y, small.width, small.height);
            let at = (from_y * small.width + from_x) * channels;
            pixels.extend_from_slice(&small.pixels[at..at + channels]);
        }
    }
    Small { width, height, colour: small.colour, pixels }
}

fn encode(small: &Small) -> Result<Vec<u8>, ImageError> {
    let mut jpeg = Vec::with_capacity(32 * 1024);
    let mut encoder = Encoder::new(&mut jpeg, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    let colour = match small.colour {
        Colour::Grey => ColorType::Luma,
        Colour::Ycbcr => ColorType::Ycbcr,
        Colour::Rgb => ColorType::Rgb,
    };
    let side = |length: usize| u16::try_from(length).map_err(|_| corrupt("its thumbnail would be too large"));
    encoder
        .encode(&small.pixels, side(small.width)?, side(small.height)?, colour)
        .map_err(|error| corrupt(format!("no thumbnail can be made of it ({error})")))?;
    Ok(jpeg)
}
