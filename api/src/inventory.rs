//! Is in the object store what the ledger says, and nothing else? Compared page by page while the service runs: of each
//! object no more than a fingerprint is held in memory.

use std::collections::HashSet;

use sha2::{Digest, Sha256};

use crate::files::{BadKey, Files, FilesError, Key};
use crate::storage::{Db, StorageError, objects};

/// What is kept belongs to people, so all keys begin with it.
const OURS: &str = "user_";
/// Keys that are looked up in the ledger at once.
const BATCH: usize = 500;

/// Where store and ledger differ.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// In the store, and nobody knows of it.
    pub stray: Vec<Key>,
    /// A row needs it, and it is not in the store.
    pub missing: Vec<String>,
}

/// Why a comparison came to no end.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// The ledger could not be read.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The store could not be listed.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The ledger has a key that is none.
    #[error(transparent)]
    Key(#[from] BadKey),
}

/// Compares them. The store is listed first, because what an upload writes meanwhile is in the ledger before it is in the
/// store; and what seems to differ is looked at once more, because it may have come or gone meanwhile.
pub async fn compare(db: &Db, files: &Files) -> Result<Differences, InventoryError> {
    let (mut found, mut stored) = (Differences::default(), HashSet::new());
    let mut pages = files.pages(OURS);
    while let Some(page) = pages.next().await? {
        for keys in page.chunks(BATCH) {
            stored.extend(keys.iter().map(|key| fingerprint(key.as_str())));
            let known = known(db, keys).await?;
            for key in keys.iter().filter(|key| !known.contains(key.as_str())) {
                // Deleted since, if it is not there any more.
                if is_stray(db, files, key).await? {
                    found.stray.push(key.clone());
                }
            }
        }
    }
    let mut after = String::new();
    loop {
        let page = objects::list_live_after(db, &after, i64::try_from(BATCH).unwrap_or(i64::MAX)).await?;
        let Some(last) = page.last() else { break };
        after.clone_from(last);
        for key in page.iter().filter(|key| !stored.contains(&fingerprint(key))) {
            if is_missing(db, files, key).await? {
                found.missing.push(key.clone());
            }
        }
    }
    Ok(found)
}

/// Whether this object lies in the store and nobody knows of it.
pub async fn is_stray(db: &Db, files: &Files, key: &Key) -> Result<bool, InventoryError> {
    // The store first: what is put between the two looks is in the ledger already.
    Ok(files.exists(key).await? && known(db, std::slice::from_ref(key)).await?.is_empty())
}

async fn is_missing(db: &Db, files: &Files, key: &str) -> Result<bool, InventoryError> {
    if files.exists(&Key::parse(key)?).await? {
        return Ok(false);
    }
    Ok(objects::find_all(db, &[key]).await?.iter().any(|(_, state)| state == "live"))
}

async fn known(db: &Db, keys: &[Key]) -> Result<HashSet<String>, StorageError> {
    let keys: Vec<&str> = keys.iter().map(Key::as_str).collect();
    Ok(objects::find_all(db, &keys).await?.into_iter().map(|(key, _)| key).collect())
}

/// 128 bits: among a thousand million keys no two have the same.
fn fingerprint(key: &str) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&Sha256::digest(key)[..16]);
    short
}
