//! The database: one file of queries a resource, each query written once for SQLite and Postgres.
//!
//! Functions that must stand in one transaction with others take `&mut Tx`; those that are one read take `&Db`. A
//! transaction is never held across a call to another service, and inside one nothing touches the `Db`. Whose things
//! are meant is an argument of every query, not a later check.

pub mod api_keys;
pub mod avatars;
pub mod consumers;
pub mod db;
pub mod deletions;
pub mod events;
pub mod fal_deliveries;
mod fal_requests;
pub mod generations;
pub mod idempotency;
pub mod jobs;
pub mod object_differences;
pub mod objects;
pub mod packs;
pub mod photos;
mod run_steps;
pub mod shares;
pub mod spending;
pub mod statistics;
pub mod styles;
pub mod trainings;
pub mod transcriptions;
pub mod users;
pub mod webhook_deliveries;
pub mod webhook_endpoints;

pub use db::{Db, Tx};

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The database could not be reached, or was too busy for too long. Trying again may help.
    #[error("the database did not answer: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// A row holds what the rules do not allow.
    #[error("a stored value cannot be read: {0}")]
    Corrupt(#[source] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the schema could not be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A query was refused.
    #[error("the database refused a query: {0}")]
    Refused(#[source] sqlx::Error),
}

impl StorageError {
    /// Whether a rule of the schema forbade the write because the same is already there.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Refused(sqlx::Error::Database(error)) if error.is_unique_violation())
    }

    /// Whether a rule of the schema forbade the write because what it belongs to is not there, or not any more.
    #[must_use]
    pub fn is_foreign_key_violation(&self) -> bool {
        matches!(self, Self::Refused(sqlx::Error::Database(error)) if error.is_foreign_key_violation())
    }
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => {
                Self::Unavailable(error)
            }
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Self::Corrupt(error),
            sqlx::Error::Database(ref database) if is_passing(database.as_ref()) => Self::Unavailable(error),
            _ => Self::Refused(error),
        }
    }
}

/// SQLite's busy and locked, and Postgres' connection, shutdown, lock and serialization classes.
fn is_passing(error: &dyn sqlx::error::DatabaseError) -> bool {
    error.code().is_some_and(|code| {
        matches!(&*code, "5" | "6" | "261" | "517" | "40001" | "40P01" | "55P03" | "53300")
            || code.starts_with("08")
            || code.starts_with("57P")
    })
}
