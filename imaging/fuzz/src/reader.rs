//! One file after the other, invented by libFuzzer, through the readers of `aisha-imaging`. A panic ends the process and
//! leaves the file; so does one that takes too much time or memory.

#![no_main]

use std::cell::RefCell;

use aisha_imaging::{ImageError, Limits, Picture, Reader};
use libfuzzer_sys::fuzz_target;

/// Small pictures are read fast, and everything that there is to stumble over fits into them.
const LIMITS: Limits =
    Limits { max_bytes: 64 * 1024, min_side: 1, max_side: 256, training_side: 96, thumbnail_side: 24, face_side: 32 };

thread_local! {
    /// One decodes large JPEGs at half size, the other all of them at full size.
    static READERS: RefCell<[Reader; 2]> =
        RefCell::new([24, 96].map(|side| blind(Limits { training_side: side, ..LIMITS })));
}

/// Looking for faces is not reading, and would take most of the time.
fn blind(limits: Limits) -> Reader {
    Reader::with_model(limits, None).expect("a reader that does not look needs no model")
}

fn code(verdict: &Result<Picture, ImageError>) -> Result<(u32, u32), &'static str> {
    verdict.as_ref().map(|picture| (picture.width, picture.height)).map_err(ImageError::code)
}

fuzz_target!(|file: &[u8]| {
    // Nobody guesses checksums, and behind them is what there is to find.
    match with_checksums(file) {
        Some(file) => look_at(&file),
        None => look_at(file),
    }
});

fn look_at(file: &[u8]) {
    READERS.with_borrow_mut(|[half, full]| {
        let (small, large) = (half.read(file), full.read(file));
        assert_eq!(code(&small), code(&large), "half size and full size disagree");
        for picture in [small, large].iter().flatten() {
            for copy in [&picture.renderings.training, &picture.renderings.thumbnail] {
                assert!(copy.starts_with(&[0xFF, 0xD8]) && copy.ends_with(&[0xFF, 0xD9]), "a copy is no JPEG");
            }
        }
    });
}

/// A PNG whose chunks have the checksums that they should have; nothing if this is none.
fn with_checksums(file: &[u8]) -> Option<Vec<u8>> {
    let mut rest = file.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let mut repaired = file[..8].to_vec();
    while let Some((length, behind)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let Some((covered, behind)) = behind.split_at_checked(length.saturating_add(4)) else { break };
        let Some((_, behind)) = behind.split_first_chunk::<4>() else { break };
        repaired.extend(&rest[..4 + covered.len()]);
        repaired.extend(crc32fast::hash(covered).to_be_bytes());
        rest = behind;
    }
    repaired.extend(rest);
    Some(repaired)
}
