//! Writing uploads to disk as they come, whole or in parts.

use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};

use axum::body::Body;
use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use super::super::files::Note;
use super::super::house::House;
use super::Parts;

/// Writes the whole content of a file. It is there for readers only when it is complete.
pub(super) async fn write_whole(house: &House, note: &Note, body: Body) -> Result<()> {
    write(&note.content(house), body).await.map(drop)
}

/// Writes one part and gives its etag.
pub(super) async fn write_part(house: &House, note: &Note, number: u32, body: Body) -> Result<String> {
    tokio::fs::create_dir_all(note.folder(house).join("parts")).await?;
    write(&part(house, note, number), body).await
}

/// Puts the parts together, in the order of their numbers. An unknown part or a wrong etag is `InvalidInput`.
pub(super) async fn join(house: &House, note: &Note, mut parts: Parts) -> Result<()> {
    parts.parts.sort_by_key(|part| part.number);
    let joined = note.folder(house).join("joined");
    let mut target = File::create(&joined).await?;
    for listed in &parts.parts {
        let path = part(house, note, listed.number);
        let known = tokio::fs::read_to_string(path.with_extension("etag")).await;
        if known.ok().as_deref() != Some(listed.etag.trim_matches('"')) {
            return Err(Error::new(ErrorKind::InvalidInput, format!("part {} is not known", listed.number)));
        }
        tokio::io::copy(&mut File::open(path).await?, &mut target).await?;
    }
    target.flush().await?;
    tokio::fs::rename(&joined, note.content(house)).await?;
    tokio::fs::remove_dir_all(note.folder(house).join("parts")).await
}

fn part(house: &House, note: &Note, number: u32) -> PathBuf {
    note.folder(house).join("parts").join(number.to_string())
}

/// Writes beside the target first, so that a broken upload leaves nothing that looks whole.
async fn write(target: &Path, body: Body) -> Result<String> {
    let unfinished = target.with_extension("unfinished");
    let mut file = File::create(&unfinished).await?;
    let mut chunks = body.into_data_stream();
    let mut digest = Sha256::new();
    while let Some(chunk) = chunks.try_next().await.map_err(|error| Error::new(ErrorKind::ConnectionAborted, error))? {
        digest.update(&chunk);
        file.write_all(&chunk).await?;
    }
    file.flush().await?;
    let etag = hex::encode(&digest.finalize()[..16]);
    tokio::fs::write(target.with_extension("etag"), &etag).await?;
    tokio::fs::rename(&unfinished, target).await?;
    Ok(etag)
}
