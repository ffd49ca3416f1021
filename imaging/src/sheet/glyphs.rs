//! Digits and signs, dot by dot: ten digits are not worth a font.

/// A picture of dots; `#` is ink.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Glyph(&'static [&'static str]);

/// Dots across and down in each sign.
pub(super) const SIGN_SIDE: usize = 7;

pub(super) const TICK: Glyph = Glyph(&[".......", "......#", ".....##", "#...##.", "##.##..", ".###...", "..#...."]);
pub(super) const EXCLAMATION: Glyph =
    Glyph(&["..###..", "..###..", "..###..", "...#...", ".......", "..###..", "..###.."]);
pub(super) const CROSS: Glyph = Glyph(&["##...##", "###.###", ".#####.", "..###..", ".#####.", "###.###", "##...##"]);
pub(super) const BAR: Glyph = Glyph(&[".......", ".......", "#######", "#######", "#######", ".......", "......."]);

static DIGITS: [Glyph; 10] = [
    Glyph(&[".###.", "#...#", "#..##", "#.#.#", "##..#", "#...#", ".###."]),
    Glyph(&["..#..", ".##..", "..#..", "..#..", "..#..", "..#..", ".###."]),
    Glyph(&[".###.", "#...#", "....#", "...#.", "..#..", ".#...", "#####"]),
    Glyph(&["#####", "...#.", "..#..", "...#.", "....#", "#...#", ".###."]),
    Glyph(&["...#.", "..##.", ".#.#.", "#..#.", "#####", "...#.", "...#."]),
    Glyph(&["#####", "#....", "####.", "....#", "....#", "#...#", ".###."]),
    Glyph(&["..##.", ".#...", "#....", "####.", "#...#", "#...#", ".###."]),
    Glyph(&["#####", "....#", "...#.", "..#..", ".#...", ".#...", ".#..."]),
    Glyph(&[".###.", "#...#", "#...#", ".###.", "#...#", "#...#", ".###."]),
    Glyph(&[".###.", "#...#", "#...#", ".####", "....#", "...#.", ".##.."]),
];

/// The glyphs of a number.
pub(super) fn digits(number: &str) -> impl Iterator<Item = &'static Glyph> + Clone {
    number.bytes().filter_map(|digit| DIGITS.get(usize::from(digit.checked_sub(b'0')?)))
}

impl Glyph {
    pub(super) fn width(&self) -> usize {
        self.0.first().map_or(0, |row| row.len())
    }

    pub(super) const fn height(&self) -> usize {
        self.0.len()
    }

    /// Where ink is: across, down.
    pub(super) fn dots(&self) -> impl Iterator<Item = (usize, usize)> {
        let rows = self.0.iter().enumerate();
        rows.flat_map(|(y, row)| row.bytes().enumerate().filter(|(_, dot)| *dot == b'#').map(move |(x, _)| (x, y)))
    }
}
