//! Pictures to test with.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "picture arithmetic on small numbers"
)]

use image::{DynamicImage, ImageFormat, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use std::io::Cursor;

/// A scene without symmetry: soft colours, a dark disc at the upper left, stripes at the bottom, and some texture.
pub(crate) fn scene(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |column, row| {
        let (x, y) = (column as f32 / width as f32, row as f32 / height as f32);
        let texture = 6.0 * (column as f32 * 0.31).sin() * (row as f32 * 0.23).cos();
        let disc = if (x - 0.25).hypot(y - 0.25) < 0.15 { -60.0 } else { 0.0 };
        let stripes = if y > 0.8 { 30.0 * (x * 40.0).sin() } else { 0.0 };
        let tone = 110.0 + 60.0 * x - 30.0 * y + texture + disc + stripes;
        image::Rgb([tone as u8, (tone * 0.8 + 30.0 * y) as u8, (60.0 + 120.0 * y + texture) as u8])
    })
}

/// An ordinary JPEG of the scene: 4:2:0, quality 90.
pub(crate) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    jpeg_with(width, height, |encoder| encoder.set_sampling_factor(SamplingFactor::F_2_2))
}

/// A JPEG of the scene at quality 90, with the settings of `set`.
pub(crate) fn jpeg_with(width: u32, height: u32, set: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    encoded(scene(width, height).as_raw(), width, height, ColorType::Rgb, set)
}

/// A JPEG of any samples at quality 90, with the settings of `set`.
pub(crate) fn encoded(
    samples: &[u8],
    width: u32,
    height: u32,
    colour: ColorType,
    set: impl FnOnce(&mut Encoder<&mut Vec<u8>>),
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 90);
    set(&mut encoder);
    encoder.encode(samples, width as u16, height as u16, colour).unwrap();
    bytes
}

/// A PNG or a (lossless) WebP of `picture`.
pub(crate) fn saved(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    saved(scene(width, height), ImageFormat::Png)
}

pub(crate) fn webp(width: u32, height: u32) -> Vec<u8> {
    saved(scene(width, height), ImageFormat::WebP)
}

/// A TIFF block with nothing but an orientation.
pub(crate) fn exif(orientation: u8, little_endian: bool) -> Vec<u8> {
    let mut block = if little_endian {
        b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec()
    } else {
        b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".to_vec()
    };
    block.extend(if little_endian { [orientation, 0, 0, 0] } else { [0, orientation, 0, 0] });
    block.extend([0; 4]);
    block
}

/// A PNG chunk with its length and checksum.
pub(crate) fn chunk(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let covered = [kind.as_slice(), body].concat();
    let checksum = crc32fast::hash(&covered);
    [&(body.len() as u32).to_be_bytes()[..], &covered, &checksum.to_be_bytes()[..]].concat()
}

/// `bytes` with `piece` put in at `at`.
pub(crate) fn with(bytes: &[u8], at: usize, piece: &[u8]) -> Vec<u8> {
    [&bytes[..at], piece, &bytes[at..]].concat()
}

/// Where the frame header of a JPEG stands: the place of its marker.
pub(crate) fn frame_header(jpeg: &[u8]) -> usize {
    jpeg.windows(2).position(|pair| matches!(pair, [0xFF, 0xC0..=0xC2])).unwrap()
}

/// `jpeg` with another size in its frame header.
pub(crate) fn claiming(jpeg: &[u8], width: u16, height: u16) -> Vec<u8> {
    let at = frame_header(jpeg) + 5;
    let mut bytes = jpeg.to_vec();
    bytes[at..at + 2].copy_from_slice(&height.to_be_bytes());
    bytes[at + 2..at + 4].copy_from_slice(&width.to_be_bytes());
    bytes
}

/// Peak signal to noise in dB.
pub(crate) fn psnr(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    let squares: f64 = a.iter().zip(b).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum();
    10.0 * (255.0 * 255.0 * a.len() as f64 / squares.max(1.0)).log10()
}
