//! The operator's accounts and keys: what the command line and the first start make.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use aisha_openapi::vocabulary::Scope;
use anyhow::Context as _;
use chrono::{DateTime, Utc};

use crate::domain::api_key::{ApiKey, KeyText};
use crate::domain::clock::Clock;
use crate::domain::ids::Ids;
use crate::domain::secret::Secret;
use crate::domain::user::User;
use crate::storage::{Db, api_keys, users};

/// The name of the account that owns the developer key.
const DEVELOPER: &str = "developer";

/// What a new key is to be.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// The account that owns it; made if it is not there.
    pub account: String,
    /// What it is called.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The only issuer whose users it may act for.
    pub issuer: Option<String>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Makes a key. The secret is told here and never again.
pub async fn create_key(db: &Db, clock: &Clock, ids: &Ids, new: NewKey) -> anyhow::Result<(ApiKey, Secret)> {
    let now = clock.now();
    let text = KeyText::generate(ids.next()).map_err(|_| anyhow::anyhow!("this machine gives no random bytes"))?;
    let user = User::new(ids.next(), new.account.clone(), now);
    let mut tx = db.begin().await?;
    users::add(&mut tx, &user).await?;
    tx.commit().await?;
    let user = users::find_by_name(db, &new.account).await?.context("the account was not made")?;
    let key = ApiKey {
        id: text.id,
        user_id: user.id,
        name: new.name,
        secret_sha256: text.secret_sha256(),
        scopes: new.scopes,
        issuer: new.issuer,
        created_at: now,
        expires_at: new.expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    let mut tx = db.begin().await?;
    api_keys::add(&mut tx, &key).await?;
    tx.commit().await?;
    Ok((key, text.to_secret()))
}

/// Sees to the key for trying things out: made at the first start, kept in a file that only its owner can read, and
/// made anew if the database no longer knows it.
pub async fn ensure_developer_key(db: &Db, clock: &Clock, ids: &Ids, file: &Path) -> anyhow::Result<()> {
    if let Ok(text) = fs::read_to_string(file)
        && let Some(key) = KeyText::parse(text.trim())
        && api_keys::find(db, key.id).await?.is_some_and(|known| key.opens(&known) && known.is_live(clock.now()))
    {
        return Ok(());
    }
    let new = NewKey {
        account: DEVELOPER.to_owned(),
        name: "made at the first start".to_owned(),
        scopes: Scope::ALL.iter().copied().filter(|scope| *scope != Scope::ActAs).collect(),
        issuer: None,
        expires_at: None,
    };
    let (_, secret) = create_key(db, clock, ids, new).await?;
    write_private(file, secret.expose()).with_context(|| format!("{} cannot be written", file.display()))
}

/// Writes a file that nobody but its owner can read at any moment.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let _ = fs::remove_file(path);
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{text}")
}
