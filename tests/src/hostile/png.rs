//! PNG as a structure: chunks built, found and changed, and files whose structure contradicts itself.

use std::ops::Range;

use super::originals::{HEIGHT, Original, WIDTH, named};
use super::{CORRUPT, Case, Dice};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
pub(super) const GREY: u8 = 0;
pub(super) const RGB: u8 = 2;
pub(super) const PALETTE: u8 = 3;
pub(super) const RGBA: u8 = 6;

/// The body of a header chunk.
pub(super) type Header = [u8; 13];

pub(super) fn header(width: u32, height: u32, depth: u8, colour: u8, interlaced: bool) -> Header {
    let [w3, w2, w1, w0] = width.to_be_bytes();
    let [h3, h2, h1, h0] = height.to_be_bytes();
    [w3, w2, w1, w0, h3, h2, h1, h0, depth, colour, 0, 0, u8::from(interlaced)]
}

/// A chunk with its length and checksum.
pub(super) fn chunk(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let covered = [&kind[..], body].concat();
    let length = u32::try_from(body.len()).expect("a short body");
    [&length.to_be_bytes()[..], &covered, &crc32fast::hash(&covered).to_be_bytes()].concat()
}

/// A file of a header, some chunks, and compressed pixels.
pub(super) fn build(header: Header, before: &[Vec<u8>], packed: &[u8]) -> Vec<u8> {
    let rest = [chunk(*b"IDAT", packed), chunk(*b"IEND", b"")].concat();
    [SIGNATURE, &chunk(*b"IHDR", &header), &before.concat(), &rest].concat()
}

/// The lengths of the rows that stand in a file with this header, each with its filter byte.
fn rows(header: Header) -> Vec<usize> {
    // First column, first row, steps across and down of each pass.
    const PASSES: [[u32; 4]; 7] =
        [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];
    let [w3, w2, w1, w0, h3, h2, h1, h0, depth, colour, _, _, interlaced] = header;
    let (width, height) = (u32::from_be_bytes([w3, w2, w1, w0]), u32::from_be_bytes([h3, h2, h1, h0]));
    let samples = match colour {
        RGB => 3,
        RGBA => 4,
        _ => 1,
    };
    let passes = if interlaced == 1 { &PASSES[..] } else { &[[0, 0, 1, 1]] };
    let rows = passes.iter().flat_map(|&[left, top, across, down]| {
        let pixels = (width - left).div_ceil(across);
        let length = 1 + (pixels * samples * u32::from(depth)).div_ceil(8) as usize;
        std::iter::repeat_n(length, (height - top).div_ceil(down) as usize)
    });
    rows.collect()
}

/// Compressed pixels of noise, as many as the header says.
pub(super) fn noise(header: Header) -> Vec<u8> {
    let mut dice = Dice::new(u64::from(header[9]));
    let rows = rows(header).into_iter().flat_map(|length| [vec![0], dice.bytes(length - 1)].concat());
    fdeflate::compress_to_vec(&rows.collect::<Vec<_>>())
}

/// So many zeros, at least one, compressed to a part in 158: one zero, and then matches of 258 bytes one byte back, in
/// the fixed code of RFC 1951. Every eight matches are the same 13 bytes, so that gigabytes cost no time to make.
pub(super) fn zeros(count: usize) -> Vec<u8> {
    const MATCH: usize = 258;
    let mut stream = Bits { bytes: vec![0x78, 0x01], bits: 0 };
    // The last block, and of the fixed code; then a zero.
    for (code, length) in [(0b110, 3), (0b0011_0000, 8)] {
        stream.push(code, length);
    }
    let (eights, rest) = ((count - 1) / (8 * MATCH), (count - 1) % (8 * MATCH));
    let eight = |stream: &mut Bits| (0..8).for_each(|_| stream.push(0b1_1000_1010_0000, 13));
    (0..eights.min(2)).for_each(|_| eight(&mut stream));
    if let Some(more) = eights.checked_sub(2) {
        // What does not fill a byte yet stays behind the whole ones.
        let end = stream.bytes.len() - usize::from(stream.bits > 0);
        let repeated = stream.bytes[end - 13..end].repeat(more);
        stream.bytes.splice(end..end, repeated);
    }
    for _ in 0..rest {
        stream.push(0b0011_0000, 8);
    }
    stream.push(0, 7);
    let checksum = u32::try_from(count % 65_521).expect("16 bits") << 16 | 1;
    [&stream.bytes[..], &checksum.to_be_bytes()].concat()
}

