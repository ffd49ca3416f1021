//! libjpeg-turbo, for builds with the feature `turbo`: it writes JPEGs three times as fast as the encoder in Rust, and
//! reads progressive files in half of the time and memory. Ordinary files are still read by our own decoder, which is
//! as fast and accepts less. It is C, and runs behind the fence like all that reads a stranger's bytes.

use std::borrow::Cow;

use turbojpeg::{Compressor, Decompressor, Image, PixelFormat, ScalingFactor, Subsamp, YuvPlanesImage};

use crate::error::{ImageError, corrupt};
use crate::raster::{Colour, Raster};
use crate::small::Small;

impl Small {
    /// The picture as a JPEG of this quality: one scan, 4:2:0.
    pub(crate) fn jpeg(&self, quality: u8) -> Result<Vec<u8>, ImageError> {
        self.write(quality).map_err(|error| corrupt(format!("no copy can be made of it ({error})")))
    }

    fn write(&self, quality: u8) -> turbojpeg::Result<Vec<u8>> {
        let (width, height) = (self.width as usize, self.height as usize);
        let mut compressor = Compressor::new()?;
        compressor.set_quality(quality.into())?;
        let Some([blue, red]) = &self.chroma else {
            let image = Image { pixels: &*self.luma, width, pitch: width, height, format: PixelFormat::GRAY };
            compressor.set_subsamp(Subsamp::Gray)?;
            return compressor.compress_to_vec(image);
        };
        let half = width.div_ceil(2);
        compressor.compress_yuv_planes_to_vec(&YuvPlanesImage {
            y_plane: &*self.even_luma(),
            u_plane: blue,
            v_plane: red,
            width,
            height,
            y_stride: 2 * half,
            u_stride: half,
            v_stride: half,
            subsamp: Subsamp::Sub2x2,
        })
    }

    /// The brightness with even sides, which is how libjpeg-turbo wants it: an odd side has its last samples twice.
    fn even_luma(&self) -> Cow<'_, [u8]> {
        let (width, height) = (self.width as usize, self.height as usize);
        if width.is_multiple_of(2) && height.is_multiple_of(2) {
            return Cow::Borrowed(&self.luma);
        }
        let rows = self.luma.chunks_exact(width);
        let last = rows.clone().last().filter(|_| !height.is_multiple_of(2));
        let mut luma = Vec::with_capacity(width.next_multiple_of(2) * height.next_multiple_of(2));
        for row in rows.chain(last) {
            luma.extend_from_slice(row);
            luma.extend(row.last().filter(|_| !width.is_multiple_of(2)));
        }
        Cow::Owned(luma)
    }
}

/// Decodes a picture that is grey or has three components into `samples`, at half size if that will do. Every warning
/// counts as damage.
pub(crate) fn decode<'a>(
    picture: &[u8],
    (width, height): (u32, u32),
    is_grey: bool,
    is_half: bool,
    samples: &'a mut Vec<u8>,
) -> Result<Raster<'a>, ImageError> {
    let scale = if is_half { ScalingFactor::ONE_HALF } else { ScalingFactor::ONE };
    let (across, down) = (scale.scale(width as usize), scale.scale(height as usize));
    let (colour, format) = if is_grey { (Colour::Grey, PixelFormat::GRAY) } else { (Colour::Rgb, PixelFormat::RGB) };
    let pitch = across * format.size();
    samples.resize(pitch * down, 0);
    let mut read = || {
        let mut decompressor = Decompressor::new()?;
        let header = decompressor.read_header(picture)?;
        if (header.width, header.height) != (width as usize, height as usize) {
            return Ok(false);
        }
        decompressor.set_scaling_factor(scale)?;
        let image = Image { pixels: samples.as_mut_slice(), width: across, pitch, height: down, format };
        decompressor.decompress(picture, image).map(|()| true)
    };
    let is_whole = read().map_err(|error: turbojpeg::Error| corrupt(format!("it cannot be decoded ({error})")))?;
    if !is_whole {
        return Err(corrupt("its headers contradict each other"));
    }
    let halved = |side: u32| if is_half { side.div_ceil(2) } else { side };
    Ok(Raster::Pixels { width: halved(width), height: halved(height), colour, alpha: false, samples })
}
