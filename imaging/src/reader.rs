//! The steps from bytes to verdict, in the order that lets hostile files cost least: weight, kind, structure, size, and
//! only then pixels. The pixels are decoded once, and everything is made from them.

use aisha_openapi::vocabulary::PhotoFormat;
use fast_image_resize::Resizer;
use sha2::{Digest, Sha256};

use crate::error::ImageError;
use crate::exif::{self, Orientation};
use crate::measures::faces::{BadModel, Finder};
use crate::profile::Conversion;
use crate::raster::{Raster, Region};
use crate::small::fit;
use crate::{Limits, Measures, Origin, Picture, Renderings, jpeg, measures, png, renderings, sniff, webp};

/// Buffers up to this size stay with the reader: fresh memory of this size costs ten milliseconds of page faults a
/// picture. A larger buffer, which only rare files need, is given back.
const KEPT: usize = 40 * 1024 * 1024;

/// Reads one picture after another with the same buffers. One for each thread; see [`crate::Pool`].
pub struct Reader {
    planes: jpeg::Planes,
    samples: Vec<u8>,
    eye: Eye,
}

impl Reader {
    /// A reader that accepts what `limits` allow, and looks for faces with the built-in model.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self::of(limits, Some(Finder::built_in()))
    }

    /// A reader that looks for faces with `model`, a model file of the `SeetaFace` detector. Without one it does not look:
    /// [`Measures::faces`] and [`Renderings::face`] are `None`.
    ///
    /// # Errors
    /// When the bytes are not such a model.
    pub fn with_model(limits: Limits, model: Option<&[u8]>) -> Result<Self, BadModel> {
        Ok(Self::of(limits, model.map(Finder::with).transpose()?))
    }

    fn of(limits: Limits, finder: Option<Finder>) -> Self {
        let eye = Eye { limits, finder, resizer: Resizer::new() };
        Self { planes: jpeg::Planes::default(), samples: Vec::new(), eye }
    }

    /// Checks the whole file, decodes every part of it, measures it, and makes the small pictures.
    ///
    /// What can be told is told: a cut, missing, surplus or contradictory part, a wrong PNG checksum. JPEG and WebP hold
    /// no checksums, so a flipped bit that still decodes is not seen; that is what `sha256` is for.
    pub fn read(&mut self, bytes: &[u8]) -> Result<Picture, ImageError> {
        let (weight, limit) = (bytes.len() as u64, self.eye.limits.max_bytes);
        if weight > limit {
            return Err(ImageError::FileTooLarge { bytes: weight, limit });
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
        if self.planes.capacity() > KEPT {
            self.planes = jpeg::Planes::default();
        }
        let Seen { said: Said { size: (width, height), exif, .. }, measures, renderings } = seen?;
        Ok(Picture {
            format,
            width,
            height,
            sha256: Sha256::digest(bytes).into(),
            taken_on: exif.and_then(exif::taken_on),
            measures,
            renderings,
        })
    }

    /// The same for pictures from wherever they are.
    pub fn read_from(&mut self, origin: Origin, bytes: &[u8]) -> Result<Picture, ImageError> {
        let limits = self.eye.limits;
        let (of_origin, finder) = match origin {
            Origin::Photo => return self.read(bytes),
            Origin::Model => (limits.of(origin), self.eye.finder.take()),
        };
        self.eye.limits = of_origin;
        let read = self.read(bytes);
        (self.eye.limits, self.eye.finder) = (limits, finder);
        read
    }

    fn read_jpeg<'f>(&mut self, bytes: &'f [u8]) -> Result<Seen<'f>, ImageError> {
        let outline = jpeg::Outline::of(bytes)?;
        let size = (u32::from(outline.width), u32::from(outline.height));
        self.eye.limits.admit(size)?;
        let raster = jpeg::decode(&outline, self.eye.limits.training_side, &mut self.planes, &mut self.samples)?;
        let conversion = outline.profile().and_then(|profile| Conversion::of(&profile));
        self.eye.see(&raster, Said { size, exif: outline.exif, conversion })
    }

    fn read_png<'f>(&mut self, bytes: &'f [u8]) -> Result<Seen<'f>, ImageError> {
        let outline = png::Outline::of(bytes)?;
        let size = (outline.width, outline.height);
        self.eye.limits.admit(size)?;
        let raster = png::decode(&outline, &mut self.samples)?;
        let conversion = outline.profile().and_then(|profile| Conversion::of(&profile));
        self.eye.see(&raster, Said { size, exif: outline.exif, conversion })
    }

    fn read_webp<'f>(&mut self, bytes: &'f [u8]) -> Result<Seen<'f>, ImageError> {
        let outline = webp::Outline::of(bytes)?;
        let size = (outline.width, outline.height);
        self.eye.limits.admit(size)?;
        let raster = webp::decode(&outline, &mut self.samples)?;
        let conversion = outline.profile.and_then(Conversion::of);
        self.eye.see(&raster, Said { size, exif: outline.exif, conversion })
    }
}

/// Reads one picture with buffers of its own. For more than one, keep a [`Reader`].
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Picture, ImageError> {
    Reader::new(*limits).read(bytes)
}

impl Limits {
    /// The size gate. It looks at the shorter and the longer side, so orientation does not matter.
    fn admit(&self, (width, height): (u32, u32)) -> Result<(), ImageError> {
        if width.max(height) > self.max_side {
            return Err(ImageError::ResolutionTooHigh { width, height, limit: self.max_side });
        }
        if width.min(height) < self.min_side {
            return Err(ImageError::ResolutionTooLow { width, height, limit: self.min_side });
        }
        Ok(())
    }
}

/// What a file says about its picture.
struct Said<'f> {
    /// As stored.
    size: (u32, u32),
    exif: Option<&'f [u8]>,
    conversion: Option<Conversion>,
}

/// What the pixels gave.
struct Seen<'f> {
    /// The size is upright now.
    said: Said<'f>,
    measures: Measures,
    renderings: Renderings,
}

/// What looks at decoded pixels, whatever format they came from.
struct Eye {
    limits: Limits,
    finder: Option<Finder>,
    resizer: Resizer,
}

impl Eye {
    fn see<'f>(&mut self, raster: &Raster<'_>, mut said: Said<'f>) -> Result<Seen<'f>, ImageError> {
        let Limits { training_side, thumbnail_side, face_side, .. } = self.limits;
        let orientation = said.exif.map(Orientation::of_exif).unwrap_or_default();
        let in_srgb = |picture| match &said.conversion {
            Some(conversion) => conversion.apply(picture),
            None => picture,
        };
        let (width, height) = said.size;
        let training = raster.shrink(Region::WHOLE, fit(width, height, training_side), &mut self.resizer)?;
        let training = in_srgb(training).turned(orientation);
        let measures = measures::measure(&training, width.min(height), self.finder.as_ref(), &mut self.resizer)?;
        let largest = measures.faces.as_ref().and_then(|faces| faces.first());
        let face = largest.map(|face| {
            renderings::around(face, raster, orientation, face_side, &mut self.resizer)
                .and_then(|face| in_srgb(face).jpeg(renderings::FINE))
        });
        let renderings = Renderings {
            thumbnail: training.shrunk(thumbnail_side, &mut self.resizer)?.jpeg(renderings::SMALL)?,
            training: training.jpeg(renderings::FINE)?,
            face: face.transpose()?,
        };
        if orientation.swaps_sides() {
            said.size = (height, width);
        }
        Ok(Seen { said, measures, renderings })
    }
}