/// A deflate stream under way: codes come with their highest bit first, and fill bytes from the lowest bit on.
struct Bits {
    bytes: Vec<u8>,
    bits: u32,
}

impl Bits {
    fn push(&mut self, code: u32, length: u32) {
        for bit in (0..length).rev() {
            if self.bits == 0 {
                self.bytes.push(0);
            }
            let last = self.bytes.last_mut().expect("a byte");
            *last |= u8::from((code >> bit) & 1 == 1) << self.bits;
            self.bits = (self.bits + 1) % 8;
        }
    }
}

/// The chunks of a file, each with its kind and its place.
fn chunks(png: &[u8]) -> Vec<([u8; 4], Range<usize>)> {
    let mut found = Vec::new();
    let mut at = SIGNATURE.len();
    while at < png.len() {
        let length = u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
        let end = at + 12 + length as usize;
        found.push((png[at + 4..at + 8].try_into().expect("four bytes"), at..end));
        at = end;
    }
    found
}

/// The body of the first chunk with pixels.
pub(super) fn pixels(png: &[u8]) -> Range<usize> {
    let (_, at) = chunks(png).into_iter().find(|(kind, _)| kind == b"IDAT").expect("pixels");
    at.start + 8..at.end - 4
}

/// All compressed pixels.
fn packed(png: &[u8]) -> Vec<u8> {
    let bodies = chunks(png).into_iter().filter(|(kind, _)| kind == b"IDAT");
    bodies.flat_map(|(_, at)| png[at.start + 8..at.end - 4].to_vec()).collect()
}

