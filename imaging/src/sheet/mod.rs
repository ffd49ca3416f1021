//! A contact sheet: many thumbnails on one JPEG, each with its number and what is thought of it, for who looks at photos
//! in a chat and has no page to scroll.

mod canvas;
mod glyphs;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{PixelType, ResizeOptions, Resizer};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use serde::{Deserialize, Serialize};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use self::canvas::{Canvas, Rgb, Square};
use self::glyphs::Glyph;
use crate::error::{ImageError, corrupt};

/// The thumbnails of a contact sheet, in the order in which they are shown, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// From one to some hundreds.
    pub tiles: Vec<Tile>,
}

/// One photo on a contact sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// What a person calls it.
    pub number: u32,
    /// A small JPEG. What cannot be decoded leaves the tile grey.
    pub thumbnail: Vec<u8>,
    /// What is thought of it, if anything is.
    pub mark: Option<Mark>,
}

/// How the tiles of a contact sheet lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Layout {
    /// Row by row.
    Rows,
    /// Two by two, to be compared: the first and the second side by side, then, with some paper between, the next two.
    Pairs,
}

/// What is thought of a photo. Each has a colour and a sign, for those who cannot tell the colours apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    /// Good: green, a tick.
    Ok,
    /// Good enough, with something to say about it: amber, an exclamation mark.
    Warn,
    /// Not good enough: red, a cross.
    Reject,
    /// Left out by its owner: grey, a bar, and the photo faded.
    Excluded,
}

const QUALITY: u8 = 85;
const PAPER: Rgb = [0xf2, 0xf2, 0xf0];
const EMPTY: Rgb = [0x9a, 0x9a, 0x98];
const INK: Rgb = [0xff, 0xff, 0xff];
const BADGE: Rgb = [0x20, 0x20, 0x22];

impl Mark {
    const fn colour(self) -> Rgb {
        match self {
            Self::Ok => [0x1f, 0x9d, 0x55],
            Self::Warn => [0xf0, 0x9a, 0x00],
            Self::Reject => [0xd6, 0x28, 0x28],
            Self::Excluded => [0x6b, 0x72, 0x80],
        }
    }

    const fn sign(self) -> &'static Glyph {
        match self {
            Self::Ok => &glyphs::TICK,
            Self::Warn => &glyphs::EXCLAMATION,
            Self::Reject => &glyphs::CROSS,
            Self::Excluded => &glyphs::BAR,
        }
    }
}

/// The JPEG of a contact sheet: at most 1600 pixels across, 5 tiles in a row, up to 10 if there are many.
///
/// # Errors
/// When the sheet would have no pixel, or be higher than a JPEG can be.
pub fn render(sheet: &Sheet) -> Result<Vec<u8>, ImageError> {
    render_as(sheet, Layout::Rows)
}

/// The same with its tiles lying so; 2 to 4 pairs in a row.
///
/// # Errors
/// The same.
pub fn render_as(sheet: &Sheet, layout: Layout) -> Result<Vec<u8>, ImageError> {
    let grid = Grid::of(sheet.tiles.len(), layout);
    let (width, height) = grid.size(sheet.tiles.len());
    let mut canvas = Canvas::new(width, height, PAPER);
    let mut resizer = Resizer::new();
    for (index, tile) in sheet.tiles.iter().enumerate() {
        draw(tile, grid.cell(index), &mut canvas, &mut resizer);
    }
    encode(&canvas)
}

/// Where the tiles lie.
#[derive(Debug, PartialEq, Eq)]
struct Grid {
    columns: usize,
    side: usize,
    /// Pixels of paper behind each second column.
    gap: usize,
}

impl Grid {
    fn of(tiles: usize, layout: Layout) -> Self {
        let (columns, side) = match (layout, tiles) {
            (Layout::Rows, 0..=10) => (5, 240),
            (Layout::Rows, 11..=30) | (Layout::Pairs, 9..=24) => (6, 240),
            (Layout::Pairs, 0..=8) => (4, 320),
            (Layout::Rows, 31..=72) => (8, 200),
            (Layout::Pairs, _) => (8, 180),
            (Layout::Rows, _) => (10, 160),
        };
        Self { columns: columns.min(tiles), side, gap: if layout == Layout::Pairs { side / 10 } else { 0 } }
    }

