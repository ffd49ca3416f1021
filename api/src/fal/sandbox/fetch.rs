//! Fetching what an input names by its address.

use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use super::fields::{self, ModelError};
use super::house::House;

const DOWNLOAD_TIME: Duration = Duration::from_mins(10);
const MOST_REDIRECTS: usize = 5;

/// Hands a file on piece by piece and gives its SHA-256 in hexadecimal digits; `None` when it cannot be had, has more
/// than `largest` bytes, or a piece is not taken.
pub(super) async fn fetch(
    house: &House,
    url: &str,
    largest: u64,
    take: impl FnMut(&[u8]) -> bool + Send,
) -> Option<String> {
    tokio::time::timeout(DOWNLOAD_TIME, pieces(house, url, largest, take)).await.ok().flatten()
}

/// The error for a file that cannot be had.
pub(super) fn failed(place: &Value, url: &str) -> ModelError {
    let message = "Failed to download the file. Please check if the URL is accessible and try again.";
    fields::wrong(place, "file_download_error", message, &json!(url), &json!({}))
}

async fn pieces(house: &House, url: &str, largest: u64, mut take: impl FnMut(&[u8]) -> bool + Send) -> Option<String> {
    let mut address = Url::parse(url).ok()?;
    for _ in 0..=MOST_REDIRECTS {
        let mut response = house.client.get(address.clone()).send().await.ok()?;
        if response.status().is_redirection() {
            address = address.join(response.headers().get("location")?.to_str().ok()?).ok()?;
            continue;
        }
        if !response.status().is_success() {
            return None;
        }
        let (mut size, mut digest) = (0, Sha256::new());
        while let Some(piece) = response.chunk().await.ok()? {
            size += piece.len() as u64;
            if size > largest || !take(&piece) {
                return None;
            }
            digest.update(&piece);
        }
        return Some(hex::encode(digest.finalize()));
    }
    None
}