/// The file with its compressed pixels changed, and every checksum around them right.
pub(super) fn repacked(png: &[u8], change: impl Fn(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let others = |wanted: fn(&[u8; 4]) -> bool| {
        let chunks = chunks(png).into_iter().filter(move |(kind, _)| wanted(kind));
        chunks.flat_map(|(_, at)| png[at].to_vec()).collect::<Vec<_>>()
    };
    let before = others(|kind| kind != b"IDAT" && kind != b"IEND");
    [SIGNATURE, &before, &chunk(*b"IDAT", &change(packed(png))), &chunk(*b"IEND", b"")].concat()
}

/// The file with its rows changed, and everything around them right.
fn refilled(png: &[u8], change: impl Fn(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    repacked(png, |packed| {
        let rows = fdeflate::decompress_to_vec(&packed).expect("whole pixels");
        fdeflate::compress_to_vec(&change(rows))
    })
}

/// The file with other bytes in its header.
fn reheaded(png: &[u8], offset: usize, bytes: &[u8]) -> Vec<u8> {
    let mut body = png[16..29].to_vec();
    body[offset..offset + bytes.len()].copy_from_slice(bytes);
    [&png[..8], &chunk(*b"IHDR", &body), &png[33..]].concat()
}

/// The file with another size in its header.
pub(super) fn claiming(png: &[u8], width: u32, height: u32) -> Vec<u8> {
    reheaded(png, 0, &[width.to_be_bytes(), height.to_be_bytes()].concat())
}

/// The file with chunks before its first one of this kind.
pub(super) fn with_before(png: &[u8], kind: [u8; 4], piece: &[u8]) -> Vec<u8> {
    let (_, at) = chunks(png).into_iter().find(|(found, _)| *found == kind).expect("a chunk of this kind");
    [&png[..at.start], piece, &png[at.start..]].concat()
}

/// The file without its chunks of this kind.
fn without(png: &[u8], kind: [u8; 4]) -> Vec<u8> {
    let kept = chunks(png).into_iter().filter(|(found, _)| *found != kind).flat_map(|(_, at)| png[at].to_vec());
    SIGNATURE.iter().copied().chain(kept).collect()
}

/// Header bytes that mean nothing: what, where, and the byte.
const HEADERS: [(&str, usize, u8); 7] = [
    ("a depth of 3 bits", 8, 3),
    ("a depth of 64 bits", 8, 64),
    ("a colour type that does not exist", 9, 5),
    ("a palette of 16 bits", 9, PALETTE),
    ("another compression", 10, 1),
    ("another set of filters", 11, 1),
    ("another interlacing", 12, 2),
];

/// Chunks that contradict themselves, each other or the pixels.
pub(super) fn malformed(originals: &[Original]) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |original, what: &str, edit: fn(&[u8]) -> Vec<u8>| {
        cases.push(Case::of(named(originals, original), what, CORRUPT, edit));
    };
    for original in ["PNG", "interlaced PNG", "PNG with a palette"] {
        add(original, "no pixels", |png| without(png, *b"IDAT"));
        add(original, "no header", |png| without(png, *b"IHDR"));
        add(original, "no end", |png| without(png, *b"IEND"));
        add(original, "a header twice", |png| with_before(png, *b"IDAT", &png[8..33]));
        add(original, "a chunk longer than the file", |png| with_before(png, *b"IDAT", b"\x7F\xFF\xFF\xFFtEXt"));
        add(original, "a wrong checksum of the header", |png| [&png[..32], &[png[32] ^ 1], &png[33..]].concat());
        add(original, "a wrong checksum of a note", |png| with_before(png, *b"IEND", b"\0\0\0\x03tEXtA\0B\0\0\0\0"));
        add(original, "a wrong checksum of the end", |png| [&png[..png.len() - 1], &[!png[png.len() - 1]]].concat());
        add(original, "a wrong checksum of the rows", |png| {
            repacked(png, |mut packed| {
                let last = packed.len() - 1;
                packed[last] ^= 1;
                packed
            })
        });
        add(original, "another compression of the rows", |png| {
            repacked(png, |packed| [&[0x79], &packed[1..]].concat())
        });
        add(original, "an empty stream", |png| repacked(png, |_| Vec::new()));
        add(original, "a filter that does not exist", |png| refilled(png, |rows| [&[5], &rows[1..]].concat()));
        add(original, "a row too few", |png| refilled(png, |rows| rows[..rows.len() - 200].to_vec()));
        add(original, "a row too many", |png| refilled(png, |rows| [&rows[..], &[0; 200]].concat()));
        add(original, "a palette cut inside a colour", |png| {
            with_before(&without(png, *b"PLTE"), *b"IDAT", &chunk(*b"PLTE", &[1; 7]))
        });
    }
    add("PNG with a palette", "no palette", |png| without(png, *b"PLTE"));
    add("PNG", "pixels in two places", |png| {
        let middle = pixels(png).start + 1000;
        let (first, second) = (&png[pixels(png).start..middle], &png[middle..pixels(png).end]);
        let note = chunk(*b"tEXt", b"Comment\0between");
        let parts = [chunk(*b"IDAT", first), note, chunk(*b"IDAT", second)].concat();
        [&png[..pixels(png).start - 8], &parts, &png[pixels(png).end + 4..]].concat()
    });
    for (what, offset, byte) in HEADERS {
        let original = named(originals, "PNG of 16 bits");
        cases.push(Case::of(original, what, CORRUPT, move |png| reheaded(png, offset, &[byte])));
    }
    cases
}

/// A picture of nothing, as large as is allowed, whose rows end early.
pub(super) fn unfinished(depth: u8, colour: u8) -> Vec<u8> {
    let header = header(4096, 4096, depth, colour, false);
    let whole: usize = rows(header).iter().sum();
    build(header, &[], &zeros(whole - 1))
}

/// A small picture whose pixels unpack to so many bytes more than it has.
pub(super) fn swollen(surplus: usize) -> Vec<u8> {
    let header = header(WIDTH, HEIGHT, 8, GREY, false);
    build(header, &[], &zeros(rows(header).iter().sum::<usize>() + surplus))
}
