//! Fetching a result file: only from allowed hosts, without the key, and never more bytes than agreed.

use std::path::Path;

use reqwest::{Response, StatusCode};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;
use url::Url;

use super::super::error::FalError;
use super::{Answer, Fal, IDLE_TIME};

impl Fal {
    /// Fetches a file into `to`, which is created or overwritten, and gives its size in bytes. After an error nothing
    /// is left at `to`.
    pub async fn download(&self, url: &str, to: &Path, max_bytes: u64) -> Result<u64, FalError> {
        let address = Url::parse(url).map_err(|_| FalError::Unreadable("a file address is not an address".into()))?;
        if !self.inner.settings.file_hosts.allows(&address) {
            return Err(FalError::ForeignHost { host: address.host_str().unwrap_or_default().to_owned() });
        }
        // fal's files need no key, and a key sent along could leak to whoever answers.
        let response = moving(self.inner.transfers.get(address).send()).await?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND | StatusCode::GONE => return Err(FalError::FileGone),
            _ => return Err(Answer::read(response).await?.into_error()),
        }
        let written = write(response, to, max_bytes).await;
        if written.is_err() {
            // The first error is the one to tell; a leftover of a failed download is swept with its folder.
            let _ = tokio::fs::remove_file(to).await;
        }
        written
    }
}

async fn write(mut response: Response, to: &Path, max_bytes: u64) -> Result<u64, FalError> {
    let too_large = FalError::TooLarge { limit: max_bytes };
    if response.content_length().is_some_and(|announced| announced > max_bytes) {
        return Err(too_large);
    }
    let mut file = File::create(to).await?;
    let mut size = 0;
    while let Some(chunk) = moving(response.chunk()).await? {
        size += chunk.len() as u64;
        if size > max_bytes {
            return Err(too_large);
        }
        file.write_all(&chunk).await?;
    }
    file.flush().await?;
    Ok(size)
}

/// Waits for the next step of a download, but not for ever.
async fn moving<T>(step: impl Future<Output = reqwest::Result<T>>) -> Result<T, FalError> {
    let step = timeout(IDLE_TIME, step).await.map_err(|_| FalError::Interrupted("the download stood still".into()))?;
    Ok(step?)
}
