//! What the bot remembers, in one SQLite file. Losing it costs no more than the card on the screen: everything that
//! matters is with the service.

mod chats;
mod inbox;
mod outbox;

use std::path::Path;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

pub use chats::{Chat, DrawnCard};
pub use inbox::Waiting;
pub use outbox::{Due, Sent, Shown, Told};

/// What a query gives. Its error means that the file cannot be used.
pub type Result<T> = sqlx::Result<T>;

/// The file.
#[derive(Clone)]
pub struct Storage {
    /// For what writes.
    pool: SqlitePool,
    /// For what only reads: it need not wait for the disk.
    readers: SqlitePool,
}

/// Connections that read beside each other.
const READERS: u32 = 4;

impl Storage {
    /// Opens the file in this folder, or makes both.
    pub async fn open(folder: &Path) -> anyhow::Result<Self> {
        use anyhow::Context as _;
        let wanted = || format!("AISHA_BOT_DATA_DIR {} cannot be used", folder.display());
        std::fs::create_dir_all(folder).with_context(wanted)?;
        let options = SqliteConnectOptions::new()
            .filename(folder.join("bot.sqlite"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An update that Telegram was told is taken must outlive a power cut.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(30));
        // SQLite lets one write at a time; in one connection they wait in line and none of them spins.
        let pool = SqlitePoolOptions::new().max_connections(1).acquire_timeout(Duration::from_mins(1));
        let pool = pool.connect_with(options.clone()).await.with_context(wanted)?;
        sqlx::migrate!("./migrations").run(&pool).await.with_context(wanted)?;
        let readers = SqlitePoolOptions::new().max_connections(READERS).acquire_timeout(Duration::from_mins(1));
        let readers = readers.connect_with(options.read_only(true)).await.with_context(wanted)?;
        Ok(Self { pool, readers })
    }
}
