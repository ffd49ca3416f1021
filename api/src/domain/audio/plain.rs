//! WAV and FLAC, whose lengths stand at their beginning.

use super::{big, little, millis};

/// Where the first chunk of a WAV begins.
const FIRST_CHUNK: usize = 12;
/// What a program writes that does not know yet how long the sound will be.
const UNKNOWN: u64 = 0xffff_ffff;

/// How long a WAV of this length plays that begins with `head`.
pub(super) fn wav(head: &[u8], length: u64) -> Option<u64> {
    let (mut place, mut bytes_per_second) = (FIRST_CHUNK, 0);
    loop {
        let (name, size) = (head.get(place..place + 4)?, little(head, place + 4, 4)?);
        match name {
            b"fmt " => bytes_per_second = little(head, place + 16, 4)?,
            b"data" => {
                let rest = length.saturating_sub(place as u64 + 8);
                let data = if size == UNKNOWN { rest } else { size.min(rest) };
                return millis(data, bytes_per_second);
            }
            _ => {}
        }
        // Chunks begin at even places.
        place = place.checked_add(8)?.checked_add(usize::try_from(size + size % 2).ok()?)?;
    }
}

/// How long a FLAC plays.
pub(super) fn flac(head: &[u8]) -> Option<u64> {
    // The rate has 20 bits, then come 8 of other things and the number of samples with 36.
    let packed = big(head, 18, 8)?;
    let (rate, samples) = (packed >> 44, packed & 0xf_ffff_ffff);
    millis(samples, rate).filter(|_| samples > 0)
}
