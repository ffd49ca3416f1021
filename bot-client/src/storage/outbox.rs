//! What is to be told or sent beside the cards: once, and not twice.

use aisha_openapi::vocabulary::Locale;
use chrono::{DateTime, Utc};
use sqlx::{Sqlite, Transaction};
use uuid::Uuid;

use super::Storage;

/// Something to be sent now.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Due {
    /// What it is, once and for all.
    pub key: String,
    /// To whom.
    pub chat: i64,
    /// What.
    pub body: String,
    /// How often it was refused.
    pub refusals: i64,
}

/// How an attempt to send something ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It arrived.
    Arrived,
    /// It arrived and stands below the card, which is to be sent anew below it.
    Below,
    /// It will never be sent.
    Dropped,
    /// It did not arrive for certain, and is tried again from then on.
    Again(DateTime<Utc>),
    /// The same, because it was refused.
    Refused(DateTime<Utc>),
}

/// What is told above a card, because it has not arrived as a message or may not have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// What it is about: a card that shows this needs no words.
    pub about: Option<Uuid>,
    /// The words; without any the card is only sent anew.
    pub words: Option<String>,
}

/// A thing that has changed, and that a card may show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Whose it is.
    pub chat: i64,
    /// Which thing.
    pub id: Uuid,
    /// Whether the card is to be sent anew, so that the person hears of it.
    pub push: bool,
    /// A card that was drawn after this is not drawn again.
    pub not_since: DateTime<Utc>,
}

/// Adds something to be sent; what was added before under the same key stays the only one.
pub(super) async fn add(
    tx: &mut Transaction<'_, Sqlite>,
    key: &str,
    chat: i64,
    body: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert or ignore into outbox (key, chat, body, state, refusals, not_before, created_at)
         values ($1, $2, $3, 'waiting', 0, $4, $4)",
    )
    .bind(key)
    .bind(chat)
    .bind(body)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Storage {
    /// How far the events of the service have been read; none if never.
    pub async fn reader(&self) -> sqlx::Result<Option<i64>> {
        sqlx::query_scalar("select after from reader where id = 1").fetch_optional(&self.readers).await
    }

    /// Takes notices in together with how far the events have been read, and has the cards drawn again that show one of
    /// these things.
    pub async fn take_news(
        &self,
        after: i64,
        notices: &[(String, i64, String)],
        shown: &[Shown],
        now: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        let mut tx = self.pool.begin().await?;
        for (key, chat, body) in notices {
            add(&mut tx, key, *chat, body, now).await?;
        }
        for shown in shown {
            // A place names the things it shows by their ids.
            sqlx::query(
                "update chats set below = case when $3 then stale + 1 else below end, stale = stale + 1
                 where chat = $1 and instr(place, $2) > 0 and coalesce(drawn_at, '') < $4",
            )
            .bind(shown.chat)
            .bind(shown.id.to_string())
            .bind(shown.push)
            .bind(shown.not_since)
            .execute(&mut *tx)
            .await?;
        }
        sqlx::query("insert into reader (id, after) values (1, $1) on conflict (id) do update set after = $1")
            .bind(after)
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    /// What is to be sent now, one thing a chat, the oldest first.
    pub async fn due(&self, now: DateTime<Utc>) -> sqlx::Result<Vec<Due>> {
        sqlx::query_as(
            "select key, chat, body, refusals from outbox o
             where state = 'waiting' and not_before <= $1
               and not exists (select 1 from outbox b where b.chat = o.chat and b.state = 'sending')
               and not exists (select 1 from outbox b where b.chat = o.chat and b.state = 'waiting' and b.rowid < o.rowid)
             order by rowid limit 64",
        )
        .bind(now)
        .fetch_all(&self.readers)
        .await
    }

    /// When the next thing is due; none if nothing waits.
    pub async fn next_due(&self) -> sqlx::Result<Option<DateTime<Utc>>> {
        sqlx::query_scalar("select min(not_before) from outbox where state = 'waiting'").fetch_one(&self.readers).await
    }

    /// Marks something as being sent: from now on nobody knows whether it has arrived until its end is noted.
    pub async fn sending(&self, key: &str) -> sqlx::Result<()> {
        sqlx::query("update outbox set state = 'sending' where key = $1").bind(key).execute(&self.pool).await?;
        Ok(())
    }

    /// Notes how an attempt ended. The chat gets its next notice a second later at the earliest.
    pub async fn sent(&self, key: &str, chat: i64, sent: Sent, now: DateTime<Utc>) -> sqlx::Result<()> {
        let (state, not_before) = match sent {
            Sent::Arrived | Sent::Below => ("sent", now),
            Sent::Dropped => ("dropped", now),
            Sent::Again(then) | Sent::Refused(then) => ("waiting", then),
        };
        let mut tx = self.pool.begin().await?;
        // What has ended is remembered by its key; its text is nobody's business any more.
        sqlx::query(
            "update outbox set state = $2, not_before = $3, refusals = refusals + $4,
                 body = case when $2 = 'waiting' then body else '' end where key = $1",
        )
        .bind(key)
        .bind(state)
        .bind(not_before)
        .bind(matches!(sent, Sent::Refused(_)))
        .execute(&mut *tx)
        .await?;
        if sent == Sent::Below {
            super::chats::redraw(&mut tx, chat).await?;
        }
        sqlx::query("update outbox set not_before = max(not_before, $2) where chat = $1 and state = 'waiting'")
            .bind(chat)
            .bind(now + chrono::TimeDelta::seconds(1))
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    /// What was being sent when the bot ended: nobody knows whether it arrived.
    pub async fn interrupted(&self) -> sqlx::Result<Vec<Due>> {
        sqlx::query_as("select key, chat, body, refusals from outbox where state = 'sending'")
            .fetch_all(&self.readers)
            .await
    }

    /// Puts what was refused, or may or may not have arrived, back in line under the same key, to be told on the card.
    pub async fn doubt(&self, key: &str, body: &str, now: DateTime<Utc>) -> sqlx::Result<()> {
        sqlx::query("update outbox set state = 'waiting', body = $2, not_before = $3 where key = $1")
            .bind(key)
            .bind(body)
            .bind(now)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Tells on a new card what has not arrived, or may not have.
    pub async fn tell_above(&self, key: &str, chat: i64, told: &Told) -> sqlx::Result<()> {
        let mut tx = self.pool.begin().await?;
        sqlx::query("update outbox set state = 'unknown', body = '' where key = $1")
            .bind(key)
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "update chats set stale = stale + 1, below = stale + 1,
                 told = case when $3 is null or coalesce(instr(place, $2) > 0, 0) then told
                     else coalesce(told || char(10) || char(10), '') || $3 end
             where chat = $1",
        )
        .bind(chat)
        .bind(told.about.map(|id| id.to_string()))
        .bind(&told.words)
        .execute(&mut *tx)
        .await?;
        tx.commit().await
    }

    /// The language of a chat; none if nothing was ever done in it.
    pub async fn locale(&self, chat: i64) -> sqlx::Result<Option<Locale>> {
        let word: Option<String> = sqlx::query_scalar("select locale from chats where chat = $1")
            .bind(chat)
            .fetch_optional(&self.readers)
            .await?;
        Ok(word.and_then(|word| word.parse().ok()))
    }
}
