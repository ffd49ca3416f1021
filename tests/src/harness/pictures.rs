//! Pictures, rendered by the tests themselves.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// A picture of this size; another number gives another picture.
pub fn picture(width: u32, height: u32, number: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let wave = ((x + number * 37) / 16 + y / 24) % 16;
        let shade = u8::try_from(wave * 15).unwrap_or(255);
        Rgb([shade, u8::try_from(x * 255 / width).unwrap_or(255), u8::try_from((y + number) % 256).unwrap_or(255)])
    })
}

/// A good JPEG of 640 x 640.
pub fn jpeg(number: u32) -> Vec<u8> {
    encode(&picture(640, 640, number), ImageFormat::Jpeg)
}

/// A picture as a file of this format.
pub fn encode(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture.clone()).write_to(&mut bytes, format).expect("a picture can be encoded");
    bytes.into_inner()
}

/// A JPEG that costs a decoder what one from a camera does: soft light, edges, and noise everywhere.
pub fn camera_jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut seed = 0x9E37_79B9_u32;
    let mut noise = move || {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        u8::try_from(seed % 24).unwrap_or(0)
    };
    let scene = picture(width, height, 0);
    let pixels: Vec<u8> = scene.as_raw().iter().map(|&value| (value / 4 * 3).saturating_add(noise())).collect();
    let (width, height) = (u16::try_from(width).expect("a width"), u16::try_from(height).expect("a height"));
    let mut jpeg = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut jpeg, 85);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
    encoder.encode(&pixels, width, height, jpeg_encoder::ColorType::Rgb).expect("a picture can be encoded");
    jpeg
}

/// A JPEG whose EXIF asks for this orientation.
pub fn jpeg_turned(picture: &RgbImage, orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    let length = u16::try_from(exif.len() + 2).expect("a short segment");
    let plain = encode(picture, ImageFormat::Jpeg);
    let (start, rest) = plain.split_at(2);
    [start, &[0xff, 0xe1], &length.to_be_bytes(), &exif, rest].concat()
}

/// A scene of soft light, discs and fine texture; another number gives one that looks quite different.
pub fn scene(width: u32, height: u32, number: u32) -> RgbImage {
    let mut state = u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15) + 1;
    let mut random = move |most: f32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f32::from(u16::try_from(state >> 48).unwrap_or_default()) / 65536.0 * most
    };
    let discs: Vec<[f32; 4]> =
        (0..14).map(|_| [random(1.0), random(1.0), 0.05 + random(0.2), random(160.0) - 80.0]).collect();
    let slope = [random(80.0) - 40.0, random(80.0) - 40.0];
    RgbImage::from_fn(width, height, |column, row| {
        let (x, y) = (part(column, width), part(row, height));
        let light = 120.0 + slope[0] * (x - 0.5) + slope[1] * (y - 0.5);
        let on = discs.iter().filter(|[at_x, at_y, radius, _]| (x - at_x).hypot(y - at_y) < *radius);
        let texture = if (column / 3 + row / 3) % 2 == 0 { 9.0 } else { -9.0 };
        let tone = light + on.map(|disc| disc[3]).sum::<f32>() + texture;
        Rgb([tone * 1.05, tone, tone * 0.9].map(level))
    })
}

fn part(pixel: u32, pixels: u32) -> f32 {
    f32::from(u16::try_from(pixel).unwrap_or(u16::MAX)) / f32::from(u16::try_from(pixels).unwrap_or(u16::MAX))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range of a byte")]
fn level(tone: f32) -> u8 {
    tone.clamp(0.0, 255.0) as u8
}

/// A JPEG of this quality, 1 to 100.
pub fn jpeg_of(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality);
    encoder.encode_image(picture).expect("a picture can be encoded");
    bytes
}

/// A photo of a person: a portrait that is in the public domain, 640 pixels on its longer side.
pub fn portrait() -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../imaging/assets/portrait.jpg");
    std::fs::read(path).expect("the portrait is in the repository")
}
