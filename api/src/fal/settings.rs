//! Where fal is, who we are there, and from which hosts its files may be fetched.

use url::{Host, Url};

use crate::domain::secret::Secret;

/// Everything the client needs to know to speak to fal, or to the sandbox in its place.
#[derive(Debug, Clone)]
pub struct FalSettings {
    /// The API key, normally `<id>:<secret>`.
    pub key: Secret,
    /// The queue, `https://queue.fal.run`.
    pub queue_url: Url,
    /// Storage and tokens, `https://rest.fal.ai`.
    pub rest_url: Url,
    /// The keys that sign webhooks, `https://rest.fal.ai/.well-known/jwks.json`.
    pub jwks_url: Url,
    /// Our own user id at fal. All customers of fal share its signing keys, so without this id a delivery signed for
    /// another customer passes the signature check.
    pub account_id: Option<String>,
    /// The hosts from which results may be fetched.
    pub file_hosts: FileHosts,
}

/// The hosts from which result files may be fetched. An answer of fal is input like any other: an address in it must
/// not make the service read from its own network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileHosts {
    /// `fal.media` and `*.fal.media`, over https on its default port.
    Fal,
    /// Exactly the scheme, host and port of this address: the sandbox's own file host.
    Origin(Url),
}

impl FileHosts {
    /// Whether a file may be fetched from this address.
    #[must_use]
    pub fn allows(&self, address: &Url) -> bool {
        if !address.username().is_empty() || address.password().is_some() {
            return false;
        }
        match self {
            Self::Fal => {
                address.scheme() == "https"
                    && address.port().is_none()
                    && matches!(address.host(), Some(Host::Domain(name)) if name == "fal.media" || name.ends_with(".fal.media"))
            }
            Self::Origin(own) => address.origin() == own.origin(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(hosts: &FileHosts, address: &str) -> bool {
        hosts.allows(&Url::parse(address).expect("an address"))
    }

    #[test]
    fn only_fals_own_media_hosts_are_allowed() {
        for good in ["https://fal.media/a", "https://v3.fal.media/files/a.safetensors", "https://v3b.fal.media/x?y=z"] {
            assert!(allowed(&FileHosts::Fal, good), "{good}");
        }
        for bad in [
            "http://v3.fal.media/a",
            "https://v3.fal.media:8443/a",
            "https://evilfal.media/a",
            "https://fal.media.evil.example/a",
            "https://user@v3.fal.media/a",
            "https://127.0.0.1/a",
            "https://[::1]/a",
            "file:///etc/passwd",
        ] {
            assert!(!allowed(&FileHosts::Fal, bad), "{bad}");
        }
    }

    #[test]
    fn the_sandbox_serves_from_its_own_origin_only() {
        let hosts = FileHosts::Origin(Url::parse("http://127.0.0.1:4010").expect("an address"));
        assert!(allowed(&hosts, "http://127.0.0.1:4010/files/1/a"));
        assert!(!allowed(&hosts, "http://127.0.0.1:4011/files/1/a"));
        assert!(!allowed(&hosts, "https://v3.fal.media/a"));
    }
}
