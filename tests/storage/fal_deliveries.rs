//! fal's deliveries, once each.

use aisha_api::storage::fal_deliveries;
use aisha_openapi::vocabulary::TrainingStatus;
use futures_util::future::join_all;
use uuid::Uuid;

use crate::store::{Store, at, now};

crate::on_both!(
    a_delivery_is_recorded_once,
    of_the_same_delivery_at_once_one_is_recorded,
    a_delivery_is_seen_from_its_time_on,
);

async fn a_delivery_is_recorded_once(store: Store) {
    let ann = store.user("ann").await;
    let one = store.training(&store.avatar(ann).await, TrainingStatus::Running).await.id;
    let two = store.training(&store.avatar(ann).await, TrainingStatus::Running).await.id;
    let deliveries = [
        (one, "r-1", "aa", true),
        (one, "r-1", "aa", false),
        (one, "r-1", "bb", true),
        (one, "r-2", "aa", true),
        (two, "r-1", "aa", true),
    ];
    for (training, request, sha256, expected) in deliveries {
        let id = Uuid::now_v7();
        let added = store.write(async |tx| fal_deliveries::add(tx, id, training, request, sha256, now()).await).await;
        assert_eq!(added.unwrap(), expected, "{request} {sha256}");
    }
}

async fn of_the_same_delivery_at_once_one_is_recorded(store: Store) {
    let ann = store.user("ann").await;
    let training = store.training(&store.avatar(ann).await, TrainingStatus::Running).await.id;
    let adds = (0..8).map(|_| {
        let store = &store;
        async move {
            let id = Uuid::now_v7();
            store.write(async |tx| fal_deliveries::add(tx, id, training, "r-1", "aa", now()).await).await.unwrap()
        }
    });
    assert_eq!(join_all(adds).await.into_iter().filter(|added| *added).count(), 1);
}

async fn a_delivery_is_seen_from_its_time_on(store: Store) {
    let ann = store.user("ann").await;
    let training = store.training(&store.avatar(ann).await, TrainingStatus::Running).await.id;
    let other = store.training(&store.avatar(ann).await, TrainingStatus::Running).await.id;
    let id = Uuid::now_v7();
    store.write(async |tx| fal_deliveries::add(tx, id, training, "r-1", "aa", at(5)).await).await.unwrap();
    for (training, since, expected) in
        [(training, 4, true), (training, 5, true), (training, 6, false), (other, 4, false)]
    {
        let seen = fal_deliveries::has_any_since(&store.db, training, at(since)).await.unwrap();
        assert_eq!(seen, expected, "{since}");
    }
}
