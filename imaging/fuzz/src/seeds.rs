//! Writes small pictures of every format and kind into a folder, for the fuzzer to begin with: `seeds FOLDER`.

use std::error::Error;
use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

const WIDTH: u16 = 64;
const HEIGHT: u16 = 50;

type Written = Result<(), Box<dyn Error>>;

fn main() -> Written {
    let folder = std::env::args().nth(1).ok_or("into which folder?")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    jpegs(folder)?;
    others(folder)?;
    std::fs::write(folder.join("lossy.webp"), lossy_webp().ok_or("a lossy WebP has a start code")?)?;
    Ok(())
}

/// The upper left corner of a larger one: nothing here could write one, and a lossy WebP is happy to be cut by its head.
fn lossy_webp() -> Option<Vec<u8>> {
    let mut bytes = include_bytes!("../../../tests/src/hostile/lossy.webp").to_vec();
    let start = bytes.windows(3).position(|window| window == [0x9D, 0x01, 0x2A])?;
    let size = [WIDTH.to_le_bytes(), HEIGHT.to_le_bytes()].concat();
    bytes.get_mut(start + 3..start + 7)?.copy_from_slice(&size);
    Some(bytes)
}

fn picture() -> RgbImage {
    RgbImage::from_fn(WIDTH.into(), HEIGHT.into(), |x, y| {
        Rgb([x * 3 + y, y * 4, (x / 8 + y / 8) % 2 * 90 + x].map(|tone| u8::try_from(tone).unwrap_or(u8::MAX)))
    })
}

fn jpegs(folder: &Path) -> Written {
    use SamplingFactor::{F_1_1, F_1_2, F_2_1, F_2_2, F_4_1};
    let picture = picture();
    for sampling in [F_1_1, F_1_2, F_2_1, F_2_2, F_4_1] {
        for (kind, progressive, interval, optimised) in [
            ("plain", false, 0, false),
            ("restarts", false, 3, false),
            ("optimised", false, 0, true),
            ("layers", true, 0, false),
        ] {
            jpeg(&folder.join(format!("{sampling:?}-{kind}.jpg")), &picture, ColorType::Rgb, |encoder| {
                encoder.set_sampling_factor(sampling);
                encoder.set_progressive(progressive);
                encoder.set_restart_interval(interval);
                encoder.set_optimized_huffman_tables(optimised);
            })?;
        }
    }
    let grey = DynamicImage::from(picture.clone()).into_luma8();
    jpeg(&folder.join("grey.jpg"), &grey, ColorType::Luma, |_| ())?;
    jpeg(&folder.join("grey-layers.jpg"), &grey, ColorType::Luma, |encoder| encoder.set_progressive(true))?;
    let inks = DynamicImage::from(picture).into_rgba8();
    jpeg(&folder.join("inks.jpg"), &inks, ColorType::Cmyk, |_| ())?;
    jpeg(&folder.join("inks-layers.jpg"), &inks, ColorType::CmykAsYcck, |encoder| encoder.set_progressive(true))
}

fn jpeg(path: &Path, samples: &[u8], colour: ColorType, set: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Written {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 80);
    set(&mut encoder);
    // A name in EXIF and a turn, so that there is something to read.
    encoder.add_app_segment(1, b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec())?;
    encoder.encode(samples, WIDTH, HEIGHT, colour)?;
    Ok(std::fs::write(path, bytes)?)
}

fn others(folder: &Path) -> Written {
    let picture = DynamicImage::from(picture());
    let kinds: [(&str, DynamicImage); 6] = [
        ("colours", picture.clone()),
        ("grey", picture.to_luma8().into()),
        ("alpha", picture.to_rgba8().into()),
        ("grey-alpha", picture.to_luma_alpha8().into()),
        ("deep", picture.to_rgb16().into()),
        ("deep-alpha", picture.to_rgba16().into()),
    ];
    for (kind, picture) in kinds {
        save(&folder.join(format!("{kind}.png")), &picture, ImageFormat::Png)?;
        if kind == "colours" || kind == "alpha" {
            save(&folder.join(format!("{kind}.webp")), &picture, ImageFormat::WebP)?;
        }
    }
    Ok(())
}

fn save(path: &Path, picture: &DynamicImage, format: ImageFormat) -> Written {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format)?;
    Ok(std::fs::write(path, bytes.into_inner())?)
}
