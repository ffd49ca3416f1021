//! PNG. The outline walks all chunks and checks all their checksums, because the decoder forgives those of chunks it
//! does not need; the decoder is `png`, with the checksum of the pixels switched on (it is off by default).

use std::io::Cursor;

use png::{ColorType, DecodeOptions, Decoder, Limits, Transformations};

use crate::error::{Found, ImageError, corrupt, unsupported};
use crate::raster::{Colour, Raster};
use crate::{profile, trailer};

/// What `png` may allocate besides the pixels. Text, which could unpack to anything, is ignored, and so is the colour
/// profile, which [`Outline::profile`] unpacks with a bound.
const SCRATCH: usize = 8 * 1024 * 1024;

/// The structure of a PNG file.
pub(crate) struct Outline<'a> {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// The EXIF chunk, wherever it stands: some cameras write it behind the pixels.
    pub(crate) exif: Option<&'a [u8]>,
    /// The body of the chunk with the colour profile.
    profile: Option<&'a [u8]>,
    /// The picture without what follows its end.
    picture: &'a [u8],
}

impl<'a> Outline<'a> {
    /// Walks the file that starts with a PNG signature.
    pub(crate) fn of(bytes: &'a [u8]) -> Result<Self, ImageError> {
        let mut outline = Self { width: 0, height: 0, exif: None, profile: None, picture: bytes };
        let mut has_pixels = false;
        let mut rest = bytes.get(8..).unwrap_or_default();
        loop {
            let Chunk { kind, body, after } = Chunk::at(rest)?;
            rest = after;
            match kind {
                b"IHDR" if outline.width == 0 => (outline.width, outline.height) = size(body)?,
                _ if outline.width == 0 => return Err(corrupt("it does not begin with its size")),
                b"IHDR" => return Err(corrupt("it declares its size twice")),
                b"IDAT" => has_pixels = true,
                // The decoder takes three bytes for each colour, whether they are there or not.
                b"PLTE" if body.is_empty() || body.len() % 3 != 0 => return Err(corrupt("its palette is cut off")),
                b"acTL" | b"fcTL" | b"fdAT" => return Err(unsupported(Found::AnimatedPng)),
                b"eXIf" if outline.exif.is_none() => outline.exif = Some(body),
                b"iCCP" if outline.profile.is_none() => outline.profile = Some(body),
                b"IEND" => break,
                _ => {}
            }
        }
        if !has_pixels {
            return Err(corrupt("it holds no complete picture"));
        }
        if !trailer::is_harmless(rest) {
            return Err(corrupt("something else is attached behind the picture"));
        }
        outline.picture = &bytes[..bytes.len() - rest.len()];
        Ok(outline)
    }

    /// The colour profile, unpacked; nothing when it cannot be, or when it unpacks to more than any profile needs.
    pub(crate) fn profile(&self) -> Option<Vec<u8>> {
        let body = self.profile?;
        // A name, a zero, the only method of compression there is, and the compressed profile.
        let name = body.iter().take(80).position(|&byte| byte == 0)?;
        let packed = body.get(name + 1..)?.strip_prefix(&[0])?;
        fdeflate::decompress_to_vec_bounded(packed, profile::LARGEST).ok()
    }
}

/// Decodes the picture into `samples`, as pixels of 8-bit samples.
pub(crate) fn decode<'a>(outline: &Outline<'_>, samples: &'a mut Vec<u8>) -> Result<Raster<'a>, ImageError> {
    let mut options = DecodeOptions::default();
    options.set_ignore_adler32(false);
    options.set_ignore_text_chunk(true);
    options.set_ignore_iccp_chunk(true);
    let mut decoder = Decoder::new_with_options(Cursor::new(outline.picture), options);
    decoder.set_limits(Limits { bytes: SCRATCH });
    // Palettes, 1 to 16 bits and transparent colours all become 8-bit samples.
    decoder.set_transformations(Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(undecodable)?;

    let (colour, alpha) = match reader.output_color_type().0 {
        ColorType::Grayscale => (Colour::Grey, false),
        ColorType::GrayscaleAlpha => (Colour::Grey, true),
        ColorType::Rgb => (Colour::Rgb, false),
        ColorType::Rgba => (Colour::Rgb, true),
        ColorType::Indexed => return Err(corrupt("its palette is missing")),
    };
    let (width, height) = (outline.width, outline.height);
    let expected = width as usize * height as usize * usize::from(colour.channels() + u8::from(alpha));
    if reader.output_buffer_size() != Some(expected) {
        return Err(corrupt("its headers contradict each other"));
    }
    samples.resize(expected, 0);
    reader.next_frame(samples).map_err(undecodable)?;
    reader.finish().map_err(undecodable)?;
    Ok(Raster::Pixels { width, height, colour, alpha, samples })
}

struct Chunk<'a> {
    kind: &'a [u8; 4],
    body: &'a [u8],
    after: &'a [u8],
}

impl<'a> Chunk<'a> {
    fn at(bytes: &'a [u8]) -> Result<Self, ImageError> {
        Self::split(bytes).ok_or_else(|| corrupt("it ends too early")).and_then(|(chunk, covered, checksum)| {
            if crc32fast::hash(covered) == checksum { Ok(chunk) } else { Err(corrupt("a checksum is wrong")) }
        })
    }

    /// The chunk, the bytes under its checksum, and the checksum.
    fn split(bytes: &'a [u8]) -> Option<(Self, &'a [u8], u32)> {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (covered, rest) = rest.split_at_checked(length.checked_add(4)?)?;
        let (kind, body) = covered.split_first_chunk::<4>()?;
        let (checksum, after) = rest.split_first_chunk::<4>()?;
        Some((Self { kind, body, after }, covered, u32::from_be_bytes(*checksum)))
    }
}

fn size(header: &[u8]) -> Result<(u32, u32), ImageError> {
    let Some((&[w3, w2, w1, w0, h3, h2, h1, h0], _)) = header.split_first_chunk::<8>() else {
        return Err(corrupt("its header is cut off"));
    };
    match (u32::from_be_bytes([w3, w2, w1, w0]), u32::from_be_bytes([h3, h2, h1, h0])) {
        (0, _) | (_, 0) => Err(corrupt("it declares no size")),
        size => Ok(size),
    }
}

#[allow(clippy::needless_pass_by_value, reason = "the shape `map_err` wants")]
fn undecodable(error: png::DecodingError) -> ImageError {
    corrupt(format!("it cannot be decoded ({error})"))
}
