//! `health`: for container health checks, without a shell or curl.

use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::config::Config;
use crate::fal::install_tls;
use crate::service::reachable;

/// Asks `/readyz` of the service that these settings describe.
pub(super) async fn run(config: &Config) -> anyhow::Result<()> {
    install_tls();
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?;
    let answer = client.get(format!("http://{}/readyz", reachable(config.listen))).send().await;
    let answer = answer.context("the service does not answer")?;
    let (status, body) = (answer.status(), answer.text().await?);
    println!("{body}");
    if status.is_success() { Ok(()) } else { bail!("the service is not ready") }
}
