//! The requests of the queue, each in a file of its own. All that is ever told of a request follows from what stands
//! here and from the time.

use std::collections::HashMap;
use std::io::Result;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::disk;
use super::faults::RunFault;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) id: String,
    pub(super) account: String,
    pub(super) endpoint: String,
    /// The body as submitted; null when it was not JSON.
    pub(super) input: Value,
    pub(super) webhook: Option<String>,
    pub(super) submitted_at: DateTime<Utc>,
    /// When it leaves the queue.
    pub(super) starts_at: DateTime<Utc>,
    /// When it is done, if nothing goes wrong.
    pub(super) ends_at: DateTime<Utc>,
    /// The digest of its archive, once that has been fetched and found good.
    pub(super) archive: Option<String>,
    /// It ran when it was cancelled; its runner has been told.
    pub(super) cancelling: bool,
    pub(super) ended: Option<Ended>,
    pub(super) delivery: Delivery,
    /// What became of each delivery that was sent.
    #[serde(default)]
    pub(super) deliveries: Vec<Sent>,
    /// The fault of its run, and when that has it back in the queue.
    #[serde(default)]
    pub(super) fault: Option<RunFault>,
    #[serde(default)]
    pub(super) requeued: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// What the model answered; it is replayed for ever.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Ended {
    pub(super) at: DateTime<Utc>,
    pub(super) status: u16,
    pub(super) body: Value,
    /// Set when not the model but fal's platform ended it.
    pub(super) error_type: Option<String>,
}

/// A delivery that was sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Sent {
    pub(super) at: DateTime<Utc>,
    /// The status that the receiver answered with; none when there was no whole answer.
    pub(super) answer: Option<u16>,
}

/// How far the webhook is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(super) enum Delivery {
    Unwanted,
    Waiting { attempts: u32, next_at: DateTime<Utc> },
    Arrived { attempts: u32 },
    GivenUp { attempts: u32, reason: String },
}

impl Ended {
    pub(super) fn cancelled(at: DateTime<Utc>) -> Self {
        let error_type = "client_cancelled";
        let body = json!({ "detail": "Request cancelled by the client.", "error_type": error_type });
        Self { at, status: 499, body, error_type: Some(error_type.to_owned()) }
    }
}

impl Request {
    pub(super) fn is_queued(&self, now: DateTime<Utc>) -> bool {
        let is_back = self.requeued.is_some_and(|(from, to)| from <= now && now < to);
        self.ended.is_none() && (now < self.starts_at || is_back)
    }

    /// fal's word for where it stands.
    pub(super) fn word(&self, now: DateTime<Utc>) -> &'static str {
        match &self.ended {
            Some(_) => "COMPLETED",
            None if self.is_queued(now) => "IN_QUEUE",
            None => "IN_PROGRESS",
        }
    }

    /// Whether anything is left to do: run it or tell of it.
    fn is_unfinished(&self) -> bool {
        self.ended.is_none() || matches!(self.delivery, Delivery::Waiting { .. })
    }
}

pub(super) struct Requests {
    folder: PathBuf,
    all: Mutex<HashMap<String, Request>>,
    changes: watch::Sender<()>,
}

impl Requests {
    pub(super) fn open(folder: PathBuf) -> Result<Self> {
        std::fs::create_dir_all(&folder)?;
        let mut all = HashMap::new();
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let request: Request = disk::read_json(&path)?;
                all.insert(request.id.clone(), request);
            }
        }
        Ok(Self { folder, all: Mutex::new(all), changes: watch::Sender::new(()) })
    }

    pub(super) fn unfinished(&self) -> Vec<String> {
        self.all().values().filter(|request| request.is_unfinished()).map(|request| request.id.clone()).collect()
    }

    pub(super) fn find(&self, id: &str) -> Option<Request> {
        self.all().get(id).cloned()
    }

    /// Every request, in the order of submission.
    pub(super) fn all_in_order(&self) -> Vec<Request> {
        let mut all: Vec<Request> = self.all().values().cloned().collect();
        all.sort_by(|one, other| (one.submitted_at, &one.id).cmp(&(other.submitted_at, &other.id)));
        all
    }

    pub(super) fn add(&self, request: Request) -> Result<()> {
        let mut all = self.all();
        self.save(&request)?;
        all.insert(request.id.clone(), request);
        drop(all);
        self.changes.send_replace(());
        Ok(())
    }

    /// Changes a request on disk and then in memory. The lock is held while the file is written: it is a few kilobytes,
    /// and nobody may read a state that could still be lost.
    pub(super) fn update<T>(&self, id: &str, change: impl FnOnce(&mut Request) -> T) -> Result<Option<T>> {
        let mut all = self.all();
        let Some(mut request) = all.get(id).cloned() else { return Ok(None) };
        let answer = change(&mut request);
        self.save(&request)?;
        all.insert(id.to_owned(), request);
        drop(all);
        self.changes.send_replace(());
        Ok(Some(answer))
    }

    /// How many requests that were submitted before `time` still wait for this app.
    pub(super) fn waiting(&self, is_same_app: impl Fn(&str) -> bool, time: DateTime<Utc>, now: DateTime<Utc>) -> usize {
        let all = self.all();
        all.values()
            .filter(|other| other.is_queued(now) && other.submitted_at < time && is_same_app(&other.endpoint))
            .count()
    }

    /// Tells of every change from now on.
    pub(super) fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    fn save(&self, request: &Request) -> Result<()> {
        disk::write_json(&self.folder.join(format!("{}.json", request.id)), request)
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Request>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
