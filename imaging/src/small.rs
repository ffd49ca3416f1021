//! Small pictures on their way to becoming JPEGs, in the shape that JPEGs have inside: a plane of brightness, and two of
//! colour with a sample for each four pixels. What comes from a JPEG never leaves that shape.

use fast_image_resize::Resizer;

use crate::error::ImageError;
use crate::raster::Region;
use crate::scaling::{Crop, Samples, scaled};

/// A small picture without alpha, in the colours of JFIF (ITU-R BT.601 at full range).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Small {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) luma: Vec<u8>,
    /// Blue and red difference, half as wide and half as high, rounded up; nothing when grey.
    pub(crate) chroma: Option<[Vec<u8>; 2]>,
}

impl Small {
    pub(crate) const fn new(width: u32, height: u32, luma: Vec<u8>, chroma: Option<[Vec<u8>; 2]>) -> Self {
        Self { width, height, luma, chroma }
    }

    /// From pixels of three bytes.
    pub(crate) fn of_rgb(width: u32, height: u32, pixels: &[u8]) -> Self {
        let luma = |[red, green, blue]: [u8; 3]| {
            let sum = 19_595 * i32::from(red) + 38_470 * i32::from(green) + 7_471 * i32::from(blue);
            byte((sum + 0x8000) >> 16)
        };
        // Of the sums over four pixels.
        let chroma = |[red, green, blue]: [i32; 3]| {
            [
                byte((-11_059 * red - 21_709 * green + 32_768 * blue + CENTRE) >> 18),
                byte((32_768 * red - 27_439 * green - 5_329 * blue + CENTRE) >> 18),
            ]
        };
        Self::of_pixels(width, height, pixels, luma, chroma)
    }

    /// From pixels of three bytes that are in these colours already.
    pub(crate) fn of_ycbcr(width: u32, height: u32, pixels: &[u8]) -> Self {
        let chroma = |[_, blue, red]: [i32; 3]| [byte((blue + 2) >> 2), byte((red + 2) >> 2)];
        Self::of_pixels(width, height, pixels, |[luma, ..]| luma, chroma)
    }

    /// The pixels as three bytes each; nothing when grey.
    pub(crate) fn rgb(&self) -> Option<Vec<u8>> {
        let [blues, reds] = self.chroma.as_ref()?;
        let (width, half) = (self.width as usize, self.width.div_ceil(2) as usize);
        let mut pixels = Vec::with_capacity(self.luma.len() * 3);
        for (y, row) in self.luma.chunks_exact(width).enumerate() {
            let (blues, reds) = (&blues[y / 2 * half..], &reds[y / 2 * half..]);
            for (x, &luma) in row.iter().enumerate() {
                let luma = (i32::from(luma) << 16) + 0x8000;
                let (blue, red) = (i32::from(blues[x / 2]) - 128, i32::from(reds[x / 2]) - 128);
                pixels.extend([
                    byte((luma + 91_881 * red) >> 16),
                    byte((luma - 22_554 * blue - 46_802 * red) >> 16),
                    byte((luma + 116_130 * blue) >> 16),
                ]);
            }
        }
        Some(pixels)
    }

    /// The same with a longer side of `side`; a smaller picture keeps its size.
    pub(crate) fn shrunk(&self, side: u32, resizer: &mut Resizer) -> Result<Self, ImageError> {
        let (width, height) = fit(self.width, self.height, side);
        if (width, height) == (self.width, self.height) {
            return Ok(self.clone());
        }
        let luma = shrunk_plane(&self.luma, (self.width, self.height), (width, height), resizer)?;
        let from = (self.width.div_ceil(2), self.height.div_ceil(2));
        let to = (width.div_ceil(2), height.div_ceil(2));
        let chroma = match &self.chroma {
            None => None,
            Some([blue, red]) => Some([shrunk_plane(blue, from, to, resizer)?, shrunk_plane(red, from, to, resizer)?]),
        };
        Ok(Self { width, height, luma, chroma })
    }

    /// From pixels of three bytes; `chroma` gets the sums over four pixels.
    #[inline]
    fn of_pixels(
        width: u32,
        height: u32,
        pixels: &[u8],
        luma: impl Fn([u8; 3]) -> u8,
        chroma: impl Fn([i32; 3]) -> [u8; 2],
    ) -> Self {
        let pixels = pixels.as_chunks::<3>().0;
        let lumas = pixels.iter().map(|&pixel| luma(pixel)).collect();
        let samples = width.div_ceil(2) as usize * height.div_ceil(2) as usize;
        let (mut blues, mut reds) = (Vec::with_capacity(samples), Vec::with_capacity(samples));
        let mut rows = pixels.chunks_exact(width as usize);
        while let Some(upper) = rows.next() {
            // At an odd edge the last pixels count twice.
            let lower = rows.next().unwrap_or(upper);
            for (upper, lower) in upper.chunks(2).zip(lower.chunks(2)) {
                let [a, b] = [upper[0], lower[0]];
                let [c, d] = [*upper.last().unwrap_or(&a), *lower.last().unwrap_or(&b)];
                let sum = |i: usize| i32::from(a[i]) + i32::from(b[i]) + i32::from(c[i]) + i32::from(d[i]);
                let [blue, red] = chroma([sum(0), sum(1), sum(2)]);
                blues.push(blue);
                reds.push(red);
            }
        }
        Self { width, height, luma: lumas, chroma: Some([blues, reds]) }
    }
}

/// One plane of `from` samples at the size `to`.
pub(crate) fn shrunk_plane(
    samples: &[u8],
    from: (u32, u32),
    to: (u32, u32),
    resizer: &mut Resizer,
) -> Result<Vec<u8>, ImageError> {
    let crop = Crop::of(Region::WHOLE, f64::from(from.0), f64::from(from.1));
    scaled(&Samples { bytes: samples, stride: from.0, rows: from.1, channels: 1 }, crop, to, resizer)
}

/// The size within `side` × `side` that keeps the proportions, at least one pixel each way; a smaller one is kept.
pub(crate) fn fit(width: u32, height: u32, side: u32) -> (u32, u32) {
    let longer = width.max(height);
    if longer <= side {
        return (width, height);
    }
    let scale = |length: u32| {
        let rounded = (u64::from(length) * u64::from(side) + u64::from(longer) / 2) / u64::from(longer);
        u32::try_from(rounded).unwrap_or(side).max(1)
    };
    (scale(width), scale(height))
}

/// The middle of the colour differences, and one half for rounding, at 18 binary places.
const CENTRE: i32 = (128 << 18) + (1 << 17);

#[inline]
fn byte(value: i32) -> u8 {
    u8::try_from(value.clamp(0, 255)).unwrap_or(u8::MAX)
}
