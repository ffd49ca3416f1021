//! Files that people send, on their way from Telegram to the service.

use futures_util::StreamExt as _;
use teloxide::net::Download as _;
use teloxide::prelude::Requester as _;
use teloxide::types::FileId;

use super::{FileRef, SendError, Telegram};
use crate::api::Upload;

/// What Telegram's own servers give to a bot at the most.
pub const MAX_FILE: u64 = 20 * 1024 * 1024;

impl Telegram {
    /// Opens a file that was sent. Its bytes are read as the service takes them.
    pub async fn open(&self, file: &FileRef) -> Result<Upload, SendError> {
        let found = self.bot.get_file(FileId(file.id.clone())).await.map_err(SendError::from)?;
        let length = Some(u64::from(found.meta.size)).filter(|size| *size > 0);
        let files = self.files.clone();
        let bytes = async_stream(files, found.path);
        Ok(Upload::streamed(file.mime.as_deref().unwrap_or("application/octet-stream"), length, bytes))
    }
}

/// The bytes of a file, asked for when the first of them is wanted.
fn async_stream(
    files: teloxide::Bot,
    path: String,
) -> impl futures_util::Stream<Item = Result<bytes::Bytes, std::io::Error>> + Send + 'static {
    futures_util::stream::once(async move { files.download_file_stream(&path).boxed() })
        .flatten()
        // The error would tell the address, and with it the token.
        .map(|piece| piece.map_err(|_| std::io::Error::other("Telegram did not give the whole file")))
}
