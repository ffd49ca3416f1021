//! `keys`: API keys.

use std::str::FromStr as _;

use aisha_openapi::vocabulary::Scope;
use anyhow::{Context as _, bail};
use chrono::TimeDelta;
use clap::{Args, Subcommand};
use uuid::Uuid;

use crate::accounts::{NewKey, create_key};
use crate::config::Config;
use crate::domain::api_key::ApiKey;
use crate::domain::clock::Clock;
use crate::domain::ids::{Ids, KeyId};
use crate::domain::page::PageRequest;
use crate::service::open_database;
use crate::storage::{Db, api_keys, users};

/// API keys.
#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// Make a key and print it
    Create(Create),
    /// List an account's keys
    List {
        /// The account
        #[arg(long)]
        user: String,
    },
    /// Take a key back; it stops working at once
    Revoke {
        /// The account
        #[arg(long)]
        user: String,
        /// The key's id, as `list` shows it
        id: Uuid,
    },
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// The account; made if it is not there
    #[arg(long)]
    user: String,
    /// What the key is for
    #[arg(long, default_value = "made on the command line")]
    name: String,
    /// What it may do, such as avatars:read; once for each scope. All that a user may, if none is given
    #[arg(long = "scope", value_name = "SCOPE", value_parser = scope)]
    scopes: Vec<Scope>,
    /// Let it act for the users of this issuer, such as telegram:<bot id>
    #[arg(long, value_name = "ISSUER", value_parser = issuer)]
    act_as: Option<String>,
    /// Let it end by itself after so many days
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=3650))]
    days: Option<u16>,
}

impl Keys {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<()> {
        let db = open_database(&config.database).await?;
        db.migrate().await?;
        let clock = Clock::system();
        match self {
            Self::Create(create) => create.run(&db, &clock).await?,
            Self::List { user } => list(&db, &user).await?,
            Self::Revoke { user, id } => revoke(&db, &clock, &user, KeyId(id)).await?,
        }
        db.close().await;
        Ok(())
    }
}

impl Create {
    async fn run(self, db: &Db, clock: &Clock) -> anyhow::Result<()> {
        let for_users = [Scope::ActAs, Scope::Admin];
        let mut scopes = if self.scopes.is_empty() {
            Scope::ALL.iter().copied().filter(|scope| !for_users.contains(scope)).collect()
        } else {
            self.scopes
        };
        match (&self.act_as, scopes.contains(&Scope::ActAs)) {
            (Some(_), false) => scopes.push(Scope::ActAs),
            (None, true) => bail!("--scope act_as needs --act-as <issuer>, such as telegram:4242"),
            _ => {}
        }
        let expires_at = self.days.map(|days| clock.now() + TimeDelta::days(i64::from(days)));
        let new = NewKey { account: self.user, name: self.name, scopes, issuer: self.act_as, expires_at };
        let (key, secret) = create_key(db, clock, &Ids::random(clock.clone()), new).await?;
        // The key alone on standard output, so that it can be piped into a file.
        eprintln!("key {} of account {}; it is shown this once:", key.id, key.user_id);
        println!("{}", secret.expose());
        Ok(())
    }
}

async fn list(db: &Db, user: &str) -> anyhow::Result<()> {
    let user = users::find_by_name(db, user).await?.context("there is no account of this name")?;
    let mut request = PageRequest { limit: 100, after: None };
    loop {
        let page = api_keys::list(db, user.id, &request).await?;
        page.items.iter().for_each(show);
        request.after = page.next;
        if request.after.is_none() {
            return Ok(());
        }
    }
}

fn show(key: &ApiKey) {
    let scopes = key.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(",");
    let state = match (key.revoked_at, key.expires_at) {
        (Some(time), _) => format!("revoked {}", time.format("%F")),
        (None, Some(time)) => format!("until {}", time.format("%F")),
        (None, None) => "live".to_owned(),
    };
    let last_use =
        key.last_used_at.map_or_else(|| "never used".to_owned(), |time| format!("used {}", time.format("%F %R")));
    println!("{}  {state:<18}  {last_use:<22}  {scopes}  {}", key.id, key.name);
}

async fn revoke(db: &Db, clock: &Clock, user: &str, id: KeyId) -> anyhow::Result<()> {
    let user = users::find_by_name(db, user).await?.context("there is no account of this name")?;
    let mut tx = db.begin().await?;
    let revoked = api_keys::revoke(&mut tx, user.id, id, clock.now()).await?;
    tx.commit().await?;
    if !revoked {
        bail!("this account has no live key of this id");
    }
    println!("revoked {id}");
    Ok(())
}

fn scope(word: &str) -> Result<Scope, String> {
    Scope::from_str(word).map_err(|_| {
        let known = Scope::ALL.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ");
        format!("must be one of {known}")
    })
}

fn issuer(text: &str) -> Result<String, String> {
    match text.split_once(':') {
        Some((kind, id)) if !kind.is_empty() && !id.is_empty() => Ok(text.to_owned()),
        _ => Err("must look like telegram:<bot id>".to_owned()),
    }
}
