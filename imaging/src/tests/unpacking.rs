//! PNGs whose compressed parts unpack to more or less than there is room for.

use super::rendering;
use super::{assert_refused, verdict};

/// A PNG of 512 × 512 grey pixels, which unpack to so many bytes, with other chunks before its end.
fn png_of(unpacked: usize, others: &[u8]) -> Vec<u8> {
    let header = rendering::chunk(*b"IHDR", &[0, 0, 2, 0, 0, 0, 2, 0, 8, 0, 0, 0, 0]);
    let pixels = fdeflate::compress_to_vec(&vec![0; unpacked]);
    // In two chunks, as most are.
    let (first, second) = pixels.split_at(pixels.len() / 2);
    let pixels = [rendering::chunk(*b"IDAT", first), rendering::chunk(*b"IDAT", second)].concat();
    [&b"\x89PNG\r\n\x1a\n"[..], &header, &pixels, others, &rendering::chunk(*b"IEND", b"")].concat()
}

#[test]
fn a_png_whose_pixels_unpack_to_more_or_less_than_its_size_is_refused() {
    let whole = 513 * 512;
    assert!(verdict(&png_of(whole, b"")).is_ok());
    for unpacked in [whole - 1, whole + 1, whole / 2, whole * 2, 300_000_000] {
        assert_refused(&png_of(unpacked, b""), "corrupt_image");
    }
}

#[test]
fn what_a_png_says_beside_its_pixels_unpacks_to_no_more_than_anybody_needs() {
    let kinds: [([u8; 4], &[u8]); 3] =
        [(*b"zTXt", b"Comment\0\0"), (*b"iTXt", b"Comment\0\x01\0ru\0\0"), (*b"iCCP", b"a profile\0\0")];
    for (kind, head) in kinds {
        let note = |length| rendering::chunk(kind, &[head, &fdeflate::compress_to_vec(&vec![0; length])].concat());
        assert!(verdict(&png_of(513 * 512, &note(200_000))).is_ok());
        assert_refused(&png_of(513 * 512, &note(100_000_000)), "corrupt_image");
        assert_refused(&png_of(513 * 512, &note(1_000_000).repeat(17)), "corrupt_image");
    }
    // What is not compressed, and what is no stream, unpacks to nothing.
    for body in [&b"Comment\0\0\0\0a text"[..], b"Comment\0\x01\0\0\0no stream", b"Comment\0\x01", b"", b"no zero"] {
        assert!(verdict(&png_of(513 * 512, &rendering::chunk(*b"iTXt", body))).is_ok());
    }
}
