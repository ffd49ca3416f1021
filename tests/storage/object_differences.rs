//! What differs between store and ledger, from the first time it is found until it is not found any more.

use aisha_api::domain::object::Difference::{Missing, Stray};
use aisha_api::storage::object_differences;

use crate::store::{Store, at};

crate::on_both!(a_difference_keeps_the_time_it_was_first_found, what_is_not_found_any_more_is_forgotten);

async fn note(store: &Store, kind: aisha_api::domain::object::Difference, keys: &[&str], seconds: i64) {
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    store.write(async |tx| object_differences::note(tx, kind, &keys, at(seconds)).await).await.unwrap();
}

async fn strays(store: &Store, before: i64) -> Vec<String> {
    object_differences::list_strays(&store.db, at(before), 9).await.unwrap()
}

async fn a_difference_keeps_the_time_it_was_first_found(store: Store) {
    note(&store, Stray, &["b", "a"], 10).await;
    note(&store, Stray, &["b", "c"], 20).await;
    note(&store, Missing, &["m"], 5).await;
    assert_eq!(strays(&store, 10).await, [""; 0]);
    assert_eq!(strays(&store, 11).await, ["a", "b"]);
    assert_eq!(strays(&store, 21).await, ["a", "b", "c"]);
    assert_eq!(object_differences::list_strays(&store.db, at(21), 1).await.unwrap(), ["a"]);
    // Known again meanwhile, and lost the other way round.
    note(&store, Missing, &["a"], 30).await;
    note(&store, Stray, &["a"], 40).await;
    assert_eq!(strays(&store, 40).await, ["b", "c"], "its time begins anew");
    store.execute("update object_differences set kind = 'unheard'").await.expect_err("no such kind");
}

async fn what_is_not_found_any_more_is_forgotten(store: Store) {
    let counts = async || {
        let count = async |kind| object_differences::count(&store.db, kind).await.unwrap();
        (count(Stray).await, count(Missing).await)
    };
    note(&store, Stray, &["a", "b"], 10).await;
    note(&store, Missing, &["m", "n"], 10).await;
    assert_eq!(counts().await, (2, 2));
    note(&store, Stray, &["b"], 20).await;
    note(&store, Missing, &["m"], 20).await;
    store.write(async |tx| object_differences::forget_before(tx, at(20)).await).await.unwrap();
    assert_eq!(counts().await, (1, 1));
    object_differences::forget(&store.db, "b").await.unwrap();
    assert_eq!(counts().await, (0, 1));
}
