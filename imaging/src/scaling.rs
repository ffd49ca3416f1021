//! Samples at another size, by `fast_image_resize`.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x2, U8x3, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

use crate::error::{ImageError, corrupt};
use crate::raster::Region;

/// Samples in rows.
pub(crate) struct Samples<'a> {
    pub(crate) bytes: &'a [u8],
    /// Pixels from one row to the next.
    pub(crate) stride: u32,
    pub(crate) rows: u32,
    /// Bytes in a pixel, 1 to 4; the last of two or four is alpha.
    pub(crate) channels: u8,
}

/// The part that is scaled, in pixels of the source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crop {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Crop {
    /// `region` of a picture of `width` × `height`.
    pub(crate) fn of(region: Region, width: f64, height: f64) -> Self {
        Self {
            left: region.left * width,
            top: region.top * height,
            width: region.width * width,
            height: region.height * height,
        }
    }
}

/// `crop` of `source` at `width` × `height`.
pub(crate) fn scaled(
    source: &Samples<'_>,
    crop: Crop,
    (width, height): (u32, u32),
    resizer: &mut Resizer,
) -> Result<Vec<u8>, ImageError> {
    // Rounding may carry a crop over the edge by a hair, and the resizer allows nothing there.
    let left = crop.left.clamp(0.0, f64::from(source.stride - 1));
    let top = crop.top.clamp(0.0, f64::from(source.rows - 1));
    let across = crop.width.min(f64::from(source.stride) - left);
    let down = crop.height.min(f64::from(source.rows) - top);
    let options =
        ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).crop(left, top, across, down);
    match source.channels {
        1 => resized::<U8>(source, (width, height), &options, resizer),
        2 => resized::<U8x2>(source, (width, height), &options, resizer),
        3 => resized::<U8x3>(source, (width, height), &options, resizer),
        _ => resized::<U8x4>(source, (width, height), &options, resizer),
    }
}

/// One kind of pixel at a time: the resizer's own choice by kind would have all thirteen compiled into this crate.
fn resized<P: PixelTrait>(
    source: &Samples<'_>,
    (width, height): (u32, u32),
    options: &ResizeOptions,
    resizer: &mut Resizer,
) -> Result<Vec<u8>, ImageError> {
    let image = TypedImageRef::<P>::from_buffer(source.stride, source.rows, source.bytes).map_err(unscalable)?;
    let mut samples = vec![0; width as usize * height as usize * P::size()];
    let mut small = TypedImage::<P>::from_buffer(width, height, &mut samples).map_err(unscalable)?;
    resizer.resize_typed(&image, &mut small, options).map_err(unscalable)?;
    Ok(samples)
}

/// The resizer refuses only sizes that disagree with the buffer, which the decoders rule out; if it happens, the picture
/// is at fault, not the service.
fn unscalable(error: impl std::fmt::Display) -> ImageError {
    corrupt(format!("it cannot be scaled ({error})"))
}
