//! `migrate`: the database schema.

use anyhow::bail;
use clap::Subcommand;

use crate::config::Config;
use crate::service::open_database;

/// The database schema.
#[derive(Debug, Subcommand)]
pub(super) enum Migrate {
    /// Apply every step that is missing
    Run,
    /// Show each step and whether the database has it
    Status,
    /// End with 1 if a step is missing
    Check,
}

impl Migrate {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<()> {
        let db = open_database(&config.database).await?;
        if matches!(self, Self::Run) {
            db.migrate().await?;
        }
        let states = db.migration_states().await?;
        for state in &states {
            let mark = if state.applied { "applied" } else { "missing" };
            println!("{mark}  {:04} {}", state.version, state.description);
        }
        let missing = states.iter().filter(|state| !state.applied).count();
        db.close().await;
        if missing > 0 && matches!(self, Self::Check) {
            bail!("{missing} steps are missing: run `aisha-api migrate run`");
        }
        Ok(())
    }
}
