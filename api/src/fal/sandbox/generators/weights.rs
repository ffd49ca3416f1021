//! Fetching the weights that a picture is drawn with. Whoever they were trained for is seen in the picture.

use serde_json::{Value, json};

use super::super::fetch;
use super::super::fields::{self, ModelError};
use super::super::house::House;
use crate::fal::safetensors::Head;

/// What fal takes at most, in bytes.
const LARGEST: u64 = 5 * 1024 * 1024 * 1024;

/// Weights that were fetched and found good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Weights {
    /// SHA-256 in hexadecimal digits.
    pub(super) digest: String,
    /// The word that they were trained on, where they tell.
    pub(super) trigger: Option<String>,
}

/// Fetches the weights at this place of the input, or says what is wrong with them.
pub(super) async fn fetch(house: &House, url: &str, place: &Value) -> Result<Weights, ModelError> {
    let mut head = Head::default();
    let (mut size, mut is_good) = (0, true);
    let read = |piece: &[u8]| {
        size += piece.len() as u64;
        is_good = head.read(piece).and_then(|()| head.check_so_far(size)).is_ok();
        is_good
    };
    let fetched = fetch::fetch(house, url, LARGEST, read).await;
    match fetched {
        Some(digest) if head.check_whole(size).is_ok() => Ok(Weights { digest, trigger: head.note("trigger") }),
        None if is_good => Err(fetch::failed(place, url)),
        _ => {
            let message = "Failed to load the LoRA weights: the file is not a valid safetensors file.";
            Err(fields::wrong(place, "value_error", message, &json!(url), &json!({})))
        }
    }
}
