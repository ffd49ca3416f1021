//! Many objects as one ZIP, made while it is sent: however large it is, one object at a time is open and one piece of it
//! in memory. Pictures are compressed already, so they are only stored; what is known of a file at its end alone, its
//! length and its checksum, stands behind it.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::future::{BoxFuture, FutureExt as _};
use futures_util::stream::{self, BoxStream, StreamExt as _};
use tokio::sync::mpsc;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::{Files, FilesError, Key, Reading};

/// What is written in small pieces is sent in pieces of about this many bytes.
const PIECE: usize = 16 * 1024;

/// A file of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// What it is called there.
    pub name: String,
    /// The object.
    pub key: Key,
    /// The time it bears.
    pub made_at: DateTime<Utc>,
}

impl Files {
    /// The objects as one ZIP, in this order. Each is opened when its turn comes, and one that is gone by then is left
    /// out. Whoever stops asking stops the reading.
    #[must_use]
    pub fn archive(&self, objects: Vec<Packed>) -> BoxStream<'static, Result<Bytes, FilesError>> {
        self.pack(async move |mut archive: Archive| {
            for object in &objects {
                archive.add(object).await?;
            }
            Ok(archive)
        })
    }

    /// A ZIP of whatever `fill` puts into it, which goes on only as fast as somebody takes the pieces. Whoever stops asking
    /// stops it, and an error of it breaks the ZIP off.
    pub fn pack<E, Filling>(&self, fill: impl FnOnce(Archive) -> Filling) -> BoxStream<'static, Result<Bytes, E>>
    where
        E: From<FilesError> + Send + 'static,
        Filling: Future<Output = Result<Archive, E>> + Send + 'static,
    {
        let (sender, pieces) = mpsc::channel(1);
        let written = Written::default();
        let zip = Box::new(ZipWriter::new_stream(written.clone()));
        let filling = fill(Archive { files: self.clone(), zip, written, pieces: sender });
        let filling = async move { filling.await?.finish().await.map_err(E::from) };
        let packing = Packing { filling: Some(filling.boxed()), pieces };
        stream::try_unfold(packing, |mut packing| async {
            let piece = packing.next().await?;
            Ok(piece.map(|piece| (piece, packing)))
        })
        .boxed()
    }
}

/// A ZIP on its way out.
pub struct Archive {
    files: Files,
    zip: Box<ZipWriter<StreamWriter<Written>>>,
    written: Written,
    pieces: mpsc::Sender<Bytes>,
}

impl Archive {
    /// Adds an object; `false`, and no file, if there is none any more.
    pub async fn add(&mut self, object: &Packed) -> Result<bool, FilesError> {
        let Some(reading) = self.files.open(&object.key).await? else { return Ok(false) };
        self.begin(&object.name, object.made_at)?;
        self.copy(reading).await?;
        Ok(true)
    }

    /// Adds a file of this machine, from where it is to be read.
    pub async fn add_local(&mut self, name: &str, file: File, made_at: DateTime<Utc>) -> Result<(), FilesError> {
        self.begin(name, made_at)?;
        self.copy(Reading::of_file(file)).await
    }

    /// Begins a file of whatever is written behind.
    pub fn begin(&mut self, name: &str, made_at: DateTime<Utc>) -> Result<(), FilesError> {
        self.zip.start_file(name, options(made_at)).map_err(unwritable)
    }

    /// Goes on with the file that was begun last.
    pub async fn write(&mut self, piece: &[u8]) -> Result<(), FilesError> {
        self.zip.write_all(piece).map_err(unwritable)?;
        if self.written.len() >= PIECE {
            self.send().await;
        }
        Ok(())
    }

    async fn copy(&mut self, mut reading: Reading) -> Result<(), FilesError> {
        while let Some(piece) = reading.next().await? {
            self.write(&piece).await?;
        }
        Ok(())
    }

    async fn send(&self) {
        // Nobody is left to be told of a reader who has gone.
        self.pieces.send(self.written.take().into()).await.ok();
    }

    async fn finish(self) -> Result<(), FilesError> {
        self.zip.finish().map_err(unwritable)?;
        self.pieces.send(self.written.take().into()).await.ok();
        Ok(())
    }
}

/// What the ZIP has written and nobody has fetched yet: a piece of an object with what goes around it.
#[derive(Debug, Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Who fills a ZIP, and what has come of it.
struct Packing<E> {
    /// `None` once it is finished.
    filling: Option<BoxFuture<'static, Result<(), E>>>,
    pieces: mpsc::Receiver<Bytes>,
}

impl<E> Packing<E> {
    async fn next(&mut self) -> Result<Option<Bytes>, E> {
        while let Some(filling) = &mut self.filling {
            tokio::select! {
                biased;
                Some(piece) = self.pieces.recv() => return Ok(Some(piece)),
                filled = filling => {
                    self.filling = None;
                    filled?;
                }
            }
        }
        Ok(self.pieces.recv().await)
    }
}

fn options(made_at: DateTime<Utc>) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        // The format has no times before 1980, and no zones.
        .last_modified_time(made_at.naive_utc().try_into().unwrap_or_default())
        .unix_permissions(0o644)
}

fn unwritable(error: impl Into<io::Error>) -> FilesError {
    FilesError::Local { doing: "pack an archive", source: error.into() }
}
