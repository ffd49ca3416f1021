//! Updates that were heard and are not yet done.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Chat, Storage};
use crate::telegram::RawUpdate;

/// An update to be done.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Waiting {
    /// Telegram's number of it.
    pub update_id: i64,
    /// Its JSON.
    pub body: String,
    /// When it was heard.
    pub heard_at: DateTime<Utc>,
}

/// How long a done update is remembered, so that it is not done again: Telegram keeps updates for a day.
const REMEMBERED: Duration = Duration::from_hours(48);

impl Storage {
    /// Takes updates in, each with its chat, all or none; those that are known already are left as they are.
    pub async fn hear(&self, updates: &[(i64, RawUpdate)], now: DateTime<Utc>) -> sqlx::Result<()> {
        let mut tx = self.pool.begin().await?;
        for (chat, update) in updates {
            sqlx::query("insert or ignore into inbox (update_id, chat, body, heard_at) values ($1, $2, $3, $4)")
                .bind(update.id)
                .bind(chat)
                .bind(&update.text)
                .bind(now)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await
    }

    /// What waits in a chat, in order.
    pub async fn waiting(&self, chat: i64) -> sqlx::Result<Vec<Waiting>> {
        sqlx::query_as(
            "select update_id, body, heard_at from inbox where chat = $1 and done_at is null order by update_id limit 32",
        )
        .bind(chat)
        .fetch_all(&self.readers)
        .await
    }

    /// The chats in which something is to be done.
    pub async fn restless_chats(&self) -> sqlx::Result<Vec<i64>> {
        sqlx::query_scalar(
            "select chat from inbox where done_at is null
             union select chat from chats where stale > 0 and reachable = 1",
        )
        .fetch_all(&self.readers)
        .await
    }

    /// Marks updates as done, together with all that came of them: where the chat is now, and what is to be sent.
    pub async fn done(
        &self,
        updates: &[i64],
        chat: &Chat,
        parcels: &[(String, String)],
        now: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        let mut tx = self.pool.begin().await?;
        for update in updates {
            sqlx::query("update inbox set done_at = $2, body = '' where update_id = $1")
                .bind(update)
                .bind(now)
                .execute(&mut *tx)
                .await?;
        }
        for (key, body) in parcels {
            super::outbox::add(&mut tx, key, chat.chat, body, now).await?;
        }
        super::chats::save(&mut tx, chat).await?;
        tx.commit().await
    }

    /// Marks updates as done of which nothing came.
    pub async fn drop_updates(&self, updates: &[i64], now: DateTime<Utc>) -> sqlx::Result<()> {
        for update in updates {
            sqlx::query("update inbox set done_at = $2, body = '' where update_id = $1")
                .bind(update)
                .bind(now)
                .execute(&self.pool)
                .await?;
        }
        Ok(())
    }

    /// Forgets what is long done.
    pub async fn forget(&self, now: DateTime<Utc>) -> sqlx::Result<()> {
        let before = now - REMEMBERED;
        sqlx::query("delete from inbox where done_at < $1").bind(before).execute(&self.pool).await?;
        sqlx::query("delete from outbox where state in ('sent', 'unknown', 'dropped') and created_at < $1")
            .bind(now - 15 * REMEMBERED)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
