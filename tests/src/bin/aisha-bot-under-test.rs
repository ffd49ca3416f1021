//! The program `aisha-bot` as one of this crate: cargo builds it before the tests that start and kill it.

use aisha_bot::config::{Config, Environment};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let env = Environment::of_process();
    let config = Config::from_env(&env)?;
    config.log(&env)?;
    aisha_bot::run(config, std::future::pending()).await
}
