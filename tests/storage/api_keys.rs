//! API keys, as they are kept.

use aisha_api::domain::api_key::ApiKey;
use aisha_api::domain::ids::{KeyId, UserId};
use aisha_api::domain::page::PageRequest;
use aisha_api::storage::api_keys;
use aisha_openapi::vocabulary::Scope;
use uuid::Uuid;

use crate::store::{NAME, Store, assert_waits, at, now};

crate::on_both!(
    a_key_reads_back_with_every_scope,
    keys_are_listed_newest_first_and_only_to_their_owner,
    a_key_is_taken_back_once_and_by_its_owner_only,
    a_use_is_noted_at_most_once_a_minute,
    a_scope_nobody_knows_gives_nothing,
    keys_go_with_their_owner,
    who_holds_a_key_holds_it_alone,
);

fn key(owner: UserId) -> ApiKey {
    ApiKey {
        id: KeyId(Uuid::now_v7()),
        user_id: owner,
        name: NAME.to_owned(),
        secret_sha256: "00ff".to_owned(),
        scopes: Scope::ALL.to_vec(),
        issuer: Some("telegram:42".to_owned()),
        created_at: now(),
        expires_at: Some(at(60)),
        last_used_at: None,
        revoked_at: None,
    }
}

async fn added(store: &Store, key: ApiKey) -> ApiKey {
    store.write(async |tx| api_keys::add(tx, &key).await).await.unwrap();
    key
}

async fn read(store: &Store, key: &ApiKey) -> ApiKey {
    api_keys::find(&store.db, key.id).await.unwrap().unwrap()
}

async fn a_key_reads_back_with_every_scope(store: Store) {
    let ann = store.user("ann").await;
    let full = added(&store, key(ann)).await;
    assert_eq!(read(&store, &full).await, full);
    let bare = added(&store, ApiKey { scopes: Vec::new(), issuer: None, expires_at: None, ..key(ann) }).await;
    assert_eq!(read(&store, &bare).await, bare);
    assert_eq!(api_keys::find(&store.db, KeyId(Uuid::now_v7())).await.unwrap(), None);
    let again = store.write(async |tx| api_keys::add(tx, &full).await).await.unwrap_err();
    assert!(again.is_unique_violation(), "{again}");
}

async fn keys_are_listed_newest_first_and_only_to_their_owner(store: Store) {
    let (ann, bob) = (store.user("ann").await, store.user("bob").await);
    let mut expected = Vec::new();
    for seconds in [5, 1, 9] {
        expected.push(added(&store, ApiKey { created_at: at(seconds), ..key(ann) }).await);
    }
    expected.sort_by_key(|key| std::cmp::Reverse(key.created_at));
    let page =
        async |owner, limit, after| api_keys::list(&store.db, owner, &PageRequest { limit, after }).await.unwrap();
    let first = page(ann, 2, None).await;
    assert_eq!(first.items, expected[..2]);
    let last = page(ann, 2, first.next).await;
    assert_eq!((last.items, last.next), (expected[2..].to_vec(), None));
    assert_eq!(page(bob, 2, None).await.items, []);
}

async fn a_key_is_taken_back_once_and_by_its_owner_only(store: Store) {
    let (ann, bob) = (store.user("ann").await, store.user("bob").await);
    let key = added(&store, key(ann)).await;
    for (owner, seconds, expected) in [(bob, 1, false), (ann, 2, true), (ann, 3, false)] {
        let revoked = store.write(async |tx| api_keys::revoke(tx, owner, key.id, at(seconds)).await).await;
        assert_eq!(revoked.unwrap(), expected);
    }
    let key = read(&store, &key).await;
    assert_eq!(key.revoked_at, Some(at(2)));
    assert!(!key.is_live(at(3)));
}

async fn a_use_is_noted_at_most_once_a_minute(store: Store) {
    let ann = store.user("ann").await;
    let mut key = added(&store, key(ann)).await;
    for (seconds, noted) in [(0, 0), (59, 0), (60, 60), (61, 60)] {
        api_keys::touch(&store.db, &key, at(seconds)).await.unwrap();
        key = read(&store, &key).await;
        assert_eq!(key.last_used_at, Some(at(noted)));
    }
}

async fn a_scope_nobody_knows_gives_nothing(store: Store) {
    let ann = store.user("ann").await;
    let key = added(&store, key(ann)).await;
    store.execute("update api_keys set scopes = 'avatars:read time:travel'").await.unwrap();
    assert_eq!(read(&store, &key).await.scopes, [Scope::AvatarsRead]);
}

async fn keys_go_with_their_owner(store: Store) {
    let ann = store.user("ann").await;
    let key = added(&store, key(ann)).await;
    store.execute("delete from users").await.unwrap();
    assert_eq!(api_keys::find(&store.db, key.id).await.unwrap(), None);
    let orphan = store.write(async |tx| api_keys::add(tx, &key).await).await.unwrap_err();
    assert!(!orphan.is_unique_violation(), "a key of nobody was refused for the wrong reason: {orphan}");
}

async fn who_holds_a_key_holds_it_alone(store: Store) {
    let key = key(store.user("ann").await);
    store.write(async |tx| api_keys::add(tx, &key).await).await.unwrap();
    let mut tx = store.db.begin().await.unwrap();
    api_keys::lock(&mut tx, key.id).await.unwrap();
    let mut other = Box::pin(store.write(async |tx| api_keys::lock(tx, key.id).await));
    assert_waits(&mut other).await;
    tx.commit().await.unwrap();
    other.await.unwrap();
}
