//! What a file is, told by its first bytes; names and declared types are never asked.

use aisha_openapi::vocabulary::PhotoFormat;

use crate::error::{Found, ImageError, unsupported};

/// The accepted format of `bytes`, or what they are instead.
pub(crate) fn format(bytes: &[u8]) -> Result<PhotoFormat, ImageError> {
    if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        Ok(PhotoFormat::Jpeg)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Ok(PhotoFormat::Png)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Ok(PhotoFormat::Webp)
    } else {
        Err(unsupported(stranger(bytes)))
    }
}

/// Beginnings that name what is not accepted.
const STRANGERS: [(&[u8], Found); 18] = [
    (b"GIF8", Found::Gif),
    (b"BM", Found::Bmp),
    (b"II*\0", Found::Tiff),
    (b"MM\0*", Found::Tiff),
    (b"8BPS", Found::Photoshop),
    (b"%PDF", Found::Pdf),
    (b"<svg", Found::Svg),
    (b"<?xml", Found::Svg),
    (b"PK\x03\x04", Found::Archive),
    (b"Rar!", Found::Archive),
    (b"7z\xBC\xAF\x27\x1C", Found::Archive),
    (b"\x1F\x8B", Found::Archive),
    (b"\xFF\x0A", Found::JpegXl),
    (b"\0\0\0\x0CJXL ", Found::JpegXl),
    (b"\x1A\x45\xDF\xA3", Found::Video),
    (b"RIFF", Found::Unknown),
    (b"IIRO", Found::Tiff),
    (b"IIU\0", Found::Tiff),
];

fn stranger(bytes: &[u8]) -> Found {
    if bytes.is_empty() {
        return Found::Nothing;
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return iso_media(bytes);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"AVI ") {
        return Found::Video;
    }
    STRANGERS.iter().find(|(start, _)| bytes.starts_with(start)).map_or(Found::Unknown, |&(_, found)| found)
}

/// HEIC, AVIF and MP4 share a container; its brands tell them apart. The general still-picture brand `mif1` is used by
/// both of the first two, so the compatible brands are looked at as well.
fn iso_media(bytes: &[u8]) -> Found {
    let brands = bytes.get(8..bytes.len().min(64)).unwrap_or_default().chunks_exact(4);
    let mut found = Found::Video;
    for brand in brands {
        match brand {
            b"avif" | b"avis" => return Found::Avif,
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => found = Found::Heic,
            b"crx " => return Found::Tiff,
            _ => {}
        }
    }
    found
}
