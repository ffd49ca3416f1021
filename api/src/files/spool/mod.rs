//! Where uploads lie while they arrive and are looked at: on the disk, so that a slow client or a large picture costs no
//! memory. Room is shared out by bytes, over all requests and for each person, before the first byte is read. A file
//! vanishes when nobody holds it any more, and what a killed process left vanishes at the next start.

mod arrival;
mod folder;
mod room;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub use self::arrival::{Arrival, SpooledFile};
use self::folder::OwnFolder;
pub use self::room::Place;
use self::room::Room;
use super::FilesError;
use crate::domain::ids::UserId;

/// A bounded folder for files under way. Cloning is cheap; clones share the room.
#[derive(Debug, Clone)]
pub struct Spool(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    folder: OwnFolder,
    room: Room,
    patience: Duration,
}

impl Spool {
    /// Opens a spool of `capacity` bytes below `root`, and removes what dead processes have left there. A file waits for
    /// its place as long as `patience`.
    pub fn start(root: &Path, capacity: u64, patience: Duration) -> Result<Self, FilesError> {
        let folder = OwnFolder::open(root)
            .map_err(|source| FilesError::Local { doing: "open the folder for files under way", source })?;
        Ok(Self(Arc::new(Inner { folder, room: Room::of(capacity), patience })))
    }

    /// A place for a file of this person that may become `most` bytes long; `None` when none becomes free in time.
    pub async fn place(&self, user: UserId, most: u64) -> Option<Place> {
        tokio::time::timeout(self.0.patience, self.0.room.place(user, most)).await.ok()
    }

    /// Begins a file in its place.
    #[must_use]
    pub fn begin(&self, place: Place) -> Arrival {
        Arrival::begin(self.0.folder.path().to_owned(), place)
    }

    /// How many bytes are promised to files at this moment.
    #[must_use]
    pub fn taken(&self) -> u64 {
        self.0.room.taken()
    }
}
