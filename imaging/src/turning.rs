//! Small pictures turned upright. They are made small first and turned afterwards: turning twelve megapixels would cost
//! more than all else that is done with them.

use crate::exif::Orientation;
use crate::raster::Region;
use crate::small::Small;

/// Samples are moved in squares of this side, so that what is read across and written down stays in the cache.
const TILE: usize = 32;

impl Small {
    /// The picture as it is seen, when it is stored by `orientation`.
    pub(crate) fn turned(self, orientation: Orientation) -> Self {
        if orientation == Orientation::Upright {
            return self;
        }
        let (width, height) = (self.width as usize, self.height as usize);
        let luma = turned_plane(&self.luma, width, height, orientation);
        let (across, down) = (width.div_ceil(2), height.div_ceil(2));
        let chroma = self.chroma.map(|planes| planes.map(|plane| turned_plane(&plane, across, down, orientation)));
        let (width, height) =
            if orientation.swaps_sides() { (self.height, self.width) } else { (self.width, self.height) };
        Self { width, height, luma, chroma }
    }
}

impl Region {
    /// Where a region of the upright picture is stored.
    pub(crate) fn stored(self, orientation: Orientation) -> Self {
        let Self { left, top, width, height } = self;
        let (right, bottom) = (1.0 - left - width, 1.0 - top - height);
        let (left, top) = match orientation {
            Orientation::Upright => (left, top),
            Orientation::Mirrored => (right, top),
            Orientation::HalfTurn => (right, bottom),
            Orientation::Flipped => (left, bottom),
            Orientation::Transposed => (top, left),
            Orientation::QuarterTurn => (top, right),
            Orientation::Transversed => (bottom, right),
            Orientation::ThreeQuarterTurn => (bottom, left),
        };
        let (width, height) = if orientation.swaps_sides() { (height, width) } else { (width, height) };
        Self { left, top, width, height }
    }
}

/// A plane stored at `width` × `height`, upright.
fn turned_plane(samples: &[u8], width: usize, height: usize, orientation: Orientation) -> Vec<u8> {
    let (across, down) = if orientation.swaps_sides() { (height, width) } else { (width, height) };
    let mut turned = vec![0; samples.len()];
    for top in (0..down).step_by(TILE) {
        for left in (0..across).step_by(TILE) {
            for y in top..down.min(top + TILE) {
                let right = across.min(left + TILE);
                let row = &mut turned[y * across + left..y * across + right];
                for (x, sample) in (left..right).zip(row) {
                    let (from_x, from_y) = orientation.stored_position(x, y, width, height);
                    *sample = samples[from_y * width + from_x];
                }
            }
        }
    }
    turned
}
