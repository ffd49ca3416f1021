//! Files that were whole once.

use super::rendering::{self, claiming, jpeg, jpeg_with};
use super::{assert_refused, verdict, verdict_of_any_size};
use crate::{Found, ImageError};

#[test]
fn a_jpeg_cut_anywhere_is_refused() {
    let bytes = jpeg(1200, 900);
    let length = bytes.len();
    assert_refused(&bytes[..length - 1], "corrupt_image");
    assert_refused(&bytes[..length - 2], "corrupt_image");
    for cut in [64, length / 100, length / 10, length / 2, length - 64] {
        assert_refused(&bytes[..cut], "corrupt_image");
        // A tool that "repairs" the file by ending it properly does not make it whole.
        assert_refused(&[&bytes[..cut], &[0xFF, 0xD9][..]].concat(), "corrupt_image");
    }
}

#[test]
fn every_shorter_version_of_a_small_file_is_refused() {
    let progressive = jpeg_with(40, 24, |encoder| encoder.set_progressive(true));
    let restarts = jpeg_with(40, 24, |encoder| encoder.set_restart_interval(2));
    let files = [jpeg(40, 24), progressive, restarts, rendering::png(40, 24), rendering::webp(40, 24)];
    for bytes in files {
        assert!(verdict_of_any_size(&bytes).is_ok());
        for cut in 0..bytes.len() {
            assert!(verdict_of_any_size(&bytes[..cut]).is_err(), "accepted {cut} of {} bytes", bytes.len());
        }
    }
}

#[test]
fn a_hole_in_the_middle_is_refused() {
    for interval in [0, 10] {
        let bytes = jpeg_with(1200, 900, |encoder| encoder.set_restart_interval(interval));
        let middle = bytes.len() / 2;
        let mut zeroed = bytes.clone();
        zeroed[middle..middle + 512].fill(0);
        assert_refused(&zeroed, "corrupt_image");
        let deleted = [&bytes[..middle], &bytes[middle + 1000..]].concat();
        assert_refused(&deleted, "corrupt_image");
    }
}

#[test]
fn restart_markers_out_of_order_are_refused() {
    let bytes = jpeg_with(64, 64, |encoder| encoder.set_restart_interval(1));
    let at = bytes.windows(2).position(|pair| pair == [0xFF, 0xD1]).unwrap();
    let mut swapped = bytes;
    swapped[at + 1] = 0xD2;
    assert_refused(&swapped, "corrupt_image");
}

#[test]
fn a_size_that_the_data_does_not_fill_exactly_is_refused() {
    let bytes = jpeg(1200, 900);
    assert_refused(&claiming(&bytes, 1200, 1800), "corrupt_image");
    assert_refused(&claiming(&bytes, 1200, 450), "corrupt_image");
    assert_refused(&claiming(&bytes, 2400, 900), "corrupt_image");
    assert_refused(&claiming(&bytes, 4096, 4096), "corrupt_image");
    assert_refused(&claiming(&bytes, 65500, 65500), "resolution_too_high");
    assert_refused(&claiming(&bytes, 1200, 0), "corrupt_image");
    let progressive = jpeg_with(600, 600, |encoder| encoder.set_progressive(true));
    assert_refused(&claiming(&progressive, 65500, 65500), "resolution_too_high");
}

#[test]
fn a_progressive_jpeg_with_scans_missing_or_repeated_is_refused() {
    let bytes = jpeg_with(600, 600, |encoder| encoder.set_progressive(true));
    assert!(verdict(&bytes).is_ok());
    for cut in [bytes.len() / 10, bytes.len() / 2, bytes.len() - 2] {
        assert_refused(&bytes[..cut], "corrupt_image");
    }
    let last = bytes.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).unwrap();
    let repeated = [&bytes[..last], &bytes[last..bytes.len() - 2].repeat(200), &[0xFF, 0xD9]].concat();
    assert_refused(&repeated, "corrupt_image");
}

