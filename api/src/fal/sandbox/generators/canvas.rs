//! RGB pixels that are filled and written on. What would stand beyond the edges is not drawn.

use std::convert::Infallible;

use embedded_graphics::Drawable;
use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{Dimensions, OriginDimensions, Point, Size};
use embedded_graphics::mono_font::MonoTextStyle;
use embedded_graphics::mono_font::iso_8859_5::FONT_10X20;
use embedded_graphics::pixelcolor::{Rgb888, RgbColor};
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::{Baseline, Text};

/// Dots across and down in a letter. The font has Latin and Cyrillic letters; others become question marks.
pub(super) const LETTER: Size = Size::new(10, 20);

/// Pixels, all of one colour at first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Canvas {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Row by row, three bytes each.
    pub(super) pixels: Vec<u8>,
}

impl Canvas {
    pub(super) fn new((width, height): (u32, u32), colour: Rgb888) -> Self {
        let mut pixels = vec![0; width as usize * height as usize * 3];
        pixels.as_chunks_mut::<3>().0.fill(bytes(colour));
        Self { width, height, pixels }
    }

    pub(super) fn fill(&mut self, area: Rectangle, colour: Rgb888) {
        let area = area.intersection(&self.bounding_box());
        let (left, width) = (usize::try_from(area.top_left.x).unwrap_or(0), area.size.width as usize);
        for y in area.rows() {
            let start = (usize::try_from(y).unwrap_or(0) * self.width as usize + left) * 3;
            self.pixels[start..start + width * 3].as_chunks_mut::<3>().0.fill(bytes(colour));
        }
    }

    /// Writes a line whose dots have so many pixels.
    pub(super) fn write(&mut self, line: &str, top_left: Point, dot: u32, ink: Rgb888) {
        let mut dots = Dots { canvas: self, top_left, dot };
        let style = MonoTextStyle::new(&FONT_10X20, ink);
        let Ok(_) = Text::with_baseline(line, Point::zero(), style, Baseline::Top).draw(&mut dots);
    }
}

impl OriginDimensions for Canvas {
    fn size(&self) -> Size {
        Size::new(self.width, self.height)
    }
}

/// The canvas under a lens: each dot is a square of pixels.
struct Dots<'a> {
    canvas: &'a mut Canvas,
    top_left: Point,
    dot: u32,
}

impl DrawTarget for Dots<'_> {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        let side = Size::new_equal(self.dot);
        for Pixel(place, colour) in pixels {
            let corner = self.top_left + place.component_mul(Point::zero() + side);
            self.canvas.fill(Rectangle::new(corner, side), colour);
        }
        Ok(())
    }
}

impl OriginDimensions for Dots<'_> {
    fn size(&self) -> Size {
        self.canvas.size()
    }
}

fn bytes(colour: Rgb888) -> [u8; 3] {
    [colour.r(), colour.g(), colour.b()]
}
