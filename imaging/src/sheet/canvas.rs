//! Paper: RGB pixels that can be filled, pasted on and written on. What would stand beyond its edges is not drawn.

use super::glyphs::Glyph;

/// A colour.
pub(super) type Rgb = [u8; 3];

/// A square part of a canvas, in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Square {
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) side: usize,
}

impl Square {
    /// The square that is smaller by `margin` on each edge.
    pub(super) const fn within(self, margin: usize) -> Self {
        Self { left: self.left + margin, top: self.top + margin, side: self.side.saturating_sub(2 * margin) }
    }
}

/// Paper.
pub(super) struct Canvas {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Row by row, three bytes each.
    pub(super) pixels: Vec<u8>,
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize, paper: Rgb) -> Self {
        Self { width, height, pixels: paper.repeat(width * height) }
    }

    pub(super) fn fill(&mut self, square: Square, colour: Rgb) {
        self.fill_rectangle(square.left, square.top, square.side, square.side, colour);
    }

    /// Lays RGB rows of `width` pixels down.
    pub(super) fn paste(&mut self, left: usize, top: usize, width: usize, pixels: &[u8]) {
        for (row, samples) in pixels.chunks_exact((width * 3).max(1)).enumerate() {
            if let Some(place) = self.row(left, top + row, width) {
                place.copy_from_slice(samples);
            }
        }
    }

    /// Writes glyphs side by side on a ground of their own, which is one dot wider than they are on each edge.
    pub(super) fn write(
        &mut self,
        left: usize,
        top: usize,
        dot: usize,
        glyphs: impl Iterator<Item = &'static Glyph> + Clone,
        ink: Rgb,
        ground: Rgb,
    ) {
        let dots_across = 1 + glyphs.clone().map(|glyph| glyph.width() + 1).sum::<usize>();
        let dots_down = 2 + glyphs.clone().map(Glyph::height).max().unwrap_or(0);
        self.fill_rectangle(left, top, dots_across * dot, dots_down * dot, ground);
        let mut column = 1;
        for glyph in glyphs {
            for (x, y) in glyph.dots() {
                self.fill_rectangle(left + (column + x) * dot, top + (1 + y) * dot, dot, dot, ink);
            }
            column += glyph.width() + 1;
        }
    }

    fn fill_rectangle(&mut self, left: usize, top: usize, width: usize, height: usize, colour: Rgb) {
        for y in top..top + height {
            if let Some(place) = self.row(left, y, width) {
                place.as_chunks_mut::<3>().0.fill(colour);
            }
        }
    }

    fn row(&mut self, left: usize, y: usize, width: usize) -> Option<&mut [u8]> {
        if left + width > self.width || y >= self.height {
            return None;
        }
        let start = (y * self.width + left) * 3;
        self.pixels.get_mut(start..start + width * 3)
    }
}
