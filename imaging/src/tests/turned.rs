//! EXIF orientation in all three formats.

use image::{DynamicImage, ImageFormat};
use jpeg_encoder::{ColorType, SamplingFactor};

use super::rendering::{self, chunk, encoded, exif, psnr, saved, scene, with};
use super::verdict;

/// The scene as a camera held some other way stores it: turning it by `orientation` gives the scene back.
fn stored(orientation: u8) -> DynamicImage {
    let upright = DynamicImage::from(scene(800, 600));
    match orientation {
        2 => upright.fliph(),
        3 => upright.rotate180(),
        4 => upright.flipv(),
        5 => upright.rotate90().fliph(),
        6 => upright.rotate270(),
        7 => upright.rotate270().fliph(),
        8 => upright.rotate90(),
        _ => upright,
    }
}

/// Asserts that the file is 800 × 600 upright and looks like the scene.
#[track_caller]
fn assert_upright(bytes: &[u8]) {
    let picture = verdict(bytes).unwrap();
    assert_eq!((picture.width, picture.height), (800, 600));
    let thumbnail = image::load_from_memory(&picture.thumbnail).unwrap().into_rgb8();
    assert_eq!(thumbnail.dimensions(), (320, 240));
    let expected = DynamicImage::from(scene(800, 600)).resize_exact(320, 240, image::imageops::CatmullRom).into_rgb8();
    let likeness = psnr(&thumbnail, &expected);
    assert!(likeness > 30.0, "{likeness} dB");
}

#[test]
fn all_eight_orientations_of_a_jpeg_give_the_same_upright_thumbnail() {
    for orientation in 1..=8 {
        for little_endian in [true, false] {
            let picture = stored(orientation).into_rgb8();
            let bytes = encoded(&picture, picture.width(), picture.height(), ColorType::Rgb, |encoder| {
                encoder.set_sampling_factor(SamplingFactor::F_2_2);
                encoder.add_exif_metadata(&exif(orientation, little_endian)).unwrap();
            });
            assert_upright(&bytes);
        }
    }
}

#[test]
fn a_png_is_turned_whether_its_exif_stands_before_or_behind_the_pixels() {
    let bytes = saved(stored(6), ImageFormat::Png);
    let block = chunk(*b"eXIf", &exif(6, false));
    assert_upright(&with(&bytes, 33, &block));
    assert_upright(&with(&bytes, bytes.len() - 12, &block));
}

#[test]
fn a_webp_is_turned() {
    let simple = saved(stored(8), ImageFormat::WebP);
    let block = exif(8, true);
    let mut body = b"WEBPVP8X\x0A\0\0\0\x08\0\0\0".to_vec();
    body.extend([0x57, 0x02, 0, 0x1F, 0x03, 0]);
    body.extend(&simple[12..]);
    body.extend(b"EXIF");
    body.extend(u32::try_from(block.len()).unwrap().to_le_bytes());
    body.extend(block);
    let bytes = [&b"RIFF"[..], &u32::try_from(body.len()).unwrap().to_le_bytes(), &body].concat();
    assert_upright(&bytes);
}

#[test]
fn a_broken_exif_block_means_upright() {
    let mut no_tiff = exif(6, true);
    no_tiff[0] = b'X';
    let mut far_directory = exif(6, true);
    far_directory[4..8].fill(0xFF);
    for block in [vec![], no_tiff, far_directory, exif(0, true), exif(9, false), exif(6, true)[..12].to_vec()] {
        let bytes = rendering::jpeg_with(800, 600, |encoder| encoder.add_exif_metadata(&block).unwrap());
        assert_upright(&bytes);
    }
}

#[test]
fn the_thumbnail_tells_nothing_the_file_said_about_itself() {
    let bytes = rendering::jpeg_with(800, 600, |encoder| {
        encoder.add_exif_metadata(&exif(1, true)).unwrap();
        encoder.add_app_segment(13, b"Photoshop secret place".to_vec()).unwrap();
    });
    let thumbnail = verdict(&bytes).unwrap().thumbnail;
    assert!(!thumbnail.windows(4).any(|part| part == b"Exif" || part == b"secr"));
}
