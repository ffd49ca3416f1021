//! Decoded pixels as the decoders leave them, and the one thing done with them: making a part of them smaller.

use fast_image_resize::Resizer;

use crate::error::ImageError;
use crate::scaling::{Crop, Samples, scaled};
use crate::small::Small;

/// A decoded picture, borrowed from the buffers of a reader.
pub(crate) enum Raster<'a> {
    /// One plane for each colour component; planes may differ in size.
    Planes { planes: Vec<Plane<'a>>, colour: Colour },
    /// Whole pixels: the samples of `colour`, and one more for alpha if `alpha`.
    Pixels { width: u32, height: u32, colour: Colour, alpha: bool, samples: &'a [u8] },
}

/// The samples of one colour component.
pub(crate) struct Plane<'a> {
    pub(crate) samples: &'a [u8],
    /// Samples from one row to the next.
    pub(crate) stride: u32,
    pub(crate) rows: u32,
    /// The part of the plane that is picture; the rest is padding. Fractional, because half of 1153 pixels is 576.5.
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// What the components of a picture mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colour {
    Grey,
    Ycbcr,
    Rgb,
}

impl Colour {
    /// Bytes for each pixel.
    pub(crate) const fn channels(self) -> u8 {
        match self {
            Self::Grey => 1,
            Self::Ycbcr | Self::Rgb => 3,
        }
    }
}

/// A part of a picture, in shares of its sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Region {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Region {
    pub(crate) const WHOLE: Self = Self { left: 0.0, top: 0.0, width: 1.0, height: 1.0 };
}

impl Raster<'_> {
    /// The samples across and down that there really are, which may be half of the pixels of the file.
    pub(crate) fn size(&self) -> (f64, f64) {
        match self {
            Self::Planes { planes, .. } => planes
                .iter()
                .fold((0.0, 0.0), |(width, height), plane| (plane.width.max(width), plane.height.max(height))),
            Self::Pixels { width, height, .. } => (f64::from(*width), f64::from(*height)),
        }
    }

    /// `region` at `width` × `height`, well filtered; transparent parts are laid over white.
    pub(crate) fn shrink(
        &self,
        region: Region,
        (width, height): (u32, u32),
        resizer: &mut Resizer,
    ) -> Result<Small, ImageError> {
        match *self {
            Self::Planes { ref planes, colour: Colour::Rgb } => {
                let planes = planes.iter().map(|plane| plane.shrink(region, (width, height), 1, resizer));
                let planes = planes.collect::<Result<Vec<_>, _>>()?;
                Ok(Small::of_rgb(width, height, &interleaved(&planes)))
            }
            Self::Planes { ref planes, .. } => {
                let mut planes = planes.iter().enumerate().map(|(index, plane)| {
                    // The copies have half the colours, so these need not be made larger first.
                    plane.shrink(region, (width, height), if index == 0 { 1 } else { 2 }, resizer)
                });
                let luma = planes.next().transpose()?.unwrap_or_default();
                let chroma = planes.next().transpose()?.zip(planes.next().transpose()?);
                Ok(Small::new(width, height, luma, chroma.map(|(blue, red)| [blue, red])))
            }
            Self::Pixels { width: from_width, height: from_height, colour, alpha, samples } => {
                let channels = colour.channels() + u8::from(alpha);
                let source = Samples { bytes: samples, stride: from_width, rows: from_height, channels };
                let crop = Crop::of(region, f64::from(from_width), f64::from(from_height));
                let pixels = scaled(&source, crop, (width, height), resizer)?;
                let pixels = if alpha { over_white(&pixels, channels.into()) } else { pixels };
                Ok(match colour {
                    Colour::Grey => Small::new(width, height, pixels, None),
                    Colour::Ycbcr => Small::of_ycbcr(width, height, &pixels),
                    Colour::Rgb => Small::of_rgb(width, height, &pixels),
                })
            }
        }
    }
}

impl Plane<'_> {
    /// `region` of the plane, for a picture of `width` × `height` in which `step` pixels share a sample.
    fn shrink(
        &self,
        region: Region,
        (width, height): (u32, u32),
        step: u32,
        resizer: &mut Resizer,
    ) -> Result<Vec<u8>, ImageError> {
        let mut crop = Crop::of(region, self.width, self.height);
        let (across, down) = (width.div_ceil(step), height.div_ceil(step));
        // The last sample of an odd side stands for pixels beyond the picture, which the plane has in its padding.
        crop.width *= f64::from(across * step) / f64::from(width);
        crop.height *= f64::from(down * step) / f64::from(height);
        let source = Samples { bytes: self.samples, stride: self.stride, rows: self.rows, channels: 1 };
        scaled(&source, crop, (across, down), resizer)
    }
}

fn interleaved(planes: &[Vec<u8>]) -> Vec<u8> {
    let mut pixels = vec![0; planes.iter().map(Vec::len).sum()];
    for (index, plane) in planes.iter().enumerate() {
        for (pixel, &sample) in pixels.chunks_exact_mut(planes.len()).zip(plane) {
            pixel[index] = sample;
        }
    }
    pixels
}

/// Drops the last of `channels`, alpha, by laying the pixel over white.
fn over_white(samples: &[u8], channels: usize) -> Vec<u8> {
    let mut flat = Vec::with_capacity(samples.len() / channels * (channels - 1));
    for pixel in samples.chunks_exact(channels) {
        let alpha = u32::from(pixel[channels - 1]);
        flat.extend(pixel[..channels - 1].iter().map(|&sample| {
            let mixed = (u32::from(sample) * alpha + 255 * (255 - alpha) + 127) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        }));
    }
    flat
}
