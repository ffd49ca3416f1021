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

/// One of many pictures that have nothing to do with each other: discs and bars of many tones, with fine texture.
pub(crate) fn drawing(seed: u32, width: u32, height: u32) -> RgbImage {
    let mut state = seed.wrapping_mul(0x9E37_79B9) | 1;
    let mut dice = move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 8) as f32 / (1 << 24) as f32
    };
    let shapes: Vec<[f32; 6]> = (0..24).map(|_| std::array::from_fn(|_| dice())).collect();
    RgbImage::from_fn(width, height, |column, row| {
        let (x, y) = (column as f32 / width as f32, row as f32 / height as f32);
        let mut tone = 60.0 + 60.0 * shapes[0][0] * x + 60.0 * shapes[0][1] * y;
        for &[left, top, size, stretch, light, kind] in &shapes {
            let (dx, dy) = ((x - left) * (0.5 + stretch), (y - top) * (1.5 - stretch));
            let distance = if kind < 0.5 { dx.hypot(dy) } else { dx.abs().max(dy.abs()) };
            if distance < 0.04 + 0.12 * size {
                tone = 30.0 + 190.0 * light;
            }
        }
        let texture = 8.0 * (column as f32 * 0.8 + row as f32 * 0.5).sin();
        image::Rgb([tone + texture, tone * 0.85 + texture + 15.0, tone * 0.7 + texture + 30.0].map(|tone| tone as u8))
    })
}

/// A portrait of one person, 576 pixels each way.
pub(crate) fn portrait() -> DynamicImage {
    image::load_from_memory(include_bytes!("../../assets/portrait.jpg")).unwrap()
}

/// `upright` as a camera held some other way stores it: turning it by `orientation` gives it back.
pub(crate) fn stored(upright: &DynamicImage, orientation: u8) -> DynamicImage {
    match orientation {
        2 => upright.fliph(),
        3 => upright.rotate180(),
        4 => upright.flipv(),
        5 => upright.rotate90().fliph(),
        6 => upright.rotate270(),
        7 => upright.rotate270().fliph(),
        8 => upright.rotate90(),
        _ => upright.clone(),
    }
}

/// A (lossless) WebP of `picture` with further chunks around it, which `flags` announce.
pub(crate) fn webp_with(picture: impl Into<DynamicImage>, flags: u8, before: &[u8], behind: &[u8]) -> Vec<u8> {
    let picture = picture.into();
    let [w0, w1, w2, _] = (picture.width() - 1).to_le_bytes();
    let [h0, h1, h2, _] = (picture.height() - 1).to_le_bytes();
    let simple = saved(picture, ImageFormat::WebP);
    let head = [&b"WEBPVP8X\x0A\0\0\0"[..], &[flags, 0, 0, 0, w0, w1, w2, h0, h1, h2]].concat();
    let body = [&head, before, &simple[12..], behind].concat();
    [&b"RIFF"[..], &(body.len() as u32).to_le_bytes(), &body].concat()
}

/// A WebP chunk, padded to an even length.
pub(crate) fn webp_chunk(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    [&kind[..], &(body.len() as u32).to_le_bytes(), body, &[0][..body.len() % 2]].concat()
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

/// A TIFF block with orientation 6 and, in the EXIF directory, a text as the time at which the picture was taken.
pub(crate) fn exif_with_date(text: &[u8], little_endian: bool) -> Vec<u8> {
    let short = |value: u16| if little_endian { value.to_le_bytes() } else { value.to_be_bytes() };
    let long = |value: u32| if little_endian { value.to_le_bytes() } else { value.to_be_bytes() };
    let mut block = if little_endian { b"II".to_vec() } else { b"MM".to_vec() };
    block.extend(short(42));
    block.extend(long(8));
    block.extend(short(2));
    block.extend([short(0x0112), short(3)].concat());
    block.extend([&long(1)[..], &short(6), &[0; 2]].concat());
    block.extend([&short(0x8769)[..], &short(4), &long(1), &long(38), &[0; 4]].concat());
    block.extend(short(1));
    block.extend([&short(0x9003)[..], &short(2), &long(text.len() as u32), &long(56), &[0; 4]].concat());
    block.extend(text);
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
