//! The feed: events that have just got their numbers are read once and handed to all who listen, however many they are.
//!
//! A reader begins in the database, goes on with what is handed out, and goes back to the database when it could not
//! follow. What it has is always told by one number, so it neither misses an event nor gets one twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tokio::sync::broadcast;

use crate::domain::event::{Audience, Event, EventFilter};
use crate::storage::{Db, StorageError, events};

/// Events read at once, and the most that a reader is given at once.
pub const BATCH: usize = 100;
/// What a reader may be behind before it goes to the database.
const BATCHES_KEPT: usize = 256;

/// Where newly numbered events are handed out.
#[derive(Debug)]
pub struct Feed {
    news: broadcast::Sender<News>,
    last: AtomicI64,
}

#[derive(Debug, Clone)]
enum News {
    /// All events after those before, up to this number.
    Events(Arc<[Event]>, i64),
    /// There are new ones, and each reader looks for its own.
    Unread,
}

impl Default for Feed {
    fn default() -> Self {
        Self { news: broadcast::Sender::new(BATCHES_KEPT), last: AtomicI64::new(0) }
    }
}

impl Feed {
    /// The last number handed out: whatever has a number up to here is visible in the database.
    #[must_use]
    pub fn last(&self) -> i64 {
        self.last.load(Ordering::SeqCst)
    }

    /// How many listen.
    #[must_use]
    pub fn listeners(&self) -> usize {
        self.news.receiver_count()
    }

    /// Hands out all events up to the last number given. Only the sequencer calls this.
    pub async fn publish(&self, db: &Db, last: i64) -> Result<(), StorageError> {
        while self.last() < last {
            let told = self.last();
            if told == 0 || self.listeners() == 0 {
                self.tell(News::Unread, last);
                continue;
            }
            match events::list_numbered(db, told, size(BATCH)).await {
                Ok(events) => {
                    let newest = events.last().and_then(|event| event.seq).unwrap_or(told);
                    let through = if events.len() < BATCH { newest.max(last) } else { newest };
                    self.tell(News::Events(events.into(), through), through);
                }
                // One person's row that cannot be read must not keep all others waiting.
                Err(error @ StorageError::Corrupt(_)) => {
                    tracing::error!(%error, "an event cannot be handed out");
                    self.tell(News::Unread, last);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn tell(&self, news: News, through: i64) {
        self.last.store(through, Ordering::SeqCst);
        // Nobody listens at the moment.
        let _ = self.news.send(news);
    }
}

/// Why a reader cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The database did not do it.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Events that the reader has not had are not kept any more.
    #[error("the events before {oldest} are not kept any more")]
    Removed {
        /// The number of the oldest event that is kept, or will be.
        oldest: i64,
    },
}

/// Somebody who reads events one after the other.
#[derive(Debug)]
pub struct Reader {
    feed: Arc<Feed>,
    news: broadcast::Receiver<News>,
    db: Db,
    audience: Audience,
    filter: EventFilter,
    position: i64,
    is_behind: bool,
}

impl Reader {
    /// A reader of these events after a number; 0 is the beginning of what is kept.
    #[must_use]
    pub fn new(feed: &Arc<Feed>, db: &Db, audience: Audience, filter: EventFilter, after: i64) -> Self {
        let news = feed.news.subscribe();
        Self { feed: Arc::clone(feed), news, db: db.clone(), audience, filter, position: after, is_behind: true }
    }

    /// The number up to which it has had everything that is meant for it.
    #[must_use]
    pub const fn position(&self) -> i64 {
        self.position
    }

    /// What the database has for it, at most so many events, without waiting for more.
    pub async fn read(&mut self, limit: usize) -> Result<Vec<Event>, ReadError> {
        // Seen before the query, which sees all up to here.
        let seen = self.feed.last();
        let events = events::list_after(&self.db, &self.audience, self.position, &self.filter, size(limit)).await?;
        // Looked at after the query: what was still there then is not missing.
        if self.position > 0 {
            let removed = events::removed(&self.db).await?;
            if self.position < removed {
                return Err(ReadError::Removed { oldest: removed + 1 });
            }
        }
        self.is_behind = events.len() >= limit;
        let newest = events.last().and_then(|event| event.seq).unwrap_or(0);
        let through = if self.is_behind { newest } else { newest.max(seen) };
        self.position = self.position.max(through);
        Ok(events)
    }

    /// What comes next, at most so many events; waits until there is something. Given up while it waits, it has lost
    /// nothing.
    pub async fn next(&mut self, limit: usize) -> Result<Vec<Event>, ReadError> {
        loop {
            let events = if self.is_behind {
                self.read(limit).await?
            } else {
                match self.news.recv().await {
                    Ok(News::Events(events, through)) => self.take(&events, through, limit),
                    // It has missed some, or there was too much of it: the feed itself lives as long as its readers.
                    Ok(News::Unread) | Err(_) => {
                        self.is_behind = true;
                        continue;
                    }
                }
            };
            if !events.is_empty() {
                return Ok(events);
            }
        }
    }

    fn take(&mut self, news: &[Event], through: i64, limit: usize) -> Vec<Event> {
        let wanted = |event: &&Event| {
            event.seq > Some(self.position) && self.audience.hears(event) && self.filter.accepts(event)
        };
        let mut events: Vec<Event> = news.iter().filter(wanted).take(limit + 1).cloned().collect();
        if events.len() > limit {
            events.truncate(limit);
            self.is_behind = true;
            self.position = events.last().and_then(|event| event.seq).unwrap_or(self.position);
        } else {
            self.position = self.position.max(through);
        }
        events
    }
}

fn size(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