    fn cell(&self, index: usize) -> Square {
        let (column, row) = (index % self.columns, index / self.columns);
        Square { left: column * self.side + column / 2 * self.gap, top: row * self.side, side: self.side }
    }

    fn size(&self, tiles: usize) -> (usize, usize) {
        let gaps = self.columns.saturating_sub(1) / 2;
        (self.columns * self.side + gaps * self.gap, tiles.div_ceil(self.columns.max(1)) * self.side)
    }
}

fn draw(tile: &Tile, cell: Square, canvas: &mut Canvas, resizer: &mut Resizer) {
    let framed = cell.within(cell.side / 40);
    let inner = framed.within(cell.side / 30);
    if let Some(mark) = tile.mark {
        canvas.fill(framed, mark.colour());
    }
    canvas.fill(inner, EMPTY);
    if let Some(mut photo) = shrink(&tile.thumbnail, inner.side, resizer) {
        canvas.fill(inner, PAPER);
        if tile.mark == Some(Mark::Excluded) {
            fade(&mut photo.pixels);
        }
        let left = inner.left + (inner.side - photo.width) / 2;
        let top = inner.top + (inner.side - photo.height) / 2;
        canvas.paste(left, top, photo.width, &photo.pixels);
    }
    let dot = dot(cell.side);
    let digits = tile.number.to_string();
    canvas.write(framed.left, framed.top, dot, glyphs::digits(&digits), INK, BADGE);
    if let Some(mark) = tile.mark {
        let left = framed.left + framed.side - (glyphs::SIGN_SIDE + 2) * dot;
        canvas.write(left, framed.top, dot, std::iter::once(mark.sign()), INK, mark.colour());
    }
}

/// Pixels that one dot of a glyph measures, on tiles of this side.
const fn dot(side: usize) -> usize {
    if side >= 200 { 3 } else { 2 }
}

/// A thumbnail of a tile.
struct Photo {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

/// The picture, not larger than it is and not larger than `side`; `None` if it cannot be decoded.
fn shrink(jpeg: &[u8], side: usize, resizer: &mut Resizer) -> Option<Photo> {
    // The thumbnails are our own, and far smaller than this.
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(2048)
        .set_max_height(2048)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(jpeg), options);
    let pixels = decoder.decode().ok()?;
    let (from_width, from_height) = decoder.dimensions()?;
    let longer = from_width.max(from_height);
    if longer <= side {
        return Some(Photo { width: from_width, height: from_height, pixels });
    }
    let (width, height) = ((from_width * side / longer).max(1), (from_height * side / longer).max(1));
    let [from_width, from_height, to_width, to_height] =
        [from_width, from_height, width, height].map(|length| u32::try_from(length).unwrap_or(u32::MAX));
    let source = ImageRef::new(from_width, from_height, &pixels, PixelType::U8x3).ok()?;
    let mut small = Image::new(to_width, to_height, PixelType::U8x3);
    resizer.resize(&source, &mut small, &ResizeOptions::new()).ok()?;
    Some(Photo { width, height, pixels: small.into_vec() })
}

/// Mixes pixels half and half with the paper.
fn fade(pixels: &mut [u8]) {
    for pixel in pixels.as_chunks_mut::<3>().0 {
        for (sample, paper) in pixel.iter_mut().zip(PAPER) {
            *sample = sample.midpoint(paper);
        }
    }
}

fn encode(canvas: &Canvas) -> Result<Vec<u8>, ImageError> {
    let length = |length: usize| u16::try_from(length).map_err(|_| corrupt("a contact sheet of it would be too large"));
    let (width, height) = (length(canvas.width)?, length(canvas.height)?);
    let mut jpeg = Vec::with_capacity(512 * 1024);
    let mut encoder = Encoder::new(&mut jpeg, QUALITY);
    // Colours at full size: the frames are thin, and their colour is what they are for.
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    encoder
        .encode(&canvas.pixels, width, height, ColorType::Rgb)
        .map_err(|error| corrupt(format!("no contact sheet can be made of it ({error})")))?;
    Ok(jpeg)
}

#[cfg(test)]
mod tests;
