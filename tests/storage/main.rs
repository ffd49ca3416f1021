//! The storage, every function of it, on both databases: each body runs once on SQLite and once on Postgres.
//!
//! `store` opens an empty database and fills it with people, avatars, photos and trainings; `complete` fails when a
//! public function of the storage stands in no test.

mod api_keys;
mod avatars;
mod complete;
mod consumers;
mod db;
mod deletions;
mod events;
mod fal_deliveries;
mod generations;
mod idempotency;
mod jobs;
mod object_differences;
mod objects;
mod packs;
mod photos;
mod shares;
mod spending;
mod statistics;
mod store;
mod styles;
mod trainings;
mod transcriptions;
mod users;
mod webhook_deliveries;
mod webhook_endpoints;

/// Makes two tests of each body: one on each database.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name(crate::store::Store::sqlite().await).await;
            })+
        }
        mod on_postgres {
            $(#[tokio::test]
            async fn $name() {
                if let Some(store) = crate::store::Store::postgres().await {
                    super::$name(store).await;
                }
            })+
        }
    };
}
use on_both;
