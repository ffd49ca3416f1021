//! How the parts of quality answer to what is done to a picture.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    reason = "picture arithmetic; parts that nothing touches stay exactly as they are"
)]

use aisha_openapi::photos::Quality;
use image::{DynamicImage, GrayImage, ImageFormat};

use super::rendering::{drawing, portrait, saved};
use super::verdict_of_any_size;

fn picture() -> DynamicImage {
    drawing(2, 900, 700).into()
}

fn quality(picture: impl Into<DynamicImage>) -> Quality {
    verdict_of_any_size(&saved(picture, ImageFormat::Png)).unwrap().measures.quality
}

/// The picture with every sample changed by `tone`, which gets the place of the sample and its value.
fn toned(picture: &DynamicImage, tone: impl Fn(usize, f32) -> f32) -> DynamicImage {
    let mut toned = picture.to_rgb8();
    for (place, sample) in toned.iter_mut().enumerate() {
        *sample = tone(place, f32::from(*sample)).round() as u8;
    }
    toned.into()
}

/// Asserts that each value is clearly less than the one before.
#[track_caller]
fn assert_falling(values: &[f64]) {
    assert!(values.windows(2).all(|pair| pair[1] < pair[0] - 0.01), "{values:?}");
}

#[test]
fn the_score_is_the_weighted_mean_of_its_parts() {
    for picture in [picture(), portrait()] {
        let quality = quality(picture);
        let parts = [
            (quality.sharpness, 0.35),
            (quality.exposure, 0.25),
            (quality.contrast, 0.15),
            (quality.resolution, 0.15),
            (quality.cleanness, 0.10),
        ];
        let expected: f64 = parts.iter().map(|(part, weight)| part.score.powf(*weight)).product();
        assert!((quality.score - expected).abs() < 1e-9, "{quality:?}");
        assert!(parts.iter().all(|(part, _)| (0.0..=1.0).contains(&part.score)));
    }
}

#[test]
fn blur_costs_sharpness_and_the_score() {
    for picture in [picture(), portrait()] {
        let series =
            [0.0, 1.0, 2.0, 4.0].map(|sigma| quality(if sigma > 0.0 { picture.blur(sigma) } else { picture.clone() }));
        assert_falling(&series.map(|quality| quality.sharpness.value));
        assert_falling(&[series[0], series[2], series[3]].map(|quality| quality.score));
        assert!(series[3].sharpness.value < 1.0 && series[3].score < 0.6, "{:?}", series[3]);
    }
}

#[test]
fn darkness_costs_exposure_and_leaves_sharpness_alone() {
    let picture = portrait();
    let series = [1.0, 0.5, 0.25, 0.1].map(|gain| quality(toned(&picture, |_, tone| tone * gain)));
    assert_falling(&series.map(|quality| quality.exposure.score));
    assert_falling(&series.map(|quality| quality.score));
    let (whole, half) = (series[0].sharpness.value, series[1].sharpness.value);
    assert!((half / whole - 1.0).abs() < 0.15, "{whole} became {half}");
}

#[test]
fn light_beyond_recovery_costs_exposure_and_is_counted() {
    let picture = portrait();
    let series = [1.0, 1.6, 2.2, 4.0].map(|gain| quality(toned(&picture, |_, tone| tone * gain)));
    assert_falling(&series.map(|quality| quality.exposure.score));
    assert_falling(&series.map(|quality| -quality.clipped));
    assert!(series[3].score < series[0].score);
    let white = quality(GrayImage::from_pixel(640, 640, image::Luma([255])));
    assert_eq!((white.clipped, white.exposure.score), (1.0, 0.0));
}

#[test]
fn noise_is_measured_and_costs_cleanness() {
    let picture = DynamicImage::from(GrayImage::from_fn(800, 600, |x, _| image::Luma([90 + (x / 10) as u8])));
    let noise = |place: usize| {
        // Three even dice of a hash: close to a bell curve of variance 1.
        let dice = |round: u64| {
            let hash = ((place as u64 / 3) * 3 + round).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let hash = (hash ^ (hash >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            ((hash >> 40) as u32 as f32) / 8_388_608.0 - 1.0
        };
        dice(0) + dice(1) + dice(2)
    };
    let sigmas = [0.0, 10.0, 20.0, 28.0];
    let series = sigmas.map(|sigma| quality(toned(&picture, |place, tone| tone + sigma * noise(place))));
    assert_falling(&series.map(|quality| quality.cleanness.score));
    for (sigma, quality) in sigmas.into_iter().zip(series).skip(1) {
        let found = quality.cleanness.value / f64::from(sigma);
        assert!((0.75..1.25).contains(&found), "{sigma}: {:?}", quality.cleanness);
    }
}

#[test]
fn strong_compression_hardly_moves_the_score() {
    let picture = portrait();
    let score = quality(picture.clone()).score;
    for strength in [95, 60, 30] {
        let mut bytes = Vec::new();
        let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, strength);
        picture.write_with_encoder(encoder).unwrap();
        let compressed = verdict_of_any_size(&bytes).unwrap().measures.quality.score;
        assert!((compressed - score).abs() < 0.1, "at {strength}: {compressed}, not {score}");
    }
}

#[test]
fn lost_contrast_is_seen_and_costs_little_else() {
    let picture = picture();
    let series = [1.0, 0.5, 0.3, 0.05].map(|gain| quality(toned(&picture, |_, tone| 128.0 + (tone - 128.0) * gain)));
    assert_falling(&series.map(|quality| quality.contrast.value));
    assert_falling(&series.map(|quality| quality.contrast.score));
    assert!(series.iter().all(|quality| quality.exposure.score == series[0].exposure.score));
}

#[test]
fn resolution_is_that_of_the_shorter_side_of_the_original() {
    for (width, height, score) in [(2100, 1448, 1.0), (700, 362, 0.0), (724, 1000, 0.5)] {
        let resolution = quality(drawing(4, width, height)).resolution;
        assert_eq!(resolution.value, f64::from(width.min(height)));
        assert!((resolution.score - score).abs() < 0.01, "{resolution:?}");
    }
}

#[test]
fn the_face_is_measured_and_not_what_is_around_it() {
    let sharp = portrait();
    let mut odd = sharp.blur(6.0);
    let face = sharp.crop_imm(140, 10, 230, 230);
    image::imageops::overlay(&mut odd, &face, 140, 10);
    let (sharp, odd) = (quality(sharp), quality(odd));
    assert!((odd.sharpness.value / sharp.sharpness.value - 1.0).abs() < 0.1, "{odd:?}");
}

#[test]
fn the_smallest_picture_has_a_quality() {
    for (width, height) in [(1, 1), (2, 3), (4, 200)] {
        let quality = quality(drawing(1, width, height));
        assert!(quality.score.is_finite() && quality.score < 0.5, "{quality:?}");
    }
}
