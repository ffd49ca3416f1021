//! Our own decoder for the ordinary JPEG: every symbol of the scan is parsed and checked, and the picture comes out as
//! planes, at full or half size. It accepts less than libjpeg-turbo does with all its warnings on.
//!
//! Checked: tables, each symbol, the end of each block, restart markers and their order, means within reach of an 8-bit
//! picture, a scan that ends exactly where the size says.

#![allow(clippy::cast_precision_loss, reason = "quantisers of 16 bits and sides of 17 bits are exact in a float")]

use std::marker::PhantomData;

use crate::error::{ImageError, corrupt};
use crate::jpeg::bits::{Bits, Damage};
use crate::jpeg::huffman::{Symbol, Table, value};
use crate::jpeg::idct::{self, Coefficients, Lines, Scale};
use crate::jpeg::outline::{Outline, Part, Scan};
use crate::jpeg::tables::TableSet;
use crate::raster::{Plane, Raster};

/// The buffers of up to three planes, kept from picture to picture.
#[derive(Default)]
pub(crate) struct Planes([Vec<u8>; 3]);

impl Planes {
    /// The bytes they hold on to.
    pub(crate) fn capacity(&self) -> usize {
        self.0.iter().map(Vec::capacity).sum()
    }
}

/// Decodes `scan`, the only one of `outline`, at the size that `S` stands for.
pub(super) fn decode<'a, S: Scale<SIDE>, const SIDE: usize>(
    outline: &Outline<'_>,
    scan: &Scan<'_>,
    planes: &'a mut Planes,
) -> Result<Raster<'a>, ImageError> {
    let mut tables = TableSet::default();
    tables.add(&outline.tables[..scan.tables], false)?;
    let grid = Grid::of(outline)?;
    let channels = scan.parts.iter().zip(&mut planes.0);
    let mut channels = channels
        .map(|(part, buffer)| Channel::<S, SIDE>::new(outline, &grid, part, &tables, buffer))
        .collect::<Result<Vec<_>, _>>()?;
    grid.decode(&mut channels, Bits::new(scan.coded), scan.restart_interval).map_err(corrupt)?;
    Ok(Raster::Planes { planes: channels.into_iter().map(Channel::into_plane).collect(), colour: outline.colour() })
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
        let (across, down) = if single { (1, 1) } else { outline.finest() };
        // The standard allows ten blocks in a unit; without the bound a unit row could take any memory.
        let blocks: u8 = components.iter().map(|component| component.across * component.down).sum();
        if !single && blocks > 10 {
            return Err(corrupt("its sampling is not allowed"));
        }
        let units_across = usize::from(outline.width).div_ceil(8 * usize::from(across));
        let units_down = usize::from(outline.height).div_ceil(8 * usize::from(down));
        Ok(Self { across, down, units_across, units_down, single })
    }

    fn decode<S: Scale<SIDE>, const SIDE: usize>(
        &self,
        channels: &mut [Channel<'_, '_, S, SIDE>],
        mut bits: Bits<'_>,
        interval: u16,
    ) -> Result<(), Damage> {
        let mut coefficients = [0; 128];
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
                    bits = channel.decode_unit(bits, &mut coefficients, row, unit)?;
                }
            }
        }
        bits.end()
    }
}

/// One component on its way into its plane.
struct Channel<'p, 't, S, const SIDE: usize> {
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
    /// The quantisers with the scales of the transform.
    factors: Lines<f32, SIDE>,
    /// The mean of the block before, in quantised steps.
    mean: i32,
    /// No honest mean is further from zero than this.
    furthest_mean: i32,
    scale: PhantomData<S>,
}

