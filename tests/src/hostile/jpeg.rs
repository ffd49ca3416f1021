//! JPEG as a structure: segments found and changed, and files whose structure contradicts itself.

use std::ops::Range;

use super::originals::{Original, named};
use super::{CORRUPT, Case, Codes, UNSUPPORTED};

const FRAME: u8 = 0xC0;
const HUFFMAN: u8 = 0xC4;
const QUANTISERS: u8 = 0xDB;
const SCAN: u8 = 0xDA;
pub(super) const END: [u8; 2] = [0xFF, 0xD9];

/// The segments before the first coded data, each with its marker; a scan header is the last. Every frame header counts
/// as that of a baseline picture.
fn segments(jpeg: &[u8]) -> Vec<(u8, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 2;
    while found.last().is_none_or(|(marker, _)| *marker != SCAN) {
        let end = at + 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        let marker = if matches!(jpeg[at + 1], 0xC0..=0xC2) { FRAME } else { jpeg[at + 1] };
        found.push((marker, at..end));
        at = end;
    }
    found
}

fn find(jpeg: &[u8], marker: u8) -> Range<usize> {
    segments(jpeg).into_iter().find(|(found, _)| *found == marker).expect("a segment of this kind").1
}

/// All that stands between the first scan header and the end marker.
pub(super) fn coded(jpeg: &[u8]) -> Range<usize> {
    find(jpeg, SCAN).end..jpeg.len() - END.len()
}

/// A marker and a body with its length.
pub(super) fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).expect("a short body");
    [&[0xFF, marker], &length.to_be_bytes()[..], body].concat()
}

/// The file with another size in its frame header.
pub(super) fn claiming(jpeg: &[u8], width: u16, height: u16) -> Vec<u8> {
    patched(jpeg, FRAME, 5, &[height.to_be_bytes(), width.to_be_bytes()].concat())
}

/// The file with its last scan `times` more often.
pub(super) fn with_scans_repeated(jpeg: &[u8], times: usize) -> Vec<u8> {
    let last = jpeg.windows(2).rposition(|pair| pair == [0xFF, SCAN]).expect("a scan");
    let end = jpeg.len() - END.len();
    [&jpeg[..end], &jpeg[last..end].repeat(times), &END].concat()
}

/// The file with other bytes in its first segment of this kind; counted from the marker on.
fn patched(jpeg: &[u8], marker: u8, offset: usize, bytes: &[u8]) -> Vec<u8> {
    let at = find(jpeg, marker).start + offset;
    [&jpeg[..at], bytes, &jpeg[at + bytes.len()..]].concat()
}

/// The file with something before its first segment of this kind.
fn with_before(jpeg: &[u8], marker: u8, piece: &[u8]) -> Vec<u8> {
    let at = find(jpeg, marker).start;
    [&jpeg[..at], piece, &jpeg[at..]].concat()
}

/// The file without its segments of this kind.
fn without(jpeg: &[u8], marker: u8) -> Vec<u8> {
    let mut bytes = jpeg.to_vec();
    for (_, at) in segments(jpeg).into_iter().rev().filter(|(found, _)| *found == marker) {
        bytes.drain(at);
    }
    bytes
}

/// The file with the bodies of these segments cut or lengthened, and their lengths told rightly.
fn resized(jpeg: &[u8], marker: u8, length: impl Fn(usize) -> usize) -> Vec<u8> {
    let at = find(jpeg, marker);
    let mut body = jpeg[at.start + 4..at.end].to_vec();
    body.resize(length(body.len()), 0);
    [&jpeg[..at.start], &segment(jpeg[at.start + 1], &body), &jpeg[at.end..]].concat()
}

/// Bytes written over a segment: what is wrong then, the segment, where, and what is to be answered.
type Patch = (&'static str, u8, usize, &'static [u8], Codes);

