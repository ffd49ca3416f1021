//! What the copies tell about the file they were made from: the picture, and nothing else.

use image::ImageFormat;
use jpeg_encoder::SamplingFactor;
use proptest::prelude::*;

use super::rendering::{
    self, chunk, encoded, exif_with_date, portrait, saved, scene, stored, webp_chunk, webp_with, with,
};
use super::verdict_of_any_size;
use crate::{Limits, Picture, Reader};

/// Asserts that a JPEG has the header of JFIF, tables, a frame and one scan, and ends with the scan.
#[track_caller]
fn assert_bare(jpeg: &[u8]) {
    assert_eq!(jpeg[..2], [0xFF, 0xD8]);
    let mut rest = &jpeg[2..];
    loop {
        let &[0xFF, marker, high, low, ..] = rest else { panic!("no marker where one is due") };
        let (segment, behind) = rest.split_at(2 + usize::from(u16::from_be_bytes([high, low])));
        match marker {
            0xE0 => assert_eq!((&segment[4..9], segment.len()), (&b"JFIF\0"[..], 18)),
            0xC0 | 0xC4 | 0xDB => {}
            0xDA => {
                let markers = behind.windows(2).filter(|pair| pair[0] == 0xFF && pair[1] != 0).count();
                assert!(markers == 1 && behind.ends_with(&[0xFF, 0xD9]));
                return;
            }
            _ => panic!("a segment of kind {marker:02X}"),
        }
        rest = behind;
    }
}

#[track_caller]
fn assert_all_bare(picture: &Picture) {
    let renderings = &picture.renderings;
    for copy in [&renderings.training, &renderings.thumbnail].into_iter().chain(&renderings.face) {
        assert_bare(copy);
    }
}

/// A JPEG with all that cameras and editors put in, from these bytes.
fn laden_jpeg(picture: &image::RgbImage, said: &[u8]) -> Vec<u8> {
    let bytes = encoded(picture, picture.width(), picture.height(), jpeg_encoder::ColorType::Rgb, |encoder| {
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        encoder.add_exif_metadata(&[&exif_with_date(b"2024:05:31 18:04:59\0", true), said].concat()).unwrap();
        encoder.add_icc_profile(&[&moxcms::ColorProfile::new_display_p3().encode().unwrap(), said].concat()).unwrap();
        encoder.add_app_segment(1, [b"http://ns.adobe.com/xap/1.0/\0", said].concat()).unwrap();
        encoder.add_app_segment(13, [b"Photoshop 3.0\0", said].concat()).unwrap();
    });
    let length = u16::try_from(said.len() + 2).unwrap().to_be_bytes();
    let comment = [&[0xFF, 0xFE][..], &length, said].concat();
    with(&bytes, 2, &comment)
}

fn laden_png(said: &[u8]) -> Vec<u8> {
    let chunks = [
        chunk(*b"eXIf", &[&exif_with_date(b"2024:05:31 18:04:59\0", true), said].concat()),
        chunk(*b"iCCP", &[b"name\0\0", said].concat()),
        chunk(*b"tEXt", &[b"Comment\0", said].concat()),
        chunk(*b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0", said].concat()),
    ];
    with(&rendering::png(64, 48), 33, &chunks.concat())
}

fn laden_webp(said: &[u8]) -> Vec<u8> {
    let behind = [webp_chunk(*b"EXIF", said), webp_chunk(*b"XMP ", said)].concat();
    webp_with(scene(64, 48), 0x2C, &webp_chunk(*b"ICCP", said), &behind)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_copy_carries_anything_but_the_picture(said in proptest::collection::vec(any::<u8>(), 0..400)) {
        let limits = Limits { min_side: 1, ..Limits::default() };
        let mut reader = Reader::with_model(limits, None).unwrap();
        for bytes in [laden_jpeg(&scene(64, 48), &said), laden_png(&said), laden_webp(&said)] {
            assert_all_bare(&reader.read(&bytes).unwrap());
        }
    }
}

#[test]
fn the_square_around_the_face_carries_nothing_either() {
    // The EXIF block says that the camera was held on its side.
    let sideways = stored(&portrait(), 6).into_rgb8();
    let picture = verdict_of_any_size(&laden_jpeg(&sideways, b"Ann, at home")).unwrap();
    assert!(picture.renderings.face.is_some());
    assert_all_bare(&picture);
}

#[test]
fn a_picture_smaller_than_its_copies_keeps_its_size() {
    for (width, height) in [(41, 27), (1, 1), (300, 7), (33, 512)] {
        let picture = verdict_of_any_size(&saved(scene(width, height), ImageFormat::Png)).unwrap();
        for (copy, side) in [(&picture.renderings.training, 1536), (&picture.renderings.thumbnail, 320)] {
            let copy = image::load_from_memory(copy).unwrap();
            let longer = width.max(height).min(side);
            assert_eq!(copy.width().max(copy.height()), longer);
        }
    }
}

#[test]
fn one_reader_makes_the_same_copies_whatever_it_read_before() {
    let mut reader = Reader::new(Limits { min_side: 1, ..Limits::default() });
    let files = [
        rendering::jpeg(1700, 1300),
        saved(portrait(), ImageFormat::Png),
        rendering::jpeg(41, 27),
        rendering::webp(600, 520),
    ];
    let first: Vec<_> = files.iter().map(|bytes| reader.read(bytes).unwrap()).collect();
    for (bytes, first) in files.iter().zip(&first).rev() {
        assert_eq!(reader.read(bytes).as_ref(), Ok(first));
    }
}
