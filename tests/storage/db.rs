//! The two engines themselves: schema, transactions, and what cannot be reached.

use aisha_api::storage::db::MIGRATIONS;
use aisha_api::storage::{Db, StorageError};
use futures_util::future::join_all;

use crate::store::Store;

crate::on_both!(
    the_schema_is_brought_up_to_date_once,
    an_empty_database_says_what_it_lacks,
    many_processes_may_bring_the_schema_up_to_date_at_once,
    what_is_not_committed_is_not_there,
    a_closed_database_is_unavailable,
    the_operator_is_told_where_the_data_lies,
);

/// Takes everything out of a database but the database itself.
async fn empty(store: &Store) {
    let trainings = [
        "training_steps",
        "training_attempts",
        "fal_deliveries",
        "trainings",
        "generation_attempts",
        "shares",
        "generations",
        "digest_notes",
        "transcription_digests",
        "transcripts",
        "transcription_attempts",
        "transcriptions",
    ];
    let others = [
        "photos",
        "pack_runs",
        "style_favourites",
        "avatars",
        "api_keys",
        "consumers",
        "webhook_deliveries",
        "webhook_endpoints",
        "webhook_dispatch",
        "users",
        "objects",
        "object_differences",
        "events",
        "event_sequence",
        "jobs",
        "spending",
        "spending_stop",
        "deleted_things",
        "deletions",
    ];
    for table in trainings.iter().chain(&others).chain(&["idempotency_keys", "_sqlx_migrations"]) {
        store.execute(&format!("drop table {table}")).await.unwrap();
    }
}

async fn the_schema_is_brought_up_to_date_once(store: Store) {
    let before = store.db.migration_states().await.unwrap();
    store.user("ann").await;
    store.db.migrate().await.unwrap();
    assert_eq!(store.db.migration_states().await.unwrap(), before);
    assert_eq!(store.number("select count(*) from users").await, 1);
}

async fn an_empty_database_says_what_it_lacks(store: Store) {
    let states = async || store.db.migration_states().await.unwrap();
    assert!(states().await.iter().all(|state| state.applied) && store.db.is_ready().await.unwrap());
    empty(&store).await;
    assert_eq!(states().await.len(), MIGRATIONS.iter().count());
    assert!(states().await.iter().all(|state| !state.applied && state.version > 0 && !state.description.is_empty()));
    assert!(!store.db.is_ready().await.unwrap());
    store.db.migrate().await.unwrap();
    assert!(store.db.is_ready().await.unwrap());
    store.execute("update _sqlx_migrations set checksum = '00'").await.unwrap();
    let changed = store.db.migrate().await.unwrap_err();
    assert!(matches!(changed, StorageError::Migration(_)), "{changed:?}");
}

async fn many_processes_may_bring_the_schema_up_to_date_at_once(store: Store) {
    empty(&store).await;
    for done in join_all((0..4).map(|_| store.db.migrate())).await {
        done.unwrap();
    }
    assert!(store.db.is_ready().await.unwrap());
    assert_eq!(store.number("select count(*) from event_sequence").await, 1);
}

async fn what_is_not_committed_is_not_there(store: Store) {
    let add = |name: &str| crate::store::user(name);
    let mut tx = store.db.begin().await.unwrap();
    aisha_api::storage::users::add(&mut tx, &add("ann")).await.unwrap();
    drop(tx);
    let mut tx = store.db.begin().await.unwrap();
    aisha_api::storage::users::add(&mut tx, &add("bob")).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.number("select count(*) from users").await, 1);
}

async fn a_closed_database_is_unavailable(store: Store) {
    store.db.close().await;
    for error in [store.db.begin().await.unwrap_err(), store.db.is_ready().await.unwrap_err()] {
        assert!(matches!(error, StorageError::Unavailable(_)), "{error:?}");
        assert!(!error.is_unique_violation());
    }
}

async fn the_operator_is_told_where_the_data_lies(store: Store) {
    let expected = if matches!(store.db, Db::Postgres(_)) { "Postgres" } else { "SQLite" };
    assert_eq!(store.db.engine(), expected);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let error = Db::open_postgres("postgres://aisha@localhost/aisha?host=/nowhere/at/all").await.unwrap_err();
    assert!(matches!(error, StorageError::Unavailable(_)), "{error:?}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_not_taken_for_one() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "a letter to a friend, long enough to be read as a header of a database".repeat(9))
        .unwrap();
    Db::open_sqlite(file.path()).await.unwrap_err();
}
