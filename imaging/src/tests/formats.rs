//! The kinds of pixels each format can hold.

use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use jpeg_encoder::{ColorType, SamplingFactor};

use super::rendering::{chunk, encoded, jpeg_with, psnr, saved, scene};
use super::verdict;

/// Asserts that the thumbnail and the training copy of `bytes` look like `expected` does.
#[track_caller]
fn assert_looks_like(bytes: &[u8], expected: &DynamicImage, least: f64) {
    let picture = verdict(bytes).unwrap();
    assert_eq!((picture.width, picture.height), (expected.width(), expected.height()));
    let thumbnail = image::load_from_memory(&picture.renderings.thumbnail).unwrap().into_rgb8();
    let (width, height) = thumbnail.dimensions();
    assert_eq!(width.max(height), 320);
    let small = expected.resize_exact(width, height, image::imageops::CatmullRom).into_rgb8();
    let likeness = psnr(&thumbnail, &small);
    assert!(likeness > least, "{likeness} dB");
    // Pictures of this size are copied without being scaled.
    let training = image::load_from_memory(&picture.renderings.training).unwrap().into_rgb8();
    let likeness = psnr(&training, &expected.to_rgb8());
    assert!(likeness > least - 2.0, "the training copy: {likeness} dB");
}

#[test]
fn the_training_copy_has_1536_pixels_and_looks_like_a_full_decode_made_smaller() {
    // The first is decoded at half size, the second at full size.
    for (width, height, progressive) in [(3200, 1400, false), (2047, 1535, false), (1700, 1201, true)] {
        let bytes = jpeg_with(width, height, |encoder| {
            encoder.set_sampling_factor(SamplingFactor::F_2_2);
            encoder.set_progressive(progressive);
        });
        let training = image::load_from_memory(&verdict(&bytes).unwrap().renderings.training).unwrap().into_rgb8();
        assert_eq!(training.width(), 1536);
        let full = image::load_from_memory(&bytes).unwrap();
        let expected = full.resize_exact(1536, training.height(), image::imageops::Lanczos3).into_rgb8();
        let likeness = psnr(&training, &expected);
        assert!(likeness > 36.0, "{width}×{height}: {likeness} dB");
    }
}

#[test]
fn every_usual_jpeg_gives_the_thumbnail_of_a_full_decode() {
    use SamplingFactor::{F_1_1, F_1_2, F_2_1, F_2_2, F_4_1};
    for (width, height) in [(800, 600), (1201, 903), (540, 530)] {
        for sampling in [F_1_1, F_2_1, F_1_2, F_2_2, F_4_1] {
            for (progressive, interval) in [(false, 0), (false, 7), (true, 0)] {
                let bytes = jpeg_with(width, height, |encoder| {
                    encoder.set_sampling_factor(sampling);
                    encoder.set_progressive(progressive);
                    encoder.set_restart_interval(interval);
                });
                assert_looks_like(&bytes, &image::load_from_memory(&bytes).unwrap(), 32.0);
            }
        }
    }
}

#[test]
fn optimised_huffman_tables_are_read() {
    let bytes = jpeg_with(800, 600, |encoder| encoder.set_optimized_huffman_tables(true));
    assert_looks_like(&bytes, &scene(800, 600).into(), 32.0);
}

#[test]
fn grey_jpegs_are_read_in_both_codings() {
    let grey = DynamicImage::from(scene(801, 603)).into_luma8();
    for progressive in [false, true] {
        let bytes = encoded(&grey, 801, 603, ColorType::Luma, |encoder| encoder.set_progressive(progressive));
        assert_looks_like(&bytes, &grey.clone().into(), 34.0);
    }
}

#[test]
fn four_colour_jpegs_are_read() {
    let picture = scene(800, 600);
    let inks: Vec<u8> =
        picture.pixels().flat_map(|pixel| [255 - pixel[0], 255 - pixel[1], 255 - pixel[2], 0]).collect();
    for colour in [ColorType::Cmyk, ColorType::CmykAsYcck] {
        let bytes = encoded(&inks, 800, 600, colour, |_| ());
        assert_looks_like(&bytes, &picture.clone().into(), 28.0);
    }
}

#[test]
fn every_kind_of_png_is_read() {
    let picture = DynamicImage::from(scene(800, 600));
    let kinds = [
        picture.to_luma8().into(),
        picture.to_rgb16().into(),
        picture.to_luma16().into(),
        picture.to_luma_alpha8().into(),
        picture.to_rgba8().into(),
        picture.to_rgba16().into(),
    ];
    for kind in kinds {
        let kind: DynamicImage = kind;
        assert_looks_like(&saved(kind.clone(), ImageFormat::Png), &kind, 30.0);
    }
}

#[test]
fn a_palette_png_is_read() {
    // Two colours, one bit a pixel: eight black columns, eight orange ones.
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 800, 600);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_palette(vec![0, 0, 0, 255, 128, 0]);
    encoder
        .write_header()
        .unwrap()
        .write_image_data(&[0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF].repeat(6000))
        .unwrap();
    let stripes =
        image::RgbImage::from_fn(800, 600, |x, _| image::Rgb(if x % 80 < 32 { [0, 0, 0] } else { [255, 128, 0] }));
    assert_looks_like(&bytes, &stripes.into(), 20.0);
}

#[test]
fn transparent_parts_are_laid_over_white() {
    let clear =
        RgbaImage::from_fn(800, 600, |x, _| if x < 400 { Rgba([10, 200, 30, 0]) } else { Rgba([10, 20, 200, 255]) });
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let picture = verdict(&saved(clear.clone(), format)).unwrap();
        let thumbnail = image::load_from_memory(&picture.renderings.thumbnail).unwrap().into_rgb8();
        let (left, right) = (thumbnail.get_pixel(40, 120).0, thumbnail.get_pixel(280, 120).0);
        assert!(left.iter().all(|&sample| sample > 250), "{left:?}");
        assert!(right[0] < 30 && right[1] < 40 && right[2] > 180, "{right:?}");
    }
}

#[test]
fn an_interlaced_png_is_read() {
    // Columns of two greys by the seven passes of Adam7: first column, first row, steps across and down.
    const PASSES: [[usize; 4]; 7] =
        [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];
    let tone = |x: usize| if x % 160 < 80 { 60 } else { 190 };
    let mut rows = Vec::new();
    for [left, top, across, down] in PASSES {
        for _ in (top..600).step_by(down) {
            rows.push(0);
            rows.extend((left..800).step_by(across).map(tone));
        }
    }
    let header = [0, 0, 3, 32, 0, 0, 2, 88, 8, 0, 0, 0, 1];
    let chunks = [chunk(*b"IHDR", &header), chunk(*b"IDAT", &fdeflate::compress_to_vec(&rows)), chunk(*b"IEND", b"")];
    let bytes = [&b"\x89PNG\r\n\x1a\n"[..], &chunks.concat()].concat();
    let stripes = image::GrayImage::from_fn(800, 600, |x, _| image::Luma([tone(x as usize)]));
    assert_looks_like(&bytes, &stripes.into(), 30.0);
}

#[test]
fn a_webp_is_read() {
    assert_looks_like(&saved(scene(900, 700), ImageFormat::WebP), &scene(900, 700).into(), 30.0);
}
