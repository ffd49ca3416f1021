//! Many objects as one ZIP, made while it is sent: however large it is, one object at a time is open and one piece of it
//! in memory. Pictures are compressed already, so they are only stored; what is known of a file at its end alone, its
//! length and its checksum, stands behind it.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream::{self, BoxStream, StreamExt as _};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::{Files, FilesError, Key, Reading};

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
        let written = Written::default();
        let zip = ZipWriter::new_stream(written.clone());
        let packing = Packing { files: self.clone(), left: objects.into_iter(), open: None, zip: Some(zip), written };
        let pieces = stream::try_unfold(packing, |mut packing| async {
            let piece = packing.next().await?;
            Ok(piece.map(|piece| (piece, packing)))
        });
        pieces.boxed()
    }
}

/// What the ZIP has written and nobody has fetched yet: a piece of an object with what goes around it.
#[derive(Debug, Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
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

struct Packing {
    files: Files,
    left: std::vec::IntoIter<Packed>,
    open: Option<Reading>,
    /// `None` once it is finished.
    zip: Option<ZipWriter<StreamWriter<Written>>>,
    written: Written,
}

impl Packing {
    async fn next(&mut self) -> Result<Option<Bytes>, FilesError> {
        loop {
            let written = self.written.take();
            if !written.is_empty() {
                return Ok(Some(written.into()));
            }
            let Some(zip) = &mut self.zip else { return Ok(None) };
            if let Some(reading) = &mut self.open {
                match reading.next().await? {
                    Some(piece) => zip.write_all(&piece).map_err(unwritable)?,
                    None => self.open = None,
                }
            } else if let Some(object) = self.left.next() {
                if let Some(reading) = self.files.open(&object.key).await? {
                    zip.start_file(&object.name, options(object.made_at)).map_err(unwritable)?;
                    self.open = Some(reading);
                }
            } else if let Some(zip) = self.zip.take() {
                zip.finish().map_err(unwritable)?;
            }
        }
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
