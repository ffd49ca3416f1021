//! The inverse transform at two sizes. At full size 64 coefficients give 8 × 8 samples; at half size the 16 lowest of them
//! give 4 × 4, each the well-filtered mean of four.
//!
//! Source: Arai, Agui, Nakajima, "A fast DCT-SQ scheme for images" (1988), for the eight-point transform.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "sample arithmetic on values whose ranges are stated"
)]

/// Room for the coefficients of a block, and a slot for those that a size does not use.
pub(super) type Coefficients = [i32; 128];

/// Lines of values: of coefficients with the same horizontal frequency, or of samples in the same row.
pub(super) type Lines<T, const SIDE: usize> = [[T; SIDE]; SIDE];

/// The slot of coefficients that are not used.
const UNUSED: u8 = 64;

/// A size at which blocks come out: `SIDE` samples each way.
pub(super) trait Scale<const SIDE: usize> {
    /// Where the coefficient at each place of the zigzag order goes. Places start at 1, and those past 64 exist so that a
    /// step beyond the block needs no check.
    const SLOTS: &'static [u8; 256] = &slots::<SIDE>();

    /// What the coefficients of each frequency are multiplied by, besides their quantiser.
    const SCALES: [f32; SIDE];

    /// As many transforms at once as there are columns, down the columns.
    fn transform(lines: Lines<f32, SIDE>) -> Lines<f32, SIDE>;

    /// The columns as lines.
    fn transposed(lines: Lines<f32, SIDE>) -> Lines<f32, SIDE>;
}

/// Eight samples for eight.
pub(super) struct Full;

/// Four samples for eight.
pub(super) struct Half;

/// The samples of a block, row by row. `factors` are quantisers times the scales of both frequencies.
#[inline(always)]
#[allow(clippy::inline_always, reason = "part of the loop over blocks")]
pub(super) fn samples<S: Scale<SIDE>, const SIDE: usize>(
    coefficients: &Coefficients,
    factors: &Lines<f32, SIDE>,
) -> Lines<u8, SIDE> {
    let mut lines = [[0.0_f32; SIDE]; SIDE];
    for (line, (values, factors)) in lines.iter_mut().zip(factors).enumerate() {
        for (lane, (value, factor)) in values.iter_mut().zip(factors).enumerate() {
            *value = coefficients[line * SIDE + lane] as f32 * factor;
        }
    }
    let rows = S::transform(S::transposed(S::transform(lines)));
    rows.map(|row| row.map(sample))
}

/// The sample of a block that is nothing but its mean.
#[inline]
pub(super) fn flat<const SIDE: usize>(mean: i32, factors: &Lines<f32, SIDE>) -> u8 {
    sample(mean as f32 * factors[0][0])
}

impl Scale<4> for Half {
    // The scales of a four-point transform, the square root of 1/2 for going from the eight-point scale to it, and
    // cos(π/8) taken out of the odd frequencies.
    const SCALES: [f32; 4] = [0.353_553_4, 0.461_939_77, 0.353_553_4, 0.461_939_77];

    #[inline]
    fn transform([a, b, c, d]: Lines<f32, 4>) -> Lines<f32, 4> {
        /// tan(π/8).
        const TANGENT: f32 = 0.414_213_57;
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
    fn transposed(m: Lines<f32, 4>) -> Lines<f32, 4> {
        [
            [m[0][0], m[1][0], m[2][0], m[3][0]],
            [m[0][1], m[1][1], m[2][1], m[3][1]],
            [m[0][2], m[1][2], m[2][2], m[3][2]],
            [m[0][3], m[1][3], m[2][3], m[3][3]],
        ]
    }
}

impl Scale<8> for Full {
    // The square root of 1/8, times cos(kπ/16)·√2 for k above 0.
    const SCALES: [f32; 8] =
        [0.353_553_4, 0.490_392_65, 0.461_939_77, 0.415_734_8, 0.353_553_4, 0.277_785_12, 0.191_341_72, 0.097_545_16];

    #[inline]
    fn transform(lines: Lines<f32, 8>) -> Lines<f32, 8> {
        use std::f32::consts::SQRT_2;
        let mut out = [[0.0; 8]; 8];
        for i in 0..8 {
            let at = |frequency: usize| lines[frequency][i];
            let (sum, difference) = (at(0) + at(4), at(0) - at(4));
            let inner = at(2) + at(6);
            let cross = (at(2) - at(6)) * SQRT_2 - inner;
            let even = [sum + inner, difference + cross, difference - cross, sum - inner];

            let (sum_35, less_53) = (at(5) + at(3), at(5) - at(3));
            let (sum_17, less_17) = (at(1) + at(7), at(1) - at(7));
            // A rotation by π/8, with a product that both of its results share: 2·cos, 2·(cos + sin), 2·(cos − sin).
            let shared = (less_53 + less_17) * 1.847_759_1;
            let first = sum_17 + sum_35;
            let second = shared - less_53 * 2.613_126 - first;
            let third = (sum_17 - sum_35) * SQRT_2 - second;
            let odd = [first, second, third, shared - less_17 * 1.082_392_2 - third];

            for k in 0..4 {
                out[k][i] = even[k] + odd[k];
                out[7 - k][i] = even[k] - odd[k];
            }
        }
        out
    }

