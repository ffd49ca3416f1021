//! Fetching a result file: only from allowed hosts, without the key, and never more bytes than agreed.

use std::path::Path;

use reqwest::{Response, StatusCode};
use serde::de::IgnoredAny;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;
use url::Url;

use super::super::error::FalError;
use super::super::safetensors::Head;
use super::{Answer, Fal, IDLE_TIME};

impl Fal {
    /// Fetches a file into `to`, which is created or overwritten, and gives its size in bytes. After an error nothing
    /// is left at `to`.
    pub async fn download(&self, url: &str, to: &Path, max_bytes: u64) -> Result<u64, FalError> {
        let response = self.open(url).await?;
        kept(to, write(response, to, max_bytes, Check::Nothing).await).await
    }

    /// Fetches a picture in the same way. What does not begin as one is refused at its first bytes.
    pub async fn download_picture(&self, url: &str, to: &Path, max_bytes: u64) -> Result<u64, FalError> {
        let response = self.open(url).await?;
        kept(to, write(response, to, max_bytes, Check::Picture).await).await
    }

    /// Fetches trained weights in the same way. Their head says how long they are, so a file that is empty, cut, padded
    /// or endless is refused, and as soon as it shows.
    pub async fn download_weights(&self, url: &str, to: &Path, max_bytes: u64) -> Result<u64, FalError> {
        let response = self.open(url).await?;
        let mut head = Head::default();
        kept(to, write(response, to, max_bytes, Check::Weights(&mut head)).await).await
    }

    /// Fetches a JSON file in the same way.
    pub async fn download_json(&self, url: &str, to: &Path, max_bytes: u64) -> Result<u64, FalError> {
        let response = self.open(url).await?;
        let written = match write(response, to, max_bytes, Check::Nothing).await {
            Ok(size) => is_json(to).await.map(|()| size),
            error => error,
        };
        kept(to, written).await
    }

    async fn open(&self, url: &str) -> Result<Response, FalError> {
        let address = Url::parse(url).map_err(|_| FalError::Unreadable("a file address is not an address".into()))?;
        if !self.inner.settings.file_hosts.allows(&address) {
            return Err(FalError::ForeignHost { host: address.host_str().unwrap_or_default().to_owned() });
        }
        // fal's files need no key, and a key sent along could leak to whoever answers.
        let response = moving(self.inner.transfers.get(address).send()).await?;
        match response.status() {
            StatusCode::OK => Ok(response),
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(FalError::FileGone),
            _ => Err(Answer::read(response).await?.into_error()),
        }
    }
}

async fn kept(to: &Path, written: Result<u64, FalError>) -> Result<u64, FalError> {
    if written.is_err() {
        // The first error is the one to tell; a leftover of a failed download is swept with its folder.
        let _ = tokio::fs::remove_file(to).await;
    }
    written
}

async fn is_json(path: &Path) -> Result<(), FalError> {
    let bytes = tokio::fs::read(path).await?;
    let read = serde_json::from_slice::<IgnoredAny>(&bytes);
    read.map(drop).map_err(|_| FalError::Unreadable("a file that should be JSON is not".into()))
}

async fn write(mut response: Response, to: &Path, max_bytes: u64, mut check: Check<'_>) -> Result<u64, FalError> {
    let too_large = FalError::TooLarge { limit: max_bytes };
    if response.content_length().is_some_and(|announced| announced > max_bytes) {
        return Err(too_large);
    }
    let mut file = File::create(to).await?;
    let mut size = 0;
    while let Some(chunk) = moving(response.chunk()).await? {
        let is_first = size == 0;
        size += chunk.len() as u64;
        if size > max_bytes {
            return Err(too_large);
        }
        match &mut check {
            Check::Picture if is_first && !begins_a_picture(&chunk) => return Err(no_picture()),
            Check::Weights(head) => {
                head.read(&chunk)?;
                head.check_so_far(size)?;
            }
            Check::Picture | Check::Nothing => {}
        }
        file.write_all(&chunk).await?;
    }
    file.flush().await?;
    match check {
        Check::Weights(head) => head.check_whole(size)?,
        Check::Picture if size == 0 => return Err(no_picture()),
        Check::Picture | Check::Nothing => {}
    }
    Ok(size)
}

/// By what is known on the way that a file is not what it should be.
enum Check<'a> {
    Nothing,
    Picture,
    Weights(&'a mut Head),
}

/// Whether these are the first bytes of a JPEG, PNG or WebP file, as far as they go.
fn begins_a_picture(bytes: &[u8]) -> bool {
    let beginnings: [&[u8]; 3] = [b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1A\n", b"RIFF"];
    beginnings.iter().any(|beginning| bytes.iter().zip(*beginning).all(|(byte, expected)| byte == expected))
}

fn no_picture() -> FalError {
    FalError::Unreadable("a picture is not one".into())
}

/// Waits for the next step of a download, but not for ever.
async fn moving<T>(step: impl Future<Output = reqwest::Result<T>>) -> Result<T, FalError> {
    let step = timeout(IDLE_TIME, step).await.map_err(|_| FalError::Interrupted("the download stood still".into()))?;
    Ok(step?)
}
