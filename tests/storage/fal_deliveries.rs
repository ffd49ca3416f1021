//! fal's deliveries, once each.

use aisha_api::domain::run::Run;
use aisha_api::storage::fal_deliveries::{self, NewDelivery};
use aisha_openapi::vocabulary::TrainingStatus;
use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use serde_json::json;
use uuid::Uuid;

use crate::store::{Store, at, now};

crate::on_both!(
    a_delivery_is_recorded_once,
    of_the_same_delivery_at_once_one_is_recorded,
    the_last_delivery_of_a_request_is_kept_as_it_came,
);

async fn added(store: &Store, run: Run, (request_id, body_sha256): (&str, &str), at: DateTime<Utc>) -> bool {
    let body = json!({ "request_id": request_id, "status": "OK", "payload": { "log": format!("{body_sha256}\0") } });
    let delivery = NewDelivery { request_id, body_sha256, body: &body };
    store.write(async |tx| fal_deliveries::add(tx, Uuid::now_v7(), run, &delivery, at).await).await.unwrap()
}

async fn a_delivery_is_recorded_once(store: Store) {
    let ann = store.user("ann").await;
    let avatar = store.avatar(ann).await;
    let training = store.training(&avatar, TrainingStatus::Running).await;
    let one = Run::Training(training.id);
    let two = Run::Training(store.training(&store.avatar(ann).await, TrainingStatus::Running).await.id);
    let pictures = Run::Generation(store.generation(&avatar, &training).await.id);
    let text = Run::Transcription(store.transcription(ann).await.id);
    let deliveries = [
        (one, "r-1", "aa", true),
        (one, "r-1", "aa", false),
        (one, "r-1", "bb", true),
        (one, "r-2", "aa", true),
        (two, "r-1", "aa", true),
        (pictures, "r-1", "aa", true),
        (pictures, "r-1", "aa", false),
        (text, "r-1", "aa", true),
        (text, "r-1", "aa", false),
    ];
    for (run, request, sha256, expected) in deliveries {
        assert_eq!(added(&store, run, (request, sha256), now()).await, expected, "{request} {sha256}");
    }
}

async fn of_the_same_delivery_at_once_one_is_recorded(store: Store) {
    let ann = store.user("ann").await;
    let training = Run::Training(store.training(&store.avatar(ann).await, TrainingStatus::Running).await.id);
    let adds = (0..8).map(|_| added(&store, training, ("r-1", "aa"), now()));
    assert_eq!(join_all(adds).await.into_iter().filter(|added| *added).count(), 1);
}

async fn the_last_delivery_of_a_request_is_kept_as_it_came(store: Store) {
    let ann = store.user("ann").await;
    let avatar = store.avatar(ann).await;
    let training = store.training(&avatar, TrainingStatus::Running).await;
    let other = Run::Generation(store.generation(&avatar, &training).await.id);
    let training = Run::Training(training.id);
    let text = Run::Transcription(store.transcription(ann).await.id);
    assert_eq!(fal_deliveries::find_last(&store.db, text, "r-1").await.unwrap(), None);
    for (delivery, seconds) in [(("r-1", "aa"), 5), (("r-1", "bb"), 7), (("r-2", "cc"), 9)] {
        assert!(added(&store, training, delivery, at(seconds)).await);
    }
    let last = fal_deliveries::find_last(&store.db, training, "r-1").await.unwrap().expect("a delivery");
    assert_eq!(last.received_at, at(7));
    // What no database keeps is left out.
    assert_eq!(last.body.expect("a body")["payload"]["log"], "bb");
    for (training, request) in [(training, "r-3"), (other, "r-1")] {
        assert!(fal_deliveries::find_last(&store.db, training, request).await.unwrap().is_none());
    }
}
