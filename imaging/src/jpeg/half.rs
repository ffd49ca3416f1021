//! Our own decoder for the ordinary JPEG: every symbol of the scan is parsed and checked, and the picture comes out at
//! half size, as planes. It accepts less than libjpeg-turbo does with all its warnings on.
//!
//! Checked: tables, each symbol, the end of each block, restart markers and their order, means within reach of an 8-bit
//! picture, a scan that ends exactly where the size says.

#![allow(clippy::cast_precision_loss, reason = "quantisers of 16 bits and sides of 17 bits are exact in a float")]

use crate::error::{ImageError, corrupt};
use crate::jpeg::bits::{Bits, Damage};
use crate::jpeg::huffman::{Class, Symbol, Table};
use crate::jpeg::idct::{self, Coefficients};
use crate::jpeg::outline::{Component, Outline, Part, Scan, Tables};
use crate::raster::{Plane, Raster};

/// The buffers of up to three planes, kept from picture to picture.
#[derive(Default)]
pub(crate) struct Planes([Vec<u8>; 3]);

/// Decodes `scan`, the only one of `outline`.
pub(super) fn decode<'a>(
    outline: &Outline<'_>,
    scan: &Scan<'_>,
    planes: &'a mut Planes,
) -> Result<Raster<'a>, ImageError> {
    let tables = TableSet::read(&outline.tables)?;
    let grid = Grid::of(outline)?;
    let channels = scan.parts.iter().zip(&mut planes.0);
    let mut channels = channels
        .map(|(part, buffer)| Channel::new(outline, &grid, part, &tables, buffer))
        .collect::<Result<Vec<_>, _>>()?;
    grid.decode(&mut channels, Bits::new(scan.coded), outline.restart_interval).map_err(corrupt)?;
    Ok(Raster::Planes { planes: channels.into_iter().map(Channel::into_plane).collect(), colour: outline.colour() })
}

/// The tables of a file, by class and number.
#[derive(Default)]
struct TableSet {
    quantisers: [Option<[u16; 64]>; 4],
    dc: [Option<Table>; 4],
    ac: [Option<Table>; 4],
}

impl TableSet {
    fn read(segments: &[Tables<'_>]) -> Result<Self, ImageError> {
        let mut set = Self::default();
        for segment in segments {
            match *segment {
                Tables::Quantisation(body) => {
                    set.read_quantisers(body).ok_or_else(|| corrupt("a quantiser is wrong"))?;
                }
                Tables::Huffman(body) => set.read_codes(body)?,
            }
        }
        Ok(set)
    }

    fn read_quantisers(&mut self, mut body: &[u8]) -> Option<()> {
        while let Some((&head, rest)) = body.split_first() {
            let wide = match head >> 4 {
                0 => false,
                1 => true,
                _ => return None,
            };
            let (values, rest) = rest.split_at_checked(if wide { 128 } else { 64 })?;
            let mut quantisers = [0; 64];
            for (at, quantiser) in quantisers.iter_mut().enumerate() {
                *quantiser =
                    if wide { u16::from_be_bytes([values[2 * at], values[2 * at + 1]]) } else { u16::from(values[at]) };
            }
            *self.quantisers.get_mut(usize::from(head & 15))? = (!quantisers.contains(&0)).then_some(quantisers);
            body = rest;
        }
        Some(())
    }

    fn read_codes(&mut self, mut body: &[u8]) -> Result<(), ImageError> {
        while let Some((&head, rest)) = body.split_first() {
            let (class, tables) = match head >> 4 {
                0 => (Class::Dc, &mut self.dc),
                1 => (Class::Ac, &mut self.ac),
                _ => return Err(corrupt("a code table has no class")),
            };
            let place = tables.get_mut(usize::from(head & 15)).ok_or_else(|| corrupt("a code table has no place"))?;
            let (table, rest) = Table::read(class, rest)?;
            *place = Some(table);
            body = rest;
        }
        Ok(())
    }
}

/// How the picture is cut into interleaved units.
struct Grid {
    /// Blocks of the most finely sampled component in a unit.
    across: u8,
    down: u8,
    units_across: usize,
    units_down: usize,
    /// A single component is stored block by block, whatever sampling it declares.
    single: bool,
}

impl Grid {
    fn of(outline: &Outline<'_>) -> Result<Self, ImageError> {
        let components = &outline.components;
        let single = components.len() == 1;
        let most = |side: fn(&Component) -> u8| if single { 1 } else { components.iter().map(side).max().unwrap_or(1) };
        let (across, down) = (most(|component| component.across), most(|component| component.down));
        // The standard allows ten blocks in a unit; without the bound a unit row could take any memory.
        let blocks: u8 = components.iter().map(|component| component.across * component.down).sum();
        if !single && blocks > 10 {
            return Err(corrupt("its sampling is not allowed"));
        }
        let units_across = usize::from(outline.width).div_ceil(8 * usize::from(across));
        let units_down = usize::from(outline.height).div_ceil(8 * usize::from(down));
        Ok(Self { across, down, units_across, units_down, single })
    }

