//! What the doors and the workers share: the rooms, opened, and the signals between them.

use std::sync::Arc;
use std::time::Duration;

use aisha_imaging::Pool;
use aisha_openapi::vocabulary::EventType;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use crate::config::{
    AudioLimits, GeneratorPrices, HousekeepingConfig, PhotoLimits, Prices, SpendingConfig, Trainers, TranscriberConfig,
    UploadLimits,
};
use crate::domain::clock::Clock;
use crate::domain::event::NewEvent;
use crate::domain::ids::{Ids, PackRunId, TrainingId};
use crate::domain::job::Job;
use crate::domain::photo::judgement::Rules;
use crate::domain::style::Catalogue;
use crate::domain::training::Step;
use crate::fal::{Fal, WebhookVerifier};
use crate::feed::Feed;
use crate::files::{Files, FilesError, Key, Spool};
use crate::metrics::Metrics;
use crate::prompts::PromptEnhancer;
use crate::rate_limits::RateLimits;
use crate::storage::{Db, StorageError, Tx, events, jobs, packs, spending, trainings};
use crate::webhooks::Courier;

/// The running service, as each request and each job sees it. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The rows.
    pub db: Db,
    /// The objects.
    pub files: Files,
    /// Where uploads lie until they are objects.
    pub spool: Spool,
    /// The way to fal.
    pub fal: Fal,
    /// Who checks what claims to come from fal.
    pub webhooks: Arc<WebhookVerifier>,
    /// Who works on prompts.
    pub prompts: PromptEnhancer,
    /// Who brings webhooks to their endpoints.
    pub courier: Courier,
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
    /// Who has asked how often.
    pub rate_limits: Arc<RateLimits>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
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
    /// What they are judged by.
    pub rules: Rules,
    /// What their uploads may take.
    pub uploads: UploadLimits,
    /// Which trainer learns which kind of avatar.
    pub trainers: Trainers,
    /// What they cost.
    pub prices: Prices,
    /// What pictures cost.
    pub generator_prices: GeneratorPrices,
    /// Who listens to recordings, and what that costs.
    pub transcriber: TranscriberConfig,
    /// What recordings are taken.
    pub audio: AudioLimits,
    /// What may be spent.
    pub spending: SpendingConfig,
    /// The styles and packs to choose from.
    pub styles: Arc<Catalogue>,
    /// The packs of which one is made by itself when a training has completed: the first that is for its kind.
    pub preview: Vec<String>,
    /// How long what is over is kept.
    pub housekeeping: HousekeepingConfig,
    /// Where files lie while they are worked on.
    pub temporary_dir: std::path::PathBuf,
    /// How often a training whose submission was not answered is submitted once more.
    pub resubmissions: u32,
    /// How often silent trainings are asked about.
    pub sweep_interval: Duration,
    /// How long events are kept.
    pub events_kept: TimeDelta,
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
    /// Something may be there to be delivered to a webhook endpoint.
    pub webhooks: Notify,
    /// Events as they get their numbers; readers wait for them here.
    pub feed: Arc<Feed>,
    /// Set when the service is about to stop: what is asked is answered, and each connection ends with its next answer.
    pub closing: CancellationToken,
    /// Set when the service is stopping.
    pub shutdown: CancellationToken,
}

impl Default for Signals {
    fn default() -> Self {
        Self {
            jobs: Notify::new(),
            events: Notify::new(),
            webhooks: Notify::new(),
            feed: Arc::default(),
            closing: CancellationToken::new(),
            shutdown: CancellationToken::new(),
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

    /// Writes what this transaction does to a training, and who told us to.
    pub async fn note(&self, tx: &mut Tx, training_id: TrainingId, step: &Step) -> Result<(), StorageError> {
        trainings::add_step(tx, self.ids.next(), training_id, step, self.now()).await
    }

    /// Leaves work to be done after this transaction.
    pub async fn enqueue(&self, tx: &mut Tx, job: &Job, run_at: DateTime<Utc>) -> Result<(), StorageError> {
        jobs::enqueue(tx, self.ids.next(), job, run_at, self.now()).await
    }

    /// Ends the run of a pack of which this transaction has ended or deleted the last open generation, and tells so.
    pub async fn end_pack(&self, tx: &mut Tx, id: Option<Uuid>) -> Result<(), StorageError> {
        let Some(id) = id else { return Ok(()) };
        if let Some(run) = packs::end_if_done(tx, PackRunId(id), self.now()).await? {
            self.tell(tx, run.event(EventType::PackCompleted, None)).await?;
        }
        Ok(())
    }

    /// Where fal reports the end of the run that was submitted with this token.
    pub fn fal_webhook(&self, attempt_token: &str) -> Result<Url, url::ParseError> {
        Url::parse(&format!("{}v1/webhooks/fal/{attempt_token}", self.settings.webhook_url))
    }

    /// Whether the operator has stopped all spending.
    pub async fn is_spending_stopped(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        Ok(self.settings.spending.is_stopped || spending::find_stop(tx).await?.is_some())
    }

    /// The time at which links given out now end: one to two hours away, on the hour, so that within an hour the same
    /// thing has the same links and can be cached.
    #[must_use]
    pub fn links_until(&self) -> DateTime<Utc> {
        self.links_from() + LINK_LIFETIME
    }

    /// A link to an object that works without a key until `links_until`.
    pub async fn link(&self, key: &str) -> Result<String, FilesError> {
        Ok(self.files.signed_url(&Key::parse(key)?, LINK_LIFETIME, self.links_from()).await?.into())
    }

    /// A link of the same life that answers HEAD.
    pub async fn link_for_head(&self, key: &str) -> Result<String, FilesError> {
        Ok(self.files.signed_head_url(&Key::parse(key)?, LINK_LIFETIME, self.links_from()).await?.into())
    }

    /// The beginning of this hour. It is signed like the rest of a link, so it must not move.
    fn links_from(&self) -> DateTime<Utc> {
        let seconds = self.now().timestamp();
        DateTime::from_timestamp(seconds - seconds.rem_euclid(3600), 0).unwrap_or_else(|| self.now())
    }
}

/// From the beginning of the hour in which a link is given out.
const LINK_LIFETIME: Duration = Duration::from_hours(2);
