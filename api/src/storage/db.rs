//! The two engines behind one enum, so that every query is written once.
//!
//! `on_db!` and `on_tx!` put the same expression into both arms of a match; the types are inferred for each engine.
//! The statements that truly differ stand here and nowhere else.

use std::io;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{Migrate, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, Database, Decode, PgConnection, Postgres, Sqlite, Transaction, Type};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::StorageError;

/// The schema, compiled in.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// Connections to the database.
#[derive(Debug, Clone)]
pub enum Db {
    /// A Postgres server.
    Postgres(PgPool),
    /// One file, in this process.
    Sqlite(SqlitePool, WriteTurns),
}

/// A transaction. Dropped without `commit` it leaves nothing behind.
#[derive(Debug)]
pub enum Tx {
    /// On Postgres.
    Postgres(Transaction<'static, Postgres>),
    /// On SQLite, where it holds the one write lock from its beginning.
    Sqlite(Transaction<'static, Sqlite>, OwnedSemaphorePermit),
}

/// The order in which the transactions of this process write to SQLite. Its own lock is waited for by sleeping, each
/// time a little longer, so that who comes last may go first; and all who wait would hold a connection.
#[derive(Debug, Clone)]
pub struct WriteTurns(Arc<Semaphore>);

impl WriteTurns {
    async fn next(&self) -> Result<OwnedSemaphorePermit, StorageError> {
        let turn = timeout(SQLITE_PATIENCE, Arc::clone(&self.0).acquire_owned()).await;
        turn.ok().and_then(Result::ok).ok_or(StorageError::Unavailable(sqlx::Error::PoolTimedOut))
    }
}

/// Runs one expression on whichever engine the pool is of.
macro_rules! on_db {
    ($db:expr, |$conn:ident| $body:expr) => {
        match $db {
            $crate::storage::db::Db::Postgres($conn) => $body,
            $crate::storage::db::Db::Sqlite($conn, _) => $body,
        }
    };
}

/// Runs one expression on whichever engine the transaction is of.
macro_rules! on_tx {
    ($tx:expr, |$conn:ident| $body:expr) => {
        match $tx {
            $crate::storage::db::Tx::Postgres(tx) => {
                let $conn = &mut **tx;
                $body
            }
            $crate::storage::db::Tx::Sqlite(tx, _) => {
                let $conn = &mut **tx;
                $body
            }
        }
    };
}

pub(super) use {on_db, on_tx};

/// How long to wait for the one write lock of SQLite.
const SQLITE_PATIENCE: Duration = Duration::from_secs(10);
/// How long to wait for a connection to Postgres.
const POSTGRES_PATIENCE: Duration = Duration::from_secs(5);

/// One step of the schema and whether the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    /// Its number.
    pub version: i64,
    /// Its name.
    pub description: String,
    /// Whether the database has it.
    pub applied: bool,
}

impl Db {
    /// Opens the file, making it if it is not there.
    ///
    /// `synchronous=FULL` costs a flush at each commit; an acknowledged photo then survives a power cut too.
    pub async fn open_sqlite(path: &Path) -> Result<Self, StorageError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(SQLITE_PATIENCE)
            .foreign_keys(true);
        let pool = SqlitePoolOptions::new().max_connections(6).connect_with(options).await?;
        Ok(Self::Sqlite(pool, WriteTurns(Arc::new(Semaphore::new(1)))))
    }

