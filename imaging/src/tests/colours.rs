//! Colour profiles in all three formats.

use image::{ImageFormat, Rgb, RgbImage};
use jpeg_encoder::{ColorType, SamplingFactor};
use moxcms::ColorProfile;

use super::rendering::{chunk, encoded, jpeg, saved, webp_chunk, webp_with, with};
use super::verdict;
use crate::profile::LARGEST;

/// A colour, and what it is in sRGB when it is meant in Display P3.
const STORED: [u8; 3] = [200, 100, 50];
const SEEN: [u8; 3] = [215, 94, 34];

fn plain() -> RgbImage {
    RgbImage::from_pixel(600, 520, Rgb(STORED))
}

/// A JPEG of the plain picture with these segments of kind APP2.
fn plain_jpeg(segments: &[Vec<u8>]) -> Vec<u8> {
    encoded(&plain(), 600, 520, ColorType::Rgb, |encoder| {
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        for segment in segments {
            encoder.add_app_segment(2, segment.clone()).unwrap();
        }
    })
}

fn part(number: u8, count: u8, part: &[u8]) -> Vec<u8> {
    [b"ICC_PROFILE\0", &[number, count][..], part].concat()
}

/// The body of the chunk of a PNG.
fn packed(profile: &[u8]) -> Vec<u8> {
    [b"wide\0\0", &fdeflate::compress_to_vec(profile)[..]].concat()
}

#[track_caller]
fn assert_colour(bytes: &[u8], expected: [u8; 3]) {
    let renderings = verdict(bytes).unwrap().renderings;
    for copy in [&renderings.training, &renderings.thumbnail] {
        let copy = image::load_from_memory(copy).unwrap().into_rgb8();
        let found = copy.get_pixel(copy.width() / 2, copy.height() / 2).0;
        let differs = found.iter().zip(expected).any(|(found, expected)| found.abs_diff(expected) > 4);
        assert!(!differs, "{found:?} is not {expected:?}");
    }
}

#[test]
fn colours_of_a_wider_space_are_brought_to_srgb() {
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    assert_colour(&plain_jpeg(&[part(1, 1, &profile)]), SEEN);
    // Parts may stand in any order.
    let (front, back) = profile.split_at(200);
    assert_colour(&plain_jpeg(&[part(2, 2, back), part(1, 2, front)]), SEEN);
    assert_colour(&with(&saved(plain(), ImageFormat::Png), 33, &chunk(*b"iCCP", &packed(&profile))), SEEN);
    assert_colour(&webp_with(plain(), 0x20, &webp_chunk(*b"ICCP", &profile), &[]), SEEN);
}

#[test]
fn colours_of_srgb_and_of_a_profile_that_cannot_be_used_stay_as_they_are() {
    let wide = ColorProfile::new_display_p3().encode().unwrap();
    let grey = ColorProfile::new_gray_with_gamma(1.8).encode().unwrap();
    let srgb = ColorProfile::new_srgb().encode().unwrap();
    for profile in [&srgb, &grey, &wide[..100], &[0xFF; 300]] {
        assert_colour(&plain_jpeg(&[part(1, 1, profile)]), STORED);
        assert_colour(&webp_with(plain(), 0x20, &webp_chunk(*b"ICCP", profile), &[]), STORED);
    }
    assert_colour(&plain_jpeg(&[part(2, 2, &wide)]), STORED);
    let png = saved(plain(), ImageFormat::Png);
    assert_colour(&with(&png, 33, &chunk(*b"iCCP", b"bomb\0\0not zlib at all")), STORED);
}

#[test]
fn a_profile_that_unpacks_to_more_than_a_profile_is_not_unpacked() {
    let mut profile = ColorProfile::new_display_p3().encode().unwrap();
    profile.resize(LARGEST, 0);
    let png = saved(plain(), ImageFormat::Png);
    assert_colour(&with(&png, 33, &chunk(*b"iCCP", &packed(&profile))), SEEN);
    profile.resize(LARGEST + 1, 0);
    assert_colour(&with(&png, 33, &chunk(*b"iCCP", &packed(&profile))), STORED);
}

#[test]
fn a_grey_picture_takes_no_colours_from_a_profile() {
    let grey = image::DynamicImage::from(plain()).into_luma8();
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    let set = |profile: Option<&[u8]>| {
        encoded(&grey, 600, 520, ColorType::Luma, |encoder| {
            if let Some(profile) = profile {
                encoder.add_icc_profile(profile).unwrap();
            }
        })
    };
    let (with, without) = (verdict(&set(Some(&profile))).unwrap(), verdict(&set(None)).unwrap());
    assert_eq!(with.renderings, without.renderings);
    assert!(verdict(&jpeg(600, 520)).is_ok());
}