const PATCHES: [Patch; 28] = [
    ("lossless coding", FRAME, 1, &[0xC3], UNSUPPORTED),
    ("hierarchical coding", FRAME, 1, &[0xC5], UNSUPPORTED),
    ("arithmetic coding", FRAME, 1, &[0xC9], UNSUPPORTED),
    ("progressive arithmetic coding", FRAME, 1, &[0xCA], UNSUPPORTED),
    ("12 bits", FRAME, 4, &[12], UNSUPPORTED),
    ("two colours", FRAME, 9, &[2], UNSUPPORTED),
    ("255 colours", FRAME, 9, &[255], UNSUPPORTED),
    ("four colours of which three are there", FRAME, 9, &[4], CORRUPT),
    ("a sampling of zero", FRAME, 11, &[0x00], CORRUPT),
    ("a sampling of 15", FRAME, 11, &[0xFF], CORRUPT),
    ("more blocks in a unit than allowed", FRAME, 11, &[0x44], CORRUPT),
    ("quantisers from nowhere", FRAME, 12, &[9], CORRUPT),
    ("a frame header too long", FRAME, 3, &[60], CORRUPT),
    ("a scan of no colour", SCAN, 4, &[0], CORRUPT),
    ("a scan of five colours", SCAN, 4, &[5], CORRUPT),
    ("a scan of a colour that does not exist", SCAN, 5, &[0x77], CORRUPT),
    ("codes from nowhere", SCAN, 6, &[0x33], CORRUPT),
    ("codes from beyond", SCAN, 6, &[0xFF], CORRUPT),
    ("a scan header too long", SCAN, 3, &[90], CORRUPT),
    ("code tables of no class", HUFFMAN, 4, &[0x20], CORRUPT),
    ("code tables of no place", HUFFMAN, 4, &[0x0F], CORRUPT),
    ("more codes than bytes", HUFFMAN, 5, &[255; 16], CORRUPT),
    ("three codes of one bit", HUFFMAN, 5, &[3], CORRUPT),
    ("no codes", HUFFMAN, 5, &[0; 16], CORRUPT),
    ("quantisers of no precision", QUANTISERS, 4, &[0x20], CORRUPT),
    ("quantisers of no place", QUANTISERS, 4, &[0x0F], CORRUPT),
    ("a quantiser of zero", QUANTISERS, 5, &[0], CORRUPT),
    ("quantisers of 16 bits that are 8", QUANTISERS, 4, &[0x10], CORRUPT),
];

/// Something put before a segment: what it is, before which, and what is to be answered.
const INSERTIONS: [(&str, u8, &[u8], Codes); 12] = [
    ("a picture in the picture", FRAME, &[0xFF, 0xD8], CORRUPT),
    ("a restart before the scan", SCAN, &[0xFF, 0xD0], CORRUPT),
    ("a reserved marker", FRAME, &[0xFF, 0x02, 0, 2], CORRUPT),
    ("stray bytes", FRAME, b"\0\0", CORRUPT),
    ("an end before the scan", SCAN, &END, CORRUPT),
    ("a height told later", SCAN, &[0xFF, 0xDC, 0, 4, 0, 8], UNSUPPORTED),
    ("arithmetic conditioning", SCAN, &[0xFF, 0xCC, 0, 4, 0, 1], UNSUPPORTED),
    ("restarts that are not there", SCAN, &[0xFF, 0xDD, 0, 4, 0, 3], CORRUPT),
    ("a restart interval cut off", SCAN, &[0xFF, 0xDD, 0, 3, 0], CORRUPT),
    ("a restart interval too long", SCAN, &[0xFF, 0xDD, 0, 5, 0, 0, 0], CORRUPT),
    ("a segment shorter than its length", SCAN, &[0xFF, 0xE5, 0, 1], CORRUPT),
    ("a segment longer than the file", FRAME, &[0xFF, 0xFE, 0xFF, 0xFF], CORRUPT),
];

/// Frame, scan and table segments that contradict themselves, each other or the data.
pub(super) fn malformed(originals: &[Original]) -> Vec<Case> {
    let mut cases = Vec::new();
    for original in ["JPEG", "progressive JPEG", "JPEG 4:1:1 of three scans"].map(|name| named(originals, name)) {
        for (what, marker, offset, bytes, codes) in PATCHES {
            cases.push(Case::of(original, what, codes, move |jpeg| patched(jpeg, marker, offset, bytes)));
        }
        for (what, marker, piece, codes) in INSERTIONS {
            cases.push(Case::of(original, what, codes, move |jpeg| with_before(jpeg, marker, piece)));
        }
        for (what, marker) in
            [("codes", HUFFMAN), ("quantisers", QUANTISERS), ("frame header", FRAME), ("scan header", SCAN)]
        {
            let cut = format!("a {what} segment cut short");
            cases.push(Case::of(original, &format!("no {what}"), CORRUPT, move |jpeg| without(jpeg, marker)));
            cases.push(Case::of(original, &cut, CORRUPT, move |jpeg| resized(jpeg, marker, |length| length - 1)));
            cases.push(Case::of(original, &format!("{what} with a byte more"), CORRUPT, move |jpeg| {
                resized(jpeg, marker, |length| length + 1)
            }));
        }
        cases.push(Case::of(original, "a frame header twice", CORRUPT, |jpeg| {
            with_before(jpeg, FRAME, &jpeg[find(jpeg, FRAME)])
        }));
        cases.push(Case::of(original, "a colour twice", CORRUPT, |jpeg| {
            patched(jpeg, FRAME, 13, &[jpeg[find(jpeg, FRAME).start + 10]])
        }));
    }
    let restarts = named(originals, "JPEG with restarts");
    for (what, replacement) in [("out of order", 0xD5), ("missing", 0x00)] {
        cases.push(Case::of(restarts, &format!("a restart marker {what}"), CORRUPT, move |jpeg| {
            let at = jpeg.windows(2).position(|pair| pair == [0xFF, 0xD2]).expect("restarts");
            [&jpeg[..=at], &[replacement], &jpeg[at + 2..]].concat()
        }));
    }
    cases
}
