use image::RgbImage;

use super::*;
use crate::tests::rendering::{encoded, jpeg};

/// JPEG changes colours a little.
const TOLERANCE: u8 = 24;

fn tile(number: u32, mark: Option<Mark>) -> Tile {
    Tile { number, thumbnail: jpeg(320, 240), mark }
}

fn rendered(tiles: Vec<Tile>) -> RgbImage {
    let jpeg = render(&Sheet { tiles }).unwrap();
    image::load_from_memory(&jpeg).unwrap().into_rgb8()
}

fn is(seen: image::Rgb<u8>, colour: Rgb) -> bool {
    seen.0.iter().zip(colour).all(|(seen, colour)| seen.abs_diff(colour) <= TOLERANCE)
}

/// The dots of a glyph of this size whose ground begins at `left`, `top`, as they are seen.
fn seen_dots(sheet: &RgbImage, (left, top): (u32, u32), (across, down): (usize, usize), dot: u32) -> Vec<String> {
    let ink = |x: usize, y: usize| {
        let at = |place: usize| (u32::try_from(place).unwrap() + 1) * dot + dot / 2;
        // A dot is narrow, and a JPEG smears its edges; no ground is light.
        sheet.get_pixel(left + at(x), top + at(y)).0.iter().all(|sample| *sample > 170)
    };
    (0..down).map(|y| (0..across).map(|x| if ink(x, y) { '#' } else { '.' }).collect()).collect()
}

const SEVEN: [&str; 7] = ["#####", "....#", "...#.", "..#..", ".#...", ".#...", ".#..."];
const TICK: [&str; 7] = [".......", "......#", ".....##", "#...##.", "##.##..", ".###...", "..#...."];

#[test]
fn one_tile_is_a_sheet_of_one_cell() {
    let sheet = rendered(vec![tile(7, Some(Mark::Ok))]);
    assert_eq!(sheet.dimensions(), (240, 240));
    assert_eq!(seen_dots(&sheet, (6, 6), (5, 7), 3), SEVEN);
    assert_eq!(seen_dots(&sheet, (240 - 6 - 9 * 3, 6), (7, 7), 3), TICK);
    assert!(is(*sheet.get_pixel(120, 10), Mark::Ok.colour()));
    assert!(is(*sheet.get_pixel(2, 2), PAPER));
}

#[test]
fn every_tile_has_its_number_and_its_colour_at_its_place() {
    let marks = [Some(Mark::Ok), Some(Mark::Warn), Some(Mark::Reject), Some(Mark::Excluded), None];
    let tiles = (0..7).map(|index: u32| tile(index, marks[index as usize % 5])).collect();
    let sheet = rendered(tiles);
    assert_eq!(sheet.dimensions(), (1200, 480));
    for index in 0..7 {
        let (left, top) = (index % 5 * 240, index / 5 * 240);
        let number = index.to_string();
        let digit: Vec<String> = glyphs::digits(&number).next().map(as_text).unwrap();
        assert_eq!(seen_dots(&sheet, (left + 6, top + 6), (5, 7), 3), digit, "{index}");
        let frame = marks[index as usize % 5].map_or(PAPER, Mark::colour);
        for (x, y) in [(120, 10), (10, 120), (230, 120), (120, 230)] {
            assert!(is(*sheet.get_pixel(left + x, top + y), frame), "{index} at {x}, {y}");
        }
        if let Some(mark) = marks[index as usize % 5] {
            let sign = (left + 240 - 6 - 9 * 3, top + 6);
            assert_eq!(seen_dots(&sheet, sign, (7, 7), 3), as_text(mark.sign()), "{index}");
        }
    }
    // Where no tile is, there is paper.
    assert!(is(*sheet.get_pixel(600, 360), PAPER));
}

#[test]
fn a_number_of_three_digits_is_read_from_left_to_right() {
    let sheet = rendered(vec![tile(207, None)]);
    for (place, digit) in ["2", "0", "7"].into_iter().enumerate() {
        let left = 6 + u32::try_from(place).unwrap() * 6 * 3;
        let expected = glyphs::digits(digit).next().map(as_text).unwrap();
        assert_eq!(seen_dots(&sheet, (left, 6), (5, 7), 3), expected);
    }
}

