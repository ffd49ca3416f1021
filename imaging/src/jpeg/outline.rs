//! The structure of a JPEG, walked from start to end without decoding: markers, sizes, tables, scans, end, and what
//! follows the end. Every length is checked here, before any decoder allocates by what a header claims.
//!
//! Source: ITU-T T.81, annex B; Adobe's APP14 in Adobe Technical Note 5116; colour profiles in ICC.1, annex B.

use crate::error::{Found, ImageError, corrupt, unsupported};
use crate::raster::Colour;
use crate::{profile, trailer};

/// Progressive files repeat their scans; a hostile one repeats them thousands of times. Cameras and editors use 10.
pub(super) const MAX_SCANS: usize = 100;
/// Segments of tables: some for each scan, and a few more.
const MAX_TABLES: usize = 10 * MAX_SCANS;

/// The structure of a JPEG file.
#[derive(Debug)]
pub(crate) struct Outline<'a> {
    pub(crate) width: u16,
    pub(crate) height: u16,
    /// The TIFF block of the first EXIF segment, with its `Exif\0\0`.
    pub(crate) exif: Option<&'a [u8]>,
    /// The parts of the colour profile in the order of the file, each with its number.
    profile: Vec<(u8, &'a [u8])>,
    /// The picture from its first byte to the end-of-image marker, without what follows it.
    pub(super) picture: &'a [u8],
    pub(super) progressive: bool,
    pub(super) components: Vec<Component>,
    /// Quantisation and Huffman segments, in order.
    pub(super) tables: Vec<Tables<'a>>,
    pub(super) scans: Vec<Scan<'a>>,
    restart_interval: u16,
    adobe_transform: Option<u8>,
    jfif: bool,
}

/// One colour component, as the frame header declares it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Component {
    pub(super) id: u8,
    /// Blocks of this component in one interleaved unit, across and down: 1 to 4.
    pub(super) across: u8,
    pub(super) down: u8,
    pub(super) quantisation: u8,
}

/// The body of a table segment.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tables<'a> {
    Quantisation(&'a [u8]),
    Huffman(&'a [u8]),
}

/// One pass over some components.
#[derive(Debug)]
pub(super) struct Scan<'a> {
    pub(super) parts: Vec<Part>,
    /// The coded data, restart markers included.
    pub(super) coded: &'a [u8],
    /// How many table segments of the file stand before it.
    pub(super) tables: usize,
    /// Units between two restart markers; 0 without any.
    pub(super) restart_interval: u16,
    /// The first and the last coefficient it codes.
    pub(super) first: u8,
    pub(super) last: u8,
    /// How many bits of them were still to come before it (0 when nothing has come), and how many are after it.
    pub(super) before: u8,
    pub(super) left: u8,
}

/// One component in a scan: an index into the components, and the numbers of its two Huffman tables.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) component: usize,
    pub(super) dc_table: u8,
    pub(super) ac_table: u8,
}

impl<'a> Outline<'a> {
    /// Walks the file that starts with a JPEG signature.
    pub(crate) fn of(bytes: &'a [u8]) -> Result<Self, ImageError> {
        let mut outline = Self {
            width: 0,
            height: 0,
            exif: None,
            profile: Vec::new(),
            picture: bytes,
            progressive: false,
            components: Vec::new(),
            tables: Vec::new(),
            scans: Vec::new(),
            restart_interval: 0,
            adobe_transform: None,
            jfif: false,
        };
        // The signature is the two bytes of the start marker.
        let mut walk = Walk { bytes, at: 2 };
        loop {
            match walk.marker()? {
                END => break,
                SCAN => outline.scan(&mut walk)?,
                marker => outline.segment(marker, walk.segment()?)?,
            }
        }
        outline.picture = &bytes[..walk.at];
        outline.check_end(&bytes[walk.at..])?;
        Ok(outline)
    }

    /// The colour profile, put together from its parts; nothing when one is missing or it is larger than any is looked at.
    pub(crate) fn profile(&self) -> Option<Vec<u8>> {
        let mut parts = self.profile.clone();
        parts.sort_by_key(|&(number, _)| number);
        let complete = parts.iter().zip(1..=u8::MAX).all(|(&(number, _), expected)| number == expected);
        let length: usize = parts.iter().map(|(_, part)| part.len()).sum();
        let usable = complete && (1..=profile::LARGEST).contains(&length);
        usable.then(|| parts.iter().flat_map(|&(_, part)| part).copied().collect())
    }

    /// Whether it is grey, or its colours have a sample for each pixel, for each two or for each four. libjpeg-turbo
    /// knows no smooth way to make others larger.
    #[cfg(feature = "turbo")]
    pub(super) fn is_usually_sampled(&self) -> bool {
        let samplings: Vec<_> = self.components.iter().map(|component| (component.across, component.down)).collect();
        matches!(samplings[..], [_] | [(1 | 2, 1) | (2, 2), (1, 1), (1, 1)])
    }

