//! `demo`: the whole path, from an empty service to a trained avatar.

use clap::Args;

use crate::config::Environment;

/// Walk the whole path.
#[derive(Debug, Args)]
pub struct Demo {}

impl Demo {
    /// Runs.
    pub async fn run(self, _: &Environment) -> anyhow::Result<()> {
        Ok(())
    }
}