impl<'p, 't, S: Scale<SIDE>, const SIDE: usize> Channel<'p, 't, S, SIDE> {
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
        let shrunk =
            |side: u16, part: u8, whole: u8| f64::from(side) * f64::from(part) / f64::from(whole) * SIDE as f64 / 8.0;
        let (stride, rows) =
            (grid.units_across * usize::from(across) * SIDE, grid.units_down * usize::from(down) * SIDE);
        samples.resize(stride * rows, 0);
        Ok(Self {
            samples,
            stride,
            rows,
            width: shrunk(outline.width, across, grid.across),
            height: shrunk(outline.height, down, grid.down),
            across: usize::from(across),
            down: usize::from(down),
            dc: codes(&tables.dc, part.dc_table)?,
            ac: codes(&tables.ac, part.ac_table)?,
            factors: factors::<S, SIDE>(quantisers),
            mean: 0,
            // Eight-bit samples give means within ±1024. Twice that leaves room for editors that change files without
            // decoding them, and still catches the drift that missing data causes.
            furthest_mean: 2048 / i32::from(quantisers[0]) + 1,
            scale: PhantomData,
        })
    }

    fn into_plane(self) -> Plane<'p> {
        // Sides have at most 17 bits.
        let side = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let (stride, rows) = (side(self.stride), side(self.rows));
        Plane { samples: self.samples, stride, rows, width: self.width, height: self.height }
    }

    /// Decodes the blocks of this component in one unit. The coefficients are zero before and after.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the bit window has to stay in registers")]
    fn decode_unit<'d>(
        &mut self,
        mut bits: Bits<'d>,
        coefficients: &mut Coefficients,
        row: usize,
        unit: usize,
    ) -> Result<Bits<'d>, Damage> {
        for y in 0..self.down {
            for x in 0..self.across {
                let is_flat;
                (bits, is_flat) = self.decode_block(bits, coefficients)?;
                let corner = ((row * self.down + y) * self.stride + unit * self.across + x) * SIDE;
                if is_flat {
                    self.put(corner, &[[idct::flat(self.mean, &self.factors); SIDE]; SIDE]);
                } else {
                    coefficients[0] = self.mean;
                    self.put(corner, &idct::samples::<S, SIDE>(coefficients, &self.factors));
                    coefficients[..SIDE * SIDE].fill(0);
                }
            }
        }
        Ok(bits)
    }

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "part of the loop over blocks")]
    fn put(&mut self, corner: usize, block: &Lines<u8, SIDE>) {
        for (line, samples) in block.iter().enumerate() {
            let at = corner + line * self.stride;
            self.samples[at..at + SIDE].copy_from_slice(samples);
        }
    }

    /// Decodes one block: the mean into `mean`, the other coefficients into their slots. Tells whether there were none.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the bit window has to stay in registers")]
    fn decode_block<'d>(
        &mut self,
        mut bits: Bits<'d>,
        coefficients: &mut Coefficients,
    ) -> Result<(Bits<'d>, bool), Damage> {
        bits = bits.refilled();
        let symbol = self.dc.symbol(bits.window());
        self.mean += value(bits.window(), symbol);
        bits = bits.skip(symbol.all_bits());
        if symbol.steps() != 1 || self.mean.abs() > self.furthest_mean {
            return Err("a part of its data makes no sense");
        }

        let mut step = 1;
        while step < 64 {
            bits = bits.refilled();
            let symbol = self.ac.symbol(bits.window());
            step += symbol.steps();
            // Steps stay under 256, and slots under 128; the masks tell the compiler.
            coefficients[usize::from(S::SLOTS[step & 255] & 127)] = value(bits.window(), symbol);
            bits = bits.skip(symbol.all_bits());
        }
        if !Symbol::ends_block(step) {
            return Err("a part of its data makes no sense");
        }
        if bits.overran() {
            return Err("its data ends too early");
        }
        Ok((bits, Symbol::ends_empty_block(step)))
    }
}

/// The quantisers of the used coefficients with the scales of the transform; quantisers come in zigzag order.
fn factors<S: Scale<SIDE>, const SIDE: usize>(quantisers: &[u16; 64]) -> Lines<f32, SIDE> {
    let mut factors = [[0.0; SIDE]; SIDE];
    for (quantiser, &slot) in quantisers.iter().zip(&S::SLOTS[1..]) {
        let (across, down) = (usize::from(slot) / SIDE, usize::from(slot) % SIDE);
        if let Some(line) = factors.get_mut(across) {
            line[down] = f32::from(*quantiser) * S::SCALES[across] * S::SCALES[down];
        }
    }
    factors
}

#[cfg(test)]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes and samples are small")]
mod tests {
    use jpeg_encoder::{ColorType, SamplingFactor};

    use super::*;
    use crate::jpeg::idct::{Full, Half};
    use crate::raster::Colour;
    use crate::tests::rendering::{encoded, jpeg_with, psnr, scene};

    /// Each plane of `bytes` next to what the decoder of `image` says, in dB.
    fn likeness<S: Scale<SIDE>, const SIDE: usize>(bytes: &[u8]) -> Vec<f64> {
        let outline = Outline::of(bytes).unwrap();
        let mut planes = Planes::default();
        let raster = decode::<S, SIDE>(&outline, outline.single_scan().unwrap(), &mut planes).unwrap();
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
    fn both_sizes_are_what_another_decoder_gives() {
        // The encoder interleaves these four only; the others take the way of `whole`.
        use SamplingFactor::{F_1_1, F_1_2, F_2_1, F_2_2};
        for (width, height) in [(640, 480), (331, 257), (97, 65)] {
            for sampling in [F_1_1, F_2_1, F_1_2, F_2_2] {
                for interval in [0, 1, 5] {
                    let bytes = jpeg_with(width, height, |encoder| {
                        encoder.set_sampling_factor(sampling);
                        encoder.set_restart_interval(interval);
                    });
                    for likeness in [likeness::<Full, 8>(&bytes), likeness::<Half, 4>(&bytes)] {
                        assert!(
                            likeness.iter().all(|&db| db > 40.0),
                            "{width}×{height} {sampling:?} {interval}: {likeness:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_grey_picture_is_one_plane() {
        let grey = image::DynamicImage::from(scene(331, 257)).into_luma8();
        let bytes = encoded(&grey, 331, 257, ColorType::Luma, |encoder| encoder.set_restart_interval(4));
        for likeness in [likeness::<Full, 8>(&bytes), likeness::<Half, 4>(&bytes)] {
            assert!(likeness.len() == 1 && likeness[0] > 40.0, "{likeness:?}");
        }
    }
}
