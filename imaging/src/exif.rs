//! The two EXIF fields that matter here: which way up the picture is, and the day it was taken. Everything else in EXIF is
//! left unread, above all the place.
//!
//! Source: CIPA DC-008 (Exif 2.32), sections 4.6.2 and 4.6.5.

use chrono::{Datelike, NaiveDate};

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
    /// Reads a TIFF block (with or without the `Exif\0\0` in front). Whatever cannot be read means upright: a broken EXIF
    /// block is no reason to refuse a photo.
    pub(crate) fn of_exif(block: &[u8]) -> Self {
        let orientation = Tiff::of(block).and_then(|tiff| tiff.short(tiff.main_directory()?, ORIENTATION));
        match orientation {
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

/// The day on which the picture was taken, by the clock of the camera. Whatever cannot be read, and a date that cannot be,
/// such as the zeros of a clock that was never set, is no day.
pub(crate) fn taken_on(block: &[u8]) -> Option<NaiveDate> {
    let tiff = Tiff::of(block)?;
    let directory = tiff.long(tiff.main_directory()?, EXIF_DIRECTORY)?;
    let text = tiff.text(usize::try_from(directory).ok()?, TAKEN_AT)?;
    // "2024:05:31 18:04:59", and nobody knows in which time zone.
    let [y0, y1, y2, y3, b':', m0, m1, b':', d0, d1, b' ', ..] = *text else { return None };
    let number = |digits: &[u8]| {
        let all = digits.iter().all(u8::is_ascii_digit);
        all.then(|| digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
    };
    let year = i32::try_from(number(&[y0, y1, y2, y3])?).ok()?;
    let day = NaiveDate::from_ymd_opt(year, number(&[m0, m1])?, number(&[d0, d1])?)?;
    (day.year() >= FIRST_PHOTO).then_some(day)
}

/// The year of the oldest photograph there is.
const FIRST_PHOTO: i32 = 1826;

const ORIENTATION: u16 = 0x0112;
const EXIF_DIRECTORY: u16 = 0x8769;
/// `DateTimeOriginal`.
const TAKEN_AT: u16 = 0x9003;

/// The types of fields: text, and unsigned numbers of 16 and 32 bits.
const TEXT: u16 = 2;
const SHORT: u16 = 3;
const LONG: u16 = 4;

/// A TIFF block: directories of fields of twelve bytes each, in either order of bytes. Every position is checked, and
/// nothing is followed further than the caller asks, so that no block can make it run in circles.
struct Tiff<'a> {
    bytes: &'a [u8],
    is_little: bool,
}

impl<'a> Tiff<'a> {
    fn of(block: &'a [u8]) -> Option<Self> {
        let bytes = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
        match bytes.get(..4)? {
            b"II*\0" => Some(Self { bytes, is_little: true }),
            b"MM\0*" => Some(Self { bytes, is_little: false }),
            _ => None,
        }
    }

    fn main_directory(&self) -> Option<usize> {
        usize::try_from(self.u32_at(4)?).ok()
    }

    fn short(&self, directory: usize, tag: u16) -> Option<u16> {
        self.u16_at(self.field(directory, tag, SHORT)? + 8)
    }

    fn long(&self, directory: usize, tag: u16) -> Option<u32> {
        self.u32_at(self.field(directory, tag, LONG)? + 8)
    }

    fn text(&self, directory: usize, tag: u16) -> Option<&'a [u8]> {
        let field = self.field(directory, tag, TEXT)?;
        let length = usize::try_from(self.u32_at(field + 4)?).ok()?;
        // Up to four bytes stand in the field itself, longer ones where it points.
        let at = if length <= 4 { field + 8 } else { usize::try_from(self.u32_at(field + 8)?).ok()? };
        self.bytes.get(at..at.checked_add(length)?)
    }

    /// Where the field stands that has this tag and this type.
    fn field(&self, directory: usize, tag: u16, kind: u16) -> Option<usize> {
        let fields = usize::from(self.u16_at(directory)?);
        let field = self.bytes.get(directory..)?.get(2..)?.chunks_exact(12).take(fields).position(|field| {
            self.u16_of(field) == Some(tag) && field.get(2..).and_then(|kind| self.u16_of(kind)) == Some(kind)
        })?;
        Some(directory + 2 + 12 * field)
    }

    fn u16_at(&self, at: usize) -> Option<u16> {
        self.u16_of(self.bytes.get(at..)?)
    }

    fn u16_of(&self, bytes: &[u8]) -> Option<u16> {
        let bytes = *bytes.first_chunk::<2>()?;
        Some(if self.is_little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    fn u32_at(&self, at: usize) -> Option<u32> {
        let bytes = *self.bytes.get(at..)?.first_chunk::<4>()?;
        Some(if self.is_little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::rendering::exif_with_date;

    #[test]
    fn the_day_is_read_in_both_orders_of_bytes() {
        let day = NaiveDate::from_ymd_opt(2024, 2, 29);
        for little_endian in [true, false] {
            let block = exif_with_date(b"2024:02:29 23:59:59\0", little_endian);
            assert_eq!(taken_on(&block), day);
            assert_eq!(taken_on(&[b"Exif\0\0", &block[..]].concat()), day);
            assert_eq!(Orientation::of_exif(&block), Orientation::QuarterTurn);
        }
    }

    #[test]
    fn a_day_that_cannot_be_is_none() {
        let days: [&[u8]; 8] = [
            b"0000:00:00 00:00:00\0",
            b"2023:02:29 10:00:00\0",
            b"    :  :     :  :  \0",
            b"2024-05-31 10:00:00\0",
            b"0001:01:01 00:00:00\0",
            b"20x4:05:31 10:00:00\0",
            b"2024:05:31",
            b"",
        ];
        for day in days {
            assert_eq!(taken_on(&exif_with_date(day, true)), None, "{}", day.escape_ascii());
        }
    }

    #[test]
    fn no_broken_block_makes_the_parser_stumble() {
        let whole = exif_with_date(b"2024:02:29 23:59:59\0", true);
        for cut in 0..whole.len() {
            assert_eq!(taken_on(&whole[..cut]), None);
        }
        for at in 0..whole.len() {
            for value in [0, 1, 0x7F, 0xFF] {
                let mut broken = whole.clone();
                broken[at..(at + 4).min(whole.len())].fill(value);
                let _ = (taken_on(&broken), Orientation::of_exif(&broken));
            }
        }
    }
}
