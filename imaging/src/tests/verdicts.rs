//! What is accepted, what is refused, and what is said about it.

use aisha_openapi::vocabulary::PhotoFormat;
use sha2::{Digest, Sha256};

use super::rendering::{self, jpeg};
use super::{assert_refused, verdict};
use crate::{Found, ImageError, Limits, Origin, Reader, read};

#[test]
fn an_ordinary_photo_is_accepted_with_its_size_thumbnail_and_hash() {
    let bytes = jpeg(1200, 900);
    let picture = verdict(&bytes).unwrap();
    assert_eq!((picture.format, picture.width, picture.height), (PhotoFormat::Jpeg, 1200, 900));
    assert_eq!(picture.sha256, <[u8; 32]>::from(Sha256::digest(&bytes)));
    let thumbnail = image::load_from_memory(&picture.renderings.thumbnail).unwrap();
    assert_eq!((thumbnail.width(), thumbnail.height()), (320, 240));
}

#[test]
fn a_model_may_draw_smaller_pictures_than_a_person_may_send() {
    let mut reader = Reader::new(Limits::default());
    let small = jpeg(64, 48);
    let of_model = reader.read_from(Origin::Model, &small).unwrap();
    assert_eq!((of_model.width, of_model.height, of_model.measures.faces), (64, 48, None));
    assert!(matches!(reader.read_from(Origin::Photo, &small), Err(ImageError::ResolutionTooLow { .. })));
    let photo = jpeg(640, 520);
    assert!(reader.read(&photo).unwrap().measures.faces.is_some(), "photos are looked at as before");
    assert!(reader.read_from(Origin::Model, &photo[..photo.len() / 2]).is_err(), "a cut picture is none");
}

#[test]
fn one_reader_reads_different_files_one_after_another() {
    let mut reader = Reader::new(Limits::default());
    let files =
        [jpeg(1200, 900), rendering::png(600, 520), jpeg(520, 700), rendering::webp(513, 512), jpeg(2000, 1500)];
    for bytes in &files {
        assert_eq!(reader.read(bytes), verdict(bytes));
        assert!(reader.read(&bytes[..bytes.len() / 2]).is_err());
    }
}

#[test]
fn a_file_over_the_weight_limit_is_refused_before_it_is_looked_at() {
    let error = read(&[0; 1001], &Limits { max_bytes: 1000, ..Limits::default() }).unwrap_err();
    assert_eq!(error, ImageError::FileTooLarge { bytes: 1001, limit: 1000 });
    assert_eq!(error.code(), "file_too_large");
    let error = verdict(&vec![0; 10 * 1024 * 1024 + 1]).unwrap_err();
    assert!(error.to_string().starts_with("The file has 10.1 MB, and at most 10 MB are accepted."), "{error}");
}

#[test]
fn a_short_side_under_512_is_too_low_and_a_long_side_over_4096_too_high() {
    assert!(verdict(&jpeg(512, 512)).is_ok());
    assert!(verdict(&jpeg(4096, 512)).is_ok());
    let low = ImageError::ResolutionTooLow { width: 900, height: 511, limit: 512 };
    assert_eq!(verdict(&jpeg(900, 511)).unwrap_err(), low);
    assert_eq!(low.code(), "resolution_too_low");
    let high = ImageError::ResolutionTooHigh { width: 600, height: 4097, limit: 4096 };
    assert_eq!(verdict(&jpeg(600, 4097)).unwrap_err(), high);
    assert_eq!(high.code(), "resolution_too_high");
}

#[test]
fn what_is_not_a_photo_is_named() {
    let files: [(&[u8], Found); 12] = [
        (b"", Found::Nothing),
        (b"hello", Found::Unknown),
        (b"GIF89a....", Found::Gif),
        (b"BM......", Found::Bmp),
        (b"II*\0....", Found::Tiff),
        (b"%PDF-1.7", Found::Pdf),
        (b"PK\x03\x04....", Found::Archive),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Found::Heic),
        (b"\0\0\0\x1Cftypmif1\0\0\0\0mif1avif", Found::Avif),
        (b"\0\0\0\x14ftypisom\0\0\0\0mp41", Found::Video),
        (b"\xFF\x0A....", Found::JpegXl),
        (b"RIFF\x10\0\0\0WAVEfmt ", Found::Unknown),
    ];
    for (bytes, found) in files {
        let error = verdict(bytes).unwrap_err();
        assert_eq!(error, ImageError::UnsupportedFormat { found });
        assert_eq!(error.code(), "unsupported_format");
    }
    let heic = verdict(b"\0\0\0\x18ftypheic").unwrap_err().to_string();
    assert!(heic.contains("Most Compatible"), "{heic}");
}

#[test]
fn cameras_may_append_to_a_photo_and_nobody_else_may() {
    let bytes = jpeg(64, 48);
    let plain = super::verdict_of_any_size(&bytes).unwrap();
    let tails: [&[u8]; 4] = [&[0; 1000], &bytes, b"\0\0\0\x18ftypmp42\0\0\0\0", b"\x01\x02SEFHxxxxSEFT"];
    for tail in tails {
        let picture = super::verdict_of_any_size(&[&bytes, tail].concat()).unwrap();
        assert_eq!(picture.renderings.thumbnail, plain.renderings.thumbnail);
        assert_ne!(picture.sha256, plain.sha256);
    }
    for file in [bytes, rendering::png(64, 48), rendering::webp(64, 48)] {
        assert!(super::verdict_of_any_size(&file).is_ok());
        assert_refused(&[&file, &b"PK\x03\x04 an archive"[..]].concat(), "corrupt_image");
    }
}

#[test]
fn every_refusal_is_a_sentence_or_two_without_inner_words() {
    let refusals = [verdict(b"x"), verdict(&jpeg(64, 64)), verdict(&jpeg(600, 600)[..3000]), verdict(b"GIF89a")];
    for refusal in refusals {
        let text = refusal.unwrap_err().to_string();
        assert!(text.ends_with('.') && text.len() < 200 && !text.contains("Error"), "{text}");
    }
}