    fn decode(&self, channels: &mut [Channel<'_, '_>], mut bits: Bits<'_>, interval: u16) -> Result<(), Damage> {
        let mut until_restart = interval;
        let mut restarts = 0_u8;
        for row in 0..self.units_down {
            for unit in 0..self.units_across {
                if interval > 0 {
                    if until_restart == 0 {
                        bits = bits.restart(restarts)?;
                        restarts = (restarts + 1) % 8;
                        until_restart = interval;
                        for channel in &mut *channels {
                            channel.mean = 0;
                        }
                    }
                    until_restart -= 1;
                }
                for channel in &mut *channels {
                    bits = channel.decode_unit(bits, row, unit)?;
                }
            }
        }
        bits.end()
    }
}

/// One component on its way into its plane.
struct Channel<'p, 't> {
    samples: &'p mut Vec<u8>,
    stride: usize,
    rows: usize,
    /// The part of the plane that is picture.
    width: f64,
    height: f64,
    /// Blocks in a unit.
    across: usize,
    down: usize,
    dc: &'t Table,
    ac: &'t Table,
    factors: [f32; 16],
    /// The mean of the block before, in quantised steps.
    mean: i32,
    /// No honest mean is further from zero than this.
    furthest_mean: i32,
}

impl<'p, 't> Channel<'p, 't> {
    fn new(
        outline: &Outline<'_>,
        grid: &Grid,
        part: &Part,
        tables: &'t TableSet,
        samples: &'p mut Vec<u8>,
    ) -> Result<Self, ImageError> {
        let missing = || corrupt("a table it needs is missing");
        let component = outline.components.get(part.component).ok_or_else(missing)?;
        let quantisers = tables.quantisers[usize::from(component.quantisation)].as_ref().ok_or_else(missing)?;
        let codes = |tables: &'t [Option<Table>; 4], number: u8| {
            tables.get(usize::from(number)).and_then(Option::as_ref).ok_or_else(missing)
        };
        let (across, down) = if grid.single { (1, 1) } else { (component.across, component.down) };
        let half = |side: u16, part: u8, whole: u8| f64::from(side) * f64::from(part) / f64::from(whole) / 2.0;
        let (stride, rows) = (grid.units_across * usize::from(across) * 4, grid.units_down * usize::from(down) * 4);
        samples.resize(stride * rows, 0);
        Ok(Self {
            samples,
            stride,
            rows,
            width: half(outline.width, across, grid.across),
            height: half(outline.height, down, grid.down),
            across: usize::from(across),
            down: usize::from(down),
            dc: codes(&tables.dc, part.dc_table)?,
            ac: codes(&tables.ac, part.ac_table)?,
            factors: factors(quantisers),
            mean: 0,
            // Eight-bit samples give means within ±1024. Twice that leaves room for editors that change files without
            // decoding them, and still catches the drift that missing data causes.
            furthest_mean: 2048 / i32::from(quantisers[0]) + 1,
        })
    }

    fn into_plane(self) -> Plane<'p> {
        // Sides have at most 17 bits.
        let side = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let (stride, rows) = (side(self.stride), side(self.rows));
        Plane { samples: self.samples, stride, rows, width: self.width, height: self.height }
    }

    /// Decodes the blocks of this component in one unit.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the bit window has to stay in registers")]
    fn decode_unit<'d>(&mut self, mut bits: Bits<'d>, row: usize, unit: usize) -> Result<Bits<'d>, Damage> {
        for y in 0..self.down {
            for x in 0..self.across {
                let mut coefficients: Coefficients = [0; 32];
                bits = self.decode_block(bits, &mut coefficients)?;
                let samples = idct::samples(&coefficients, &self.factors);
                let corner = (row * self.down + y) * 4 * self.stride + (unit * self.across + x) * 4;
                for (line, samples) in samples.iter().enumerate() {
                    let at = corner + line * self.stride;
                    self.samples[at..at + 4].copy_from_slice(samples);
                }
            }
        }
        Ok(bits)
    }

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the bit window has to stay in registers")]
    fn decode_block<'d>(&mut self, mut bits: Bits<'d>, coefficients: &mut Coefficients) -> Result<Bits<'d>, Damage> {
        bits = bits.refilled();
        let symbol = self.dc.symbol(bits.window());
        self.mean += value(bits.window(), symbol);
        bits = bits.skip(symbol.all_bits());
        if symbol.steps() != 1 || self.mean.abs() > self.furthest_mean {
            return Err("a part of its data makes no sense");
        }
        coefficients[0] = self.mean;

        let mut step = 1;
        while step < 64 {
            bits = bits.refilled();
            let symbol = self.ac.symbol(bits.window());
            step += symbol.steps();
            // Steps stay under 256, and slots under 17; the masks tell the compiler.
            coefficients[usize::from(idct::SLOTS[step & 255] & 31)] = value(bits.window(), symbol);
            bits = bits.skip(symbol.all_bits());
        }
        if !Symbol::ends_block(step) {
            return Err("a part of its data makes no sense");
        }
        if bits.overran() {
            return Err("its data ends too early");
        }
        Ok(bits)
    }
}

