//! The inverse transform at half size: the 16 lowest of 64 coefficients give 4 × 4 samples instead of 8 × 8, each the
//! well-filtered mean of four.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "sample arithmetic on values whose ranges are stated"
)]

/// Where the coefficient at each place of the zigzag order goes: one of the 16 used, or `UNUSED`. Places start at 1, and
/// those past 64 exist so that a step beyond the block needs no check.
pub(super) const SLOTS: [u8; 256] = slots();

/// Room for the coefficients of a block; only the first 16 are used.
pub(super) type Coefficients = [i32; 32];

const UNUSED: u8 = 16;

const fn slots() -> [u8; 256] {
    let mut slots = [UNUSED; 256];
    let (mut row, mut column, mut up) = (0_u8, 0_u8, true);
    let mut place = 1;
    while place <= 64 {
        if row < 4 && column < 4 {
            slots[place] = row * 4 + column;
        }
        match (up, row, column) {
            (true, _, 7) => (row, up) = (row + 1, false),
            (true, 0, _) => (column, up) = (column + 1, false),
            (true, ..) => (row, column) = (row - 1, column + 1),
            (false, 7, _) => (column, up) = (column + 1, true),
            (false, _, 0) => (row, up) = (row + 1, true),
            (false, ..) => (row, column) = (row + 1, column - 1),
        }
        place += 1;
    }
    slots
}

/// tan(π/8).
const TANGENT: f32 = 0.414_213_57;

/// What each coefficient is multiplied by, besides its quantiser: the scales of a four-point transform, 1/2 for going
/// from the eight-point scale to it, and cos(π/8) taken out of the odd rows and columns.
pub(super) const SCALES: [f32; 16] = scales();

const fn scales() -> [f32; 16] {
    const EVEN: f32 = 0.5;
    // cos(π/8) / √2.
    const ODD: f32 = 0.653_281_5;
    let line = [EVEN, ODD, EVEN, ODD];
    let mut scales = [0.0; 16];
    let mut at = 0;
    while at < 16 {
        scales[at] = 0.5 * line[at / 4] * line[at % 4];
        at += 1;
    }
    scales
}

/// The 4 × 4 samples of a block, row by row. `factors` are quantisers times [`SCALES`].
#[inline]
pub(super) fn samples(coefficients: &Coefficients, factors: &[f32; 16]) -> [[u8; 4]; 4] {
    let mut rows = [[0.0_f32; 4]; 4];
    for (row, values) in rows.iter_mut().enumerate() {
        for (column, value) in values.iter_mut().enumerate() {
            let at = row * 4 + column;
            *value = coefficients[at] as f32 * factors[at];
        }
    }
    let columns = transposed(butterfly(rows));
    let rows = transposed(butterfly(columns));
    let mut out = [[0; 4]; 4];
    for (samples, values) in out.iter_mut().zip(rows) {
        for (out, value) in samples.iter_mut().zip(values) {
            *out = sample(value);
        }
    }
    out
}

/// Four four-point transforms at once, down the columns.
#[inline]
fn butterfly([a, b, c, d]: [[f32; 4]; 4]) -> [[f32; 4]; 4] {
    let mut out = [[0.0; 4]; 4];
    for i in 0..4 {
        let (even, odd) = (a[i] + c[i], b[i] + TANGENT * d[i]);
        let (even_inner, odd_inner) = (a[i] - c[i], TANGENT * b[i] - d[i]);
        out[0][i] = even + odd;
        out[1][i] = even_inner + odd_inner;
        out[2][i] = even_inner - odd_inner;
        out[3][i] = even - odd;
    }
    out
}

#[inline]
fn transposed(m: [[f32; 4]; 4]) -> [[f32; 4]; 4] {
    [
        [m[0][0], m[1][0], m[2][0], m[3][0]],
        [m[0][1], m[1][1], m[2][1], m[3][1]],
        [m[0][2], m[1][2], m[2][2], m[3][2]],
        [m[0][3], m[1][3], m[2][3], m[3][3]],
    ]
}

/// Rounds to 0..=255 around the middle grey of 128. Comparing by hand becomes two vector instructions, where `clamp` and
/// a saturating cast become branches; adding 1.5 · 2²³ leaves the rounded integer in the low bits of the float.
#[inline]
fn sample(value: f32) -> u8 {
    const ROUND: f32 = 12_582_912.0;
    let value = value + 128.0;
    let value = if value > 0.0 { value } else { 0.0 };
    let value = if value < 255.0 { value } else { 255.0 };
    (value + ROUND).to_bits() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zigzag_order_is_the_standard_one() {
        let first: Vec<u8> = SLOTS[1..=10].to_vec();
        assert_eq!(first, [0, 1, 4, 8, 5, 2, 3, 6, 9, 12]);
        assert_eq!(SLOTS[25], 15, "the last used coefficient, row 3 and column 3, is number 24");
        assert!(SLOTS[26..].iter().all(|&slot| slot == UNUSED));
    }

    #[test]
    fn a_lone_mean_gives_a_flat_block() {
        let mut coefficients = [0; 32];
        coefficients[0] = 8 * 40;
        assert_eq!(samples(&coefficients, &SCALES), [[168; 4]; 4]);
    }

    #[test]
    fn a_cosine_across_comes_out_as_itself() {
        let mut coefficients = [0; 32];
        coefficients[1] = 200;
        let row = samples(&coefficients, &SCALES)[2];
        for (x, sample) in row.into_iter().enumerate() {
            let angle = (2.0 * x as f32 + 1.0) * std::f32::consts::PI / 8.0;
            let expected = 128.0 + 200.0 * 0.25 * std::f32::consts::FRAC_1_SQRT_2 * angle.cos();
            assert!((f32::from(sample) - expected).abs() <= 0.51, "{sample} is not {expected}");
        }
    }
}
