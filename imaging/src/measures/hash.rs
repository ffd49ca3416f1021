//! What a picture looks like, in 256 bits: two pictures that look alike differ in few of them.

#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "numbers up to 64")]

use std::fmt;
use std::str::FromStr;

use fast_image_resize::Resizer;
use serde::{Deserialize, Serialize};

use crate::error::ImageError;
use crate::measures::luma::Luma;

/// A perceptual hash: the signs of the 16 × 16 lowest frequencies of the picture against their median.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PerceptualHash(pub [u8; 32]);

/// Frequencies each way.
const SIDE: usize = 16;
/// Samples each way that the frequencies are taken from; the picture is stretched to a square.
const SAMPLES: usize = 32;

/// The hash of a picture and that of its mirror image.
pub(super) fn hashes(luma: &Luma, resizer: &mut Resizer) -> Result<[PerceptualHash; 2], ImageError> {
    let square = luma.scaled(SAMPLES as u32, SAMPLES as u32, resizer)?;
    let spectrum = spectrum(square.samples.as_chunks::<SAMPLES>().0);
    let mut mirrored = spectrum;
    // Mirroring turns the sign of every odd horizontal frequency, and changes nothing else.
    for row in &mut mirrored {
        row.iter_mut().skip(1).step_by(2).for_each(|value| *value = -*value);
    }
    Ok([signs(&spectrum), signs(&mirrored)])
}

/// A text that is not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a perceptual hash")]
pub struct BadHash;

impl PerceptualHash {
    /// The number of bits in which the two differ, 0 to 256: up to 32 is the same picture, up to 56 a similar one.
    #[must_use]
    pub fn distance(&self, other: &Self) -> u32 {
        self.0.iter().zip(&other.0).map(|(one, other)| (one ^ other).count_ones()).sum()
    }
}

impl fmt::Display for PerceptualHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl From<PerceptualHash> for String {
    fn from(hash: PerceptualHash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for PerceptualHash {
    type Error = BadHash;

    fn try_from(text: String) -> Result<Self, BadHash> {
        text.parse()
    }
}

impl FromStr for PerceptualHash {
    type Err = BadHash;

    fn from_str(text: &str) -> Result<Self, BadHash> {
        let digits = text.as_bytes().as_chunks::<2>();
        let mut hash = [0; 32];
        if digits.0.len() != hash.len() || !digits.1.is_empty() {
            return Err(BadHash);
        }
        for (byte, pair) in hash.iter_mut().zip(digits.0) {
            let pair = std::str::from_utf8(pair).map_err(|_| BadHash)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| BadHash)?;
        }
        Ok(Self(hash))
    }
}

type Spectrum = [[f32; SIDE]; SIDE];

/// The lowest frequencies of the cosine transform, down and across, in no particular scale.
fn spectrum(rows: &[[u8; SAMPLES]]) -> Spectrum {
    let waves: [[f32; SAMPLES]; SIDE] = std::array::from_fn(|frequency| {
        std::array::from_fn(|at| {
            ((2 * at + 1) as f32 * frequency as f32 * std::f32::consts::PI / (2 * SAMPLES) as f32).cos()
        })
    });
    let along = |wave: &[f32; SAMPLES], value: &dyn Fn(usize) -> f32| -> f32 {
        wave.iter().enumerate().map(|(at, wave)| wave * value(at)).sum()
    };
    let lines: Vec<[f32; SIDE]> =
        rows.iter().map(|row| waves.each_ref().map(|wave| along(wave, &|at| f32::from(row[at])))).collect();
    std::array::from_fn(|down| std::array::from_fn(|across| along(&waves[down], &|at| lines[at][across])))
}

/// A bit for each frequency, row by row: whether it is above the median.
fn signs(spectrum: &Spectrum) -> PerceptualHash {
    let mut sorted = spectrum.as_flattened().to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let median = f32::midpoint(sorted[SIDE * SIDE / 2 - 1], sorted[SIDE * SIDE / 2]);
    let mut hash = [0; 32];
    for (byte, values) in hash.iter_mut().zip(spectrum.as_flattened().chunks_exact(8)) {
        *byte = values.iter().fold(0, |bits, &value| (bits << 1) | u8::from(value > median));
    }
    PerceptualHash(hash)
}
