//! What the service asks of an object store, and the two that answer: an S3-compatible bucket in production, a plain
//! folder on the machine otherwise. Both pass the same contract test (`tests/files`).
//!
//! A key names one content for ever: bytes are never replaced by other bytes, so nobody needs conditional writes (which
//! some stores silently ignore) and every link and cache stays true. Putting the same bytes twice, as a retried job
//! does, is fine.

mod error;
mod folder;
mod key;
mod links;
mod s3;
mod settings;

use std::{path::Path, time::Duration};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use url::Url;

pub use self::{
    error::FilesError,
    folder::Folder,
    key::{BadKey, Key},
    links::LinkError,
    s3::S3,
    settings::S3Settings,
};

/// The longest life of a signed link, seven days: the limit of S3's own signatures, kept by both stores.
pub const LONGEST_LINK: Duration = Duration::from_hours(7 * 24);

/// An object store. Cloning is cheap; clones share their connections.
#[derive(Debug, Clone)]
pub enum Files {
    /// Plain files on this machine.
    Folder(Folder),
    /// A bucket that speaks S3.
    S3(S3),
}

impl Files {
    /// Stores `bytes` under `key`. When this returns `Ok`, the object survives a power cut.
    pub async fn put(&self, key: &Key, bytes: Bytes) -> Result<(), FilesError> {
        match self {
            Self::Folder(folder) => folder.put(key, bytes).await,
            Self::S3(s3) => s3.put(key, bytes).await,
        }
    }

    /// Stores the file at `path` under `key`, streaming it: the file may be larger than memory.
    pub async fn put_file(&self, key: &Key, path: &Path) -> Result<(), FilesError> {
        match self {
            Self::Folder(folder) => folder.put_file(key, path).await,
            Self::S3(s3) => s3.put_file(key, path).await,
        }
    }

    /// The whole object in memory, for small ones (a photo, a thumbnail); `None` when there is none.
    pub async fn read(&self, key: &Key) -> Result<Option<Bytes>, FilesError> {
        match self {
            Self::Folder(folder) => folder.read(key).await,
            Self::S3(s3) => s3.read(key).await,
        }
    }

    /// Streams the object into a file at `to` and returns its length in bytes; `None`, and no file, when there is no
    /// such object. The file appears whole or not at all; one that already stands there is replaced.
    pub async fn fetch(&self, key: &Key, to: &Path) -> Result<Option<u64>, FilesError> {
        match self {
            Self::Folder(folder) => folder.fetch(key, to).await,
            Self::S3(s3) => s3.fetch(key, to).await,
        }
    }

    /// Removes the object. Removing what is not there is a success.
    pub async fn delete(&self, key: &Key) -> Result<(), FilesError> {
        match self {
            Self::Folder(folder) => folder.delete(key).await,
            Self::S3(s3) => s3.delete(key).await,
        }
    }

    /// Whether an object stands under `key`.
    pub async fn exists(&self, key: &Key) -> Result<bool, FilesError> {
        match self {
            Self::Folder(folder) => folder.exists(key).await,
            Self::S3(s3) => s3.exists(key).await,
        }
    }

    /// Every key that begins with `prefix` (letter by letter, not folder by folder), in byte order. Objects of others,
    /// whose names are no keys of ours, are passed over.
    pub async fn list(&self, prefix: &str) -> Result<Vec<Key>, FilesError> {
        let mut keys = match self {
            Self::Folder(folder) => folder.list(prefix).await,
            Self::S3(s3) => s3.list(prefix).await,
        }?;
        keys.sort_unstable();
        Ok(keys)
    }

    /// An address from which anyone may GET the object, without a token, from `now` for `lifetime` (one second to
    /// [`LONGEST_LINK`]). It is given out whether or not the object exists, and is a secret while it lives.
    pub async fn signed_url(&self, key: &Key, lifetime: Duration, now: DateTime<Utc>) -> Result<Url, FilesError> {
        if !(Duration::from_secs(1)..=LONGEST_LINK).contains(&lifetime) {
            return Err(FilesError::Lifetime(lifetime));
        }
        match self {
            Self::Folder(folder) => Ok(folder.signed_url(key, lifetime, now)),
            Self::S3(s3) => s3.signed_url(key, lifetime, now).await,
        }
    }

    /// Whether the store can be used now: the folder takes a file, the bucket answers to our credentials.
    pub async fn check(&self) -> Result<(), FilesError> {
        match self {
            Self::Folder(folder) => folder.check().await,
            Self::S3(s3) => s3.check().await,
        }
    }
}
