//! Bytes in, verdict out: is this file a whole, honest photo of a usable size, and what does it look like small?
//!
//! Read in this order: [`Reader`] tells the steps of one picture; `sniff` names the format by content; `jpeg`, `png` and
//! `webp` each give an *outline* (the structure, walked before any decoder allocates) and a strict decode; `raster`,
//! `small`, `turning` and `encoding` (or `turbo`) make the small upright pictures; `measures` looks at one of them; [`sheet`] puts many
//! thumbnails on one page; [`fence`] puts readers in processes of their own, because no decoder of strangers' files should
//! share a process with the service.
//!
//! This room is a crate of its own for one reason: the pixel loops need optimisation in every build profile, and Cargo
//! gives profiles per crate.

#[cfg(not(feature = "turbo"))]
mod encoding;
mod error;
mod exif;
pub mod fence;
mod jpeg;
mod measures;
mod png;
mod profile;
mod raster;
mod reader;
mod renderings;
mod scaling;
pub mod sheet;
mod small;
mod sniff;
mod trailer;
#[cfg(feature = "turbo")]
mod turbo;
mod turning;
mod webp;

#[cfg(test)]
mod tests;

use aisha_openapi::photos::{Face, Quality};
use aisha_openapi::vocabulary::PhotoFormat;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use error::{Found, ImageError};
pub use fence::{FaceModel, Pool, PoolError, PoolSettings};
pub use measures::faces::BadModel;
pub use measures::hash::PerceptualHash;
pub use reader::{Reader, read};

/// What a file may weigh and measure, and how large the pictures made from it are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The heaviest file, in bytes.
    pub max_bytes: u64,
    /// The shorter side must have at least this many pixels.
    pub min_side: u32,
    /// The longer side may have at most this many pixels.
    pub max_side: u32,
    /// The longer side of the training copy, in pixels; a smaller picture keeps its size.
    pub training_side: u32,
    /// The longer side of the thumbnail, in pixels; a smaller picture keeps its size.
    pub thumbnail_side: u32,
    /// The side of the square around the face, in pixels; a smaller face keeps its size.
    pub face_side: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 10 * 1024 * 1024,
            min_side: 512,
            max_side: 4096,
            training_side: 1536,
            thumbnail_side: 320,
            face_side: 512,
        }
    }
}

/// Where a picture is from, which is what is asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// A person has sent it to learn from.
    Photo,
    /// A model has made it: it may be as small as it likes, and nobody looks for faces.
    Model,
}

impl Limits {
    /// The heaviest file that is read, in bytes.
    #[must_use]
    pub const fn max_bytes(&self, origin: Origin) -> u64 {
        match origin {
            Origin::Photo => self.max_bytes,
            Origin::Model => MADE_BYTES,
        }
    }

    /// What is asked of pictures from there.
    const fn of(self, origin: Origin) -> Self {
        match origin {
            Origin::Photo => self,
            Origin::Model => Self { max_bytes: MADE_BYTES, min_side: 1, max_side: MADE_SIDE, ..self },
        }
    }
}

/// The heaviest picture of a model: 2048 by 2048 pixels as a PNG of noise have some 12 MB.
const MADE_BYTES: u64 = 32 * 1024 * 1024;
/// The longest side of a model's picture; the largest that is on offer has 2048.
const MADE_SIDE: u32 = 4096;

/// A file that passed every check, and all that is made from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// What the content is, whatever the file was called.
    pub format: PhotoFormat,
    /// Pixels across, after the EXIF orientation is applied.
    pub width: u32,
    /// Pixels down, after the EXIF orientation is applied.
    pub height: u32,
    /// SHA-256 of the file as it came.
    pub sha256: [u8; 32],
    /// The day on which the camera says it was taken, by the camera's own clock.
    pub taken_on: Option<NaiveDate>,
    /// What is seen in it.
    pub measures: Measures,
    /// The pictures made from it.
    pub renderings: Renderings,
}

/// The pictures made from a photo: JPEGs, upright, sRGB, without any metadata of the original.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renderings {
    /// What a trainer is given.
    pub training: Vec<u8>,
    /// The whole picture, small.
    pub thumbnail: Vec<u8>,
    /// A square around the largest face.
    pub face: Option<Vec<u8>>,
}

/// What is seen in a photo. It depends on the picture alone, never on its name or its neighbours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    /// The largest first; `None` when nobody looked, because there is no model to look with.
    pub faces: Option<Vec<Face>>,
    /// How good it is to learn from.
    pub quality: Quality,
    /// What it looks like.
    pub hash: PerceptualHash,
    /// What its mirror image looks like.
    pub mirrored: PerceptualHash,
}
