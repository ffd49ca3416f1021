//! Pictures as files.

use std::io::{Error, Result};

use super::canvas::Canvas;

/// fal's own quality of JPEGs.
const QUALITY: u8 = 95;

/// The picture in a format of fal's: `png`, `webp`, otherwise JPEG.
pub(super) fn encode(canvas: &Canvas, format: &str) -> Result<Vec<u8>> {
    let Canvas { width, height, pixels } = canvas;
    let mut file = Vec::new();
    match format {
        "png" => {
            let mut encoder = png::Encoder::new(&mut file, *width, *height);
            encoder.set_color(png::ColorType::Rgb);
            encoder.set_depth(png::BitDepth::Eight);
            encoder.set_compression(png::Compression::Fast);
            let mut writer = encoder.write_header().map_err(Error::other)?;
            writer.write_image_data(pixels).map_err(Error::other)?;
            writer.finish().map_err(Error::other)?;
        }
        "webp" => {
            let encoder = image_webp::WebPEncoder::new(&mut file);
            encoder.encode(pixels, *width, *height, image_webp::ColorType::Rgb8).map_err(Error::other)?;
        }
        _ => {
            let side = |length: u32| u16::try_from(length).map_err(Error::other);
            jpeg_encoder::Encoder::new(&mut file, QUALITY)
                .encode(pixels, side(*width)?, side(*height)?, jpeg_encoder::ColorType::Rgb)
                .map_err(Error::other)?;
        }
    }
    Ok(file)
}
