//! MP3: a row of frames, each with a head of four bytes that says how it is to be read.

use super::big;

/// A frame of layer III.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    bits_per_second: u64,
    rate: u64,
    samples: u64,
    is_mono: bool,
    /// How long it is, its head included, in bytes.
    length: usize,
}

/// Thousands of bits a second: of MPEG 1, and of its later additions for low rates.
const BIT_RATES: [[u64; 14]; 2] = [
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];
/// Samples a second of MPEG 1; half and a quarter of them in the additions.
const RATES: [u64; 3] = [44_100, 48_000, 32_000];

impl Frame {
    fn read(head: &[u8]) -> Option<Self> {
        let bits = big(head, 0, 4)?;
        let (version, layer) = (bits >> 19 & 3, bits >> 17 & 3);
        if bits >> 21 != 0x7ff || layer != 1 || version == 1 {
            return None;
        }
        let is_first = version == 3;
        let bit_rate = usize::try_from(bits >> 12 & 15).ok()?.checked_sub(1)?;
        let bits_per_second = BIT_RATES[usize::from(!is_first)].get(bit_rate)? * 1000;
        let whole = *RATES.get(usize::try_from(bits >> 10 & 3).ok()?)?;
        let (rate, samples) = match version {
            3 => (whole, 1152),
            2 => (whole / 2, 576),
            _ => (whole / 4, 576),
        };
        let length = samples / 8 * bits_per_second / rate + (bits >> 9 & 1);
        let is_mono = bits >> 6 & 3 == 3;
        Some(Self { bits_per_second, rate, samples, is_mono, length: usize::try_from(length).ok()? })
    }

    /// Where a note on the whole file stands in the first frame, if its writer left one.
    const fn note(&self) -> usize {
        match (self.samples, self.is_mono) {
            (1152, false) => 36,
            (1152, true) | (_, false) => 21,
            _ => 13,
        }
    }
}

/// The first frame, and where it begins. Another one must follow it, unless the piece ends before that.
pub(super) fn first_frame(piece: &[u8]) -> Option<(usize, Frame)> {
    let follows = |place: usize, frame: &Frame| match piece.get(place + frame.length..) {
        Some(rest) if rest.len() >= 4 => Frame::read(rest).is_some(),
        _ => true,
    };
    let mut frames = piece.windows(4).enumerate().filter_map(|(place, head)| Some((place, Frame::read(head)?)));
    frames.find(|(place, frame)| follows(*place, frame))
}

/// How long a row of frames plays that begins with `piece` and is so many bytes long: by the number of its frames where
/// the first one notes it, else as if all were like the first.
pub(super) fn millis(piece: &[u8], length: u64) -> Option<u64> {
    let (place, frame) = first_frame(piece)?;
    let note = place + frame.note();
    let has_note = piece.get(note..).is_some_and(|rest| rest.starts_with(b"Xing") || rest.starts_with(b"Info"));
    if has_note && big(piece, note + 4, 4)? & 1 == 1 {
        return super::millis(big(piece, note + 8, 4)? * frame.samples, frame.rate);
    }
    super::millis(length.saturating_sub(place as u64).checked_mul(8)?, frame.bits_per_second)
}
