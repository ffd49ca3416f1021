//! The Telegram client of Aisha.

pub mod api;
pub mod buttons;
pub mod config;
pub mod screens;
pub mod telegram;
pub mod texts;
pub mod view;

/// x
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(String);

/// x
pub async fn run(_config: config::Config, shutdown: impl Future<Output = ()>) -> anyhow::Result<()> {
    shutdown.await;
    Ok(())
}
