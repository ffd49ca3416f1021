//! Faces, found by the `SeetaFace` detector of the crate `rustface`. It looks for upright frontal faces of 40 pixels and
//! more in a grey picture, so the size of the picture it is given decides how small a face may be, and how long it takes.

#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "places in pictures of 640 pixels")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use aisha_openapi::photos::Face;
use fast_image_resize::Resizer;
use rustface::{FaceInfo, ImageData, Model};

use crate::error::ImageError;
use crate::measures::luma::Luma;

/// The model that `rustface` 0.1.7 is published with; its licence and its origin lie beside it.
const BUILT_IN: &[u8] = include_bytes!("../../assets/seeta_fd_frontal_v1.0.bin");

/// Bytes that are not a model of the detector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a face model of the SeetaFace detector")]
pub struct BadModel;

/// Looks for faces.
pub(crate) struct Finder(Model);

/// The longer sides of the picture that is looked at. Faces of an eighth of it are found at the first look. The second
/// finds those of a sixteenth, and takes four times as long, so it is for pictures in which there seemed to be none.
const LOOKS: [u32; 2] = [320, 640];

/// The least score of a face. Scenes without any give none at 2.0, and clear faces reach 15 and more.
const LEAST_SCORE: f64 = 2.0;

/// The detector's window, in pixels: in less there is nothing to look at.
const WINDOW: u32 = 40;

impl Finder {
    /// A finder with the built-in model.
    pub(crate) fn built_in() -> Self {
        Self::with(BUILT_IN).expect("the model is part of the program, and its checksum is tested")
    }

    /// A finder with another model.
    pub(crate) fn with(model: &[u8]) -> Result<Self, BadModel> {
        // The parser of the crate panics on what it does not know.
        let model = catch_unwind(|| rustface::read_model(model));
        model.map_err(|_| BadModel)?.map(Self).map_err(|_| BadModel)
    }

    /// The faces in the picture, the largest first.
    pub(super) fn find(&self, luma: &Luma, resizer: &mut Resizer) -> Result<Vec<Face>, ImageError> {
        for side in LOOKS {
            let small = luma.shrunk(side, resizer)?;
            let faces = self.look_at(&small);
            if !faces.is_empty() || (small.width, small.height) == (luma.width, luma.height) {
                return Ok(faces);
            }
        }
        Ok(Vec::new())
    }

    fn look_at(&self, luma: &Luma) -> Vec<Face> {
        if luma.width.min(luma.height) < WINDOW {
            return Vec::new();
        }
        // A detector of its own for each look: a copy of the model takes 0.03 ms, and a panic leaves nothing behind.
        // The crate does arithmetic on places without looking, and a picture without faces is better than no picture.
        let found = catch_unwind(AssertUnwindSafe(|| {
            let mut detector = rustface::create_detector_with_model(self.0.clone());
            detector.set_score_thresh(LEAST_SCORE);
            detector.detect(&ImageData::new(&luma.samples, luma.width, luma.height))
        }));
        let mut faces: Vec<Face> =
            found.unwrap_or_default().iter().filter_map(|face| in_shares(face, luma.width, luma.height)).collect();
        faces.sort_by(|one, other| (other.width * other.height).total_cmp(&(one.width * one.height)));
        faces
    }
}

/// A face in shares of the picture. The detector may see a face that is cut by the edge as reaching beyond it.
fn in_shares(face: &FaceInfo, width: u32, height: u32) -> Option<Face> {
    let place = face.bbox();
    let share = |from: i32, length: u32, whole: u32| {
        let bound = |at: i64| (at as f32 / whole as f32).clamp(0.0, 1.0);
        (bound(i64::from(from)), bound(i64::from(from) + i64::from(length)))
    };
    let (left, right) = share(place.x(), place.width(), width);
    let (top, bottom) = share(place.y(), place.height(), height);
    let face = Face { x: left, y: top, width: right - left, height: bottom - top, score: face.score() as f32 };
    (face.width > 0.0 && face.height > 0.0).then_some(face)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_model_is_the_one_that_was_published() {
        let checksum = Sha256::digest(BUILT_IN).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        assert_eq!(checksum, "c4619d066ed35e84d9a8e842860b0dff567aba0cbb139881075538761db3ff5d");
    }

    #[test]
    fn bytes_that_are_no_model_are_refused() {
        for bytes in [&b""[..], b"no model", &[1; 64], &BUILT_IN[..1000]] {
            assert!(matches!(Finder::with(bytes), Err(BadModel)));
        }
    }

    #[test]
    fn a_picture_smaller_than_the_window_has_no_faces() {
        let finder = Finder::built_in();
        for (width, height) in [(1, 1), (39, 400), (400, 39), (40, 40)] {
            let luma = Luma { width, height, samples: vec![90; (width * height) as usize] };
            assert_eq!(finder.find(&luma, &mut Resizer::new()).unwrap(), []);
        }
    }
}