    /// The only scan, when it holds all components of a grey or three-colour picture with sequential coding.
    pub(super) fn single_scan(&self) -> Option<&Scan<'a>> {
        let [scan] = self.scans.as_slice() else { return None };
        let complete = [scan.first, scan.last, scan.before, scan.left] == [0, 63, 0, 0];
        let usual = !self.progressive && matches!(self.components.len(), 1 | 3) && complete;
        (usual && scan.parts.len() == self.components.len()).then_some(scan)
    }

    /// Whether the coded data is long enough for the pixels claimed: no code is shorter than a bit, and each block takes
    /// one code at least (progressive) or two (sequential). A tiny file that claims a huge picture stops here.
    pub(super) fn could_hold_its_pixels(&self) -> bool {
        let codes_a_block = if self.progressive { 1 } else { 2 };
        let blocks = usize::from(self.width).div_ceil(8) * usize::from(self.height).div_ceil(8);
        let coded: usize = self.scans.iter().map(|scan| scan.coded.len()).sum();
        coded * 8 >= blocks * codes_a_block
    }

    /// The finest sampling of all components, across and down, which a unit is as large as.
    pub(super) fn finest(&self) -> (u8, u8) {
        let finest = |side: fn(&Component) -> u8| self.components.iter().map(side).max().unwrap_or(1);
        (finest(|component| component.across), finest(|component| component.down))
    }

    /// The interleaved units in the picture.
    pub(super) fn units(&self) -> usize {
        let (across, down) = self.finest();
        let units = |side: u16, blocks: u8| usize::from(side).div_ceil(8 * usize::from(blocks));
        units(self.width, across) * units(self.height, down)
    }

    /// What the components mean, by the rules of libjpeg.
    pub(super) fn colour(&self) -> Colour {
        let ids = |wanted: &[u8; 3]| self.components.iter().map(|component| component.id).eq(wanted.iter().copied());
        if self.components.len() == 1 {
            Colour::Grey
        } else if self.jfif {
            Colour::Ycbcr
        } else if self.adobe_transform == Some(0) || (self.adobe_transform.is_none() && ids(b"RGB")) {
            Colour::Rgb
        } else {
            Colour::Ycbcr
        }
    }

    fn segment(&mut self, marker: u8, body: &'a [u8]) -> Result<(), ImageError> {
        match marker {
            0xC0..=0xC2 => self.frame(marker, body)?,
            0xC4 | 0xDB if self.tables.len() == MAX_TABLES => {
                return Err(corrupt("it repeats its tables without end"));
            }
            0xC4 => self.tables.push(Tables::Huffman(body)),
            0xDB => self.tables.push(Tables::Quantisation(body)),
            0xE0..=0xEF | 0xFE => self.application(marker, body),
            0xDD => {
                let interval = body.try_into().map_err(|_| corrupt("its restart interval has the wrong length"))?;
                self.restart_interval = u16::from_be_bytes(interval);
            }
            // Lossless, hierarchical and arithmetic frames, and the conditioning of the latter.
            // 0xDC is a height declared only after the first scan, which no camera does.
            0xC3 | 0xC5..=0xC7 | 0xC9..=0xCF | 0xDC | 0xDE | 0xDF => return Err(unsupported(Found::RareJpeg)),
            0xD8 => return Err(corrupt("a second picture begins inside the first")),
            0xD0..=0xD7 => return Err(corrupt("a restart marker stands outside the picture data")),
            _ => return Err(corrupt("it has a marker that means nothing")),
        }
        Ok(())
    }

    fn application(&mut self, marker: u8, body: &'a [u8]) {
        match marker {
            0xE0 if body.starts_with(b"JFIF\0") => self.jfif = true,
            0xE1 if body.starts_with(b"Exif\0\0") && self.exif.is_none() => self.exif = Some(body),
            0xE2 if body.starts_with(b"ICC_PROFILE\0") && self.profile.len() < usize::from(u8::MAX) => {
                // Behind the name stand the number of the part and that of all.
                self.profile.extend(body.get(12).copied().zip(body.get(14..)));
            }
            0xEE if body.starts_with(b"Adobe") => self.adobe_transform = body.get(11).copied(),
            _ => {}
        }
    }

    fn frame(&mut self, marker: u8, body: &[u8]) -> Result<(), ImageError> {
        if !self.components.is_empty() {
            return Err(corrupt("it declares its size twice"));
        }
        let Some((&[precision, h1, h0, w1, w0, count], list)) = body.split_first_chunk::<6>() else {
            return Err(corrupt("its frame header is cut off"));
        };
        if precision != 8 || !matches!(count, 1 | 3 | 4) {
            return Err(unsupported(Found::RareJpeg));
        }
        if list.len() != usize::from(count) * 3 {
            return Err(corrupt("its frame header has the wrong length"));
        }
        (self.width, self.height) = (u16::from_be_bytes([w1, w0]), u16::from_be_bytes([h1, h0]));
        self.progressive = marker == 0xC2;
        if self.width == 0 || self.height == 0 {
            return Err(corrupt("it declares no size"));
        }
        for &[id, sampling, quantisation] in list.as_chunks::<3>().0 {
            let (across, down) = (sampling >> 4, sampling & 15);
            let twice = self.components.iter().any(|component| component.id == id);
            if twice || !(1..=4).contains(&across) || !(1..=4).contains(&down) || quantisation > 3 {
                return Err(corrupt("its frame header contradicts itself"));
            }
            self.components.push(Component { id, across, down, quantisation });
        }
        Ok(())
    }

    fn scan(&mut self, walk: &mut Walk<'a>) -> Result<(), ImageError> {
        let header = walk.segment()?;
        if self.scans.len() == MAX_SCANS {
            return Err(corrupt("it repeats its scans without end"));
        }
        let Some((&count, rest)) = header.split_first() else {
            return Err(corrupt("a scan header is empty"));
        };
        let count = usize::from(count);
        if !(1..=self.components.len()).contains(&count) || rest.len() != count * 2 + 3 {
            return Err(corrupt("a scan header contradicts the frame header"));
        }
        let mut parts: Vec<Part> = Vec::with_capacity(count);
        for &[id, tables] in rest[..count * 2].as_chunks::<2>().0 {
            let component = self.components.iter().position(|component| component.id == id);
            let component = component.ok_or_else(|| corrupt("a scan names a colour that does not exist"))?;
            if parts.iter().any(|part| part.component >= component) {
                return Err(corrupt("a scan names its colours out of order"));
            }
            parts.push(Part { component, dc_table: tables >> 4, ac_table: tables & 15 });
        }
        let Some(&[first, last, bits]) = rest.last_chunk() else {
            return Err(corrupt("a scan header is cut off"));
        };
        self.scans.push(Scan {
            parts,
            coded: walk.coded(),
            tables: self.tables.len(),
            restart_interval: self.restart_interval,
            first,
            last,
            before: bits >> 4,
            left: bits & 15,
        });
        Ok(())
    }

    fn check_end(&self, tail: &[u8]) -> Result<(), ImageError> {
        let seen = |index| self.scans.iter().any(|scan| scan.parts.iter().any(|part| part.component == index));
        if self.components.is_empty() || !(0..self.components.len()).all(seen) {
            return Err(corrupt("it holds no complete picture"));
        }
        if !trailer::is_harmless(tail) {
            return Err(corrupt("something else is attached behind the picture"));
        }
        Ok(())
    }
}

