//! What all parts of a sandbox share.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Client;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::Ed25519KeyPair;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use super::access::Seal;
use super::faults::Faults;
use super::record::Record;
use super::requests::Requests;
use super::webhooks::Line;
use super::{SandboxError, SandboxSettings, disk};
use crate::domain::secret::Secret;
use crate::fal::client::install_tls;
use crate::fal::error::FalError;

pub(super) struct House {
    pub(super) folder: PathBuf,
    /// The address under which everything here is reached.
    pub(super) origin: Url,
    pub(super) key: Option<Secret>,
    pub(super) training: Duration,
    pub(super) signing: Ed25519KeyPair,
    pub(super) seal: Seal,
    pub(super) client: Client,
    pub(super) requests: Requests,
    pub(super) faults: Faults,
    pub(super) line: Line,
    pub(super) record: Record,
    pub(super) stopping: CancellationToken,
    pub(super) tasks: TaskTracker,
}

impl House {
    pub(super) fn open(settings: SandboxSettings, address: SocketAddr) -> Result<Self, SandboxError> {
        install_tls();
        let SandboxSettings { folder, training, key, .. } = settings;
        let seed = signing_seed(&folder).map_err(SandboxError::Folder)?;
        let signing = Ed25519KeyPair::from_seed_unchecked(&seed)
            .map_err(|_| SandboxError::Folder(std::io::ErrorKind::InvalidData.into()))?;
        std::fs::create_dir_all(folder.join("files")).map_err(SandboxError::Folder)?;
        // Redirects are off because fal does not follow them when it delivers; a download follows them by its own.
        let client = Client::builder()
            .user_agent("fal-sandbox")
            .connect_timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(FalError::from)?;
        Ok(Self {
            origin: origin(address),
            key,
            training,
            signing,
            seal: Seal::new(&seed),
            client,
            requests: Requests::open(folder.join("requests")).map_err(SandboxError::Folder)?,
            faults: Faults::open(folder.join("faults.json")).map_err(SandboxError::Folder)?,
            line: Line::default(),
            record: Record::default(),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
            folder,
        })
    }

    /// A key that is accepted here.
    pub(super) fn some_key(&self) -> Secret {
        self.key.clone().unwrap_or_else(|| Secret::new("sandbox:sandbox"))
    }
}

/// A server that listens on every address is reached from here on loopback.
fn origin(mut address: SocketAddr) -> Url {
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    let mut origin = Url::parse("http://127.0.0.1").unwrap_or_else(|_| unreachable!("a constant address"));
    let _ = (origin.set_ip_host(address.ip()), origin.set_port(Some(address.port())));
    origin
}

/// The seed of the signing key, made at the first start. Without the file, the next start has a new key, as when fal
/// changes its own.
fn signing_seed(folder: &Path) -> std::io::Result<[u8; 32]> {
    let path = folder.join("signing-key");
    let mut seed = [0; 32];
    match std::fs::read_to_string(&path) {
        Ok(text) => hex::decode_to_slice(text.trim(), &mut seed).map_err(|_| std::io::ErrorKind::InvalidData)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            SystemRandom::new().fill(&mut seed).map_err(|_| std::io::ErrorKind::Other)?;
            disk::write(&path, hex::encode(seed).as_bytes())?;
        }
        Err(error) => return Err(error),
    }
    Ok(seed)
}
