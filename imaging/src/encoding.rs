//! Small pictures as JPEGs: one scan, 4:2:0, and nothing in the file but the picture.

use jpeg_encoder::{Encoder, ImageBuffer, JpegColorType, SamplingFactor};

use crate::error::{ImageError, corrupt};
use crate::small::Small;

impl Small {
    /// The picture as a JPEG of this quality.
    pub(crate) fn jpeg(&self, quality: u8) -> Result<Vec<u8>, ImageError> {
        let side = |length: u32| u16::try_from(length).map_err(|_| corrupt("its copy would be too large"));
        let planes = Planes { picture: self, width: side(self.width)?, height: side(self.height)? };
        // Two bits a pixel: most pictures take less.
        let mut jpeg = Vec::with_capacity(self.luma.len() / 4 + 1024);
        let mut encoder = Encoder::new(&mut jpeg, quality);
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        encoder.encode_image(planes).map_err(|error| corrupt(format!("no copy can be made of it ({error})")))?;
        jpeg.shrink_to_fit();
        Ok(jpeg)
    }
}

/// What the encoder asks for, row by row.
struct Planes<'a> {
    picture: &'a Small,
    width: u16,
    height: u16,
}

impl ImageBuffer for Planes<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        if self.picture.chroma.is_some() { JpegColorType::Ycbcr } else { JpegColorType::Luma }
    }

    fn width(&self) -> u16 {
        self.width
    }

    fn height(&self) -> u16 {
        self.height
    }

    /// The encoder wants colours for every pixel and keeps those of the upper left one of each four, which is what the
    /// planes hold.
    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let (y, width) = (usize::from(y), usize::from(self.width));
        let [luma, blue, red, _] = buffers;
        luma.extend_from_slice(&self.picture.luma[y * width..(y + 1) * width]);
        let Some(planes) = &self.picture.chroma else { return };
        let half = width.div_ceil(2);
        for (plane, buffer) in planes.iter().zip([blue, red]) {
            let row = &plane[y / 2 * half..(y / 2 + 1) * half];
            let end = buffer.len() + width;
            buffer.extend(row.iter().flat_map(|&sample| [sample; 2]));
            buffer.truncate(end);
        }
    }
}
