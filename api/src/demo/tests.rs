//! The pictures of the demo.

use std::collections::HashSet;
use std::fs;

use bytes::Bytes;

use super::photos::{Photo, SAMPLES, drawn, samples, write};

#[tokio::test]
async fn every_portrait_is_another_picture_and_always_the_same_one() {
    let portraits = drawn().await.expect("portraits");
    let pictures: HashSet<_> = portraits.iter().map(|photo| photo.bytes.clone()).collect();
    assert_eq!(pictures.len(), portraits.len());
    assert!(pictures.len() >= 6, "{} pictures", pictures.len());
    // The first sample is the first portrait, drawn once more.
    assert_eq!(samples().await.expect("samples")[0].bytes, portraits[0].bytes);
}

#[tokio::test]
async fn the_samples_pass_the_checks_of_the_service_under_their_own_names() {
    let samples = samples().await.expect("samples");
    for (sample, (name, format)) in samples.iter().zip(SAMPLES) {
        let picture = aisha_imaging::read(&sample.bytes, &aisha_imaging::Limits::default()).expect(name);
        assert_eq!((sample.name.as_str(), picture.format), (name, format));
        assert!(picture.width.min(picture.height) >= 768, "{name}");
    }
}

#[test]
fn a_picture_of_somebody_else_under_the_same_name_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let photo = |text: &'static str| Photo { name: "1.jpg".to_owned(), bytes: Bytes::from_static(text.as_bytes()) };
    write(folder.path(), &[photo("ours")]).expect("the folder is empty");
    write(folder.path(), &[photo("ours")]).expect("the same again changes nothing");
    write(folder.path(), &[photo("another")]).expect_err("it would be lost");
    assert_eq!(fs::read(folder.path().join("1.jpg")).expect("the file"), b"ours");
}
