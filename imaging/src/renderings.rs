//! The square around a face, and the qualities of the JPEGs that are made.

use aisha_openapi::photos::Face;
use fast_image_resize::Resizer;

use crate::error::ImageError;
use crate::exif::Orientation;
use crate::raster::{Raster, Region};
use crate::small::Small;

/// JPEG quality of what is learned from: no artefact is to be learned.
pub(crate) const FINE: u8 = 90;
/// JPEG quality of thumbnails: about 20 kB for 320 × 240, and nothing to be seen of it at that size.
pub(crate) const SMALL: u8 = 80;

/// How much wider than the face its square is: hair, chin and some of the neck belong to a face.
const MARGIN: f64 = 2.0;

/// A square around `face`, stored in `raster` by `orientation`, with sides of `side` pixels at the most. It is cut from
/// the decoded picture and never made larger, so that a small face keeps the pixels that it has.
pub(crate) fn around(
    face: &Face,
    raster: &Raster<'_>,
    orientation: Orientation,
    side: u32,
    resizer: &mut Resizer,
) -> Result<Small, ImageError> {
    let (width, height) = match raster.size() {
        (width, height) if orientation.swaps_sides() => (height, width),
        upright => upright,
    };
    let (region, samples) = square(face, width, height);
    let side = side.min(samples).max(1);
    Ok(raster.shrink(region.stored(orientation), (side, side), resizer)?.turned(orientation))
}

/// The square around `face` in a picture of `width` × `height`, and its side.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the side of the picture")]
fn square(face: &Face, width: f64, height: f64) -> (Region, u32) {
    let (across, down) = (f64::from(face.width) * width, f64::from(face.height) * height);
    let side = (across.max(down) * MARGIN).min(width).min(height);
    let left = (f64::from(face.x) * width + (across - side) / 2.0).clamp(0.0, width - side);
    let top = (f64::from(face.y) * height + (down - side) / 2.0).clamp(0.0, height - side);
    let region = Region { left: left / width, top: top / height, width: side / width, height: side / height };
    (region, side as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_square_holds_the_face_and_stays_in_the_picture() {
        let faces = [(0.4, 0.4, 0.1, 0.1), (0.0, 0.0, 0.2, 0.1), (0.9, 0.95, 0.1, 0.05), (0.1, 0.0, 0.8, 0.9)];
        for (x, y, width, height) in faces {
            let face = Face { x, y, width, height, score: 9.0 };
            for (across, down) in [(800.0, 600.0), (600.0, 800.0), (1153.0, 701.0)] {
                let (region, side) = square(&face, across, down);
                let Region { left, top, width, height } = region;
                assert!((width * across - height * down).abs() < 1e-6 && f64::from(side) <= width * across + 1e-6);
                assert!(left >= 0.0 && top >= 0.0 && left + width < 1.0 + 1e-9 && top + height < 1.0 + 1e-9);
                let middle = (f64::from(face.x + face.width / 2.0), f64::from(face.y + face.height / 2.0));
                assert!((left..left + width).contains(&middle.0) && (top..top + height).contains(&middle.1));
            }
        }
    }
}
