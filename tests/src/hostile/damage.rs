//! Files that were whole once: cut, overwritten, with parts missing, or with another size in their header.

use super::originals::{Format, HEIGHT, Original, WIDTH, of};
use super::{CORRUPT, CORRUPT_OR_RARE, Case, Dice, TOO_LOW, UNSUPPORTED, jpeg, png, webp};

/// A file of so few bytes is not even the beginning of a picture.
const SIGNATURE: usize = 12;

/// Cut after 64 bytes, after a part of the picture, and before its last byte.
pub(super) fn truncations(originals: &[Original]) -> Vec<Case> {
    let mut cases = Vec::new();
    for original in originals {
        let end = original.end;
        for (what, cut) in
            [("64 bytes", 64), ("1 %", end / 100), ("10 %", end / 10), ("50 %", end / 2), ("all but a byte", end - 1)]
        {
            let codes = if cut < SIGNATURE { UNSUPPORTED } else { CORRUPT };
            cases.push(Case::of(original, &format!("cut to {what}"), codes, move |bytes| bytes[..cut].to_vec()));
        }
    }
    cases
}

/// Cut inside the pixels and then ended properly, as a tool that "repairs" files would do it.
pub(super) fn mended_truncations(originals: &[Original]) -> Vec<Case> {
    let mut cases = Vec::new();
    for original in originals {
        for percent in [1, 10, 50, 90] {
            let (coded, format) = (original.coded(), original.format);
            let cut = coded.len() * percent / 100;
            cases.push(Case::of(
                original,
                &format!("cut to {percent} % and ended"),
                CORRUPT,
                move |bytes| match format {
                    Format::Jpeg => [&bytes[..coded.start + cut], &jpeg::END].concat(),
                    Format::Png => png::repacked(bytes, |packed| packed[..packed.len() * percent / 100].to_vec()),
                    Format::Webp => webp::shortened(bytes, cut),
                },
            ));
        }
    }
    cases
}

/// 1 KB of zeros amid the pixels. In WebP, which has no checksums, only those at its beginning are sure to be seen.
pub(super) fn zeroed_runs(originals: &[Original]) -> Vec<Case> {
    let mut cases = Vec::new();
    for original in originals {
        let percents: &[usize] = if original.format == Format::Webp { &[0] } else { &[10, 50, 90] };
        for percent in percents {
            let at = original.coded().start + original.coded().len() * percent / 100;
            // A long run of zeros is what the soft parts of some pictures are.
            if original.bytes[at..].starts_with(&[0; 16]) {
                continue;
            }
            cases.push(Case::of(original, &format!("zeros at {percent} %"), CORRUPT, move |bytes| {
                overwritten(bytes, at, &[0; 1024])
            }));
        }
    }
    cases
}

/// 4 KB of anything amid the pixels: in a JPEG these hold markers, in a PNG they break a checksum.
pub(super) fn random_runs(originals: &[Original]) -> Vec<Case> {
    let mut cases = Vec::new();
    for original in originals.iter().filter(|original| original.format != Format::Webp) {
        for percent in [20, 40, 60, 80] {
            let at = original.coded().start + original.coded().len() * percent / 100;
            cases.push(Case::of(original, &format!("noise at {percent} %"), CORRUPT_OR_RARE, move |bytes| {
                overwritten(bytes, at, &Dice::new(at as u64).bytes(4096))
            }));
        }
    }
    cases
}

/// 1 KB amid the pixels is missing.
pub(super) fn deleted_runs(originals: &[Original]) -> Vec<Case> {
    let mut cases = Vec::new();
    for original in originals {
        for percent in [30, 70] {
            let at = original.coded().start + original.coded().len() * percent / 100;
            cases.push(Case::of(original, &format!("1 KB missing at {percent} %"), CORRUPT, move |bytes| {
                [&bytes[..at], &bytes[at + 1024..]].concat()
            }));
        }
    }
    cases
}

/// A header that says more or fewer rows or columns than there are. What a WebP holds beyond the size it tells is not
/// read by anybody, so of these there are only the larger ones.
pub(super) fn wrong_sizes(originals: &[Original]) -> Vec<Case> {
    let mut cases = Vec::new();
    for original in originals {
        let (width, height) = size(original);
        let larger = [(width, height * 2), (width, height + 16), (width * 2, height), (width + 16, height)];
        let smaller = [(width, height / 2), (width, height - 16), (width - 16, height)];
        let fewer = if original.format == Format::Webp { &[][..] } else { &smaller };
        let possible = larger.iter().chain(fewer).filter(|(width, height)| *width.max(height) <= 4096);
        for &(width, height) in possible {
            cases.push(Case::of(
                original,
                &format!("said to be {width} × {height}"),
                CORRUPT,
                claim(original.format, width, height),
            ));
        }
        cases.push(Case::of(original, "said to be 16 × 16", TOO_LOW, claim(original.format, 16, 16)));
    }
    for original in of(originals, Format::Jpeg).chain(of(originals, Format::Png)) {
        let format = original.format;
        for (width, height) in [(0, HEIGHT), (WIDTH, 0)] {
            cases.push(Case::of(
                original,
                &format!("said to be {width} × {height}"),
                CORRUPT,
                claim(format, width, height),
            ));
        }
    }
    cases
}

/// What gives a file of this format another size in its header.
pub(super) fn claim(format: Format, width: u32, height: u32) -> impl Fn(&[u8]) -> Vec<u8> + Send + Sync {
    let short = |side: u32| u16::try_from(side).unwrap_or(u16::MAX);
    move |bytes| match format {
        Format::Jpeg => jpeg::claiming(bytes, short(width), short(height)),
        Format::Png => png::claiming(bytes, width, height),
        Format::Webp => webp::claiming(bytes, width, height),
    }
}

fn size(original: &Original) -> (u32, u32) {
    let reader = image::ImageReader::new(std::io::Cursor::new(&original.bytes[..])).with_guessed_format();
    reader.expect("memory can be read").into_dimensions().expect("an original has a size")
}

fn overwritten(bytes: &[u8], at: usize, run: &[u8]) -> Vec<u8> {
    let end = bytes.len().min(at + run.len());
    [&bytes[..at], &run[..end - at], &bytes[end..]].concat()
}
