//! `objects`: is in the store what the ledger says, and nothing else?

use anyhow::bail;
use clap::Subcommand;
use url::Url;

use crate::config::Config;
use crate::domain::clock::Clock;
use crate::inventory::{self, Differences};
use crate::service::{open_database, open_files};

/// The object store.
#[derive(Debug, Subcommand)]
pub(super) enum Objects {
    /// Compare the store with the ledger; ends with 1 if an object is missing
    ///
    /// `stray` lies in the store and nobody knows of it, `missing` should lie there and does not. Works while the service
    /// runs, which does the same once a day.
    Check,
    /// Delete the stray objects
    ///
    /// Not after the database was brought back from a copy: objects that are newer than the copy are stray then.
    Clear,
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
        let Differences { stray, missing } = inventory::compare(&db, &files).await?;
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
