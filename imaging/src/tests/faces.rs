//! Faces, and the squares around them.

use image::{DynamicImage, ImageFormat};

use super::rendering::{drawing, jpeg, portrait, saved, scene};
use super::{verdict, verdict_of_any_size};
use crate::{Limits, Reader};

#[test]
fn the_one_face_of_a_portrait_is_found_where_it_is() {
    let picture = verdict(&saved(portrait(), ImageFormat::Png)).unwrap();
    let [face] = picture.measures.faces.as_deref().unwrap() else { panic!("{:?}", picture.measures.faces) };
    let (x, y) = (face.x + face.width / 2.0, face.y + face.height / 2.0);
    assert!((0.39..0.49).contains(&x) && (0.20..0.32).contains(&y), "{face:?}");
    assert!((0.15..0.3).contains(&face.width) && (0.15..0.3).contains(&face.height), "{face:?}");
    assert!(face.score > 5.0, "{face:?}");
}

#[test]
fn the_square_holds_the_face_in_its_middle() {
    for side in [576, 1700] {
        let large = portrait().resize(side, side, image::imageops::CatmullRom);
        let picture = verdict(&saved(large, ImageFormat::Png)).unwrap();
        let face = picture.measures.faces.unwrap()[0];
        let bytes = picture.renderings.face.unwrap();
        let square = verdict_of_any_size(&bytes).unwrap();
        assert_eq!(square.width, square.height);
        // Twice the face, in the pixels that there are.
        let expected = (f64::from(face.width) * 2.0 * f64::from(side)).min(512.0);
        assert!((f64::from(square.width) - expected).abs() < 3.0, "{} is not {expected}", square.width);
        let faces = square.measures.faces.unwrap();
        let [face] = faces.as_slice() else { panic!("{faces:?}") };
        let (x, y) = (face.x + face.width / 2.0, face.y + face.height / 2.0);
        assert!((0.4..0.6).contains(&x) && (0.4..0.6).contains(&y), "{face:?}");
    }
}

#[test]
fn a_small_face_is_found_at_the_second_look() {
    let mut wide = DynamicImage::from(scene(1600, 1200));
    let small = portrait().resize(600, 600, image::imageops::CatmullRom);
    image::imageops::overlay(&mut wide, &small, 900, 500);
    let picture = verdict(&saved(wide, ImageFormat::Png)).unwrap();
    let faces = picture.measures.faces.unwrap();
    let [face] = faces.as_slice() else { panic!("{faces:?}") };
    assert!(face.width < 0.125 && face.x > 0.5 && face.y > 0.4, "{face:?}");
}

#[test]
fn of_two_faces_the_larger_comes_first() {
    let mut both = DynamicImage::from(scene(900, 600));
    let head = portrait().crop_imm(125, 0, 260, 260);
    for (side, x, y) in [(320, 540, 200), (420, 40, 100)] {
        let one = head.resize(side, side, image::imageops::CatmullRom);
        image::imageops::overlay(&mut both, &one, x, y);
    }
    let picture = verdict(&saved(both, ImageFormat::Png)).unwrap();
    let faces = picture.measures.faces.unwrap();
    assert_eq!(faces.len(), 2, "{faces:?}");
    assert!(faces[0].x < 0.5 && faces[0].width > faces[1].width);
}

#[test]
fn scenes_without_a_face_have_none_and_no_square() {
    let drawings = (1..6).map(|seed| saved(drawing(seed, 800, 600), ImageFormat::Png));
    for bytes in drawings.chain([jpeg(1200, 900), jpeg(512, 512)]) {
        let picture = verdict(&bytes).unwrap();
        assert_eq!((picture.measures.faces, picture.renderings.face), (Some(vec![]), None));
    }
}

#[test]
fn without_a_model_nobody_looks() {
    let mut reader = Reader::with_model(Limits::default(), None).unwrap();
    let bytes = saved(portrait(), ImageFormat::Png);
    let picture = reader.read(&bytes).unwrap();
    assert_eq!((picture.measures.faces, picture.renderings.face), (None, None));
    assert_eq!(picture.renderings.training, verdict(&bytes).unwrap().renderings.training);
}

#[test]
fn the_built_in_model_can_be_given_from_outside_and_nothing_else_can() {
    let model = include_bytes!("../../assets/seeta_fd_frontal_v1.0.bin");
    let mut reader = Reader::with_model(Limits::default(), Some(model)).unwrap();
    let bytes = saved(portrait(), ImageFormat::Png);
    assert_eq!(reader.read(&bytes), verdict(&bytes));
    assert!(Reader::with_model(Limits::default(), Some(b"a picture of a model")).is_err());
}
