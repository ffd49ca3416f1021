//! Room on the disk, shared out by bytes: so much for all, and a quarter of it for one person, so that no one can keep
//! the others out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::ids::UserId;

/// Room for one file. It is free again when this is dropped.
#[derive(Debug)]
pub struct Place {
    of_share: OwnedSemaphorePermit,
    of_all: OwnedSemaphorePermit,
}

/// All the room there is.
#[derive(Debug)]
pub(super) struct Room {
    all: Arc<Semaphore>,
    blocks: u32,
    /// Kept only while somebody holds or waits for a place of the share.
    shares: Mutex<HashMap<UserId, Weak<Semaphore>>>,
}

/// What a disk gives out at once.
const BLOCK: u64 = 4096;
/// One person may take a part of the room.
const SHARE: u32 = 4;

impl Room {
    pub(super) fn of(bytes: u64) -> Self {
        let blocks = blocks(bytes).max(SHARE);
        Self { all: semaphore(blocks), blocks, shares: Mutex::default() }
    }

    /// Waits for room for so many bytes. Who asks for more than a share gets all of it.
    pub(super) async fn place(&self, user: UserId, bytes: u64) -> Place {
        let blocks = blocks(bytes).min(self.blocks / SHARE);
        // A person who has to wait for room of their own holds none of the common one meanwhile.
        let of_share = acquire(self.share(user), blocks).await;
        let of_all = acquire(Arc::clone(&self.all), blocks).await;
        Place { of_share, of_all }
    }

    pub(super) fn taken(&self) -> u64 {
        let free = u32::try_from(self.all.available_permits()).unwrap_or(u32::MAX);
        u64::from(self.blocks.saturating_sub(free)) * BLOCK
    }

    fn share(&self, user: UserId) -> Arc<Semaphore> {
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = shares.get(&user).and_then(Weak::upgrade) {
            return share;
        }
        shares.retain(|_, share| share.strong_count() > 0);
        let share = semaphore(self.blocks / SHARE);
        shares.insert(user, Arc::downgrade(&share));
        share
    }
}

impl Place {
    /// Gives back what the file does not need.
    pub(super) fn shrink(&mut self, bytes: u64) {
        let needed = blocks(bytes) as usize;
        for permit in [&mut self.of_share, &mut self.of_all] {
            drop(permit.split(permit.num_permits().saturating_sub(needed)));
        }
    }
}

fn blocks(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(BLOCK)).unwrap_or(u32::MAX).max(1)
}

fn semaphore(blocks: u32) -> Arc<Semaphore> {
    Arc::new(Semaphore::new((blocks as usize).min(Semaphore::MAX_PERMITS)))
}

async fn acquire(semaphore: Arc<Semaphore>, blocks: u32) -> OwnedSemaphorePermit {
    match semaphore.acquire_many_owned(blocks).await {
        Ok(permit) => permit,
        Err(_) => unreachable!("the semaphores of a room are never closed"),
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use uuid::Uuid;

    use super::*;

    const MB: u64 = 1024 * 1024;

    fn user(number: u128) -> UserId {
        UserId(Uuid::from_u128(number))
    }

    /// The place, if it is free now.
    fn now(room: &Room, user: UserId, bytes: u64) -> Option<Place> {
        room.place(user, bytes).now_or_never()
    }

    #[test]
    fn one_person_takes_a_quarter_and_no_more() {
        let room = Room::of(16 * MB);
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(now(&room, user(1), MB).expect("a place of the share"));
        }
        assert!(now(&room, user(1), 1).is_none());
        assert!(now(&room, user(2), 4 * MB).is_some());
        held.pop();
        assert!(now(&room, user(1), MB).is_some());
    }

    #[test]
    fn all_together_take_what_there_is() {
        let room = Room::of(16 * MB);
        let mut held = Vec::new();
        for person in 0..4 {
            held.push(now(&room, user(person), 4 * MB).expect("a share"));
        }
        assert_eq!(room.taken(), 16 * MB);
        assert!(now(&room, user(9), 1).is_none());
        held.pop();
        assert!(now(&room, user(9), 4 * MB).is_some());
        drop(held);
        assert_eq!(room.taken(), 0);
    }

    #[test]
    fn a_file_that_became_shorter_gives_the_rest_back() {
        let room = Room::of(16 * MB);
        let mut place = now(&room, user(1), 4 * MB).expect("the whole share");
        assert!(now(&room, user(1), MB).is_none());
        place.shrink(MB);
        assert_eq!(room.taken(), MB);
        assert!(now(&room, user(1), 3 * MB).is_some());
        place.shrink(2 * MB);
        assert_eq!(room.taken(), MB, "a place never grows");
    }

    #[test]
    fn who_asks_for_more_than_a_share_gets_the_share() {
        let room = Room::of(16 * MB);
        assert!(now(&room, user(1), 100 * MB).is_some());
    }

    #[test]
    fn who_has_gone_is_forgotten() {
        let room = Room::of(16 * MB);
        for person in 0..1000 {
            now(&room, user(person), MB).expect("a place");
        }
        assert!(room.shares.lock().unwrap().len() <= 2);
    }
}