    /// Connects to a server.
    pub async fn open_postgres(url: &str) -> Result<Self, StorageError> {
        let options = PgConnectOptions::from_str(url)?.application_name("aisha-api");
        // The pool tries until its time is over and then only knows that it is over; one connection knows why.
        match timeout(POSTGRES_PATIENCE, PgConnection::connect_with(&options)).await {
            Ok(connection) => connection?.close().await?,
            Err(_) => return Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into()).into()),
        }
        let pool = PgPoolOptions::new().max_connections(16).acquire_timeout(POSTGRES_PATIENCE);
        Ok(Self::Postgres(pool.connect_with(options).await?))
    }

    /// Begins a transaction. On SQLite it takes the write lock at once: a transaction that reads first and writes later
    /// would be refused as soon as another one wrote in between.
    pub async fn begin(&self) -> Result<Tx, StorageError> {
        Ok(match self {
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
            Self::Sqlite(pool, turns) => {
                let turn = turns.next().await?;
                Tx::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?, turn)
            }
        })
    }

    /// Brings the schema up to date. Safe with several processes at once.
    pub async fn migrate(&self) -> Result<(), StorageError> {
        loop {
            let before = self.migration_states().await?;
            match on_db!(self, |pool| MIGRATIONS.run(pool).await) {
                Ok(()) => return Ok(()),
                Err(error) if self.migration_states().await? == before => return Err(error.into()),
                // sqlx takes no lock on SQLite: a step that another process has done meanwhile fails here, and what is
                // left begins behind it.
                Err(_) => {}
            }
        }
    }

    /// Each step of the schema and whether the database has it. Reads only.
    pub async fn migration_states(&self) -> Result<Vec<MigrationState>, StorageError> {
        let there = match self {
            Self::Postgres(pool) => {
                let sql = "select count(*) from information_schema.tables \
                           where table_name = '_sqlx_migrations' and table_schema = current_schema()";
                sqlx::query_scalar::<_, i64>(sql).fetch_one(pool).await?
            }
            Self::Sqlite(pool, _) => {
                let sql = "select count(*) from sqlite_master where type = 'table' and name = '_sqlx_migrations'";
                sqlx::query_scalar::<_, i64>(sql).fetch_one(pool).await?
            }
        };
        let applied = if there == 0 {
            Vec::new()
        } else {
            on_db!(self, |pool| pool.acquire().await?.list_applied_migrations("_sqlx_migrations").await)?
        };
        let state = |migration: &sqlx::migrate::Migration| MigrationState {
            version: migration.version,
            description: migration.description.to_string(),
            applied: applied.iter().any(|done| done.version == migration.version),
        };
        Ok(MIGRATIONS.iter().map(state).collect())
    }

    /// Whether the database answers and has the whole schema.
    pub async fn is_ready(&self) -> Result<bool, StorageError> {
        Ok(self.migration_states().await?.iter().all(|migration| migration.applied))
    }

    /// What the operator is told about where the data lies.
    #[must_use]
    pub const fn engine(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "Postgres",
            Self::Sqlite(..) => "SQLite",
        }
    }

    /// Closes all connections, after the queries under way.
    pub async fn close(&self) {
        on_db!(self, |pool| pool.close().await);
    }
}

impl Tx {
    /// Makes everything done in the transaction last.
    pub async fn commit(self) -> Result<(), StorageError> {
        match self {
            Self::Postgres(tx) => tx.commit().await?,
            Self::Sqlite(tx, _turn) => tx.commit().await?,
        }
        // Up to here the end of the process undoes everything, and from here on nothing.
        tracing::trace!("committed");
        Ok(())
    }

    /// What makes a `select` take only rows that no other worker holds; on SQLite there is one writer at a time anyway.
    pub(super) const fn skip_locked(&self) -> &'static str {
        match self {
            Self::Postgres(_) => " for update skip locked",
            Self::Sqlite(..) => "",
        }
    }
}

/// A column that holds a word of one of the contract's lists. A word the list does not have is a corrupt row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word<T>(pub(super) T);

impl<T, DB: Database> Type<DB> for Word<T>
where
    String: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        String::type_info()
    }

    fn compatible(info: &DB::TypeInfo) -> bool {
        String::compatible(info)
    }
}

impl<'r, T: FromStr, DB: Database> Decode<'r, DB> for Word<T>
where
    &'r str: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
        let word = <&str as Decode<DB>>::decode(value)?;
        word.parse().map(Self).map_err(|_| format!("`{word}` is not a known word").into())
    }
}
