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
