//! A file on its way from a client: written piece by piece, and hashed as it comes. Pieces are gathered and go to a
//! thread that may block, which writes some while the next ones arrive.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use tempfile::{Builder, NamedTempFile, TempPath};
use tokio::task::{JoinHandle, spawn_blocking};

use super::Place;
use crate::files::FilesError;

/// A file that is being received. Dropping it removes what has come.
#[derive(Debug)]
pub struct Arrival {
    place: Place,
    gathered: Vec<Bytes>,
    gathered_bytes: usize,
    writing: JoinHandle<io::Result<Draft>>,
}

/// A whole file in the spool. It is removed when this is dropped.
#[derive(Debug)]
pub struct SpooledFile {
    path: TempPath,
    length: u64,
    sha256: [u8; 32],
    _place: Place,
}

impl Arrival {
    pub(super) fn begin(folder: PathBuf, place: Place) -> Self {
        let writing = spawn_blocking(move || Draft::in_folder(&folder));
        Self { place, gathered: Vec::new(), gathered_bytes: 0, writing }
    }

    /// Takes the next piece. What stands in the way of writing it may be told by a later call.
    pub async fn write(&mut self, piece: Bytes) -> Result<(), FilesError> {
        self.gathered_bytes += piece.len();
        self.gathered.push(piece);
        if self.gathered_bytes >= GATHERED {
            let draft = settled((&mut self.writing).await)?;
            self.gathered_bytes = 0;
            self.writing = draft.append(std::mem::take(&mut self.gathered));
        }
        Ok(())
    }

    /// The file, now that it is whole. It is not safe on the disk yet; see [`crate::files::Files::settle`].
    pub async fn finish(self) -> Result<SpooledFile, FilesError> {
        let Self { mut place, gathered, writing, .. } = self;
        let draft = settled(writing.await)?;
        let Draft { file, length, sha256 } = settled(draft.append(gathered).await)?;
        place.shrink(length);
        Ok(SpooledFile { path: file.into_temp_path(), length, sha256: sha256.finalize().into(), _place: place })
    }
}

impl SpooledFile {
    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How long it is, in bytes.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// SHA-256 of its content.
    #[must_use]
    pub const fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }
}

/// How much is gathered before it is written: enough that going to another thread is cheap against it, and little
/// enough that a hundred clients cost a few megabytes.
const GATHERED: usize = 64 * 1024;

/// What is written so far.
#[derive(Debug)]
struct Draft {
    file: NamedTempFile,
    length: u64,
    sha256: Sha256,
}

impl Draft {
    fn in_folder(folder: &Path) -> io::Result<Self> {
        // The mode of a temporary file is 0600.
        let file = Builder::new().prefix("upload-").tempfile_in(folder)?;
        Ok(Self { file, length: 0, sha256: Sha256::new() })
    }

    fn append(mut self, pieces: Vec<Bytes>) -> JoinHandle<io::Result<Self>> {
        spawn_blocking(move || {
            for piece in pieces {
                self.file.write_all(&piece)?;
                self.sha256.update(&piece);
                self.length += piece.len() as u64;
            }
            Ok(self)
        })
    }
}

fn settled(written: Result<io::Result<Draft>, tokio::task::JoinError>) -> Result<Draft, FilesError> {
    let draft = written.unwrap_or_else(|gone| Err(io::Error::other(gone)));
    draft.map_err(|source| FilesError::Local { doing: "write a file under way", source })
}
