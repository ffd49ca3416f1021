//! Where a bucket is and how to enter it.

use std::fmt;

use url::Url;

/// A text that must not be seen: its `Debug` shows only that it is there.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a text into custody.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that must send or sign with it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Everything needed to use one bucket of an S3-compatible store.
#[derive(Debug, Clone)]
pub struct S3Settings {
    /// The bucket; it must exist.
    pub bucket: String,
    /// The region that requests are signed for; it must be the store's own (Garage refuses any other).
    pub region: String,
    /// Where the service reaches the store; `None` is Amazon's address for the region.
    pub endpoint: Option<Url>,
    /// Where the world reaches the same store. Signed links carry it, because a signature covers the host name.
    /// `None` when it is the same as `endpoint`.
    pub public_endpoint: Option<Url>,
    /// The name of the access key.
    pub access_key: String,
    /// The secret of the access key.
    pub secret_key: Secret,
    /// The token that comes with temporary credentials.
    pub session_token: Option<Secret>,
    /// `http://host/bucket/key` instead of `http://bucket.host/key`: what self-hosted stores expect.
    pub path_style: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown_by_debug() {
        let shown = format!("{:?} {:#?}", Secret::new("hunter2"), Some(Secret::new("hunter2")));
        assert!(shown.contains("***") && !shown.contains("hunter2"), "{shown}");
    }
}
