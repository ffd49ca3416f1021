//! Small files that ask for much: memory by what their headers claim, time and memory by what they unpack to.

use super::damage::claim;
use super::originals::{Format, HEIGHT, Original, WIDTH, named, of};
use super::{CORRUPT, Case, TOO_HEAVY, TOO_HIGH, jpeg, png, webp};

const MB: usize = 1024 * 1024;

/// Sides beyond what is allowed, up to what the format can say.
pub(super) fn dimensions(originals: &[Original]) -> Vec<Case> {
    let mut cases = Vec::new();
    for (format, sizes) in [
        (Format::Jpeg, [(65_535, 65_535), (65_535, 8), (8, 65_535), (16_000, 16_000), (4097, 600), (600, 4097)]),
        (
            Format::Png,
            [
                (u32::MAX, u32::MAX),
                (i32::MAX as u32, 1),
                (1, i32::MAX as u32),
                (16_000, 16_000),
                (4097, 600),
                (600, 4097),
            ],
        ),
        (Format::Webp, [(16_383, 16_383), (16_383, 1), (1, 16_383), (5000, 5000), (4097, 600), (600, 4097)]),
    ] {
        for original in of(originals, format) {
            for (width, height) in sizes {
                let what = format!("said to be {width} × {height}");
                cases.push(Case::of(original, &what, TOO_HIGH, claim(format, width, height)));
            }
        }
    }
    // As large as is allowed, and therefore decoded, with the pixels of a small one.
    for original in originals.iter().filter(|original| !original.name.contains("large")) {
        cases.push(Case::of(original, "said to be 4096 × 4096", CORRUPT, claim(original.format, 4096, 4096)));
    }
    cases.push(Case::new("a whole PNG of 30,000 × 30,000 in a few kilobytes", TOO_HIGH, || {
        png::build(png::header(30_000, 30_000, 1, png::GREY, false), &[], &png::zeros(30_000 * 3751))
    }));
    cases
}

/// Progressive pictures that repeat themselves.
pub(super) fn scans(originals: &[Original]) -> Vec<Case> {
    let mut cases = Vec::new();
    for original in ["progressive JPEG", "grey progressive JPEG", "JPEG 4:1:1 of three scans"] {
        for times in [1, 20, 60, 150] {
            let what = format!("its last scan {times} times more");
            cases.push(Case::of(named(originals, original), &what, CORRUPT, move |bytes| {
                jpeg::with_scans_repeated(bytes, times)
            }));
        }
    }
    for original in of(originals, Format::Jpeg).filter(|original| original.is_progressive()) {
        cases.push(Case::of(original, "ten thousand empty scans", CORRUPT, |bytes| {
            let scan = jpeg::segment(0xDA, &[1, 1, 0, 1, 63, 0]);
            [&bytes[..bytes.len() - 2], &scan.repeat(10_000), &jpeg::END].concat()
        }));
    }
    cases
}

/// PNG pixels that unpack to less or more than there is room for.
pub(super) fn pixels(_: &[Original]) -> Vec<Case> {
    let mut cases = Vec::new();
    for (what, depth, colour) in [("grey", 1, png::GREY), ("RGB", 8, png::RGB), ("RGBA of 16 bits", 16, png::RGBA)] {
        let name = format!("4096 × 4096 in {what}, all but one byte, in a few kilobytes");
        cases.push(Case::new(name, CORRUPT, move || png::unfinished(depth, colour)));
    }
    for surplus in [1, MB, 100 * MB, 1000 * MB] {
        let name = format!("{WIDTH} × {HEIGHT} pixels and {surplus} bytes more");
        cases.push(Case::new(name, CORRUPT, move || png::swollen(surplus)));
    }
    cases
}

/// Colour profiles that unpack to far more than any profile has.
pub(super) fn profiles(originals: &[Original]) -> Vec<Case> {
    let original = named(originals, "PNG");
    let sizes = [17, 32, 100, 400, 1000].into_iter();
    let bomb = |megabytes: usize| {
        Case::of(original, &format!("a profile of {megabytes} MB"), CORRUPT, move |bytes| {
            let body = [b"bomb\0\0", &png::zeros(megabytes * MB)[..]].concat();
            png::with_before(bytes, *b"IDAT", &png::chunk(*b"iCCP", &body))
        })
    };
    sizes.map(bomb).collect()
}

/// Compressed texts that unpack to far more than anybody writes: one large one, and many.
pub(super) fn texts(originals: &[Original]) -> Vec<Case> {
    let kinds: [([u8; 4], &[u8]); 2] = [(*b"zTXt", b"Comment\0\0"), (*b"iTXt", b"Comment\0\x01\0\0\0")];
    let mut cases = Vec::new();
    for original in ["PNG", "PNG with a palette"].map(|name| named(originals, name)) {
        for (kind, head) in kinds {
            for (count, megabytes) in [(1, 17), (1, 400), (100, 2)] {
                let what = format!("{count} × {megabytes} MB of {}", kind.escape_ascii());
                cases.push(Case::of(original, &what, CORRUPT, move |bytes| {
                    let text = png::chunk(kind, &[head, &png::zeros(megabytes * MB)].concat());
                    png::with_before(bytes, *b"IEND", &text.repeat(count))
                }));
            }
        }
    }
    cases
}

/// More bytes than are accepted.
pub(super) fn weights(originals: &[Original]) -> Vec<Case> {
    let padded = |name| {
        let original = named(originals, name);
        Case::of(original, "padded to a byte more than allowed", TOO_HEAVY, |bytes| {
            let mut bytes = bytes.to_vec();
            bytes.resize(10 * MB + 1, 0);
            bytes
        })
    };
    let mut cases: Vec<Case> = ["JPEG", "progressive JPEG", "PNG", "WebP"].into_iter().map(padded).collect();
    cases.push(Case::new("30 MB of nothing", TOO_HEAVY, || vec![0; 30 * MB]));
    cases.push(Case::of(named(originals, "WebP"), "notes of 11 MB", TOO_HEAVY, |bytes| {
        webp::file(&[&bytes[12..], &webp::chunk(*b"note", &vec![0; 11 * MB])].concat())
    }));
    cases
}
