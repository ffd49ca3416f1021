//! The generators: what makes pictures with the weights that a trainer has left. What each is fed differs, so each has a
//! file of its own and the rest of the service sees only [`Picture`] and [`Made`]. Prices and ranges are those of fal's
//! model pages in late 2026.

mod flux_2;
mod flux_2_klein;
mod flux_lora;
mod made;
mod price;

use serde_json::Value;

pub use made::{Made, MadePicture};
pub use price::PicturePrice;

use super::error::FalError;

/// Every generator that the service knows.
pub static ALL: [&Generator; 3] = [&flux_lora::GENERATOR, &flux_2::GENERATOR, &flux_2_klein::GENERATOR];

/// The longer side of the pictures that are asked for, in pixels: what the models were trained on.
const LONGER_SIDE: u64 = 1024;
/// The models work in blocks of so many pixels.
const BLOCK: u64 = 16;

/// A generator of fal: an endpoint that draws with trained weights.
#[derive(Debug)]
pub struct Generator {
    endpoint: &'static str,
    /// The endpoint ids of the trainers whose weights it draws with.
    trainers: &'static [&'static str],
    price: PicturePrice,
    takes_negative_prompt: bool,
    /// The shortest and the longest side that it draws, in pixels.
    sides: (u64, u64),
    input: fn(&Picture) -> Value,
}

/// How large a picture is, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// What is to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// What is to be seen, the trigger phrase in it.
    pub prompt: String,
    /// What is not to be seen. Left out where the generator takes none; see [`Generator::takes_negative_prompt`].
    pub negative_prompt: Option<String>,
    /// How large; from [`Generator::size`].
    pub size: Size,
    /// How many pictures, from 1 to 4.
    pub num_images: u8,
    /// What the chance starts from, from 0: the same input with the same seed gives the same pictures.
    pub seed: i64,
    /// The address of the trained weights, which fal can read without a key.
    pub lora_url: String,
}

/// The generator that draws with what this trainer leaves, by their endpoint ids.
#[must_use]
pub fn for_trainer(endpoint: &str) -> Option<&'static Generator> {
    ALL.into_iter().find(|generator| generator.trainers.contains(&endpoint))
}

/// The generator behind an endpoint id.
#[must_use]
pub fn find(endpoint: &str) -> Option<&'static Generator> {
    ALL.into_iter().find(|generator| generator.endpoint == endpoint)
}

impl Generator {
    /// The endpoint id at fal.
    #[must_use]
    pub const fn endpoint(&self) -> &'static str {
        self.endpoint
    }

    /// Whether it can be told what is not to be seen.
    #[must_use]
    pub const fn takes_negative_prompt(&self) -> bool {
        self.takes_negative_prompt
    }

    /// The price of late 2026, for when no other is set.
    #[must_use]
    pub const fn usual_price(&self) -> PicturePrice {
        self.price
    }

    /// The size of a picture that is so many parts across and down: its longer side has 1024 pixels, the other as many as
    /// the ratio gives, in whole blocks and as short or long as the generator draws.
    #[must_use]
    pub fn size(&self, (across, down): (u32, u32)) -> Size {
        let longer = u64::from(across.max(down).max(1));
        let (shortest, longest) = self.sides;
        let side = |part: u32| {
            let blocks = (u64::from(part) * LONGER_SIDE + longer * BLOCK / 2) / (longer * BLOCK);
            u32::try_from((blocks * BLOCK).clamp(shortest.max(BLOCK), longest)).unwrap_or(u32::MAX)
        };
        Size { width: side(across), height: side(down) }
    }

    /// The input to submit.
    #[must_use]
    pub fn input(&self, picture: &Picture) -> Value {
        (self.input)(picture)
    }

    /// The pictures in the output of a completed request. They expire at fal; copy them at once.
    pub fn read(&self, output: &Value) -> Result<Made, FalError> {
        made::read(output)
    }
}

#[cfg(test)]
mod tests;