const END: u8 = 0xD9;
const SCAN: u8 = 0xDA;

/// A position in the file.
struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Walk<'a> {
    /// The code of the marker at this position, which any number of 0xFF may precede.
    fn marker(&mut self) -> Result<u8, ImageError> {
        let rest = &self.bytes[self.at..];
        let fill = rest.iter().take_while(|&&byte| byte == 0xFF).count();
        match rest.get(fill) {
            None => Err(corrupt("it ends too early")),
            Some(_) if fill == 0 => Err(corrupt("there are stray bytes between its parts")),
            Some(&code) => {
                self.at += fill + 1;
                Ok(code)
            }
        }
    }

    /// The body of the segment at this position, which begins with its length.
    fn segment(&mut self) -> Result<&'a [u8], ImageError> {
        let rest = &self.bytes[self.at..];
        let length = rest.first_chunk().map(|&length| usize::from(u16::from_be_bytes(length)));
        let body = length.and_then(|length| rest.get(2..length));
        let body = body.ok_or_else(|| corrupt("it ends too early"))?;
        self.at += 2 + body.len();
        Ok(body)
    }

    /// The coded data at this position, up to the next marker that is not a restart marker.
    fn coded(&mut self) -> &'a [u8] {
        let rest = &self.bytes[self.at..];
        let end = memchr::memchr_iter(0xFF, rest)
            .find(|&at| rest.get(at + 1).is_some_and(|&next| !matches!(next, 0 | 0xD0..=0xD7 | 0xFF)))
            .unwrap_or(rest.len());
        // Fill bytes before the marker belong to the marker.
        let fill = rest[..end].iter().rev().take_while(|&&byte| byte == 0xFF).count();
        self.at += end;
        &rest[..end - fill]
    }
}
