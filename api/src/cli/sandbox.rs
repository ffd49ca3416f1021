//! `fal-sandbox`: the sandbox alone.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::fal::sandbox::{Sandbox, SandboxSettings};

/// The fal.ai sandbox alone.
#[derive(Debug, Args)]
pub(super) struct FalSandbox {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// Where it keeps its files
    #[arg(long, value_name = "DIR", default_value = "data/fal-sandbox-alone")]
    folder: PathBuf,
    /// How long a training takes
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    training_seconds: u64,
}

impl FalSandbox {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let settings = SandboxSettings {
            folder: self.folder,
            listen: Some(self.listen),
            training: Duration::from_secs(self.training_seconds),
            key: None,
        };
        let sandbox = Sandbox::start(settings).await?;
        println!("fal's sandbox listens on {}", sandbox.url());
        tokio::signal::ctrl_c().await?;
        sandbox.stop().await;
        Ok(())
    }
}
