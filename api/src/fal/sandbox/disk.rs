//! Small state files, written whole or not at all.

use std::io::{Error, ErrorKind, Result};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Replaces a file in one step, so that a kill at any moment leaves the old or the new content.
pub(super) fn write(path: &Path, content: &[u8]) -> Result<()> {
    let folder = path.parent().ok_or(ErrorKind::InvalidInput)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    std::io::Write::write_all(&mut file, content)?;
    file.persist(path)?;
    Ok(())
}

pub(super) fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    write(path, &serde_json::to_vec_pretty(value)?)
}

pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let named = |error: serde_json::Error| Error::new(ErrorKind::InvalidData, format!("{}: {error}", path.display()));
    serde_json::from_slice(&std::fs::read(path)?).map_err(named)
}
