//! Links to the objects of a folder. S3 signs its own; a folder has only this service to serve it, so the service signs
//! and checks: HMAC-SHA256 over the key and the moment the link ends, under a random key that lives beside the folder.

use std::{
    fs,
    io::{self, Write},
    path::Path,
    time::Duration,
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ring::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};
use tempfile::Builder;
use thiserror::Error;
use url::Url;

use super::{FilesError, Key, folders::sync_folder};

/// Why a link to an object of the folder does not open it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LinkError {
    /// It was not signed by this service, or was changed since.
    #[error("the link is not valid")]
    Invalid,
    /// It was good once.
    #[error("the link has expired")]
    Expired,
    /// It is good, and the object is gone.
    #[error("the object does not exist")]
    NotFound,
}

/// Signs links and checks them.
#[derive(Debug)]
pub(super) struct Links {
    base: Url,
    key: hmac::Key,
}

impl Links {
    /// Links below `base`, under the key kept in `key_file`, which is made when there is none.
    pub(super) fn start(base: &Url, key_file: &Path) -> Result<Self, FilesError> {
        if !matches!(base.scheme(), "http" | "https") {
            return Err(FilesError::PublicAddress);
        }
        let secret =
            load_or_create(key_file).map_err(|source| FilesError::Folder { doing: "open the signing key", source })?;
        if secret.len() != KEY_BYTES {
            return Err(FilesError::SigningKey);
        }
        Ok(Self { base: base.clone(), key: hmac::Key::new(hmac::HMAC_SHA256, &secret) })
    }

    /// The address of the object, good until `now` + `lifetime`.
    pub(super) fn url(&self, key: &Key, lifetime: Duration, now: DateTime<Utc>) -> Url {
        let expires = now.timestamp().saturating_add_unsigned(lifetime.as_secs()).to_string();
        let tag = hmac::sign(&self.key, &signed_text(key.as_str(), &expires));
        let mut url = self.base.clone();
        // Only an address that cannot carry a path refuses here, and `start` has let none of those in.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["v1", "objects"]).extend(key.as_str().split('/'));
        }
        url.query_pairs_mut()
            .clear()
            .append_pair("expires", &expires)
            .append_pair("signature", &BASE64_URL_SAFE_NO_PAD.encode(tag));
        url
    }

    /// The key a link names and when it ends, if it is ours and still good. The signature is compared in constant time and
    /// before anything else is looked at, so a forger learns nothing from the kind of refusal.
    pub(super) fn verify(
        &self,
        key: &str,
        expires: &str,
        signature: &str,
        now: DateTime<Utc>,
    ) -> Result<(Key, DateTime<Utc>), LinkError> {
        let tag = BASE64_URL_SAFE_NO_PAD.decode(signature).map_err(|_| LinkError::Invalid)?;
        hmac::verify(&self.key, &signed_text(key, expires), &tag).map_err(|_| LinkError::Invalid)?;
        let expires = expires.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        let expires = expires.ok_or(LinkError::Invalid)?;
        if now >= expires {
            return Err(LinkError::Expired);
        }
        let key = Key::parse(key).map_err(|_| LinkError::Invalid)?;
        Ok((key, expires))
    }
}

/// As long as the digest: more would be hashed down to it, less would be weaker (RFC 2104).
const KEY_BYTES: usize = 32;

/// A key holds no line break, so the two parts cannot flow into each other.
fn signed_text(key: &str, expires: &str) -> Vec<u8> {
    format!("{key}\n{expires}").into_bytes()
}

/// The key file is written elsewhere and then linked to its name, which succeeds for one process only; all others read
/// what that one wrote, and no one ever reads half a key.
fn load_or_create(key_file: &Path) -> io::Result<Vec<u8>> {
    match fs::read(key_file) {
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => {}
        found => return found,
    }
    let mut secret = [0; KEY_BYTES];
    SystemRandom::new().fill(&mut secret).map_err(|_| io::Error::other("the system gives no random bytes"))?;
    let folder = key_file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A temporary file is created with mode 0600, and keeps it.
    let mut file = Builder::new().prefix(".signing-key-").tempfile_in(folder)?;
    file.write_all(&secret)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(key_file) {
        Ok(_) => {
            sync_folder(folder)?;
            Ok(secret.to_vec())
        }
        Err(lost) if lost.error.kind() == io::ErrorKind::AlreadyExists => fs::read(key_file),
        Err(failed) => Err(failed.error),
    }
}