/// The value behind the code of `symbol`: the upper half of its range is positive as it stands, the lower half negative.
#[inline(always)]
#[allow(clippy::inline_always, clippy::cast_possible_truncation, reason = "part of the inner loop; 15 bits at most")]
fn value(window: u64, symbol: Symbol) -> i32 {
    let bits = symbol.value_bits();
    let window = window << symbol.code_bits();
    // Two shifts, because zero bits would need a shift by 64.
    let magnitude = ((window >> 1) >> (63 - bits)) as i32;
    let negative = !(window.cast_signed() >> 63) as i32;
    magnitude + (negative & ((-1 << bits) + 1))
}

/// The quantisers of the 16 used coefficients with the scales of the transform; quantisers come in zigzag order.
fn factors(quantisers: &[u16; 64]) -> [f32; 16] {
    let mut factors = [0.0; 16];
    for (quantiser, &slot) in quantisers.iter().zip(&idct::SLOTS[1..]) {
        if let Some(factor) = factors.get_mut(usize::from(slot)) {
            *factor = f32::from(*quantiser) * idct::SCALES[usize::from(slot)];
        }
    }
    factors
}

#[cfg(test)]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes and samples are small")]
mod tests {
    use jpeg_encoder::{ColorType, SamplingFactor};

    use super::*;
    use crate::raster::Colour;
    use crate::tests::rendering::{encoded, jpeg_with, psnr, scene};

    /// Each plane of `bytes` next to what the full decoder of `image` says at half size, in dB.
    fn likeness(bytes: &[u8]) -> Vec<f64> {
        let outline = Outline::of(bytes).unwrap();
        let mut planes = Planes::default();
        let raster = decode(&outline, outline.single_scan().unwrap(), &mut planes).unwrap();
        let Raster::Planes { planes, colour } = raster else { panic!("no planes") };
        let full = image::load_from_memory(bytes).unwrap().into_rgb8();
        let across = |plane: &Plane<'_>| (f64::from(full.width()) / plane.width).round() as u32;
        let down = |plane: &Plane<'_>| (f64::from(full.height()) / plane.height).round() as u32;
        planes
            .iter()
            .enumerate()
            .map(|(index, plane)| {
                let (step_x, step_y) = (across(plane), down(plane));
                // Blocks at the edge are filled up as the encoder likes, so only whole steps are compared.
                let (width, height) = (full.width() / step_x, full.height() / step_y);
                let mut expected = Vec::new();
                let mut found = Vec::new();
                for y in 0..height {
                    for x in 0..width {
                        let cell = (0..step_x * step_y)
                            .map(|i| full.get_pixel(x * step_x + i % step_x, y * step_y + i / step_x).0);
                        let sum: f64 = cell.map(|pixel| component(pixel, index, colour)).sum();
                        expected.push((sum / f64::from(step_x * step_y)).round().clamp(0.0, 255.0) as u8);
                        found.push(plane.samples[(y * plane.stride + x) as usize]);
                    }
                }
                psnr(&found, &expected)
            })
            .collect()
    }

    fn component(pixel: [u8; 3], index: usize, colour: Colour) -> f64 {
        let [red, green, blue] = pixel.map(f64::from);
        match (colour, index) {
            (Colour::Rgb, index) => f64::from(pixel[index]),
            (Colour::Grey, _) => green,
            (Colour::Ycbcr, 0) => 0.299 * red + 0.587 * green + 0.114 * blue,
            (Colour::Ycbcr, 1) => 128.0 - 0.168_736 * red - 0.331_264 * green + 0.5 * blue,
            (Colour::Ycbcr, _) => 128.0 + 0.5 * red - 0.418_688 * green - 0.081_312 * blue,
        }
    }

    #[test]
    fn the_half_picture_is_the_full_one_made_smaller() {
        // The encoder interleaves these four only; the others take the way of `whole`.
        use SamplingFactor::{F_1_1, F_1_2, F_2_1, F_2_2};
        for (width, height) in [(640, 480), (331, 257), (97, 65)] {
            for sampling in [F_1_1, F_2_1, F_1_2, F_2_2] {
                for interval in [0, 1, 5] {
                    let bytes = jpeg_with(width, height, |encoder| {
                        encoder.set_sampling_factor(sampling);
                        encoder.set_restart_interval(interval);
                    });
                    let likeness = likeness(&bytes);
                    assert!(
                        likeness.iter().all(|&db| db > 40.0),
                        "{width}×{height} {sampling:?} {interval}: {likeness:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_grey_picture_is_one_plane() {
        let grey = image::DynamicImage::from(scene(331, 257)).into_luma8();
        let bytes = encoded(&grey, 331, 257, ColorType::Luma, |encoder| encoder.set_restart_interval(4));
        let likeness = likeness(&bytes);
        assert!(likeness.len() == 1 && likeness[0] > 40.0, "{likeness:?}");
    }
}
