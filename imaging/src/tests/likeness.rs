//! Perceptual hashes: what stays the same picture, and what is another.

use image::{DynamicImage, ImageFormat, RgbImage};
use jpeg_encoder::ColorType;

use super::rendering::{drawing, encoded, portrait, saved};
use crate::{Limits, Measures, Reader};

/// Up to here it is the same picture.
const SAME: u32 = 32;
/// Beyond this it is another.
const SIMILAR: u32 = 56;

fn pictures() -> Vec<DynamicImage> {
    (1..8).map(|seed| drawing(seed, 640, 480).into()).chain([portrait()]).collect()
}

fn measures_of(bytes: &[u8]) -> Measures {
    let limits = Limits { min_side: 1, ..Limits::default() };
    Reader::with_model(limits, None).unwrap().read(bytes).unwrap().measures
}

fn measures(picture: &DynamicImage) -> Measures {
    measures_of(&saved(picture.clone(), ImageFormat::Png))
}

/// A JPEG of the picture with longer sides of `side`.
fn compressed(picture: &DynamicImage, side: u32, quality: u8) -> Vec<u8> {
    let small = picture.resize(side, side, image::imageops::CatmullRom).into_rgb8();
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&small).unwrap();
    bytes
}

#[test]
fn the_same_picture_stays_the_same() {
    for picture in pictures() {
        let hash = measures(&picture).hash;
        let (width, height) = (picture.width(), picture.height());
        let edge = width / 100;
        let toned = |tone: &dyn Fn(f32) -> f32| {
            let mut toned = picture.to_rgb8();
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast to u8 saturates")]
            toned.iter_mut().for_each(|sample| *sample = (tone(f32::from(*sample) / 255.0) * 255.0).round() as u8);
            measures(&DynamicImage::from(toned)).hash
        };
        let changed = [
            ("strongly compressed", measures_of(&compressed(&picture, width, 20)).hash),
            ("very small", measures_of(&compressed(&picture, 160, 50)).hash),
            ("cropped", measures(&picture.crop_imm(edge, edge, width - 2 * edge, height - 2 * edge)).hash),
            ("brighter", toned(&|tone| tone * 1.15)),
            ("darker", toned(&|tone| tone * 0.6)),
            ("of another gamma", toned(&|tone| tone.powf(1.4))),
        ];
        for (change, changed) in changed {
            let distance = hash.distance(&changed);
            assert!(distance <= SAME, "{change}: {distance}");
        }
    }
}

#[test]
fn a_mirrored_picture_has_the_mirrored_hash() {
    for picture in pictures() {
        let (straight, mirrored) = (measures(&picture), measures(&picture.fliph()));
        assert!(straight.mirrored.distance(&mirrored.hash) <= 4);
        assert!(straight.hash.distance(&mirrored.mirrored) <= 4);
        assert!(straight.hash.distance(&mirrored.hash) > SIMILAR, "nothing else would tell");
    }
}

#[test]
fn different_pictures_are_far_apart_also_when_mirrored() {
    let all: Vec<Measures> = pictures().iter().map(measures).collect();
    for (index, one) in all.iter().enumerate() {
        for other in &all[index + 1..] {
            let distance = one.hash.distance(&other.hash).min(one.mirrored.distance(&other.hash));
            assert!(distance > SIMILAR, "{distance}");
        }
    }
}

#[test]
fn the_format_does_not_matter() {
    let picture: RgbImage = drawing(3, 640, 480);
    let jpeg = measures_of(&encoded(&picture, 640, 480, ColorType::Rgb, |_| ())).hash;
    let [png, webp] = [ImageFormat::Png, ImageFormat::WebP].map(|format| measures_of(&saved(picture.clone(), format)));
    assert_eq!(png.hash, webp.hash);
    assert!(jpeg.distance(&png.hash) <= 4);
}

#[test]
fn a_picture_of_one_tone_has_a_hash_too() {
    let plain = RgbImage::from_pixel(64, 48, image::Rgb([90; 3]));
    assert_eq!(measures(&plain.clone().into()).hash, measures(&plain.into()).hash);
}
