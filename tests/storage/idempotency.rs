//! Kept answers, and who waits for whom.

use aisha_api::storage::idempotency::{self, KeptAnswer};

use crate::store::{NAME, Store, assert_waits, at};

crate::on_both!(
    an_answer_is_kept_and_found_again,
    a_key_is_taken_once_for_each_principal,
    a_change_that_is_rolled_back_gives_its_key_back,
    a_second_claim_waits_for_the_first_and_finds_its_answer,
    a_second_claim_waits_for_the_first_and_takes_over_if_that_fails,
    old_answers_are_forgotten_and_young_ones_are_not,
);

async fn claimed(store: &Store, principal: &str, key: &str, seconds: i64) -> bool {
    let claim = store.write(async |tx| idempotency::claim(tx, principal, key, "00ff", at(seconds)).await);
    claim.await.unwrap()
}

async fn an_answer_is_kept_and_found_again(store: Store) {
    for (key, location) in [("k-1", Some("/v1/avatars/7")), ("k-2", None)] {
        let write = async |tx: &mut _| {
            assert!(idempotency::claim(tx, "ann", key, "00ff", at(0)).await?);
            idempotency::keep(tx, "ann", key, 201, location, NAME).await
        };
        store.write(write).await.unwrap();
        let expected = KeptAnswer {
            request_sha256: "00ff".into(),
            status: 201,
            location: location.map(Into::into),
            body: NAME.into(),
        };
        assert_eq!(idempotency::find(&store.db, "ann", key).await.unwrap(), Some(expected));
    }
}

async fn a_key_is_taken_once_for_each_principal(store: Store) {
    assert!(claimed(&store, "ann", "k", 0).await);
    assert!(!claimed(&store, "ann", "k", 1).await);
    assert!(claimed(&store, "ann", "K", 1).await);
    assert_eq!(idempotency::find(&store.db, "bob", "k").await.unwrap(), None);
    assert!(claimed(&store, "bob", "k", 1).await);
}

async fn a_change_that_is_rolled_back_gives_its_key_back(store: Store) {
    let mut tx = store.db.begin().await.unwrap();
    assert!(idempotency::claim(&mut tx, "ann", "k", "00ff", at(0)).await.unwrap());
    drop(tx);
    assert_eq!(idempotency::find(&store.db, "ann", "k").await.unwrap(), None);
    assert!(claimed(&store, "ann", "k", 1).await);
}

async fn a_second_claim_waits_for_the_first_and_finds_its_answer(store: Store) {
    let mut tx = store.db.begin().await.unwrap();
    assert!(idempotency::claim(&mut tx, "ann", "k", "00ff", at(0)).await.unwrap());
    let mut second = Box::pin(claimed(&store, "ann", "k", 1));
    assert_waits(&mut second).await;
    assert_eq!(idempotency::find(&store.db, "ann", "k").await.unwrap(), None, "nothing half done is seen");
    idempotency::keep(&mut tx, "ann", "k", 202, None, "{}").await.unwrap();
    tx.commit().await.unwrap();
    assert!(!second.await);
    assert_eq!(idempotency::find(&store.db, "ann", "k").await.unwrap().unwrap().status, 202);
}

async fn a_second_claim_waits_for_the_first_and_takes_over_if_that_fails(store: Store) {
    let mut tx = store.db.begin().await.unwrap();
    assert!(idempotency::claim(&mut tx, "ann", "k", "00ff", at(0)).await.unwrap());
    let mut second = Box::pin(claimed(&store, "ann", "k", 1));
    assert_waits(&mut second).await;
    drop(tx);
    assert!(second.await);
}

async fn old_answers_are_forgotten_and_young_ones_are_not(store: Store) {
    for (key, seconds) in [("a", 1), ("b", 2), ("c", 3)] {
        claimed(&store, "ann", key, seconds).await;
    }
    assert_eq!(idempotency::purge(&store.db, at(2)).await.unwrap(), 1);
    assert_eq!(idempotency::purge(&store.db, at(2)).await.unwrap(), 0);
    for (key, there) in [("a", false), ("b", true), ("c", true)] {
        assert_eq!(idempotency::find(&store.db, "ann", key).await.unwrap().is_some(), there, "{key}");
    }
}
