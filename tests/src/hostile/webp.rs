//! WebP as a structure: chunks built and changed, and files whose structure contradicts itself.

use std::ops::Range;

use super::originals::{HEIGHT, Original, WIDTH, named};
use super::{CORRUPT, Case, UNSUPPORTED};

/// Where the head of the file ends and, in the originals, the picture's chunk begins.
const HEAD: usize = 12;

/// The flag of an animation in the extended header.
const ANIMATION: u8 = 2;

/// A file of these chunks.
pub(super) fn file(chunks: &[u8]) -> Vec<u8> {
    [b"RIFF", &length(chunks.len() + 4)[..], b"WEBP", chunks].concat()
}

/// A chunk, padded to an even length.
pub(super) fn chunk(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    [&kind, &length(body.len())[..], body, &[0][..body.len() % 2]].concat()
}

fn length(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).expect("a short file").to_le_bytes()
}

/// An extended header for a picture of this size.
pub(super) fn canvas((width, height): (u32, u32), flags: u8) -> Vec<u8> {
    let [w0, w1, w2, _] = (width - 1).to_le_bytes();
    let [h0, h1, h2, _] = (height - 1).to_le_bytes();
    chunk(*b"VP8X", &[flags, 0, 0, 0, w0, w1, w2, h0, h1, h2])
}

/// A simple file with an extended header before its picture.
pub(super) fn extended(webp: &[u8], size: (u32, u32), flags: u8) -> Vec<u8> {
    file(&[&canvas(size, flags), &webp[HEAD..]].concat())
}

/// Where the chunk of the picture begins.
fn place(webp: &[u8]) -> usize {
    if webp[HEAD..].starts_with(b"VP8X") { HEAD + 18 } else { HEAD }
}

/// The body of the chunk with the picture.
pub(super) fn picture(webp: &[u8]) -> Range<usize> {
    let at = place(webp);
    let length = u32::from_le_bytes(webp[at + 4..at + 8].try_into().expect("four bytes"));
    at + 8..at + 8 + length as usize
}

/// The file with another picture chunk.
fn with_picture(webp: &[u8], change: impl Fn(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let at = place(webp);
    let kind = webp[at..at + 4].try_into().expect("four bytes");
    file(&[&webp[HEAD..at], &chunk(kind, &change(webp[picture(webp)].to_vec()))].concat())
}

/// The file whose picture ends after so many bytes, and everything around it right.
pub(super) fn shortened(webp: &[u8], length: usize) -> Vec<u8> {
    with_picture(webp, |picture| picture[..length.min(picture.len())].to_vec())
}

/// The file with another size in its picture, and in its extended header if it has one. Sides have 14 bits.
pub(super) fn claiming(webp: &[u8], width: u32, height: u32) -> Vec<u8> {
    let sized = with_picture(webp, |mut picture| {
        if picture[0] == 0x2F {
            let rest = u32::from_le_bytes(picture[1..5].try_into().expect("four bytes")) & 0xF000_0000;
            picture[1..5].copy_from_slice(&(rest | (height - 1) << 14 | (width - 1)).to_le_bytes());
        } else {
            picture[6..10].copy_from_slice(&(height << 16 | width).to_le_bytes());
        }
        picture
    });
    if place(&sized) == HEAD {
        sized
    } else {
        extended(&[&sized[..HEAD], &sized[place(&sized)..]].concat(), (width, height), 0)
    }
}

/// Chunks that contradict themselves, each other or the picture.
pub(super) fn malformed(originals: &[Original]) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |original, what: &str, codes, edit: fn(&[u8]) -> Vec<u8>| {
        cases.push(Case::of(named(originals, original), what, codes, edit));
    };
    for original in ["WebP", "extended WebP", "lossy WebP", "WebP with alpha"] {
        add(original, "a container too short", CORRUPT, |webp| {
            [b"RIFF", &length(webp.len() - 1008)[..], &webp[8..]].concat()
        });
        add(original, "a container too long", CORRUPT, |webp| [b"RIFF", &length(webp.len())[..], &webp[8..]].concat());
        add(original, "a container without an end", CORRUPT, |webp| [b"RIFF\xFF\xFF\xFF\xFF", &webp[8..]].concat());
        add(original, "an empty container", CORRUPT, |_| file(b""));
        add(original, "two pictures", CORRUPT, |webp| file(&[&webp[HEAD..], &webp[place(webp)..]].concat()));
        add(original, "no picture", CORRUPT, |webp| file(&webp[HEAD..place(webp)]));
        add(original, "a picture of nothing", CORRUPT, |webp| shortened(webp, 0));
        add(original, "a picture of its head", CORRUPT, |webp| shortened(webp, 12));
        add(original, "a chunk longer than the file", CORRUPT, |webp| {
            file(&[&webp[HEAD..], b"EXIF\xF0\xFF\xFF\xFF...."].concat())
        });
        add(original, "a head of a chunk alone", CORRUPT, |webp| file(&[&webp[HEAD..], b"EXIF"].concat()));
        add(original, "another signature of the picture", CORRUPT, |webp| {
            with_picture(webp, |picture| picture.iter().map(|byte| !byte).collect())
        });
        add(original, "another width outside", CORRUPT, |webp| extended(&simple(webp), (WIDTH * 2, HEIGHT), 0));
        add(original, "another height outside", CORRUPT, |webp| extended(&simple(webp), (WIDTH, HEIGHT - 1), 0));
        add(original, "an extended header cut off", CORRUPT, |webp| {
            file(&[&chunk(*b"VP8X", &[0; 6]), &webp[place(webp)..]].concat())
        });
        add(original, "a flag of an animation", UNSUPPORTED, |webp| {
            extended(&simple(webp), (WIDTH, HEIGHT), ANIMATION)
        });
    }
    cases
}

/// The file without its extended header.
fn simple(webp: &[u8]) -> Vec<u8> {
    file(&webp[place(webp)..])
}
