//! What EXIF says, in all three formats: the orientation, and the day.

use image::{DynamicImage, ImageFormat};
use jpeg_encoder::{ColorType, SamplingFactor};

use super::rendering::{
    self, chunk, encoded, exif, exif_with_date, portrait, psnr, saved, scene, stored, webp_chunk, webp_with, with,
};
use super::{verdict, verdict_of_any_size};
use crate::Picture;

/// What a WebP says in its header when it has EXIF.
const EXIF_FLAG: u8 = 0x08;

fn scene_stored(orientation: u8) -> DynamicImage {
    stored(&scene(800, 600).into(), orientation)
}

/// Asserts that the file is 800 × 600 upright and looks like the scene.
#[track_caller]
fn assert_upright(bytes: &[u8]) {
    let picture = verdict(bytes).unwrap();
    assert_eq!((picture.width, picture.height), (800, 600));
    let thumbnail = image::load_from_memory(&picture.renderings.thumbnail).unwrap().into_rgb8();
    assert_eq!(thumbnail.dimensions(), (320, 240));
    let expected = DynamicImage::from(scene(800, 600)).resize_exact(320, 240, image::imageops::CatmullRom).into_rgb8();
    let likeness = psnr(&thumbnail, &expected);
    assert!(likeness > 30.0, "{likeness} dB");
    let training = image::load_from_memory(&picture.renderings.training).unwrap().into_rgb8();
    let likeness = psnr(&training, &scene(800, 600));
    assert!(likeness > 30.0, "{likeness} dB");
}

#[test]
fn all_eight_orientations_of_a_jpeg_give_the_same_upright_thumbnail() {
    for orientation in 1..=8 {
        for little_endian in [true, false] {
            let picture = scene_stored(orientation).into_rgb8();
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
    let bytes = saved(scene_stored(6), ImageFormat::Png);
    let block = chunk(*b"eXIf", &exif(6, false));
    assert_upright(&with(&bytes, 33, &block));
    assert_upright(&with(&bytes, bytes.len() - 12, &block));
}

#[test]
fn a_webp_is_turned() {
    let block = webp_chunk(*b"EXIF", &exif(8, true));
    assert_upright(&webp_with(scene_stored(8), EXIF_FLAG, &[], &block));
}

#[test]
fn measures_and_face_do_not_depend_on_how_the_camera_was_held() {
    let upright = portrait();
    let straight = verdict_of_any_size(&saved(upright.clone(), ImageFormat::Png)).unwrap();
    let [expected] = straight.measures.faces.as_deref().unwrap() else { panic!("one face is expected") };
    let crop =
        |picture: &Picture| image::load_from_memory(picture.renderings.face.as_ref().unwrap()).unwrap().into_rgb8();
    for orientation in 2..=8 {
        let bytes = saved(stored(&upright, orientation), ImageFormat::Png);
        let bytes = with(&bytes, 33, &chunk(*b"eXIf", &exif(orientation, true)));
        let picture = verdict_of_any_size(&bytes).unwrap();
        assert!(picture.measures.hash.distance(&straight.measures.hash) <= 2, "{orientation}");
        assert!(picture.measures.mirrored.distance(&straight.measures.mirrored) <= 2, "{orientation}");
        assert!((picture.measures.quality.score - straight.measures.quality.score).abs() < 0.02, "{orientation}");
        let [face] = picture.measures.faces.as_deref().unwrap() else { panic!("{orientation}: one face is expected") };
        for (found, expected) in [(face.x, expected.x), (face.y, expected.y), (face.width, expected.width)] {
            assert!((found - expected).abs() < 0.02, "{orientation}: {face:?} is not {expected:?}");
        }
        assert!(psnr(&crop(&picture), &crop(&straight)) > 30.0, "{orientation}");
    }
}

#[test]
fn the_day_is_read_from_every_format() {
    let block = exif_with_date(b"2024:05:31 18:04:59\0", false);
    let jpeg = rendering::jpeg_with(800, 600, |encoder| encoder.add_exif_metadata(&block).unwrap());
    let png = with(&rendering::png(600, 520), 33, &chunk(*b"eXIf", &block));
    let webp = webp_with(scene(600, 520), EXIF_FLAG, &[], &webp_chunk(*b"EXIF", &block));
    for bytes in [jpeg, png, webp] {
        assert_eq!(verdict(&bytes).unwrap().taken_on, chrono::NaiveDate::from_ymd_opt(2024, 5, 31));
    }
    assert_eq!(verdict(&rendering::jpeg(800, 600)).unwrap().taken_on, None);
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
