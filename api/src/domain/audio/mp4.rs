//! MP4 and its kin: boxes in boxes, one of which tells how long the whole plays.

use std::io::{self, Read, Seek};

use super::{big, window};

/// What the first box says a file with sound may be: of telephones, of Apple, and of everybody.
const BRANDS: [&[u8]; 10] = [b"M4A", b"M4B", b"M4V", b"mp4", b"isom", b"iso", b"3gp", b"3g2", b"dash", b"avc1"];
/// Boxes of one level that are looked at; files have a handful.
const MOST_BOXES: usize = 200;

/// Whether the first box says that there may be sound.
pub(super) fn is_audio(head: &[u8]) -> bool {
    head.get(8..12).is_some_and(|brand| BRANDS.iter().any(|known| brand.starts_with(known)) || brand == b"qt  ")
}

/// How long it plays.
pub(super) fn millis(file: &mut (impl Read + Seek), length: u64) -> io::Result<Option<u64>> {
    let Some((begin, end)) = find(file, (0, length), b"moov")? else { return Ok(None) };
    let Some((begin, _)) = find(file, (begin, end), b"mvhd")? else { return Ok(None) };
    let head = window(file, begin)?;
    // The times before are longer in the later version, and so is the duration.
    let (place, size) = if head.first() == Some(&1) { (20, 8) } else { (12, 4) };
    let (rate, duration) = (big(&head, place, 4), big(&head, place + 4, size));
    Ok(duration.zip(rate).and_then(|(duration, rate)| super::millis(duration, rate)))
}

/// Where the content of a box begins and ends that lies between these places.
fn find(file: &mut (impl Read + Seek), (mut begin, end): (u64, u64), name: &[u8]) -> io::Result<Option<(u64, u64)>> {
    for _ in 0..MOST_BOXES {
        if begin >= end {
            break;
        }
        file.seek(io::SeekFrom::Start(begin))?;
        let mut head = Vec::new();
        file.by_ref().take(16).read_to_end(&mut head)?;
        let Some((size, own)) = big(&head, 0, 4).zip(head.get(4..8)) else { break };
        let (size, head_length) = match size {
            0 => (end - begin, 8),
            1 => (big(&head, 8, 8).unwrap_or_default(), 16),
            size => (size, 8),
        };
        if size < head_length {
            break;
        }
        if own == name {
            return Ok(Some((begin + head_length, begin.saturating_add(size).min(end))));
        }
        begin = begin.saturating_add(size);
    }
    Ok(None)
}
