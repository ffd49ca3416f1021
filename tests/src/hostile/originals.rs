//! Good pictures of every kind that is accepted, to be spoilt.

use std::ops::Range;
use std::sync::Arc;

use image::{DynamicImage, ImageFormat, RgbImage, imageops};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::{Dice, jpeg, png, webp};
use crate::harness::pictures;

/// The sides of most originals: whole units of every sampling, and still allowed when halved in height.
pub(super) const WIDTH: u32 = 640;
pub(super) const HEIGHT: u32 = 1040;

/// The format of an original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP, of a lossy or a lossless picture.
    Webp,
}

/// A good picture.
pub struct Original {
    /// What is special about it.
    pub name: &'static str,
    /// Its format.
    pub format: Format,
    /// The file.
    pub bytes: Arc<[u8]>,
    /// Where the picture ends; others may follow it.
    pub end: usize,
}

impl Original {
    fn new(name: &'static str, format: Format, bytes: Vec<u8>) -> Self {
        Self { name, format, end: bytes.len(), bytes: bytes.into() }
    }

    /// Where the pixels stand in the file, coded.
    pub(super) fn coded(&self) -> Range<usize> {
        match self.format {
            Format::Jpeg => jpeg::coded(&self.bytes[..self.end]),
            Format::Png => png::pixels(&self.bytes),
            Format::Webp => webp::picture(&self.bytes),
        }
    }

    /// Whether the standard gives it more than one scan.
    pub(super) fn is_progressive(&self) -> bool {
        self.name.contains("progressive")
    }
}

/// The originals of one format.
pub(super) fn of(originals: &[Original], format: Format) -> impl Iterator<Item = &Original> {
    originals.iter().filter(move |original| original.format == format)
}

/// The original of this name.
pub(super) fn named<'a>(originals: &'a [Original], name: &str) -> &'a Original {
    originals.iter().find(|original| original.name == name).expect("an original of this name")
}

/// All of them.
pub fn all() -> Vec<Original> {
    let mut all = jpegs();
    all.extend(pngs());
    all.extend(webps());
    all
}

fn jpegs() -> Vec<Original> {
    use SamplingFactor::{F_1_1, F_2_1, F_2_2, F_4_1};
    let picture = textured(WIDTH, HEIGHT);
    let grey = imageops::grayscale(&picture).into_raw();
    let inks: Vec<u8> =
        picture.pixels().flat_map(|pixel| [255 - pixel[0], 255 - pixel[1], 255 - pixel[2], 0]).collect();
    // Soft, and therefore quick to render, but with as many pixels as are allowed.
    let large = imageops::resize(&picture, 2048, 4096, imageops::FilterType::Triangle);
    let plain = encoded(&picture, ColorType::Rgb, |encoder| encoder.set_sampling_factor(F_2_2));
    let second = pictures::encode(&pictures::picture(64, 64, 1), ImageFormat::Jpeg);
    let several = Original {
        end: plain.len(),
        ..Original::new("JPEG with a second picture", Format::Jpeg, [&plain[..], &second].concat())
    };
    let of = |name, samples: &[u8], colour, set: fn(&mut Encoder<&mut Vec<u8>>)| {
        Original::new(name, Format::Jpeg, encode(samples, (WIDTH, HEIGHT), colour, set))
    };
    vec![
        Original::new("JPEG", Format::Jpeg, plain),
        of("JPEG 4:4:4", &picture, ColorType::Rgb, |encoder| encoder.set_sampling_factor(F_1_1)),
        of("JPEG 4:2:2", &picture, ColorType::Rgb, |encoder| encoder.set_sampling_factor(F_2_1)),
        of("JPEG 4:1:1 of three scans", &picture, ColorType::Rgb, |encoder| encoder.set_sampling_factor(F_4_1)),
        of("JPEG with restarts", &picture, ColorType::Rgb, |encoder| encoder.set_restart_interval(8)),
        of("JPEG with its own codes", &picture, ColorType::Rgb, |encoder| encoder.set_optimized_huffman_tables(true)),
        of("grey JPEG", &grey, ColorType::Luma, |_| {}),
        of("CMYK JPEG", &inks, ColorType::Cmyk, |_| {}),
        of("YCCK JPEG", &inks, ColorType::CmykAsYcck, |_| {}),
        of("progressive JPEG", &picture, ColorType::Rgb, |encoder| encoder.set_progressive(true)),
        of("grey progressive JPEG", &grey, ColorType::Luma, |encoder| encoder.set_progressive(true)),
        Original::new("turned JPEG", Format::Jpeg, pictures::jpeg_turned(&picture, 6)),
        several,
        Original::new("large JPEG", Format::Jpeg, encoded(&large, ColorType::Rgb, |_| {})),
        Original::new(
            "large progressive JPEG",
            Format::Jpeg,
            encoded(&large, ColorType::Rgb, |encoder| encoder.set_progressive(true)),
        ),
    ]
}

