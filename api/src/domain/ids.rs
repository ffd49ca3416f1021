//! The ids of our things, each its own type so that none is taken for another, and where new ones come from.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::clock::Clock;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// A person, or the operator's account.
    UserId,
    /// An API key.
    KeyId,
    /// An avatar.
    AvatarId,
    /// A photo of an avatar.
    PhotoId,
    /// One training run of an avatar.
    TrainingId,
    /// Pictures made with an avatar, by one request.
    GenerationId,
    /// A recording and what is said in it.
    TranscriptionId,
    /// Something made of what was said.
    DigestId,
    /// Pictures that were asked for together.
    PackRunId,
    /// A link that shows pictures.
    ShareId,
    /// The receipt of a deletion.
    DeletionId,
    /// An event.
    EventId,
    /// An endpoint of outgoing webhooks.
    WebhookEndpointId,
    /// A job.
    JobId,
}

/// Where new ids come from: version 7 UUIDs, so that they sort by the time they were made. Those of one process sort in
/// the order in which they were made, within a millisecond too: events are told in the order of their ids.
#[derive(Debug, Clone)]
pub struct Ids {
    clock: Clock,
    /// The milliseconds of the last id and, in the last 12 bits, its number among those of the same millisecond.
    last: Arc<AtomicU64>,
    seed: Option<Arc<AtomicU64>>,
}

/// What the format leaves free right behind the milliseconds.
const NUMBER_BITS: u32 = 12;

impl Ids {
    /// Unpredictable ids.
    #[must_use]
    pub fn random(clock: Clock) -> Self {
        Self { clock, last: Arc::default(), seed: None }
    }

    /// The same ids at every run, for tests that compare whole answers.
    #[must_use]
    pub fn counted(clock: Clock) -> Self {
        Self { clock, last: Arc::default(), seed: Some(Arc::default()) }
    }

    /// A new id, of whichever kind is asked for.
    #[must_use]
    pub fn next<Id: From<Uuid>>(&self) -> Id {
        let (millis, number) = self.stamp();
        let mut tail = [0; 10];
        match &self.seed {
            None => tail.copy_from_slice(&Uuid::new_v4().as_bytes()[6..]),
            Some(seed) => tail[2..].copy_from_slice(&seed.fetch_add(1, Ordering::Relaxed).to_be_bytes()),
        }
        tail[..2].copy_from_slice(&number.to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid().into()
    }

    /// A pair that is above every one before it. When a millisecond has no number left, the next one is begun early.
    fn stamp(&self) -> (u64, u16) {
        let millis = u64::try_from(self.clock.now().timestamp_millis()).unwrap_or(0);
        let next = |last: u64| (last + 1).max(millis << NUMBER_BITS);
        let last = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last)));
        let stamp = next(last.unwrap_or_else(|last| last));
        (stamp >> NUMBER_BITS, u16::try_from(stamp & ((1 << NUMBER_BITS) - 1)).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;

    #[test]
    fn ids_sort_in_the_order_in_which_they_were_made() {
        let clock = Clock::held_at(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
        for ids in [Ids::random(clock.clone()), Ids::counted(clock.clone())] {
            // More than fit into a millisecond, and then the next one.
            let mut made: Vec<Uuid> = (0..5000).map(|_| ids.next()).collect();
            clock.advance(TimeDelta::milliseconds(1));
            made.push(ids.next());
            clock.advance(TimeDelta::seconds(1));
            made.push(ids.next());
            assert!(made.is_sorted_by(|one, next| one < next));
            assert!(made.iter().all(|id| id.get_version_num() == 7));
        }
    }

    #[test]
    fn two_sources_give_different_ids_at_the_same_time() {
        let clock = Clock::held_at(DateTime::UNIX_EPOCH);
        let (one, other) = (Ids::random(clock.clone()), Ids::random(clock));
        assert_ne!(one.next::<Uuid>(), other.next::<Uuid>());
    }
}
