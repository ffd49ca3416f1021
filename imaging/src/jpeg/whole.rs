//! The files our own decoder does not take: progressive ones, several scans, CMYK. `zune-jpeg` decodes them in its strict
//! mode and at full size.

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use crate::error::{ImageError, corrupt};
use crate::jpeg::outline::{MAX_SCANS, Outline};
use crate::raster::{Colour, Raster};

/// Decodes the picture into `samples`, as whole pixels: grey, in the colours of JPEG where they are, and RGB otherwise.
pub(super) fn decode<'a>(outline: &Outline<'_>, samples: &'a mut Vec<u8>) -> Result<Raster<'a>, ImageError> {
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(usize::from(outline.width))
        .set_max_height(usize::from(outline.height))
        .jpeg_set_max_scans(MAX_SCANS);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(outline.picture), options);
    decoder.decode_headers().map_err(undecodable)?;
    // The decoder may see other colours than the outline does, and it knows no way between all of them.
    let (colour, space) = match (outline.colour(), decoder.input_colorspace()) {
        (Colour::Grey, _) => (Colour::Grey, ColorSpace::Luma),
        (Colour::Ycbcr, Some(ColorSpace::YCbCr)) => (Colour::Ycbcr, ColorSpace::YCbCr),
        _ => (Colour::Rgb, ColorSpace::RGB),
    };
    decoder.set_options(options.jpeg_set_out_colorspace(space));
    let (width, height) = (u32::from(outline.width), u32::from(outline.height));
    let expected = width as usize * height as usize * usize::from(colour.channels());
    if decoder.output_buffer_size() != Some(expected) {
        return Err(corrupt("its headers contradict each other"));
    }
    samples.resize(expected, 0);
    decoder.decode_into(samples).map_err(undecodable)?;
    Ok(Raster::Pixels { width, height, colour, alpha: false, samples })
}

#[allow(clippy::needless_pass_by_value, reason = "the shape `map_err` wants")]
fn undecodable(error: zune_jpeg::errors::DecodeErrors) -> ImageError {
    corrupt(format!("it cannot be decoded ({error})"))
}