#[test]
fn a_thumbnail_is_fitted_and_a_broken_one_leaves_its_cell_grey() {
    let red = |width: u32, height: u32| {
        let pixels = [200, 30, 30].repeat((width * height) as usize);
        encoded(&pixels, width, height, ColorType::Rgb, |_| {})
    };
    let wide = Tile { number: 1, thumbnail: red(320, 160), mark: None };
    let high = Tile { number: 2, thumbnail: red(160, 320), mark: None };
    let broken = Tile { number: 3, thumbnail: red(320, 160)[..200].to_vec(), mark: Some(Mark::Warn) };
    let sheet = rendered(vec![wide, high, broken, tile(4, None)]);
    let [centre, near_top, near_left] = [(120, 120), (120, 50), (30, 120)];
    let seen = |cell: u32, (x, y): (u32, u32)| *sheet.get_pixel(cell * 240 + x, y);
    assert!(
        is(seen(0, centre), [200, 30, 30]) && is(seen(0, near_left), [200, 30, 30]) && is(seen(0, near_top), PAPER)
    );
    assert!(
        is(seen(1, centre), [200, 30, 30]) && is(seen(1, near_top), [200, 30, 30]) && is(seen(1, near_left), PAPER)
    );
    assert!(is(seen(2, centre), EMPTY) && is(seen(2, near_top), EMPTY) && is(seen(2, (120, 10)), Mark::Warn.colour()));
    assert!(!is(seen(3, centre), EMPTY));
}

#[test]
fn two_hundred_tiles_fit_on_a_sheet_that_a_chat_shows() {
    let thumbnail = jpeg(320, 240);
    let tiles = (1..=200).map(|number| Tile { number, thumbnail: thumbnail.clone(), mark: Some(Mark::Reject) });
    let sheet = rendered(tiles.collect());
    assert_eq!(sheet.dimensions(), (1600, 3200));
    let last = glyphs::digits("0").next().map(as_text).unwrap();
    // The third digit of the last tile.
    let (left, top) = (9 * 160 + 4 + 2 * 6 * 2, 19 * 160 + 4);
    assert_eq!(seen_dots(&sheet, (left, top), (5, 7), 2), last);
}

#[test]
fn no_sheet_is_wider_than_1600_pixels_and_rows_are_filled_before_the_next() {
    for tiles in 1..=250 {
        let Grid { columns, side, .. } = Grid::of(tiles, Layout::Rows);
        assert!(columns * side <= 1600 && columns <= tiles, "{tiles}");
        assert!(columns >= 5.min(tiles), "{tiles}");
    }
}

#[test]
fn a_sheet_of_nothing_is_refused() {
    assert!(render(&Sheet { tiles: Vec::new() }).is_err());
}

fn as_text(glyph: &Glyph) -> Vec<String> {
    let mut rows = vec![vec!['.'; glyph.width()]; glyph.height()];
    for (x, y) in glyph.dots() {
        rows[y][x] = '#';
    }
    rows.into_iter().map(|row| row.into_iter().collect()).collect()
}

#[test]
fn pairs_lie_side_by_side_with_paper_between_them() {
    let pairs = |count: u32| -> Vec<Tile> { (0..2 * count).map(|index| tile(index / 2 + 1, Some(Mark::Ok))).collect() };
    for (count, size) in [(1, (640, 320)), (4, (1312, 640)), (6, (1488, 480)), (24, (1494, 1080))] {
        let jpeg = render_as(&Sheet { tiles: pairs(count) }, Layout::Pairs).unwrap();
        let sheet = image::load_from_memory(&jpeg).unwrap().into_rgb8();
        assert_eq!(sheet.dimensions(), size, "{count}");
        if count == 6 {
            for (left, gap) in [(0, false), (240, false), (480, true), (504, false), (744, false), (984, true)] {
                let seen = *sheet.get_pixel(left + 10, 120);
                assert!(is(seen, if gap { PAPER } else { Mark::Ok.colour() }), "{left}: {seen:?}");
            }
            assert_eq!(seen_dots(&sheet, (504 + 6, 240 + 6), (5, 7), 3), SEVEN_OF_FIVE);
        }
    }
}

const SEVEN_OF_FIVE: [&str; 7] = ["#####", "#....", "####.", "....#", "....#", "#...#", ".###."];
