//! Fetching the archive of a training and looking whether there are enough pictures in it.

use std::fs::File;
use std::io::{ErrorKind, Read, Result, Write};

use serde_json::{Value, json};
use zip::ZipArchive;

use super::super::fetch;
use super::super::fields::{self, ModelError};
use super::super::house::House;

/// The largest archive fal's own training page takes.
const LARGEST: u64 = 2 * 1024 * 1024 * 1024;
/// What a single picture may unpack to.
const LARGEST_ENTRY: u64 = 200 * 1024 * 1024;

/// Fetches and checks the archive that the input names; its SHA-256, or what fal says is wrong with it.
pub(super) async fn check(
    house: &House,
    input: &Value,
    least: usize,
) -> Result<std::result::Result<String, ModelError>> {
    let url = input["images_data_url"].as_str().unwrap_or_default();
    let place = json!(["body", "images_data_url"]);
    let wrong = |kind: &str, message: &str, ctx: Value| fields::wrong(&place, kind, message, &json!(url), &ctx);
    let file = tempfile::tempfile_in(&house.folder)?;
    let mut written = file.try_clone()?;
    let write = |piece: &[u8]| written.write_all(piece).is_ok();
    let Some(digest) = fetch::fetch(house, url, LARGEST, write).await else {
        return Ok(Err(fetch::failed(&place, url)));
    };
    let counted = tokio::task::spawn_blocking(move || count_pictures(file)).await.map_err(std::io::Error::other)?;
    Ok(match counted {
        Err(Unusable::Archive) => Err(wrong("invalid_archive", "The archive is invalid or corrupted.", json!({}))),
        Err(Unusable::Picture(name)) => {
            Err(wrong("image_load_error", "An image in the archive could not be loaded.", json!({ "file_name": name })))
        }
        Ok(count) if count < least => {
            let message = format!("The archive has {count} images, at least {least} are needed.");
            let ctx = json!({ "minimum_count": least, "provided_count": count });
            Err(wrong("archive_file_count_below_minimum", &message, ctx))
        }
        Ok(_) => Ok(digest),
    })
}

#[derive(Debug, PartialEq, Eq)]
enum Unusable {
    Archive,
    Picture(String),
}

/// Counts the pictures, reading each to its end so that its checksum is compared.
fn count_pictures(file: File) -> std::result::Result<usize, Unusable> {
    let mut archive = ZipArchive::new(file).map_err(|_| Unusable::Archive)?;
    let mut count = 0;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|_| Unusable::Archive)?;
        let name = entry.name().map_err(|_| Unusable::Archive)?.into_owned();
        if entry.is_dir() || !is_picture_name(&name) {
            continue;
        }
        let mut start = [0; 12];
        match entry.read_exact(&mut start) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Err(Unusable::Picture(name)),
            other => other.map_err(|_| Unusable::Archive)?,
        }
        let read =
            std::io::copy(&mut entry.take(LARGEST_ENTRY), &mut std::io::sink()).map_err(|_| Unusable::Archive)?;
        if !is_picture(&start) || read == 0 || read == LARGEST_ENTRY {
            return Err(Unusable::Picture(name));
        }
        count += 1;
    }
    Ok(count)
}

/// macOS adds files of its own to archives, whose names end like the pictures they belong to.
fn is_picture_name(name: &str) -> bool {
    let file_name = name.rsplit('/').next().unwrap_or(name);
    let extension = file_name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    !name.starts_with("__MACOSX/")
        && !file_name.starts_with('.')
        && matches!(extension.as_deref(), Some("jpg" | "jpeg" | "png" | "webp"))
}

fn is_picture(start: &[u8; 12]) -> bool {
    start.starts_with(&[0xff, 0xd8, 0xff])
        || start.starts_with(b"\x89PNG\r\n\x1a\n")
        || (start.starts_with(b"RIFF") && start.ends_with(b"WEBP"))
}

#[cfg(test)]
mod tests {
    use std::io::Seek;

    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::*;

    const JPEG: &[u8] = &[0xff, 0xd8, 0xff, 0xe0, 0, 16, b'J', b'F', b'I', b'F', 0, 1, 1, 0, 0, 1];

    fn zip_of(entries: &[(&str, &[u8])], method: zip::CompressionMethod) -> File {
        let mut writer = ZipWriter::new(tempfile::tempfile().expect("a file"));
        for (name, content) in entries {
            writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).expect("an entry");
            writer.write_all(content).expect("written");
        }
        writer.finish().expect("an archive")
    }

    #[test]
    fn pictures_are_counted_and_captions_are_not() {
        let entries: [(&str, &[u8]); 5] =
            [("1.jpg", JPEG), ("1.txt", b"ann"), ("b/2.JPEG", JPEG), ("__MACOSX/1.jpg", b"x"), ("._2.jpg", b"x")];
        for method in [zip::CompressionMethod::Stored, zip::CompressionMethod::Deflated] {
            assert_eq!(count_pictures(zip_of(&entries, method)), Ok(2));
        }
    }

    #[test]
    fn a_file_that_is_no_archive_or_a_damaged_one_is_invalid() {
        let mut text = tempfile::tempfile().expect("a file");
        text.write_all(b"hello").expect("written");
        assert_eq!(count_pictures(text), Err(Unusable::Archive));

        let mut damaged = zip_of(&[("1.jpg", JPEG)], zip::CompressionMethod::Stored);
        damaged.seek(std::io::SeekFrom::Start(30 + 5 + 14)).expect("seek");
        damaged.write_all(&[0xaa]).expect("written");
        assert_eq!(count_pictures(damaged), Err(Unusable::Archive), "the checksum tells");
    }

    #[test]
    fn a_picture_that_is_none_is_named() {
        let text = zip_of(&[("1.jpg", JPEG), ("2.jpg", b"not a picture at all")], zip::CompressionMethod::Stored);
        assert_eq!(count_pictures(text), Err(Unusable::Picture("2.jpg".into())));
        let empty = zip_of(&[("1.jpg", b"")], zip::CompressionMethod::Stored);
        assert_eq!(count_pictures(empty), Err(Unusable::Picture("1.jpg".into())));
    }
}
