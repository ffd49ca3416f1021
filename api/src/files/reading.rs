//! An object on its way out, piece by piece, for what is larger than memory or of no use in it.

use aws_sdk_s3::primitives::ByteStream;
use bytes::{Bytes, BytesMut};
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

use super::{FilesError, s3::interrupted};

/// An object that is being read. Nothing is read before it is asked for.
#[derive(Debug)]
pub struct Reading(Source);

#[derive(Debug)]
enum Source {
    File(File),
    Body(ByteStream),
}

impl Reading {
    pub(super) fn of_file(file: std::fs::File) -> Self {
        Self(Source::File(File::from_std(file)))
    }

    pub(super) const fn of_body(body: ByteStream) -> Self {
        Self(Source::Body(body))
    }

    /// The next piece, of at most 64 KiB from a folder and of what came at once from a bucket; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, FilesError> {
        match &mut self.0 {
            Source::File(file) => {
                let mut piece = BytesMut::with_capacity(PIECE);
                let read = file.read_buf(&mut piece).await;
                let length =
                    read.map_err(|source| FilesError::Folder { doing: "read an object to its end", source })?;
                Ok((length > 0).then(|| piece.freeze()))
            }
            Source::Body(body) => body.try_next().await.map_err(|error| interrupted(&error)),
        }
    }
}

const PIECE: usize = 64 * 1024;
