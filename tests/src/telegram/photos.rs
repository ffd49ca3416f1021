//! What the apps and servers of Telegram do to a photo: turned upright, stripped of everything but its pixels, at most
//! 1280 pixels long, as a JPEG in several sizes.

use std::io::Cursor;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder as _, ImageReader};

use super::refusal::Refusal;

/// The longer sides of the sizes.
const SIDES: [u32; 4] = [90, 320, 800, 1280];

/// A photo in one size.
#[derive(Debug, Clone)]
pub(super) struct Size {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) bytes: Bytes,
}

/// A photo in all its sizes, the smallest first.
pub(super) fn develop(file: &[u8]) -> Result<Vec<Size>, Refusal> {
    let picture = upright(file).ok_or_else(|| Refusal::bad_request("IMAGE_PROCESS_FAILED"))?;
    let (width, height) = (picture.width(), picture.height());
    if width + height > 10_000 || width.max(height) > 20 * width.min(height) {
        return Err(Refusal::bad_request("PHOTO_INVALID_DIMENSIONS"));
    }
    let longest = width.max(height);
    let smaller = SIDES.iter().copied().filter(|side| *side < longest);
    // A photo that is no longer than the largest size keeps its own as the last.
    let sides = smaller.chain((longest <= SIDES[3]).then_some(longest));
    Ok(sides.map(|side| size(&picture, side, longest)).collect())
}

fn upright(file: &[u8]) -> Option<DynamicImage> {
    let mut decoder = ImageReader::new(Cursor::new(file)).with_guessed_format().ok()?.into_decoder().ok()?;
    let orientation = decoder.orientation().ok()?;
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    picture.apply_orientation(orientation);
    Some(picture)
}

fn size(picture: &DynamicImage, side: u32, longest: u32) -> Size {
    let resized =
        if side == longest { picture.to_rgb8() } else { picture.resize(side, side, FilterType::Triangle).to_rgb8() };
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 87).encode_image(&resized).expect("a picture can be encoded");
    Size { width: resized.width(), height: resized.height(), bytes: bytes.into() }
}
