//! `spending`: the switch that stops everything that costs money.

use clap::Subcommand;

use crate::config::Config;
use crate::domain::clock::Clock;
use crate::domain::spending::{Spent, day_of, dollars};
use crate::service::open_database;
use crate::storage::{Db, StorageError, spending};

/// The switch.
#[derive(Debug, Subcommand)]
pub(super) enum Spending {
    /// Stop: nothing more is submitted to fal.ai, or asked of a language model, by any process on this database
    ///
    /// Whatever would begin is refused, and what fal has not got yet waits. What runs at fal goes on.
    Stop {
        /// What people are told
        #[arg(long)]
        reason: Option<String>,
    },
    /// Allow it again; what has waited goes on within half a minute
    Resume,
    /// Show whether it is stopped, and what was spent today
    Status,
}

impl Spending {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<()> {
        let db = open_database(&config.database).await?;
        db.migrate().await?;
        let clock = Clock::system();
        match self {
            Self::Stop { reason } => {
                spending::stop(&db, reason.as_deref(), clock.now()).await?;
                println!("stopped");
            }
            Self::Resume if spending::resume(&db).await? => println!("resumed"),
            Self::Resume => println!("it was not stopped"),
            Self::Status => status(&db, &clock).await?,
        }
        if config.spending.is_stopped {
            println!("AISHA_SPENDING_STOPPED is set here: a service with this setting stays stopped until it is not");
        }
        db.close().await;
        Ok(())
    }
}

async fn status(db: &Db, clock: &Clock) -> Result<(), StorageError> {
    let mut tx = db.begin().await?;
    match spending::find_stop(&mut tx).await? {
        Some(stop) => {
            let reason = stop.reason.map_or_else(String::new, |reason| format!(": {reason}"));
            println!("stopped since {} UTC{reason}", stop.stopped_at.format("%F %R"));
        }
        None => println!("allowed"),
    }
    drop(tx);
    let spent = spending::of_all(db, day_of(clock.now())).await?;
    let Spent { trainings, generations, transcriptions, microusd } = spent;
    let cost = dollars(microusd);
    println!(
        "today (UTC): {trainings} trainings, {generations} generations, {transcriptions} transcriptions, about {cost}"
    );
    Ok(())
}
