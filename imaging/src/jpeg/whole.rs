//! The files our own decoder does not take: progressive ones, several scans, CMYK. `zune-jpeg` decodes them in its strict
//! mode and at full size.

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use crate::error::{ImageError, corrupt};
use crate::jpeg::outline::{MAX_SCANS, Outline};
use crate::raster::{Colour, Raster};

/// Decodes the picture into `samples`, as grey or RGB pixels.
pub(super) fn decode<'a>(outline: &Outline<'_>, samples: &'a mut Vec<u8>) -> Result<Raster<'a>, ImageError> {
    let (colours, channels) =
        if outline.colour() == Colour::Grey { (ColorSpace::Luma, 1) } else { (ColorSpace::RGB, 3) };
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(usize::from(outline.width))
        .set_max_height(usize::from(outline.height))
        .jpeg_set_max_scans(MAX_SCANS)
        .jpeg_set_out_colorspace(colours);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(outline.picture), options);
    decoder.decode_headers().map_err(undecodable)?;
    let expected = usize::from(outline.width) * usize::from(outline.height) * usize::from(channels);
    if decoder.output_buffer_size() != Some(expected) {
        return Err(corrupt("its headers contradict each other"));
    }
    samples.resize(expected, 0);
    decoder.decode_into(samples).map_err(undecodable)?;
    let (width, height) = (u32::from(outline.width), u32::from(outline.height));
    Ok(Raster::Pixels { width, height, channels, samples })
}

#[allow(clippy::needless_pass_by_value, reason = "the shape `map_err` wants")]
fn undecodable(error: zune_jpeg::errors::DecodeErrors) -> ImageError {
    corrupt(format!("it cannot be decoded ({error})"))
}
