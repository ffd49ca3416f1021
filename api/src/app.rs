//! What the doors and the workers share: the rooms, opened, and the signals between them.

use std::sync::Arc;
use std::time::Duration;

use aisha_imaging::Pool;
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use tokio::sync::{Notify, Semaphore, watch};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::config::{PhotoLimits, Trainers};
use crate::domain::clock::Clock;
use crate::domain::event::NewEvent;
use crate::domain::ids::Ids;
use crate::domain::job::Job;
use crate::fal::{Fal, WebhookVerifier};
use crate::files::{Files, FilesError, Key};
use crate::storage::{Db, StorageError, Tx, events, jobs};

/// The running service, as each request and each job sees it. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The rows.
    pub db: Db,
    /// The objects.
    pub files: Files,
    /// The way to fal.
    pub fal: Fal,
    /// Who checks what claims to come from fal.
    pub webhooks: Arc<WebhookVerifier>,
    /// The workers that look at pictures.
    pub imaging: Arc<Pool>,
    /// The time.
    pub clock: Clock,
    /// New ids.
    pub ids: Ids,
    /// What stays the same while the service runs.
    pub settings: Arc<Settings>,
    /// What wakes whom.
    pub signals: Arc<Signals>,
}

/// What stays the same while the service runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Under which address the world reaches the service, without a slash at its end.
    pub public_url: Url,
    /// Under which address fal reaches it; the same, or loopback for the sandbox.
    pub webhook_url: Url,
    /// What photos are taken.
    pub photos: PhotoLimits,
    /// Which trainer learns which kind of avatar.
    pub trainers: Trainers,
    /// Where files lie while they are worked on.
    pub temporary_dir: std::path::PathBuf,
    /// How often silent trainings are asked about.
    pub sweep_interval: Duration,
    /// How long a job is held before its worker must say that it is still alive.
    pub job_lease: TimeDelta,
}

/// What wakes whom. A signal only saves waiting: what it tells of stands in the database.
#[derive(Debug)]
pub struct Signals {
    /// A job may be due.
    pub jobs: Notify,
    /// An event may want its number.
    pub events: Notify,
    /// The last number given; readers wait for it to grow.
    pub numbered: watch::Sender<i64>,
    /// Set when the service is stopping.
    pub shutdown: CancellationToken,
    /// How many uploaded files may be in memory at once, over all requests.
    pub uploads: Arc<Semaphore>,
}

/// Uploaded files in memory at once. With the largest allowed file this bounds what uploads can take, however many
/// clients there are.
const UPLOADS_IN_MEMORY: usize = 16;

impl Default for Signals {
    fn default() -> Self {
        Self {
            jobs: Notify::new(),
            events: Notify::new(),
            numbered: watch::Sender::new(0),
            shutdown: CancellationToken::new(),
            uploads: Arc::new(Semaphore::new(UPLOADS_IN_MEMORY)),
        }
    }
}

impl App {
    /// The time now.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Begins a transaction.
    pub async fn begin(&self) -> Result<Tx, StorageError> {
        self.db.begin().await
    }

    /// Commits a transaction and wakes whoever may have something to do now.
    pub async fn commit(&self, tx: Tx) -> Result<(), StorageError> {
        tx.commit().await?;
        self.signals.jobs.notify_one();
        self.signals.events.notify_one();
        Ok(())
    }

    /// Tells what this transaction does.
    pub async fn tell(&self, tx: &mut Tx, event: NewEvent) -> Result<(), StorageError> {
        events::add(tx, self.ids.next(), &event, self.now()).await
    }

    /// Leaves work to be done after this transaction.
    pub async fn enqueue(&self, tx: &mut Tx, job: &Job, run_at: DateTime<Utc>) -> Result<(), StorageError> {
        jobs::enqueue(tx, self.ids.next(), job, run_at, self.now()).await
    }

    /// The time at which links given out now end: one to two hours away, on the hour, so that within an hour the same
    /// thing has the same links and can be cached.
    #[must_use]
    pub fn links_until(&self) -> DateTime<Utc> {
        let seconds = self.now().timestamp();
        DateTime::from_timestamp(seconds - seconds.rem_euclid(3600) + 7200, 0)
            .unwrap_or_else(|| self.now() + TimeDelta::hours(1))
    }

    /// A link to an object that works without a key until `links_until`.
    pub async fn link(&self, key: &str) -> Result<String, FilesError> {
        // A link begins at a whole second, so that it ends exactly when it is said to end.
        let now = self.now().trunc_subsecs(0);
        let lifetime = (self.links_until() - now).to_std().unwrap_or_default();
        let key = Key::parse(key)?;
        Ok(self.files.signed_url(&key, lifetime, now).await?.into())
    }
}