    #[inline]
    fn transposed(lines: Lines<f32, 8>) -> Lines<f32, 8> {
        // By quarters, each of which is a few shuffles of four-lane vectors.
        let quarter = |line: usize, lane: usize| {
            Half::transposed(std::array::from_fn(|i| std::array::from_fn(|k| lines[line + i][lane + k])))
        };
        let mut out = [[0.0; 8]; 8];
        for line in [0, 4] {
            for lane in [0, 4] {
                for (out, part) in out[lane..lane + 4].iter_mut().zip(quarter(line, lane)) {
                    out[line..line + 4].copy_from_slice(&part);
                }
            }
        }
        out
    }
}

/// Coefficients are laid down transposed, which saves one of two transpositions.
const fn slots<const SIDE: usize>() -> [u8; 256] {
    let mut slots = [UNUSED; 256];
    let (mut row, mut column, mut up) = (0_u8, 0_u8, true);
    let mut place = 1;
    while place <= 64 {
        if (row as usize) < SIDE && (column as usize) < SIDE {
            slots[place] = column * SIDE as u8 + row;
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

/// Rounds to 0..=255 around the middle grey of 128. Comparing by hand becomes two vector instructions, where `clamp` and
/// a saturating cast become branches; adding 1.5 · 2²³ leaves the rounded integer in the low bits of the float.
#[inline(always)]
#[allow(clippy::inline_always, reason = "part of the loop over blocks")]
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

    /// The scales of both frequencies at each place, as factors for quantisers of 1.
    fn factors<S: Scale<SIDE>, const SIDE: usize>() -> Lines<f32, SIDE> {
        S::SCALES.map(|line| S::SCALES.map(|lane| line * lane))
    }

    #[test]
    fn the_zigzag_order_is_the_standard_one() {
        // Row and column change places.
        assert_eq!(Half::SLOTS[1..=10], [0, 4, 1, 2, 5, 8, 12, 9, 6, 3]);
        assert_eq!(Half::SLOTS[25], 15, "the last used coefficient, row 3 and column 3, is number 24");
        assert!(Half::SLOTS[26..].iter().all(|&slot| slot == UNUSED));
        let mut used = Full::SLOTS[1..=64].to_vec();
        used.sort_unstable();
        assert!(used.into_iter().eq(0..64));
    }

    #[test]
    fn a_lone_mean_gives_a_flat_block() {
        let mut coefficients = [0; 128];
        coefficients[0] = 8 * 40;
        assert_eq!(samples::<Half, 4>(&coefficients, &factors::<Half, 4>()), [[168; 4]; 4]);
        assert_eq!(samples::<Full, 8>(&coefficients, &factors::<Full, 8>()), [[168; 8]; 8]);
        assert_eq!(flat(8 * 40, &factors::<Full, 8>()), 168);
    }

    /// Asserts that every single frequency comes out as the cosines it stands for, sampled at `SIDE` points each way.
    fn assert_cosines<S: Scale<SIDE>, const SIDE: usize>() {
        for (u, v) in (0..SIDE).flat_map(|u| (0..SIDE).map(move |v| (u, v))) {
            let mut coefficients = [0; 128];
            coefficients[u * SIDE + v] = 200;
            let found = samples::<S, SIDE>(&coefficients, &factors::<S, SIDE>());
            let wave = |frequency: usize, at: usize| {
                let angle = (2.0 * at as f32 + 1.0) * frequency as f32 * std::f32::consts::PI / (2.0 * SIDE as f32);
                if frequency == 0 { std::f32::consts::FRAC_1_SQRT_2 } else { angle.cos() }
            };
            for (y, row) in found.into_iter().enumerate() {
                for (x, sample) in row.into_iter().enumerate() {
                    let expected = 128.0 + 200.0 * 0.25 * wave(u, x) * wave(v, y);
                    assert!((f32::from(sample) - expected).abs() <= 0.51, "{sample} is not {expected}");
                }
            }
        }
    }

    #[test]
    fn every_frequency_comes_out_as_its_cosines() {
        assert_cosines::<Half, 4>();
        assert_cosines::<Full, 8>();
    }
}
