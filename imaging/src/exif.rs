//! The one EXIF field that matters here: which way up the picture is. Everything else in EXIF is left unread.

/// How the stored picture has to be turned to stand upright: the EXIF values 1 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Orientation {
    /// 1: as stored.
    #[default]
    Upright,
    /// 2: mirrored left to right.
    Mirrored,
    /// 3: upside down.
    HalfTurn,
    /// 4: mirrored top to bottom.
    Flipped,
    /// 5: mirrored along the main diagonal.
    Transposed,
    /// 6: needs a quarter turn clockwise.
    QuarterTurn,
    /// 7: mirrored along the other diagonal.
    Transversed,
    /// 8: needs a quarter turn counter-clockwise.
    ThreeQuarterTurn,
}

impl Orientation {
    /// Reads tag 0x0112 of the first directory of a TIFF block (with or without the `Exif\0\0` in front). Whatever cannot
    /// be read means upright: a broken EXIF block is no reason to refuse a photo.
    pub(crate) fn of_exif(block: &[u8]) -> Self {
        let tiff = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
        match orientation_tag(tiff) {
            Some(2) => Self::Mirrored,
            Some(3) => Self::HalfTurn,
            Some(4) => Self::Flipped,
            Some(5) => Self::Transposed,
            Some(6) => Self::QuarterTurn,
            Some(7) => Self::Transversed,
            Some(8) => Self::ThreeQuarterTurn,
            _ => Self::Upright,
        }
    }

    /// Whether upright width is stored height.
    pub(crate) const fn swaps_sides(self) -> bool {
        matches!(self, Self::Transposed | Self::QuarterTurn | Self::Transversed | Self::ThreeQuarterTurn)
    }

    /// The stored position of what is seen at `x`, `y` of the upright picture; `width` and `height` are as stored.
    pub(crate) const fn stored_position(self, x: usize, y: usize, width: usize, height: usize) -> (usize, usize) {
        match self {
            Self::Upright => (x, y),
            Self::Mirrored => (width - 1 - x, y),
            Self::HalfTurn => (width - 1 - x, height - 1 - y),
            Self::Flipped => (x, height - 1 - y),
            Self::Transposed => (y, x),
            Self::QuarterTurn => (y, height - 1 - x),
            Self::Transversed => (width - 1 - y, height - 1 - x),
            Self::ThreeQuarterTurn => (width - 1 - y, x),
        }
    }
}

const ORIENTATION: u16 = 0x0112;
/// The field type of an unsigned 16-bit number.
const SHORT: u16 = 3;

fn orientation_tag(tiff: &[u8]) -> Option<u16> {
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| -> Option<u16> {
        let bytes = *tiff.get(at..)?.first_chunk::<2>()?;
        Some(if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let long = |at: usize| -> Option<usize> {
        let bytes = *tiff.get(at..)?.first_chunk::<4>()?;
        let value = if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) };
        usize::try_from(value).ok()
    };

    let directory = long(4)?;
    let entries = usize::from(short(directory)?);
    (0..entries)
        .map_while(|index| directory.checked_add(2 + 12 * index))
        .find(|&at| short(at) == Some(ORIENTATION) && at.checked_add(2).and_then(short) == Some(SHORT))
        .and_then(|at| short(at.checked_add(8)?))
}
