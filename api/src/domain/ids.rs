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
    /// An event.
    EventId,
    /// A job.
    JobId,
}

/// Where new ids come from: version 7 UUIDs, so that they sort by the time they were made.
#[derive(Debug, Clone)]
pub struct Ids {
    clock: Clock,
    seed: Option<Arc<AtomicU64>>,
}

impl Ids {
    /// Unpredictable ids.
    #[must_use]
    pub fn random(clock: Clock) -> Self {
        Self { clock, seed: None }
    }

    /// The same ids at every run, for tests that compare whole answers.
    #[must_use]
    pub fn counted(clock: Clock) -> Self {
        Self { clock, seed: Some(Arc::new(AtomicU64::new(0))) }
    }

    /// A new id, of whichever kind is asked for.
    #[must_use]
    pub fn next<Id: From<Uuid>>(&self) -> Id {
        let millis = u64::try_from(self.clock.now().timestamp_millis()).unwrap_or(0);
        let tail: [u8; 10] = match &self.seed {
            None => {
                let random = Uuid::new_v4().into_bytes();
                [
                    random[0], random[1], random[2], random[3], random[4], random[5], random[9], random[10],
                    random[11], random[12],
                ]
            }
            Some(seed) => {
                let mut tail = [0; 10];
                tail[2..].copy_from_slice(&seed.fetch_add(1, Ordering::Relaxed).to_be_bytes());
                tail
            }
        };
        uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid().into()
    }
}
