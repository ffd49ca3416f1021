//! Decoded pixels as the decoders leave them, and the one thing done with them: making them smaller.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::error::{ImageError, corrupt};

/// A decoded picture, borrowed from the buffers of a reader.
pub(crate) enum Raster<'a> {
    /// One plane for each colour component; planes may differ in size.
    Planes { planes: Vec<Plane<'a>>, colour: Colour },
    /// Whole pixels of 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGB, alpha) bytes.
    Pixels { width: u32, height: u32, channels: u8, samples: &'a [u8] },
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
    pub(crate) const fn channels(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Ycbcr | Self::Rgb => 3,
        }
    }
}

/// A small picture of whole pixels, without alpha.
pub(crate) struct Small {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) colour: Colour,
    pub(crate) pixels: Vec<u8>,
}

impl Raster<'_> {
    /// The picture at `width` × `height`, well filtered; transparent parts are laid over white.
    pub(crate) fn shrink(&self, width: u32, height: u32, resizer: &mut Resizer) -> Result<Small, ImageError> {
        let (colour, pixels) = match *self {
            Self::Planes { ref planes, colour } => (colour, shrink_planes(planes, width, height, resizer)?),
            Self::Pixels { width: from_width, height: from_height, channels, samples } => {
                let (kind, colour) = match channels {
                    1 => (PixelType::U8, Colour::Grey),
                    2 => (PixelType::U8x2, Colour::Grey),
                    3 => (PixelType::U8x3, Colour::Rgb),
                    _ => (PixelType::U8x4, Colour::Rgb),
                };
                let source = ImageRef::new(from_width, from_height, samples, kind).map_err(unscalable)?;
                let small = resize(&source, kind, (width, height), &filtered(), resizer)?;
                let pixels = match channels {
                    2 => over_white::<2, 1>(&small),
                    4 => over_white::<4, 3>(&small),
                    _ => small,
                };
                (colour, pixels)
            }
        };
        Ok(Small { width: width as usize, height: height as usize, colour, pixels })
    }
}

fn shrink_planes(planes: &[Plane<'_>], width: u32, height: u32, resizer: &mut Resizer) -> Result<Vec<u8>, ImageError> {
    let mut pixels = vec![0; width as usize * height as usize * planes.len()];
    for (index, plane) in planes.iter().enumerate() {
        let source = ImageRef::new(plane.stride, plane.rows, plane.samples, PixelType::U8).map_err(unscalable)?;
        let options = filtered().crop(0.0, 0.0, plane.width, plane.height);
        let small = resize(&source, PixelType::U8, (width, height), &options, resizer)?;
        for (pixel, sample) in pixels.chunks_exact_mut(planes.len()).zip(small) {
            pixel[index] = sample;
        }
    }
    Ok(pixels)
}

/// Catmull-Rom: at thumbnail size nobody can tell it from Lanczos, which takes twice as long.
fn filtered() -> ResizeOptions {
    ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom))
}

fn resize(
    source: &ImageRef<'_>,
    kind: PixelType,
    (width, height): (u32, u32),
    options: &ResizeOptions,
    resizer: &mut Resizer,
) -> Result<Vec<u8>, ImageError> {
    let mut small = Image::new(width, height, kind);
    resizer.resize(source, &mut small, options).map_err(unscalable)?;
    Ok(small.into_vec())
}

/// Drops the last of `FROM` channels, alpha, by laying the pixel over white.
fn over_white<const FROM: usize, const TO: usize>(samples: &[u8]) -> Vec<u8> {
    let mut flat = Vec::with_capacity(samples.len() / FROM * TO);
    for pixel in samples.as_chunks::<FROM>().0 {
        let alpha = u32::from(pixel[TO]);
        flat.extend(pixel[..TO].iter().map(|&sample| {
            let mixed = (u32::from(sample) * alpha + 255 * (255 - alpha) + 127) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        }));
    }
    flat
}

/// The resizer refuses only sizes that disagree with the buffer, which the decoders rule out; if it happens, the picture
/// is at fault, not the service.
fn unscalable(error: impl std::fmt::Display) -> ImageError {
    corrupt(format!("it cannot be scaled ({error})"))
}
