//! Where a bucket is and how to enter it.

use url::Url;

use crate::domain::secret::Secret;

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
