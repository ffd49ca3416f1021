//! The program `aisha-bot` as one of this crate: cargo builds it before the tests that start and kill it. Told a file in
//! `AISHA_TEST_PLACES_LIST`, it ends itself where a kill could matter, and logs nothing.

use std::path::Path;

use aisha_bot::config::{Config, Environment};
use aisha_tests::harness::kill_points::{self, Statements};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let env = Environment::of_process();
    let config = Config::from_env(&env)?;
    #[expect(clippy::disallowed_methods, reason = "not a setting of the bot")]
    match std::env::var("AISHA_TEST_PLACES_LIST") {
        Ok(file) => kill_points::end_at_new_places(Path::new(&file), Statements::All),
        Err(_) => config.log(&env)?,
    }
    aisha_bot::run(config, std::future::pending()).await
}
