//! How good a photo is to learn from. Measured where it counts, on the face, or on the middle when there is none.
//!
//! Sharpness is the variance of the Laplacian of a smoothed picture over the variance of the picture: smoothing keeps noise
//! from passing for detail, and the quotient does not change with light and contrast. Noise is measured by Immerkær, "Fast
//! noise variance estimation" (1996).

#![allow(clippy::cast_precision_loss, reason = "sums over a million samples of eight bits are exact")]

use aisha_openapi::photos::{Face, Quality, QualityPart};

use crate::measures::luma::Luma;

/// No part counts for less than this, so that one hopeless part still leaves an order among hopeless photos.
const FLOOR: f64 = 0.02;

/// The quality of a picture whose shorter side has `shorter_side` pixels.
pub(super) fn of(luma: &Luma, face: Option<&Face>, shorter_side: u32) -> Quality {
    let area = Area::of(luma, face);
    let tones = area.tones();
    let detail = area.detail();
    let part = |value: f64, score: f64| QualityPart { value, score };

    let laplacian = 1000.0 * detail.laplacian_variance / (tones.variance + 50.0);
    let sharpness = part(laplacian, ramp(laplacian.max(f64::MIN_POSITIVE).ln(), 0.6_f64.ln(), 8_f64.ln()));
    let light = ramp(tones.mean, 20.0, 75.0) * (1.0 - ramp(tones.mean, 185.0, 245.0));
    let exposure = part(tones.mean, light * (1.0 - ramp(tones.clipped, 0.05, 0.60)));
    let deviation = tones.variance.sqrt();
    let contrast = part(deviation, ramp(deviation, 8.0, 32.0));
    let side = f64::from(shorter_side);
    let resolution = part(side, ramp(side.max(1.0).log2(), 8.5, 10.5));
    let cleanness = part(detail.noise, 1.0 - ramp(detail.noise, 8.0, 30.0));

    let weighed = [(sharpness, 0.35), (exposure, 0.25), (contrast, 0.15), (resolution, 0.15), (cleanness, 0.10)];
    let score = weighed.iter().map(|(part, weight)| part.score.max(FLOOR).powf(*weight)).product();
    Quality { score, sharpness, exposure, contrast, resolution, cleanness, clipped: tones.clipped }
}

/// 0 up to `from`, 1 from `to` on, and a straight line between.
fn ramp(value: f64, from: f64, to: f64) -> f64 {
    ((value - from) / (to - from)).clamp(0.0, 1.0)
}

/// The part of a picture that is measured.
struct Area<'a> {
    luma: &'a Luma,
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

struct Tones {
    mean: f64,
    variance: f64,
    clipped: f64,
}

struct Detail {
    laplacian_variance: f64,
    noise: f64,
}

impl<'a> Area<'a> {
    /// The face with a sixth of it on each side, else the central 70 %.
    fn of(luma: &'a Luma, face: Option<&Face>) -> Self {
        let (x, y, width, height) = face.map_or((0.15, 0.15, 0.7, 0.7), |face| {
            let Face { x, y, width, height, .. } = *face;
            (x - width / 6.0, y - height / 6.0, width * 4.0 / 3.0, height * 4.0 / 3.0)
        });
        let (left, width) = span(x, width, luma.width);
        let (top, height) = span(y, height, luma.height);
        Self { luma, left, top, width, height }
    }

    fn row(&self, y: usize) -> &'a [u8] {
        let from = (self.top + y) * self.luma.width as usize + self.left;
        &self.luma.samples[from..from + self.width]
    }

    fn tones(&self) -> Tones {
        let (mut sum, mut squares, mut clipped) = (0_u64, 0_u64, 0_u64);
        for row in (0..self.height).map(|y| self.row(y)) {
            // Rows are short enough for 32 bits.
            sum += u64::from(row.iter().map(|&sample| u32::from(sample)).sum::<u32>());
            squares += u64::from(row.iter().map(|&sample| u32::from(sample) * u32::from(sample)).sum::<u32>());
            clipped += u64::from(row.iter().map(|&sample| u32::from(!(6..=249).contains(&sample))).sum::<u32>());
        }
        let samples = (self.width * self.height) as f64;
        let mean = sum as f64 / samples;
        Tones { mean, variance: (squares as f64 / samples - mean * mean).max(0.0), clipped: clipped as f64 / samples }
    }

    /// Both measures look at the eight neighbours of a sample, the first of smoothed samples, so the edges are left out.
    fn detail(&self) -> Detail {
        if self.width < 5 || self.height < 5 {
            return Detail { laplacian_variance: 0.0, noise: 0.0 };
        }
        let (mut sum, mut squares, mut noise) = (0_i64, 0_i64, 0_i64);
        let mut smooth: [Vec<i32>; 3] = [0, 1, 2].map(|_| vec![0; self.width - 2]);
        for y in 1..self.height - 1 {
            let rows = [self.row(y - 1), self.row(y), self.row(y + 1)];
            noise += noise_of(rows);
            smooth.rotate_left(1);
            smoothed(rows, &mut smooth[2]);
            if y >= 3 {
                let (row_sum, row_squares) = laplacian_of(&smooth);
                sum += row_sum;
                squares += row_squares;
            }
        }
        // Smoothed samples are sixteenfold.
        let samples = ((self.width - 4) * (self.height - 4)) as f64;
        let mean = sum as f64 / samples / 16.0;
        let noise_samples = ((self.width - 2) * (self.height - 2)) as f64;
        Detail {
            laplacian_variance: (squares as f64 / samples / 256.0 - mean * mean).max(0.0),
            noise: (std::f64::consts::PI / 2.0).sqrt() * noise as f64 / (6.0 * noise_samples),
        }
    }
}

/// From where and how far an area reaches on a side of `length` samples; at least one sample.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the side of the picture")]
fn span(from: f32, share: f32, length: u32) -> (usize, usize) {
    let at = |share: f32| (share.clamp(0.0, 1.0) * length as f32).round() as usize;
    let start = at(from).min(length as usize - 1);
    (start, at(from + share).max(start + 1) - start)
}

/// The sum of what the mask 1 −2 1 / −2 4 −2 / 1 −2 1, which is blind to edges, leaves of the middle row.
fn noise_of([upper, middle, lower]: [&[u8]; 3]) -> i64 {
    let second = |row: &[u8], x: usize| i32::from(row[x]) - 2 * i32::from(row[x + 1]) + i32::from(row[x + 2]);
    let places = 0..middle.len() - 2;
    let sum: i32 = places.map(|x| (second(upper, x) - 2 * second(middle, x) + second(lower, x)).abs()).sum();
    i64::from(sum)
}

/// The middle row smoothed by 1 2 1 each way, sixteenfold.
fn smoothed([upper, middle, lower]: [&[u8]; 3], out: &mut [i32]) {
    let (upper, middle, lower) = (&upper[..out.len() + 2], &middle[..out.len() + 2], &lower[..out.len() + 2]);
    for (x, out) in out.iter_mut().enumerate() {
        let column = |x: usize| i32::from(upper[x]) + 2 * i32::from(middle[x]) + i32::from(lower[x]);
        *out = column(x) + 2 * column(x + 1) + column(x + 2);
    }
}

/// The sum and the sum of squares of the Laplacian along the middle row.
fn laplacian_of([upper, middle, lower]: &[Vec<i32>; 3]) -> (i64, i64) {
    let places = 1..middle.len() - 1;
    places
        .map(|x| i64::from(upper[x] + lower[x] + middle[x - 1] + middle[x + 1] - 4 * middle[x]))
        .fold((0, 0), |(sum, squares), value| (sum + value, squares + value * value))
}
