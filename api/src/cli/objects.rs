//! `objects`: is in the store what the ledger says, and nothing else?

use std::collections::BTreeMap;

use anyhow::bail;
use clap::Subcommand;
use url::Url;

use crate::config::Config;
use crate::domain::clock::Clock;
use crate::files::{Files, Key};
use crate::service::{open_database, open_files};
use crate::storage::{Db, objects};

/// What is kept belongs to people, so all keys begin with it.
const OURS: &str = "user_";

/// The object store.
#[derive(Debug, Subcommand)]
pub(super) enum Objects {
    /// Compare the store with the ledger; ends with 1 if an object is missing
    ///
    /// `stray` lies in the store and nobody knows of it, `missing` should lie there and does not. Works while the service
    /// runs; holds all keys in memory.
    Check,
    /// Delete the stray objects
    ///
    /// Not after the database was brought back from a copy: objects that are newer than the copy are stray then.
    Clear,
}

/// Where store and ledger differ.
#[derive(Debug, PartialEq, Eq)]
struct Difference {
    stray: Vec<Key>,
    missing: Vec<String>,
}

impl Objects {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<()> {
        let db = open_database(&config.database).await?;
        if !db.is_ready().await? {
            bail!("the schema is not up to date: run `aisha-api migrate run`");
        }
        // No link is made here.
        let nowhere: Url = "http://localhost/".parse()?;
        let files = open_files(&config.objects, &nowhere, &Clock::system())?;
        let Difference { stray, missing } = look(&db, &files).await?;
        db.close().await;
        let is_clearing = matches!(self, Self::Clear);
        for key in &stray {
            if is_clearing {
                files.delete(key).await?;
            }
            println!("{}  {key}", if is_clearing { "deleted" } else { "stray  " });
        }
        for key in &missing {
            println!("missing  {key}");
        }
        println!("{} stray, {} missing", stray.len(), missing.len());
        if missing.is_empty() {
            return Ok(());
        }
        bail!("{} objects are missing: bring them back from a copy of the store", missing.len())
    }
}

/// The store is listed first: what an upload writes meanwhile is in the ledger before it is in the store.
async fn look(db: &Db, files: &Files) -> anyhow::Result<Difference> {
    let stored = files.list(OURS).await?;
    let difference = compare(stored, objects::list(db).await?);
    let mut missing = Vec::new();
    for key in difference.missing {
        // It may have come after the listing.
        if !files.exists(&Key::parse(key.as_str())?).await? {
            missing.push(key);
        }
    }
    Ok(Difference { missing, ..difference })
}

/// Only what a row needs (`live`) must be in the store; what is on its way in or out may be.
fn compare(stored: Vec<Key>, ledger: Vec<(String, String)>) -> Difference {
    let mut known: BTreeMap<String, String> = ledger.into_iter().collect();
    let stray = stored.into_iter().filter(|key| known.remove(key.as_str()).is_none()).collect();
    let missing = known.into_iter().filter(|(_, state)| state == "live").map(|(key, _)| key).collect();
    Difference { stray, missing }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key::parse(name).expect("a key")
    }

    #[test]
    fn what_nobody_knows_is_stray_and_what_a_row_needs_is_missing() {
        let stored = ["user_1/live", "user_1/pending", "user_1/doomed", "user_1/unknown"].map(key);
        let ledger = [
            ("user_1/live", "live"),
            ("user_1/pending", "pending"),
            ("user_1/doomed", "doomed"),
            ("user_2/live", "live"),
            ("user_2/pending", "pending"),
            ("user_2/doomed", "doomed"),
        ];
        let ledger = ledger.map(|(key, state)| (key.to_owned(), state.to_owned()));
        let found = compare(stored.to_vec(), ledger.to_vec());
        assert_eq!(found, Difference { stray: vec![key("user_1/unknown")], missing: vec!["user_2/live".to_owned()] });
    }
}
