//! WebP. The outline walks the chunks and compares the sizes of container and picture: the decoder allocates by the
//! inner one before it compares. The decoder is `image-webp`.
//!
//! Source: RFC 9649.

use std::io::Cursor;

use image_webp::WebPDecoder;

use crate::error::{Found, ImageError, corrupt, unsupported};
use crate::raster::{Colour, Raster};
use crate::trailer;

/// What `image-webp` may take for metadata, which is not asked for.
const SCRATCH: usize = 8 * 1024 * 1024;

/// The structure of a WebP file.
pub(crate) struct Outline<'a> {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) exif: Option<&'a [u8]>,
    pub(crate) profile: Option<&'a [u8]>,
    /// The picture without what follows its end.
    picture: &'a [u8],
}

impl<'a> Outline<'a> {
    /// Walks the file that starts with a WebP signature.
    pub(crate) fn of(bytes: &'a [u8]) -> Result<Self, ImageError> {
        let (picture, tail) = split(bytes).ok_or_else(|| corrupt("it ends too early"))?;
        let mut canvas = None;
        let mut inner = None;
        let (mut exif, mut profile) = (None, None);
        let mut rest = &picture[12..];
        while !rest.is_empty() {
            let (kind, body, after) = chunk(rest).ok_or_else(|| corrupt("it ends too early"))?;
            rest = after;
            match kind {
                b"VP8X" if canvas.is_none() && inner.is_none() => canvas = Some(canvas_size(body)?),
                b"VP8 " | b"VP8L" if inner.is_none() => {
                    let size = if kind == b"VP8 " { lossy_size(body) } else { lossless_size(body) };
                    inner = Some(size.ok_or_else(|| corrupt("its picture header makes no sense"))?);
                }
                b"VP8X" | b"VP8 " | b"VP8L" => return Err(corrupt("it holds more than one picture")),
                b"ANIM" | b"ANMF" => return Err(unsupported(Found::AnimatedWebp)),
                b"ICCP" if profile.is_none() => profile = Some(body),
                b"EXIF" if exif.is_none() => exif = Some(body),
                _ => {}
            }
        }
        let Some((width, height)) = inner else {
            return Err(corrupt("it holds no complete picture"));
        };
        if canvas.is_some_and(|canvas| canvas != (width, height)) {
            return Err(corrupt("it declares two different sizes"));
        }
        if width == 0 || height == 0 {
            return Err(corrupt("it declares no size"));
        }
        if !trailer::is_harmless(tail) {
            return Err(corrupt("something else is attached behind the picture"));
        }
        Ok(Self { width, height, exif, profile, picture })
    }
}

/// Decodes the picture into `samples`, as RGB or RGBA pixels.
pub(crate) fn decode<'a>(outline: &Outline<'_>, samples: &'a mut Vec<u8>) -> Result<Raster<'a>, ImageError> {
    let mut decoder = WebPDecoder::new(Cursor::new(outline.picture)).map_err(undecodable)?;
    decoder.set_memory_limit(SCRATCH);
    let (width, height) = (outline.width, outline.height);
    let (colour, alpha) = (Colour::Rgb, decoder.has_alpha());
    let expected = width as usize * height as usize * usize::from(colour.channels() + u8::from(alpha));
    if decoder.dimensions() != (width, height) || decoder.is_animated() {
        return Err(corrupt("its headers contradict each other"));
    }
    samples.resize(expected, 0);
    decoder.read_image(samples).map_err(undecodable)?;
    Ok(Raster::Pixels { width, height, colour, alpha, samples })
}

/// The file by its own account of its length, and what follows.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = little(bytes.get(4..8)?);
    bytes.split_at_checked(usize::try_from(length).ok()?.checked_add(8)?).filter(|(picture, _)| picture.len() >= 12)
}

/// The chunk at the start of `bytes`: its kind, its body, and what follows. Bodies are padded to an even length; a last
/// body that lacks its padding is forgiven.
fn chunk(bytes: &[u8]) -> Option<(&[u8; 4], &[u8], &[u8])> {
    let (kind, rest) = bytes.split_first_chunk::<4>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (body, after) = rest.split_at_checked(length)?;
    Some((kind, body, if length % 2 == 0 { after } else { after.get(1..).unwrap_or_default() }))
}

fn canvas_size(body: &[u8]) -> Result<(u32, u32), ImageError> {
    const ANIMATION: u8 = 0b10;
    let (Some(flags), Some(width), Some(height)) = (body.first(), body.get(4..7), body.get(7..10)) else {
        return Err(corrupt("its header is cut off"));
    };
    if flags & ANIMATION != 0 {
        return Err(unsupported(Found::AnimatedWebp));
    }
    Ok((little(width) + 1, little(height) + 1))
}

/// The size in the header of a VP8 key frame; its two highest bits of each side are a scale for display.
fn lossy_size(body: &[u8]) -> Option<(u32, u32)> {
    if body.first()? & 1 != 0 || body.get(3..6)? != [0x9D, 0x01, 0x2A] {
        return None;
    }
    Some((little(body.get(6..8)?) & 0x3FFF, little(body.get(8..10)?) & 0x3FFF))
}

/// The size in the header of a lossless picture: two sides less one, 14 bits each.
fn lossless_size(body: &[u8]) -> Option<(u32, u32)> {
    if *body.first()? != 0x2F {
        return None;
    }
    let header = little(body.get(1..5)?);
    Some(((header & 0x3FFF) + 1, ((header >> 14) & 0x3FFF) + 1))
}

/// Up to four bytes, the lowest first.
fn little(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |value, &byte| (value << 8) | u32::from(byte))
}

#[allow(clippy::needless_pass_by_value, reason = "the shape `map_err` wants")]
fn undecodable(error: image_webp::DecodingError) -> ImageError {
    corrupt(format!("it cannot be decoded ({error})"))
}
