//! What the service asks of an object store, and the two that answer: an S3-compatible bucket in production, a plain
//! folder on the machine otherwise. Both pass the same contract test (`tests/files`).
//!
//! A key names one content for ever: bytes are never replaced by other bytes, so nobody needs conditional writes (which
//! some stores silently ignore) and every link and cache stays true. Putting the same bytes twice, as a retried job
//! does, is fine.

mod archive;
mod error;
mod folder;
mod folders;
mod key;
mod links;
mod pages;
mod reading;
mod s3;
mod settings;
mod spool;

use std::{path::Path, time::Duration};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use url::Url;

pub use self::{
    archive::{Archive, Packed},
    error::FilesError,
    folder::{Folder, Linked},
    key::{BadKey, Key},
    links::LinkError,
    pages::Pages,
    reading::Reading,
    s3::S3,
    settings::S3Settings,
    spool::{Arrival, Place, Spool, SpooledFile},
};

/// The longest life of a signed link, seven days: the limit of S3's own signatures, kept by both stores.
pub const LONGEST_LINK: Duration = Duration::from_hours(7 * 24);

/// How long a client may keep what a link led to: as long as every link of ours lives at least.
pub const CACHED: Duration = Duration::from_hours(1);

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

    /// Does beforehand what [`Files::adopt`] would have to wait for, where that is anything: a folder rests its promise
    /// on a file that is safe on the disk. It may run while the file is still being looked at.
    pub async fn settle(&self, file: &Path) -> Result<(), FilesError> {
        match self {
            Self::Folder(folder) => folder.settle(file).await,
            Self::S3(_) => Ok(()),
        }
    }

    /// Stores a settled file under `key`, without a copy where the store is a folder on the same file system. Nobody may
    /// write to the file any more; it stays the caller's to remove.
    pub async fn adopt(&self, key: &Key, file: &Path) -> Result<(), FilesError> {
        match self {
            Self::Folder(folder) => folder.adopt(key, file).await,
            Self::S3(s3) => s3.put_file(key, file).await,
        }
    }

    /// The whole object in memory, for small ones (a photo, a thumbnail); `None` when there is none.
    pub async fn read(&self, key: &Key) -> Result<Option<Bytes>, FilesError> {
        match self {
            Self::Folder(folder) => folder.read(key).await,
            Self::S3(s3) => s3.read(key).await,
        }
    }

    /// The object piece by piece; `None` when there is none.
    pub async fn open(&self, key: &Key) -> Result<Option<Reading>, FilesError> {
        match self {
            Self::Folder(folder) => folder.open_object(key).await,
            Self::S3(s3) => s3.open_object(key).await,
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
        let (mut keys, mut pages) = (Vec::new(), self.pages(prefix));
        while let Some(page) = pages.next().await? {
            keys.extend(page);
        }
        keys.sort_unstable();
        Ok(keys)
    }

    /// The same keys page by page and in no order, for stores that are larger than memory.
    #[must_use]
    pub fn pages(&self, prefix: &str) -> Pages {
        match self {
            Self::Folder(folder) => Pages::of_folder(folder, prefix),
            Self::S3(s3) => Pages::of_s3(s3, prefix),
        }
    }

    /// An address from which anyone may GET the object, without a token, from `now` for `lifetime` (one second to
    /// [`LONGEST_LINK`]). It is given out whether or not the object exists, and is a secret while it lives. The same
    /// `now` gives the same address.
    ///
    /// What answers there is the same from both stores: the object's media type, its name below the last slash, an
    /// `ETag`, ranges, and leave to keep it for as long as [`CACHED`] or the link's lifetime, whichever is shorter.
    pub async fn signed_url(&self, key: &Key, lifetime: Duration, now: DateTime<Utc>) -> Result<Url, FilesError> {
        check_lifetime(lifetime)?;
        match self {
            Self::Folder(folder) => Ok(folder.signed_url(key, lifetime, now)),
            Self::S3(s3) => s3.signed_url(key, lifetime, now).await,
        }
    }

    /// An address that answers HEAD as the one of [`Files::signed_url`] answers GET. A signature of S3 covers the method;
    /// a folder's links open with both.
    pub async fn signed_head_url(&self, key: &Key, lifetime: Duration, now: DateTime<Utc>) -> Result<Url, FilesError> {
        check_lifetime(lifetime)?;
        match self {
            Self::Folder(folder) => Ok(folder.signed_url(key, lifetime, now)),
            Self::S3(s3) => s3.signed_head_url(key, lifetime, now).await,
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

/// Only the one it was made for may keep an object, and needs not ask again whether it has changed.
#[must_use]
pub fn cache_control(left: Duration) -> String {
    format!("private, max-age={}, immutable", left.min(CACHED).as_secs())
}

/// To be looked at and not to be saved, but with a good name if it is. A key needs no escape here.
#[must_use]
pub fn content_disposition(key: &Key) -> String {
    let name = key.as_str().rsplit('/').next().unwrap_or_default();
    format!("inline; filename=\"{name}\"")
}

fn check_lifetime(lifetime: Duration) -> Result<(), FilesError> {
    if (Duration::from_secs(1)..=LONGEST_LINK).contains(&lifetime) {
        Ok(())
    } else {
        Err(FilesError::Lifetime(lifetime))
    }
}
