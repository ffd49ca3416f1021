//! Where each chat is.

use aisha_openapi::vocabulary::Locale;
use chrono::{DateTime, Utc};
use sqlx::{Sqlite, Transaction};
use uuid::Uuid;

use super::Storage;
use crate::buttons::Revision;
use crate::screens::Place;

/// What the first card of a chat is drawn with. Notices have 0: their buttons are told from those of cards by it.
const FIRST_REVISION: Revision = 1;

/// A chat.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and they meet in any combination")]
pub struct Chat {
    /// Its number: that of the person, for all chats are private.
    pub chat: i64,
    /// Where it is.
    pub place: Place,
    /// Counts what was done with buttons: one that was drawn earlier is out of date.
    pub revision: Revision,
    /// The language.
    pub locale: Locale,
    /// What the person calls themselves.
    pub first_name: String,
    /// Whether the service knows the person.
    pub registered: bool,
    /// The message that is the live card.
    pub card: Option<i32>,
    /// The picture on it.
    pub card_picture: Option<String>,
    /// Whether something stands below it.
    pub below: bool,
    /// Counts reasons to draw it again.
    pub stale: i64,
    /// What to say above it when it is next drawn.
    pub words: Option<String>,
    /// What is told above it because it may not have arrived as a message.
    pub told: Option<String>,
    /// Whether it says that the service is away.
    pub away: bool,
    /// Whether messages reach the person.
    pub reachable: bool,
    /// When it was last drawn.
    pub drawn_at: Option<DateTime<Utc>>,
}

/// What became of the card when it was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnCard {
    /// Its message.
    pub message: i32,
    /// The picture on it.
    pub picture: Option<String>,
    /// Where the chat is, if the place it was at is gone.
    pub place: Place,
    /// Whether it says that the service is away.
    pub away: bool,
}

#[derive(sqlx::FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "as in the chat")]
struct Row {
    chat: i64,
    place: String,
    revision: Revision,
    locale: String,
    first_name: String,
    registered: bool,
    card: Option<i32>,
    card_picture: Option<String>,
    below: bool,
    stale: i64,
    words: Option<String>,
    told: Option<String>,
    away: bool,
    reachable: bool,
    drawn_at: Option<DateTime<Utc>>,
}

impl From<Row> for Chat {
    fn from(row: Row) -> Self {
        Self {
            chat: row.chat,
            // A place of another version of the bot may not read: begin at the menu.
            place: serde_json::from_str(&row.place).unwrap_or(Place::Home),
            revision: row.revision,
            locale: row.locale.parse().unwrap_or(Locale::En),
            first_name: row.first_name,
            registered: row.registered,
            card: row.card,
            card_picture: row.card_picture,
            below: row.below,
            stale: row.stale,
            words: row.words,
            told: row.told,
            away: row.away,
            reachable: row.reachable,
            drawn_at: row.drawn_at,
        }
    }
}

impl Chat {
    /// Whether the card shows this thing: a place names what it shows by its id.
    #[must_use]
    pub fn shows(&self, id: Uuid) -> bool {
        serde_json::to_string(&self.place).is_ok_and(|place| place.contains(&id.to_string()))
    }

    /// A chat that nothing is known of.
    #[must_use]
    pub const fn new(chat: i64, first_name: String, locale: Locale) -> Self {
        Self {
            chat,
            place: Place::Home,
            revision: FIRST_REVISION,
            locale,
            first_name,
            registered: false,
            card: None,
            card_picture: None,
            below: false,
            stale: 0,
            words: None,
            told: None,
            away: false,
            reachable: true,
            drawn_at: None,
        }
    }
}

/// Writes what the handling of an update may change; what was drawn or sent meanwhile stays. `below` is kept as the number of the
/// last reason to draw the card that came of something below it, so that one which comes while it is drawn is not lost.
pub(super) async fn save(tx: &mut Transaction<'_, Sqlite>, chat: &Chat) -> sqlx::Result<()> {
    let place = serde_json::to_string(&chat.place).expect("a place is plain data");
    sqlx::query(
        "insert into chats (chat, place, revision, locale, first_name, registered, below, stale, words, away, reachable)
         values ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, $10)
         on conflict (chat) do update set place = $2, revision = $3, locale = $4, first_name = $5, registered = $6,
             below = case when $7 then stale + 1 else below end, stale = stale + 1, words = $8, away = $9,
             reachable = $10",
    )
    .bind(chat.chat)
    .bind(place)
    .bind(chat.revision)
    .bind(chat.locale.as_str())
    .bind(&chat.first_name)
    .bind(chat.registered)
    .bind(chat.below)
    .bind(&chat.words)
    .bind(chat.away)
    .bind(chat.reachable)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Has a card sent anew, below whatever was sent.
pub(super) async fn redraw(tx: &mut Transaction<'_, Sqlite>, chat: i64) -> sqlx::Result<()> {
    sqlx::query("update chats set below = stale + 1, stale = stale + 1 where chat = $1")
        .bind(chat)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

impl Storage {
    /// A chat; none if nothing was ever done in it.
    pub async fn chat(&self, chat: i64) -> sqlx::Result<Option<Chat>> {
        let row: Option<Row> =
            sqlx::query_as("select * from chats where chat = $1").bind(chat).fetch_optional(&self.readers).await?;
        Ok(row.map(Chat::from))
    }

    /// Notes that the card was drawn from the chat as it was read.
    pub async fn drawn(&self, chat: &Chat, card: &DrawnCard, now: DateTime<Utc>) -> sqlx::Result<()> {
        let place = serde_json::to_string(&card.place).expect("a place is plain data");
        sqlx::query(
            "update chats set card = $2, card_picture = $3, place = $4, below = max(below - $8, 0), away = $5,
                 words = case when $5 then words end, told = case when $5 or told is not $9 then told end,
                 stale = stale - $6, drawn_at = $7 where chat = $1",
        )
        .bind(chat.chat)
        .bind(card.message)
        .bind(&card.picture)
        .bind(place)
        .bind(card.away)
        // A reason that came up since is still one.
        .bind(if card.away { 0 } else { chat.stale })
        .bind(now)
        // So is what was sent, or is to be told, since: the card does not stand below it yet.
        .bind(chat.stale)
        .bind(&chat.told)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Gives up drawing the card as it is.
    pub async fn not_drawn(&self, chat: &Chat, reachable: bool) -> sqlx::Result<()> {
        sqlx::query(
            "update chats set below = min(below, max(stale - $2, 1)), stale = stale - $2, reachable = $3, words = null
             where chat = $1",
        )
        .bind(chat.chat)
        .bind(chat.stale)
        .bind(reachable)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Has a card sent anew, below whatever was sent.
    pub async fn redraw(&self, chat: i64) -> sqlx::Result<()> {
        let mut tx = self.pool.begin().await?;
        redraw(&mut tx, chat).await?;
        tx.commit().await
    }
}
