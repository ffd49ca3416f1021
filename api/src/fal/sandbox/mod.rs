//! A fal.ai on loopback: the same queue, storage, file host, key set and signed webhooks, so that the service and its
//! tests run without an account and without money. It is a server of its own that happens to live in this process:
//! nothing in it is called directly, everything goes over HTTP, and fal's official clients work against it.
//!
//! In reading order: [`Sandbox`] starts and stops; `house` is what all parts share; `requests` keeps each request in a
//! file; `queue` answers for them; `runs` takes a request from the queue to its outcome; `runners` names who does the
//! work, `trainers`, `generators` and `transcribers`; `webhooks` tells of it; `storage` and `files` are fal's file store; `proxy` is
//! the detour for browsers. A status follows from the times in the request's file, so a sandbox that is started again
//! goes on truly.
//!
//! It misbehaves on request, in every way in which fal has been seen to: `faults` has the ways and the words, asked for
//! at `/sandbox/faults`. `record` tells at `/sandbox/requests` what was submitted and what was called and delivered.

mod access;
mod clock;
mod disk;
mod faults;
mod fetch;
mod fields;
mod files;
mod generators;
mod house;
mod proxy;
mod queue;
mod record;
mod reply;
mod requests;
mod runners;
mod runs;
mod storage;
mod trainers;
mod transcribers;
mod webhooks;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::DropGuard;
use url::Url;

pub use faults::{
    CancelFault, Fault, FileFault, ResultFault, Rule, RunFault, StatusFault, SubmitFault, UploadFault, WebhookFault,
};

use super::error::FalError;
use super::settings::{FalSettings, FileHosts};
use crate::domain::secret::Secret;
use house::House;

/// How long a stop waits for answers that are under way.
const STOP_TIME: Duration = Duration::from_secs(5);

/// How a sandbox is set up.
#[derive(Debug, Clone)]
pub struct SandboxSettings {
    /// Where it keeps its state. The same folder gives the same sandbox again.
    pub folder: PathBuf,
    /// Where it listens. Without it: on loopback, on the port it had before if that is free.
    pub listen: Option<SocketAddr>,
    /// How long a training takes; the first tenth is spent in the queue. Pictures and texts take a tenth of it, at most a second.
    pub training: Duration,
    /// The only key it accepts. Without it: any key of the form `id:secret`.
    pub key: Option<Secret>,
}

/// Why a sandbox cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Its folder cannot be read or written, or holds something else.
    #[error("the folder of the fal sandbox cannot be used")]
    Folder(#[source] std::io::Error),
    /// The address is taken or may not be used.
    #[error("the fal sandbox cannot listen on its address")]
    Listen(#[source] std::io::Error),
    /// Its own HTTP client cannot be built.
    #[error(transparent)]
    Client(#[from] FalError),
}

/// A running sandbox. Dropping it stops it without waiting.
pub struct Sandbox {
    house: Arc<House>,
    server: JoinHandle<()>,
    _stop_on_drop: DropGuard,
}

impl Sandbox {
    /// Starts a sandbox, or goes on with the one that used this folder before: requests in it run on, and deliveries
    /// that did not arrive are sent again.
    pub async fn start(settings: SandboxSettings) -> Result<Self, SandboxError> {
        tokio::fs::create_dir_all(&settings.folder).await.map_err(SandboxError::Folder)?;
        let listener = listen(&settings).await?;
        let address = listener.local_addr().map_err(SandboxError::Listen)?;
        let port = address.port().to_string();
        disk::write(&settings.folder.join("port"), port.as_bytes()).map_err(SandboxError::Folder)?;

        let house = Arc::new(House::open(settings, address)?);
        for id in house.requests.unfinished() {
            runs::start(&house, id);
        }
        let stopped = house.stopping.clone().cancelled_owned();
        let app = routes(Arc::clone(&house));
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, app).with_graceful_shutdown(stopped).await {
                tracing::error!(%error, "the fal sandbox stopped serving");
            }
        });
        let stop_on_drop = house.stopping.clone().drop_guard();
        Ok(Self { house, server, _stop_on_drop: stop_on_drop })
    }

    /// Where it is reached, without a trailing path.
    #[must_use]
    pub fn url(&self) -> Url {
        self.house.origin.clone()
    }

    /// The settings with which a client reaches it.
    #[must_use]
    pub fn fal_settings(&self) -> FalSettings {
        let origin = &self.house.origin;
        FalSettings {
            key: self.house.some_key(),
            queue_url: origin.clone(),
            rest_url: origin.clone(),
            jwks_url: super::address::under(origin, [".well-known", "jwks.json"]),
            account_id: Some(webhooks::ACCOUNT_ID.to_owned()),
            file_hosts: FileHosts::Origin(origin.clone()),
        }
    }

    /// Stops it: answers under way are finished, trainings go on at the next start.
    pub async fn stop(mut self) {
        self.house.stopping.cancel();
        self.house.tasks.close();
        let finish = async {
            let _ = (&mut self.server).await;
            self.house.tasks.wait().await;
        };
        if tokio::time::timeout(STOP_TIME, finish).await.is_err() {
            self.server.abort();
        }
    }
}

fn routes(house: Arc<House>) -> Router {
    let key = house.some_key();
    let direct = Router::new()
        .merge(storage::routes(&house))
        .merge(files::routes())
        .merge(webhooks::routes())
        .merge(faults::routes())
        .merge(record::routes())
        .fallback(queue::answer)
        .with_state(house);
    proxy::in_front_of(direct, &key)
}

/// Stored addresses name the port, so the one of the last time is tried first.
async fn listen(settings: &SandboxSettings) -> Result<TcpListener, SandboxError> {
    if let Some(address) = settings.listen {
        return TcpListener::bind(address).await.map_err(SandboxError::Listen);
    }
    let last = tokio::fs::read_to_string(settings.folder.join("port")).await.unwrap_or_default();
    if let Ok(port) = last.trim().parse::<u16>()
        && let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await
    {
        return Ok(listener);
    }
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(SandboxError::Listen)
}

#[cfg(test)]
mod tests;
