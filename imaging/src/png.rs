//! PNG. The outline walks all chunks and checks all their checksums, because the decoder forgives those of chunks it
//! does not need; the decoder is `png`, with the checksum of the pixels switched on (it is off by default).
//!
//! What is compressed can unpack to a thousand times its length, and the decoder would unpack all of it. So everything
//! is unpacked here first, as far as it may go: texts and the colour profile together to [`LARGEST_NOTES`], and the
//! pixels to the rows that the header announces, no byte more.

use std::io::Cursor;

use fdeflate::Decompressor;
use png::{ColorType, DecodeOptions, Decoder, Info, Limits, Transformations};

use crate::error::{Found, ImageError, corrupt, unsupported};
use crate::raster::{Colour, Raster};
use crate::{profile, trailer};

/// What `png` may allocate besides the pixels. Text, which could unpack to anything, is ignored, and so is the colour
/// profile, which [`Outline::profile`] unpacks with a bound.
const SCRATCH: usize = 8 * 1024 * 1024;

/// What the compressed texts and the colour profile may unpack to together, in bytes. Editors write descriptions and
/// thumbnails of some hundred kilobytes.
const LARGEST_NOTES: usize = 16 * 1024 * 1024;

/// The structure of a PNG file.
pub(crate) struct Outline<'a> {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// The EXIF chunk, wherever it stands: some cameras write it behind the pixels.
    pub(crate) exif: Option<&'a [u8]>,
    /// The body of the chunk with the colour profile.
    profile: Option<&'a [u8]>,
    /// The bodies of the chunks with pixels.
    pixels: Vec<&'a [u8]>,
    /// The picture without what follows its end.
    picture: &'a [u8],
}

impl<'a> Outline<'a> {
    /// Walks the file that starts with a PNG signature.
    pub(crate) fn of(bytes: &'a [u8]) -> Result<Self, ImageError> {
        let mut outline = Self { width: 0, height: 0, exif: None, profile: None, pixels: Vec::new(), picture: bytes };
        let mut notes = LARGEST_NOTES;
        let mut rest = bytes.get(8..).unwrap_or_default();
        loop {
            let Chunk { kind, body, after } = Chunk::at(rest)?;
            rest = after;
            match kind {
                b"IHDR" if outline.width == 0 => (outline.width, outline.height) = size(body)?,
                _ if outline.width == 0 => return Err(corrupt("it does not begin with its size")),
                b"IHDR" => return Err(corrupt("it declares its size twice")),
                b"IDAT" => outline.pixels.push(body),
                // The decoder takes three bytes for each colour, whether they are there or not.
                b"PLTE" if body.is_empty() || body.len() % 3 != 0 => return Err(corrupt("its palette is cut off")),
                b"acTL" | b"fcTL" | b"fdAT" => return Err(unsupported(Found::AnimatedPng)),
                b"eXIf" if outline.exif.is_none() => outline.exif = Some(body),
                b"iCCP" if outline.profile.is_none() => outline.profile = Some(body),
                b"IEND" => break,
                _ => {}
            }
            if let Some(packed) = packed_note(*kind, body) {
                notes = notes
                    .checked_sub(unpacked_length(&[packed], notes))
                    .ok_or_else(|| corrupt("a text or a profile in it unpacks to more than anybody needs"))?;
            }
        }
        if outline.pixels.is_empty() {
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
        let packed = packed_note(*b"iCCP", self.profile?)?;
        fdeflate::decompress_to_vec_bounded(packed, profile::LARGEST).ok()
    }
}

/// What is compressed in a chunk beside the pixels.
fn packed_note<'a>(kind: [u8; 4], body: &'a [u8]) -> Option<&'a [u8]> {
    let after_zero = |bytes: &'a [u8]| bytes.get(memchr::memchr(0, bytes)? + 1..);
    // A name, a zero, and the only method of compression there is.
    let named = after_zero(body)?;
    match &kind {
        b"iCCP" | b"zTXt" => named.strip_prefix(&[0]),
        // Whether it is compressed at all, and behind the method the language and the name in it.
        b"iTXt" => after_zero(after_zero(named.strip_prefix(&[1, 0])?)?),
        _ => None,
    }
}

/// How many bytes a compressed stream in some pieces unpacks to, counted up to one more than `most`. What is no such
/// stream counts as far as it can be read.
fn unpacked_length(pieces: &[&[u8]], most: usize) -> usize {
    /// How far back a stream may refer.
    const WINDOW: usize = 32 * 1024;
    let mut stream = Decompressor::new();
    let mut buffer = vec![0; 4 * WINDOW];
    let (mut at, mut length) = (0, 0);
    for (number, piece) in pieces.iter().enumerate() {
        let mut rest = *piece;
        loop {
            let Ok((read, written)) = stream.read(rest, &mut buffer, at, number + 1 == pieces.len()) else {
                return length;
            };
            rest = &rest[read..];
            at += written;
            length += written;
            if length > most || stream.is_done() {
                return length;
            }
            if read == 0 && written == 0 && at < buffer.len() {
                break;
            }
            if at == buffer.len() {
                buffer.copy_within(at - WINDOW.., 0);
                at = WINDOW;
            }
        }
    }
    length
}

/// The bytes of all rows of a picture, each with the one that names its filter.
fn rows_length(info: &Info<'_>) -> usize {
    /// The seven passes of an interlaced picture: first column, first row, steps across and down.
    const PASSES: [[u32; 4]; 7] =
        [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];
    let passes = if info.interlaced { &PASSES[..] } else { &[[0, 0, 1, 1]] };
    let pass = |&[left, top, across, down]: &[u32; 4]| {
        let columns = info.width.saturating_sub(left).div_ceil(across);
        let rows = info.height.saturating_sub(top).div_ceil(down);
        if columns == 0 { 0 } else { info.raw_row_length_from_width(columns) * rows as usize }
    };
    passes.iter().map(pass).sum()
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
    let rows = rows_length(reader.info());
    match unpacked_length(&outline.pixels, rows) {
        length if length < rows => return Err(corrupt("its data is too short for the size it claims")),
        length if length > rows => return Err(corrupt("it holds more data than its size needs")),
        _ => {}
    }

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
