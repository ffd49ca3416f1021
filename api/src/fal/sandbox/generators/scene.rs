//! What is seen in a picture of the sandbox. The ground follows from all that the model was given; the figure in the
//! middle from the weights alone, so that an avatar is known again from picture to picture; above stands the prompt,
//! and below are the seed, the size, the number of the picture and whom it shows.

use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::pixelcolor::{Rgb888, RgbColor};
use embedded_graphics::primitives::Rectangle;
use sha2::{Digest, Sha256};

use super::canvas::{Canvas, LETTER};
use super::input::Order;
use super::weights::Weights;

/// Cells of the ground across and down.
const GROUND: u32 = 12;
/// Cells of the figure across and down; its right half mirrors its left.
const FIGURE: u32 = 7;
const MOST_LINES: usize = 8;

const INK: Rgb888 = Rgb888::WHITE;
const BAND: Rgb888 = Rgb888::new(0x20, 0x20, 0x22);
const PAPER: Rgb888 = Rgb888::new(0xf2, 0xf2, 0xf0);

/// What is to be drawn, all chance decided.
pub(super) struct Scene<'a> {
    pub(super) order: &'a Order,
    pub(super) weights: &'a [Weights],
    pub(super) seed: String,
}

impl Scene<'_> {
    /// The picture with this number, from 1.
    pub(super) fn draw(&self, number: u32) -> Canvas {
        let (width, height) = self.order.size;
        let mut canvas = Canvas::new(self.order.size, BAND);
        self.draw_ground(number, &mut canvas);
        self.draw_figure(&mut canvas);
        let dot = (width.min(height) / 384).max(1);
        let columns = (width / (LETTER.width * dot)).max(1) as usize;
        band(&mut canvas, &wrapped(&self.order.prompt, columns), 0, dot);
        let below = self.below(number).iter().flat_map(|text| wrapped(text, columns)).collect::<Vec<_>>();
        let lines = u32::try_from(below.len()).unwrap_or(u32::MAX);
        band(&mut canvas, &below, height.saturating_sub(lines.saturating_mul(LETTER.height * dot)), dot);
        canvas
    }

    fn below(&self, number: u32) -> [String; 2] {
        let Order { size: (width, height), num_images, .. } = self.order;
        let named = |weights: &Weights| {
            let name = weights.trigger.as_deref().unwrap_or("weights");
            format!("{name} {}", weights.digest.chars().take(8).collect::<String>())
        };
        let whom = self.weights.iter().map(named).collect::<Vec<_>>().join(", ");
        [format!("seed {}, {number} of {num_images}, {width}x{height}", self.seed), whom]
    }

    fn draw_ground(&self, number: u32, canvas: &mut Canvas) {
        let Order { prompt, negative_prompt, size, steps, guidance, loras, .. } = self.order;
        let scales: Vec<f64> = loras.iter().map(|(_, scale)| *scale).collect();
        let digests: Vec<&str> = self.weights.iter().map(|weights| weights.digest.as_str()).collect();
        let all = (prompt, negative_prompt, size, steps, guidance, scales, digests, &self.seed, number);
        let chance = Chance::new(format!("{all:?}").as_bytes());
        let [red, green, blue] = [0, 1, 2].map(|index| 70 + chance.byte(index) / 2);
        for (cell, area) in cells(GROUND, Rectangle::new(Point::zero(), Size::new(canvas.width, canvas.height))) {
            let shade = chance.byte(3 + cell) / 5;
            canvas.fill(area, Rgb888::new(red - shade, green - shade, blue - shade));
        }
    }

    fn draw_figure(&self, canvas: &mut Canvas) {
        if self.weights.is_empty() {
            return;
        }
        let digests: String = self.weights.iter().map(|weights| weights.digest.as_str()).collect();
        let chance = Chance::new(digests.as_bytes());
        let [red, green, blue] = [0, 1, 2].map(|index| chance.byte(index) / 4 * 3);
        let side = canvas.width.min(canvas.height) / 2;
        let corner = |length: u32| i32::try_from((length - side) / 2).unwrap_or(i32::MAX);
        let place = Point::new(corner(canvas.width), corner(canvas.height));
        let whole = Rectangle::new(place, Size::new_equal(side));
        canvas.fill(whole, PAPER);
        for (cell, area) in cells(FIGURE, whole) {
            let (column, row) = (cell % FIGURE, cell / FIGURE);
            let mirrored = row * FIGURE + column.min(FIGURE - 1 - column);
            if chance.byte(3 + mirrored) < 128 {
                canvas.fill(area, Rgb888::new(red, green, blue));
            }
        }
    }
}

/// Bytes that follow from what they were made of.
struct Chance(Vec<u8>);

impl Chance {
    fn new(seed: &[u8]) -> Self {
        let seed = Sha256::digest(seed);
        let block = |block: u8| Sha256::new().chain_update(seed).chain_update([block]).finalize();
        Self((0..=GROUND * GROUND / 32).flat_map(|number| block(u8::try_from(number).unwrap_or(u8::MAX))).collect())
    }

    fn byte(&self, index: u32) -> u8 {
        self.0[index as usize % self.0.len()]
    }
}

/// The cells of an area, row by row. Together they cover all of it.
fn cells(across: u32, area: Rectangle) -> impl Iterator<Item = (u32, Rectangle)> {
    (0..across * across).map(move |cell| {
        let (column, row) = (cell % across, cell / across);
        let edge = |length: u32, number: u32| length * number / across;
        let Size { width, height } = area.size;
        let (left, top) = (edge(width, column), edge(height, row));
        let size = Size::new(edge(width, column + 1) - left, edge(height, row + 1) - top);
        (cell, Rectangle::new(area.top_left + Size::new(left, top), size))
    })
}

/// Lines on a dark ground, as wide as the picture.
fn band(canvas: &mut Canvas, lines: &[String], top: u32, dot: u32) {
    let height = LETTER.height * dot;
    let mut top = i32::try_from(top).unwrap_or(i32::MAX);
    for line in lines {
        canvas.fill(Rectangle::new(Point::new(0, top), Size::new(canvas.width, height)), BAND);
        canvas.write(line, Point::new(0, top), dot, INK);
        top = top.saturating_add_unsigned(height);
    }
}

/// A text in lines of so many letters, cut after the last that is shown.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    // A prompt may have megabytes.
    let text: String = text.chars().take(2 * (MOST_LINES + 1) * columns).collect();
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let mut letters: Vec<char> = word.chars().collect();
        loop {
            let line = lines.last_mut().map(|line| (line.chars().count(), line));
            let Some((length, line)) = line else { break };
            let needed = letters.len() + usize::from(length > 0);
            if length + needed <= columns {
                line.extend((length > 0).then_some(' '));
                line.extend(letters);
                break;
            }
            if length == 0 {
                line.extend(letters.drain(..columns));
            }
            lines.push(String::new());
        }
    }
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        lines.push("...".to_owned());
    }
    lines.retain(|line| !line.is_empty());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_wrapped_between_words_and_cut_where_a_word_is_too_long() {
        assert_eq!(wrapped("ann_k in  Paris\nat night", 8), ["ann_k in", "Paris at", "night"]);
        assert_eq!(wrapped("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrapped("  ", 8), [""; 0]);
        let long = wrapped(&"a ".repeat(100), 1);
        assert_eq!((long.len(), long.last().map(String::as_str)), (MOST_LINES + 1, Some("...")));
        assert_eq!(wrapped(&"я".repeat(1_000_000), 40).len(), MOST_LINES + 1);
    }
}
