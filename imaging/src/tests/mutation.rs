//! Small random damage, many times over. `AISHA_FUZZ_ROUNDS` sets how many times.

use super::rendering::{jpeg, jpeg_with, png, webp};
use crate::{ImageError, Limits, Picture, Reader};

const ROUNDS: u64 = 300;

fn rounds() -> u64 {
    #[allow(clippy::disallowed_methods, reason = "a test has no configuration but its environment")]
    let wanted = std::env::var("AISHA_FUZZ_ROUNDS");
    wanted.ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS)
}

/// Repeatable numbers (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound.max(1)
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap()
    }
}

/// Whole small files of every kind.
fn files() -> Vec<Vec<u8>> {
    vec![
        jpeg(72, 56),
        jpeg_with(72, 56, |encoder| encoder.set_restart_interval(3)),
        jpeg_with(72, 56, |encoder| encoder.set_optimized_huffman_tables(true)),
        jpeg_with(72, 56, |encoder| encoder.set_progressive(true)),
        png(72, 56),
        webp(72, 56),
    ]
}

fn damage(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let at = dice.below(bytes.len());
    let length = dice.below(16).min(bytes.len() - at);
    match dice.below(7) {
        0 => bytes[at] ^= 1 << dice.below(8),
        1 => bytes[at] = dice.byte(),
        2 => bytes[at..at + length].fill_with(|| dice.byte()),
        3 => bytes[at..at + length].fill(0),
        4 => bytes[at] = 0xFF,
        5 => drop(bytes.drain(at..at + length)),
        _ => {
            let piece = bytes[at..at + length].to_vec();
            let to = dice.below(bytes.len());
            bytes.splice(to..to, piece);
        }
    }
    if bytes.is_empty() {
        bytes.push(0);
    }
}

/// Readers that take the files of this test in at half size and at full size.
fn readers() -> [Reader; 2] {
    [24, 1536].map(|training_side| {
        let limits = Limits { min_side: 1, max_side: 512, training_side, thumbnail_side: 24, ..Limits::default() };
        Reader::with_model(limits, None).unwrap()
    })
}

#[test]
fn no_damage_makes_a_decoder_panic() {
    let mut dice = Dice(0x1234_5678_9ABC_DEF1);
    for mut reader in readers() {
        for original in files() {
            let whole = reader.read(&original).unwrap();
            for _ in 0..rounds() {
                let mut bytes = original.clone();
                for _ in 0..=dice.below(4) {
                    damage(&mut bytes, &mut dice);
                }
                let _ = reader.read(&bytes);
            }
            assert_eq!(reader.read(&original).unwrap(), whole, "damage to one file reached the next");
        }
    }
}

#[test]
fn both_sizes_agree_on_what_is_whole() {
    let mut dice = Dice(0x0F1E_2D3C_4B5A_6978);
    let [mut half, mut full] = readers();
    for original in files() {
        for _ in 0..rounds() {
            let mut bytes = original.clone();
            damage(&mut bytes, &mut dice);
            let code = |verdict: Result<_, ImageError>| verdict.map(|_: Picture| ()).map_err(|error| error.code());
            assert_eq!(code(half.read(&bytes)), code(full.read(&bytes)));
        }
    }
}

#[test]
fn no_truncation_is_ever_accepted_even_with_a_proper_end() {
    let mut dice = Dice(0xFEDC_BA98_7654_3211);
    let bytes = jpeg(200, 150);
    for mut reader in readers() {
        for _ in 0..rounds() {
            let cut = dice.below(bytes.len() - 2);
            assert!(reader.read(&bytes[..cut]).is_err(), "cut at {cut}");
            let ended = [&bytes[..cut], &[0xFF, 0xD9][..]].concat();
            assert!(reader.read(&ended).is_err(), "cut at {cut} and ended");
        }
    }
}
