//! The queue of updates, and the long poll on it.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, timeout_at};

use super::refusal::Refusal;
use super::request::Params;

/// What a bot gets when it does not say what it wants: everything but these.
const NOT_BY_DEFAULT: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

/// An update that waits.
#[derive(Debug, Clone)]
struct Waiting {
    id: i64,
    update: Value,
    /// It was confirmed once already and comes again all the same.
    again: bool,
}

#[derive(Debug)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// The last that were confirmed, for those that come twice.
    gone: VecDeque<Waiting>,
    next: i64,
    allowed: Vec<String>,
    /// Every so-many-th update comes twice; never, if none.
    twice_every: Option<i64>,
    /// The long poll that waits now.
    poll: Option<oneshot::Sender<()>>,
}

#[derive(Debug)]
pub(super) struct Updates {
    queue: Mutex<Queue>,
    arrived: Notify,
}

impl Updates {
    pub(super) fn new() -> Self {
        let queue = Queue {
            waiting: VecDeque::new(),
            gone: VecDeque::new(),
            // Real numbers begin anywhere.
            next: 871_000_001,
            allowed: Vec::new(),
            twice_every: None,
            poll: None,
        };
        Self { queue: Mutex::new(queue), arrived: Notify::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues an update of this kind; gives its number, also when the bot does not want such updates.
    pub(super) fn push(&self, kind: &str, content: &Value) -> i64 {
        let mut queue = self.lock();
        let id = queue.next;
        queue.next += 1;
        let wanted = match queue.allowed.as_slice() {
            [] => !NOT_BY_DEFAULT.contains(&kind),
            allowed => allowed.iter().any(|one| one == kind),
        };
        if wanted {
            let update = json!({ "update_id": id, kind: content });
            queue.waiting.push_back(Waiting { id, update, again: false });
            self.arrived.notify_one();
        }
        id
    }

    /// Brings an update that was confirmed once more.
    pub(super) fn again(&self, id: i64) {
        let mut queue = self.lock();
        let known = queue.gone.iter().chain(&queue.waiting).find(|waiting| waiting.id == id);
        let known = known.unwrap_or_else(|| panic!("there was no update {id}")).clone();
        queue.waiting.push_front(Waiting { again: true, ..known });
        self.arrived.notify_one();
    }

    /// From now on every so-many-th update comes twice.
    pub(super) fn twice_every(&self, every: Option<i64>) {
        self.lock().twice_every = every;
    }

    /// Updates that were not confirmed yet.
    pub(super) fn pending(&self) -> usize {
        self.lock().waiting.len()
    }

    /// What the bot wants to be told, if it said so.
    pub(super) fn allowed(&self) -> Vec<String> {
        self.lock().allowed.clone()
    }

    /// Forgets all that wait.
    pub(super) fn drop_pending(&self) {
        self.lock().waiting.clear();
    }

    /// `getUpdates`: confirms what is before the offset, and waits for the rest.
    pub(super) async fn get(&self, params: &Params) -> Result<Value, Refusal> {
        let offset = params.integer("offset").unwrap_or(0);
        let limit = params.integer("limit").filter(|limit| (1..=100).contains(limit)).unwrap_or(100);
        let limit = usize::try_from(limit).expect("at most 100");
        let seconds = params.integer("timeout").unwrap_or(0).clamp(0, 50).unsigned_abs();
        let until = Instant::now() + Duration::from_secs(seconds);
        let allowed = params.structure("allowed_updates", "allowed_updates")?;
        let terminated = {
            let mut queue = self.lock();
            if let Some(allowed) = allowed.as_ref().and_then(Value::as_array) {
                queue.allowed = allowed.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            }
            queue.confirm(offset);
            let (mine, terminated) = oneshot::channel();
            // Whoever waits is sent away by whoever comes.
            if let Some(other) = queue.poll.replace(mine) {
                other.send(()).ok();
            }
            terminated
        };
        let ready = async {
            loop {
                // Asked for before looking, so that nothing arrives unnoticed in between.
                let arrived = self.arrived.notified();
                let updates = self.lock().first(limit);
                if !updates.is_empty() || timeout_at(until, arrived).await.is_err() {
                    return updates;
                }
            }
        };
        tokio::select! {
            biased;
            Ok(()) = terminated => Err(Refusal::new(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            )),
            updates = ready => Ok(Value::Array(updates)),
        }
    }
}

impl Queue {
    /// Lets go of what is before an offset; a negative one keeps so many from the end.
    fn confirm(&mut self, offset: i64) {
        let keep_from = match offset {
            0 => return,
            ..0 => {
                let keep = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
                let first = self.waiting.len().saturating_sub(keep);
                self.waiting.get(first).map_or(self.next, |waiting| waiting.id)
            }
            _ => offset,
        };
        let mut kept = VecDeque::new();
        for waiting in std::mem::take(&mut self.waiting) {
            if waiting.id >= keep_from || waiting.again {
                kept.push_back(waiting);
                continue;
            }
            if self.twice_every.is_some_and(|every| waiting.id % every == 0) {
                kept.push_back(Waiting { again: true, ..waiting.clone() });
            }
            self.gone.push_back(waiting);
        }
        self.waiting = kept;
        // More than any test asks for again, and less than a bench would pile up.
        let surplus = self.gone.len().saturating_sub(1000);
        self.gone.drain(..surplus);
    }

    /// The next updates. What comes again comes once: a client that confirms in order could never confirm it.
    fn first(&mut self, limit: usize) -> Vec<Value> {
        let updates = self.waiting.iter().take(limit).map(|waiting| waiting.update.clone()).collect();
        let mut seen = 0;
        self.waiting.retain(|waiting| {
            seen += 1;
            seen > limit || !waiting.again
        });
        updates
    }
}