fn pngs() -> Vec<Original> {
    let picture = DynamicImage::from(textured(WIDTH, HEIGHT));
    let of = |name, picture: DynamicImage| Original::new(name, Format::Png, saved(&picture, ImageFormat::Png));
    let noise = |depth, colour, interlaced| {
        let header = png::header(WIDTH, HEIGHT, depth, colour, interlaced);
        png::build(header, &[png::chunk(*b"PLTE", &Dice::new(5).bytes(3 << depth.min(8)))], &png::noise(header))
    };
    vec![
        of("PNG", picture.clone()),
        of("PNG with alpha", picture.to_rgba8().into()),
        of("PNG of 16 bits", picture.to_rgb16().into()),
        of("PNG of 16 bits with alpha", picture.to_rgba16().into()),
        of("grey PNG", picture.to_luma8().into()),
        of("grey PNG with alpha", picture.to_luma_alpha8().into()),
        of("grey PNG of 16 bits", picture.to_luma16().into()),
        Original::new("PNG with a palette", Format::Png, noise(8, png::PALETTE, false)),
        Original::new("PNG of 2 colours", Format::Png, noise(1, png::PALETTE, false)),
        Original::new("interlaced PNG", Format::Png, noise(8, png::RGB, true)),
    ]
}

fn webps() -> Vec<Original> {
    let picture = DynamicImage::from(textured(WIDTH, HEIGHT));
    let of = |name, picture: &DynamicImage| Original::new(name, Format::Webp, saved(picture, ImageFormat::WebP));
    let plain = of("WebP", &picture);
    let extended = Original::new("extended WebP", Format::Webp, webp::extended(&plain.bytes, (WIDTH, HEIGHT), 0));
    let alpha = of("WebP with alpha", &picture.to_rgba8().into());
    let lossy = Original::new("lossy WebP", Format::Webp, include_bytes!("lossy.webp").to_vec());
    vec![plain, extended, alpha, lossy]
}

/// A picture with noise everywhere, so that no part of its file says nothing.
fn textured(width: u32, height: u32) -> RgbImage {
    let mut picture = pictures::picture(width, height, 7);
    let noise = Dice::new(u64::from(width)).bytes(picture.len());
    for (sample, noise) in picture.iter_mut().zip(noise) {
        *sample = (*sample / 8 * 7) | (noise & 31);
    }
    picture
}

fn encoded(picture: &RgbImage, colour: ColorType, set: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    encode(picture, picture.dimensions(), colour, set)
}

fn encode(
    samples: &[u8],
    (width, height): (u32, u32),
    colour: ColorType,
    set: impl FnOnce(&mut Encoder<&mut Vec<u8>>),
) -> Vec<u8> {
    let side = |side| u16::try_from(side).expect("a short side");
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, 85);
    set(&mut encoder);
    encoder.encode(samples, side(width), side(height), colour).expect("a picture can be encoded");
    jpeg
}

fn saved(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("a picture can be encoded");
    bytes.into_inner()
}