#[test]
fn a_damaged_png_is_refused() {
    let bytes = rendering::png(600, 520);
    for cut in [20, bytes.len() / 2, bytes.len() - 12, bytes.len() - 1] {
        assert_refused(&bytes[..cut], "corrupt_image");
    }
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    assert_refused(&flipped, "corrupt_image");
    let end = bytes.len() - 12;
    let mut note = rendering::chunk(*b"tEXt", b"Comment\0hello");
    assert!(verdict(&rendering::with(&bytes, end, &note)).is_ok());
    note[12] ^= 1;
    assert_refused(&rendering::with(&bytes, end, &note), "corrupt_image");
}

#[test]
fn a_png_whose_palette_is_cut_inside_a_colour_is_refused() {
    let header = rendering::chunk(*b"IHDR", &[0, 0, 2, 0, 0, 0, 2, 0, 8, 3, 0, 0, 0]);
    let pixels = rendering::chunk(*b"IDAT", &fdeflate::compress_to_vec(&vec![0; 513 * 512]));
    let of = |palette: &[u8]| {
        let end = rendering::chunk(*b"IEND", b"");
        [&b"\x89PNG\r\n\x1a\n"[..], &header, &rendering::chunk(*b"PLTE", palette), &pixels, &end].concat()
    };
    assert!(verdict(&of(&[1; 6])).is_ok());
    for palette in [&[][..], &[1; 2], &[1; 4]] {
        assert_refused(&of(palette), "corrupt_image");
    }
}

#[test]
fn a_damaged_webp_is_refused() {
    let bytes = rendering::webp(600, 520);
    for cut in [12, 20, bytes.len() / 2, bytes.len() - 1] {
        assert_refused(&bytes[..cut], "corrupt_image");
    }
    // The container says less than there is, and the picture is cut by it.
    let mut shrunk = bytes.clone();
    shrunk[4..8].copy_from_slice(&(u32::try_from(bytes.len()).unwrap() - 1008).to_le_bytes());
    assert_refused(&shrunk, "corrupt_image");
}

#[test]
fn a_webp_whose_container_hides_a_huge_picture_is_refused_before_it_is_decoded() {
    let mut inner = vec![0x2F];
    inner.extend((0x3FFE_u32 | (0x3FFE << 14)).to_le_bytes());
    let mut body = b"WEBPVP8X\x0A\0\0\0\0\0\0\0\x57\x02\0\x57\x02\0VP8L".to_vec();
    body.extend([u8::try_from(inner.len() + 1).unwrap(), 0, 0, 0]);
    body.extend(inner);
    body.push(0);
    let bytes = [&b"RIFF"[..], &u32::try_from(body.len()).unwrap().to_le_bytes(), &body].concat();
    assert_refused(&bytes, "corrupt_image");
}

#[test]
fn moving_pictures_are_refused_as_such() {
    let png = rendering::png(40, 24);
    let animated = rendering::with(&png, 33, &rendering::chunk(*b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]));
    let found = Found::AnimatedPng;
    assert_eq!(verdict_of_any_size(&animated), Err(ImageError::UnsupportedFormat { found }));

    let body = b"WEBPVP8X\x0A\0\0\0\x02\0\0\0\x57\x02\0\x57\x02\0";
    let webp = [&b"RIFF"[..], &u32::try_from(body.len()).unwrap().to_le_bytes(), body].concat();
    let found = Found::AnimatedWebp;
    assert_eq!(verdict_of_any_size(&webp), Err(ImageError::UnsupportedFormat { found }));
}

#[test]
fn rare_kinds_of_jpeg_are_unsupported_not_corrupt() {
    let bytes = jpeg(64, 48);
    let at = rendering::frame_header(&bytes);
    for (offset, value) in [(1, 0xC3), (1, 0xC9), (4, 12)] {
        let mut rare = bytes.clone();
        rare[at + offset] = value;
        assert_refused(&rare, "unsupported_format");
    }
}
