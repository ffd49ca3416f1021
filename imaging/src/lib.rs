//! Bytes in, verdict out: is this file a whole, honest photo of a usable size, and what does it look like small?
//!
//! Read in this order: [`Reader`] tells the steps of one picture; `sniff` names the format by content; `jpeg`, `png` and
//! `webp` each give an *outline* (the structure, walked before any decoder allocates) and a strict decode; `raster` and
//! `thumbnail` make the small upright picture; [`Pool`] puts readers on threads of their own, because this is pure CPU
//! work that must not run on the async runtime.
//!
//! This room is a crate of its own for one reason: the pixel loops need optimisation in every build profile, and Cargo
//! gives profiles per crate.

mod error;
mod exif;
mod jpeg;
mod png;
mod pool;
mod raster;
mod reader;
mod sniff;
mod thumbnail;
mod trailer;
mod webp;

#[cfg(test)]
mod tests;

use aisha_openapi::vocabulary::PhotoFormat;

pub use error::{Found, ImageError};
pub use pool::Pool;
pub use reader::{Reader, read};

/// What a file may weigh and measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The heaviest file, in bytes.
    pub max_bytes: u64,
    /// The shorter side must have at least this many pixels.
    pub min_side: u32,
    /// The longer side may have at most this many pixels.
    pub max_side: u32,
    /// The longer side of the thumbnail, in pixels; a smaller picture keeps its size.
    pub thumbnail_side: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_bytes: 10 * 1024 * 1024, min_side: 512, max_side: 4096, thumbnail_side: 320 }
    }
}

/// A file that passed every check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// What the content is, whatever the file was called.
    pub format: PhotoFormat,
    /// Pixels across, after the EXIF orientation is applied.
    pub width: u32,
    /// Pixels down, after the EXIF orientation is applied.
    pub height: u32,
    /// A JPEG of the whole picture, upright, without any metadata of the original.
    pub thumbnail: Vec<u8>,
    /// SHA-256 of the file as it came.
    pub sha256: [u8; 32],
}
