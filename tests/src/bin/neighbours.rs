//! The neighbours of a service in production, for scripts: an empty bucket in an S3 store and a fresh Postgres database.
//! Prints the settings that lead to them, one `NAME=value` a line, then `ready`, and ends them at SIGTERM.

use aisha_api::storage::db::MIGRATIONS;
use aisha_tests::harness::object_store::ObjectStore;
use aisha_tests::harness::postgres;
use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let database = postgres::database(&MIGRATIONS).await.context("no Postgres")?;
    let store = ObjectStore::start().await;
    println!("DATABASE_URL={database}");
    for (name, value) in ObjectStore::variables(&store.settings) {
        println!("{name}={value}");
    }
    println!("ready");
    terminate.recv().await;
    Ok(())
}
