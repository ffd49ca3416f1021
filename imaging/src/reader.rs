//! The steps from bytes to verdict, in the order that lets hostile files cost least: weight, kind, structure, size, and
//! only then pixels.

use aisha_openapi::vocabulary::PhotoFormat;
use fast_image_resize::Resizer;
use sha2::{Digest, Sha256};

use crate::error::ImageError;
use crate::exif::Orientation;
use crate::raster::Raster;
use crate::{Limits, Picture, jpeg, png, sniff, thumbnail, webp};

/// Buffers up to this size stay with the reader: fresh memory of this size costs ten milliseconds of page faults a
/// picture. A larger buffer, which only rare files need, is given back.
const KEPT: usize = 40 * 1024 * 1024;

/// Reads one picture after another with the same buffers. One for each thread; see [`crate::Pool`].
pub struct Reader {
    limits: Limits,
    planes: jpeg::Planes,
    samples: Vec<u8>,
    resizer: Resizer,
}

impl Reader {
    /// A reader that accepts what `limits` allow.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, planes: jpeg::Planes::default(), samples: Vec::new(), resizer: Resizer::new() }
    }

    /// Checks the whole file, decodes every part of it, and makes the thumbnail.
    ///
    /// What can be told is told: a cut, missing, surplus or contradictory part, a wrong PNG checksum. JPEG and WebP hold
    /// no checksums, so a flipped bit that still decodes is not seen; that is what `sha256` is for.
    pub fn read(&mut self, bytes: &[u8]) -> Result<Picture, ImageError> {
        let weight = bytes.len() as u64;
        if weight > self.limits.max_bytes {
            return Err(ImageError::FileTooLarge { bytes: weight, limit: self.limits.max_bytes });
        }
        let format = sniff::format(bytes)?;
        let seen = match format {
            PhotoFormat::Jpeg => self.read_jpeg(bytes),
            PhotoFormat::Png => self.read_png(bytes),
            PhotoFormat::Webp => self.read_webp(bytes),
        };
        if self.samples.capacity() > KEPT {
            self.samples = Vec::new();
        }
        let Seen { width, height, orientation, thumbnail } = seen?;
        let (width, height) = if orientation.swaps_sides() { (height, width) } else { (width, height) };
        Ok(Picture { format, width, height, thumbnail, sha256: Sha256::digest(bytes).into() })
    }

    fn read_jpeg(&mut self, bytes: &[u8]) -> Result<Seen, ImageError> {
        let outline = jpeg::Outline::of(bytes)?;
        let size = (u32::from(outline.width), u32::from(outline.height));
        self.admit(size)?;
        let raster = jpeg::decode(&outline, self.limits.thumbnail_side, &mut self.planes, &mut self.samples)?;
        let orientation = outline.exif.map(Orientation::of_exif).unwrap_or_default();
        see(&raster, size, orientation, &self.limits, &mut self.resizer)
    }

    fn read_png(&mut self, bytes: &[u8]) -> Result<Seen, ImageError> {
        let outline = png::Outline::of(bytes)?;
        let size = (outline.width, outline.height);
        self.admit(size)?;
        let raster = png::decode(&outline, &mut self.samples)?;
        let orientation = outline.exif.map(Orientation::of_exif).unwrap_or_default();
        see(&raster, size, orientation, &self.limits, &mut self.resizer)
    }

    fn read_webp(&mut self, bytes: &[u8]) -> Result<Seen, ImageError> {
        let outline = webp::Outline::of(bytes)?;
        let size = (outline.width, outline.height);
        self.admit(size)?;
        let raster = webp::decode(&outline, &mut self.samples)?;
        let orientation = outline.exif.map(Orientation::of_exif).unwrap_or_default();
        see(&raster, size, orientation, &self.limits, &mut self.resizer)
    }

    /// The size gate. It looks at the shorter and the longer side, so orientation does not matter.
    fn admit(&self, (width, height): (u32, u32)) -> Result<(), ImageError> {
        let Limits { min_side, max_side, .. } = self.limits;
        if width.max(height) > max_side {
            return Err(ImageError::ResolutionTooHigh { width, height, limit: max_side });
        }
        if width.min(height) < min_side {
            return Err(ImageError::ResolutionTooLow { width, height, limit: min_side });
        }
        Ok(())
    }
}

/// Reads one picture with buffers of its own. For more than one, keep a [`Reader`].
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Picture, ImageError> {
    Reader::new(*limits).read(bytes)
}

/// What the pixels gave; the size is as stored.
struct Seen {
    width: u32,
    height: u32,
    orientation: Orientation,
    thumbnail: Vec<u8>,
}

/// Everything that is made from decoded pixels, whatever format they came from.
fn see(
    raster: &Raster<'_>,
    (width, height): (u32, u32),
    orientation: Orientation,
    limits: &Limits,
    resizer: &mut Resizer,
) -> Result<Seen, ImageError> {
    let thumbnail = thumbnail::render(raster, (width, height), orientation, limits.thumbnail_side, resizer)?;
    Ok(Seen { width, height, orientation, thumbnail })
}
