//! People.

use aisha_openapi::vocabulary::Locale;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::db::{Word, on_db, on_tx};
use super::{Db, StorageError, Tx};
use crate::domain::ids::UserId;
use crate::domain::user::{Preferences, User};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, name, issuer, external_id, locale, timezone, settings, version, created_at from users ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    name: String,
    issuer: Option<String>,
    external_id: Option<String>,
    locale: Option<Word<Locale>>,
    timezone: Option<String>,
    settings: Json<Map<String, Value>>,
    version: i64,
    created_at: DateTime<Utc>,
}

impl From<Row> for User {
    fn from(row: Row) -> Self {
        Self {
            id: UserId(row.id),
            name: row.name,
            issuer: row.issuer,
            external_id: row.external_id,
            preferences: Preferences {
                locale: row.locale.map(|word| word.0),
                timezone: row.timezone,
                settings: row.settings.0,
            },
            version: row.version,
            created_at: row.created_at,
        }
    }
}

/// Adds a person, unless one of that name or that external id is there already; then `false`.
pub async fn add(tx: &mut Tx, user: &User) -> Result<bool, StorageError> {
    let sql = "insert into users (id, name, issuer, external_id, locale, timezone, settings, version, created_at) \
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing";
    let added = on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(user.id.0)
            .bind(&user.name)
            .bind(&user.issuer)
            .bind(&user.external_id)
            .bind(user.preferences.locale.map(Locale::as_str))
            .bind(&user.preferences.timezone)
            .bind(Json(&user.preferences.settings))
            .bind(user.version)
            .bind(user.created_at)
            .execute(conn)
            .await?
            .rows_affected()
    });
    Ok(added == 1)
}

/// Holds a person until the transaction ends, for what may be there once a person. Taken before any of their avatars.
pub async fn lock(tx: &mut Tx, id: UserId) -> Result<(), StorageError> {
    let sql = "update users set created_at = created_at where id = $1";
    on_tx!(tx, |conn| {
        sqlx::query(sql).bind(id.0).execute(conn).await?;
    });
    Ok(())
}

/// The person with this id, whom the transaction holds.
pub async fn find_held(tx: &mut Tx, id: UserId) -> Result<Option<User>, StorageError> {
    let sql = select!("where id = $1");
    let row = on_tx!(tx, |conn| sqlx::query_as::<_, Row>(sql).bind(id.0).fetch_optional(conn).await?);
    Ok(row.map(User::from))
}

/// Writes what a person has chosen, and counts their version on; `false` if it is another one by now.
pub async fn update(tx: &mut Tx, user: &User) -> Result<bool, StorageError> {
    let sql = "update users set locale = $3, timezone = $4, settings = $5, version = version + 1 \
               where id = $1 and version = $2";
    let preferences = &user.preferences;
    let written = on_tx!(tx, |conn| {
        sqlx::query(sql)
            .bind(user.id.0)
            .bind(user.version)
            .bind(preferences.locale.map(Locale::as_str))
            .bind(&preferences.timezone)
            .bind(Json(&preferences.settings))
            .execute(conn)
            .await?
            .rows_affected()
    });
    Ok(written == 1)
}

/// Removes a person with their keys and avatars; `false` if they are gone already.
pub async fn delete(tx: &mut Tx, id: UserId) -> Result<bool, StorageError> {
    let sql = "delete from users where id = $1";
    Ok(on_tx!(tx, |conn| sqlx::query(sql).bind(id.0).execute(conn).await?.rows_affected()) == 1)
}

/// The person with this id.
pub async fn find(db: &Db, id: UserId) -> Result<Option<User>, StorageError> {
    let sql = select!("where id = $1");
    let row = on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(id.0).fetch_optional(conn).await?);
    Ok(row.map(User::from))
}

/// The operator's account of this name.
pub async fn find_by_name(db: &Db, name: &str) -> Result<Option<User>, StorageError> {
    let sql = select!("where issuer is null and name = $1");
    let row = on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(name).fetch_optional(conn).await?);
    Ok(row.map(User::from))
}

/// The person an issuer knows by this id.
pub async fn find_external(db: &Db, issuer: &str, external_id: &str) -> Result<Option<User>, StorageError> {
    let sql = select!("where issuer = $1 and external_id = $2");
    let row =
        on_db!(db, |conn| sqlx::query_as::<_, Row>(sql).bind(issuer).bind(external_id).fetch_optional(conn).await?);
    Ok(row.map(User::from))
}
