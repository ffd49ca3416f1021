//! Ogg, in which messengers send voice: the first page names the codec, the last one how many samples there were.

use super::{find, little};

/// Opus counts at this rate, whatever it was recorded at.
const OPUS_RATE: u64 = 48_000;
/// Codecs of sound, as the first page names them.
const CODECS: [&[u8]; 4] = [b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC"];
/// The first page holds nothing but the head of the codec.
const FIRST_PAGE: usize = 256;

/// Whether the first page is of sound.
pub(super) fn is_audio(head: &[u8]) -> bool {
    let first = head.get(..FIRST_PAGE).unwrap_or(head);
    CODECS.iter().any(|codec| find(first, codec).is_some())
}

/// How long so many samples play.
fn played(first: &[u8], samples: u64) -> Option<u64> {
    if let Some(opus) = find(first, b"OpusHead") {
        let skipped = little(first, opus + 10, 2)?;
        return super::millis(samples.saturating_sub(skipped), OPUS_RATE);
    }
    let vorbis = find(first, b"\x01vorbis")?;
    super::millis(samples, little(first, vorbis + 12, 4)?)
}

/// How long a file plays with this beginning and this end.
pub(super) fn millis(head: &[u8], tail: &[u8]) -> Option<u64> {
    let last = tail.windows(4).rposition(|window| window == b"OggS")?;
    // All bits are set where no packet ends on the page.
    let samples = little(tail, last + 6, 8).filter(|samples| *samples <= i64::MAX.unsigned_abs())?;
    played(head.get(..FIRST_PAGE).unwrap_or(head), samples)
}
