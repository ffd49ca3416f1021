//! The photos of a demo: the caller's own, or drawn ones.

use std::fs;
use std::path::{Path, PathBuf};

use aisha_openapi::vocabulary::PhotoFormat;
use anyhow::{Context as _, bail};
use bytes::Bytes;

use super::portraits::{self, Portrait};

/// A photo as it is sent.
#[derive(Debug, Clone)]
pub(super) struct Photo {
    /// The name of its file, without folders.
    pub(super) name: String,
    pub(super) bytes: Bytes,
}

/// The samples: every format that the service takes.
pub(super) const SAMPLES: [(&str, PhotoFormat); 5] = [
    ("1.jpg", PhotoFormat::Jpeg),
    ("2.jpg", PhotoFormat::Jpeg),
    ("3.png", PhotoFormat::Png),
    ("4.webp", PhotoFormat::Webp),
    ("5.jpg", PhotoFormat::Jpeg),
];

/// Reads the caller's photos.
pub(super) fn read(paths: &[PathBuf]) -> anyhow::Result<Vec<Photo>> {
    let read = |path: &PathBuf| {
        let bytes = fs::read(path).with_context(|| format!("the photo {} cannot be read", path.display()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Photo { name, bytes: bytes.into() })
    };
    paths.iter().map(read).collect()
}

/// Draws every portrait there is.
pub(super) async fn drawn() -> anyhow::Result<Vec<Photo>> {
    draw((1..=portraits::COUNT).map(|number| (format!("portrait-{number}.jpg"), PhotoFormat::Jpeg)).collect()).await
}

/// Draws the samples.
pub(super) async fn samples() -> anyhow::Result<Vec<Photo>> {
    draw(SAMPLES.map(|(name, format)| (name.to_owned(), format)).to_vec()).await
}

/// Writes photos into a folder. What is there and differs is somebody's own, and stays.
pub(super) fn write(folder: &Path, photos: &[Photo]) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    for photo in photos {
        let path = folder.join(&photo.name);
        match fs::read(&path) {
            Ok(there) if there != photo.bytes => {
                bail!("{} is there already and is another picture; choose another folder", path.display())
            }
            Ok(_) => {}
            Err(_) => {
                fs::write(&path, &photo.bytes).with_context(|| format!("{} cannot be written", path.display()))?;
            }
        }
        println!("{}", path.display());
    }
    Ok(())
}

/// Draws one portrait after the other, as many at a time as the machine has cores.
async fn draw(wanted: Vec<(String, PhotoFormat)>) -> anyhow::Result<Vec<Photo>> {
    let drawing: Vec<_> = wanted
        .into_iter()
        .enumerate()
        .map(|(number, (name, format))| {
            tokio::task::spawn_blocking(move || {
                let bytes = encode(&portraits::draw(number), format)?.into();
                anyhow::Ok(Photo { name, bytes })
            })
        })
        .collect();
    let mut photos = Vec::with_capacity(drawing.len());
    for photo in drawing {
        photos.push(photo.await??);
    }
    Ok(photos)
}

fn encode(portrait: &Portrait, format: PhotoFormat) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let (width, height) = (portrait.width, portrait.height);
    match format {
        PhotoFormat::Jpeg => {
            let encoder = jpeg_encoder::Encoder::new(&mut bytes, 90);
            encoder.encode(&portrait.rgb, width, height, jpeg_encoder::ColorType::Rgb)?;
        }
        PhotoFormat::Png => {
            let mut encoder = png::Encoder::new(&mut bytes, width.into(), height.into());
            encoder.set_color(png::ColorType::Rgb);
            encoder.write_header()?.write_image_data(&portrait.rgb)?;
        }
        PhotoFormat::Webp => {
            let encoder = image_webp::WebPEncoder::new(&mut bytes);
            encoder.encode(&portrait.rgb, width.into(), height.into(), image_webp::ColorType::Rgb8)?;
        }
    }
    Ok(bytes)
}
