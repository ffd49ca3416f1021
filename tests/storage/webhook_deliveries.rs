//! Deliveries of outgoing webhooks: each event once for each endpoint that is told of it.

use std::collections::BTreeSet;

use aisha_api::domain::event::NewEvent;
use aisha_api::domain::ids::{EventId, UserId, WebhookEndpointId};
use aisha_api::domain::page::PageRequest;
use aisha_api::domain::user::User;
use aisha_api::domain::webhook::{WebhookDelivery, WebhookEndpoint};
use aisha_api::storage::{events, users, webhook_deliveries, webhook_endpoints};
use aisha_openapi::vocabulary::{DeliveryStatus, DisabledReason, EventType, ResourceType};
use aisha_openapi::webhooks::WebhookAttempt;
use futures_util::future::join_all;
use serde_json::Map;
use uuid::Uuid;

use crate::store::{Store, at, user};
use crate::webhook_endpoints::{added, endpoint};

crate::on_both!(
    each_event_is_begun_for_each_who_is_told_of_it,
    events_are_begun_once_by_however_many,
    a_delivery_is_taken_by_one_and_settled_by_its_holder,
    what_waits_at_a_disabled_endpoint_goes_on_later,
    what_has_ended_can_be_begun_anew,
    the_log_is_read_in_pages,
    deliveries_go_with_their_event,
);

async fn tell(store: &Store, user_id: UserId, kind: EventType, resource: Uuid) -> EventId {
    let id = EventId(Uuid::now_v7());
    let event = NewEvent {
        kind,
        user_id,
        actor: None,
        avatar_id: None,
        resource: (ResourceType::WebhookEndpoint, resource),
        state: None,
        details: Map::new(),
    };
    store.write(async |tx| events::add(tx, id, &event, at(0)).await).await.unwrap();
    events::number(&store.db).await.unwrap();
    id
}

async fn begin_all(store: &Store) {
    while webhook_deliveries::begin(&store.db, 2, at(1)).await.unwrap() {}
}

async fn log(store: &Store, id: WebhookEndpointId) -> Vec<WebhookDelivery> {
    let request = PageRequest { limit: 100, after: None };
    webhook_deliveries::list(&store.db, id, None, &request).await.unwrap().items
}

async fn told_of(store: &Store, id: WebhookEndpointId) -> BTreeSet<EventId> {
    log(store, id).await.into_iter().map(|delivery| delivery.event_id).collect()
}

/// An endpoint of a person, with the deliveries of so many events.
async fn with_deliveries(store: &Store, count: usize) -> (WebhookEndpoint, Vec<EventId>) {
    let ann = store.user("ann").await;
    let endpoint = added(store, WebhookEndpoint { event_types: Vec::new(), ..endpoint(ann, None) }).await;
    let mut told = Vec::new();
    for _ in 0..count {
        told.push(tell(store, ann, EventType::PhotoCreated, Uuid::now_v7()).await);
    }
    begin_all(store).await;
    (endpoint, told)
}

async fn claim(store: &Store, id: WebhookEndpointId, limit: i64, lease: Uuid, seconds: i64) -> Vec<WebhookDelivery> {
    let lease = (lease, at(seconds + 60));
    webhook_deliveries::claim(&store.db, id, limit, lease, at(seconds)).await.unwrap()
}

async fn settle(store: &Store, id: WebhookEndpointId, delivery: &WebhookDelivery, lease: Uuid) -> bool {
    store.write(async |tx| webhook_deliveries::settle(tx, id, delivery, lease, at(2)).await).await.unwrap()
}

async fn each_event_is_begun_for_each_who_is_told_of_it(store: Store) {
    assert!(!webhook_deliveries::begin(&store.db, 9, at(0)).await.unwrap(), "nobody is told");
    let seen = User { issuer: Some("telegram:1".into()), external_id: Some("a".into()), ..user("a") };
    store.write(async |tx| users::add(tx, &seen).await).await.unwrap();
    let (ann, ben) = (seen.id, store.user("ben").await);
    tell(&store, ann, EventType::AvatarReady, Uuid::now_v7()).await;
    let of_ann = added(&store, WebhookEndpoint { from_seq: 1, ..endpoint(ann, None) }).await;
    let all = WebhookEndpoint { event_types: Vec::new(), from_seq: 1, ..endpoint(ben, None) };
    let of_ben = added(&store, all.clone()).await;
    let of_issuer = WebhookEndpoint { id: WebhookEndpointId(Uuid::now_v7()), ..all };
    let owner = aisha_api::domain::event::Subscriber { issuer: Some("telegram:1".into()), ..of_issuer.owner.clone() };
    let of_issuer = added(&store, WebhookEndpoint { owner, ..of_issuer }).await;
    let ready = tell(&store, ann, EventType::AvatarReady, Uuid::now_v7()).await;
    let created = tell(&store, ann, EventType::AvatarCreated, Uuid::now_v7()).await;
    let of_ben_himself = tell(&store, ben, EventType::AvatarReady, Uuid::now_v7()).await;
    let ping = tell(&store, ben, EventType::WebhookEndpointPing, of_issuer.id.0).await;
    begin_all(&store).await;
    assert_eq!(told_of(&store, of_ann.id).await, BTreeSet::from([ready]), "of the kinds it named, and no older ones");
    assert_eq!(told_of(&store, of_ben.id).await, BTreeSet::from([of_ben_himself]), "no test of another");
    assert_eq!(told_of(&store, of_issuer.id).await, BTreeSet::from([ready, created, ping]));
    let begun = &log(&store, of_ann.id).await[0];
    let expected = WebhookDelivery {
        event_id: ready,
        status: DeliveryStatus::Pending,
        tries: 0,
        attempts: Vec::new(),
        next_attempt_at: Some(at(1)),
        created_at: at(1),
    };
    assert_eq!(*begun, expected);
}

async fn events_are_begun_once_by_however_many(store: Store) {
    let ann = store.user("ann").await;
    let endpoint = added(&store, WebhookEndpoint { event_types: Vec::new(), ..endpoint(ann, None) }).await;
    let mut told = BTreeSet::new();
    for _ in 0..20 {
        told.insert(tell(&store, ann, EventType::PhotoCreated, Uuid::now_v7()).await);
    }
    join_all((0..4).map(|_| begin_all(&store))).await;
    assert_eq!(told_of(&store, endpoint.id).await, told);
}

async fn a_delivery_is_taken_by_one_and_settled_by_its_holder(store: Store) {
    let (endpoint, told) = with_deliveries(&store, 3).await;
    let due = async |seconds| webhook_deliveries::due(&store.db, 9, at(seconds)).await.unwrap();
    assert_eq!(due(0).await, []);
    assert_eq!(due(1).await, [(endpoint.id, false)]);
    let (one, other) = (Uuid::new_v4(), Uuid::new_v4());
    let first = claim(&store, endpoint.id, 2, one, 1).await;
    let rest = claim(&store, endpoint.id, 9, other, 1).await;
    assert_eq!((first.len(), rest.len(), due(1).await), (2, 1, vec![]));
    let all: BTreeSet<_> = first.iter().chain(&rest).map(|delivery| delivery.event_id).collect();
    assert_eq!(all, told.iter().copied().collect());
    let attempt = WebhookAttempt { at: at(1), duration_ms: 7, response_status: Some(204), error: None };
    let done = WebhookDelivery {
        status: DeliveryStatus::Delivered,
        tries: 1,
        attempts: vec![attempt],
        next_attempt_at: None,
        ..first[0].clone()
    };
    assert!(!settle(&store, endpoint.id, &done, other).await, "it is held by another");
    assert!(settle(&store, endpoint.id, &done, one).await);
    assert!(!settle(&store, endpoint.id, &done, one).await);
    assert!(log(&store, endpoint.id).await.contains(&done));
    store.write(async |tx| webhook_endpoints::set_failing_since(tx, endpoint.id, Some(at(1))).await).await.unwrap();
    assert_eq!(due(62).await, [(endpoint.id, true)], "what its holder did not settle");
    assert_eq!(claim(&store, endpoint.id, 9, other, 62).await.len(), 2);
    let found = events::list_by_id(&store.db, &told[1..]).await.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(events::list_by_id(&store.db, &[]).await.unwrap(), []);
}

async fn what_waits_at_a_disabled_endpoint_goes_on_later(store: Store) {
    let (endpoint, _) = with_deliveries(&store, 1).await;
    let disabled = WebhookEndpoint { disabled: Some(DisabledReason::Owner), ..endpoint.clone() };
    store.write(async |tx| webhook_endpoints::update(tx, &disabled, at(2)).await).await.unwrap();
    assert_eq!(webhook_deliveries::due(&store.db, 9, at(9)).await.unwrap(), []);
    store.write(async |tx| webhook_deliveries::pause(tx, endpoint.id).await).await.unwrap();
    tell(&store, endpoint.owner.user_id, EventType::PhotoCreated, Uuid::now_v7()).await;
    begin_all(&store).await;
    let waits =
        |delivery: &WebhookDelivery| (delivery.status, delivery.next_attempt_at) == (DeliveryStatus::Pending, None);
    let waiting = log(&store, endpoint.id).await;
    assert!(waiting.len() == 2 && waiting.iter().all(waits), "{waiting:?}");
    store.write(async |tx| webhook_endpoints::update(tx, &endpoint, at(3)).await).await.unwrap();
    store.write(async |tx| webhook_deliveries::resume(tx, endpoint.id, at(4)).await).await.unwrap();
    assert_eq!(claim(&store, endpoint.id, 9, Uuid::new_v4(), 4).await.len(), 2);
}

async fn what_has_ended_can_be_begun_anew(store: Store) {
    let (endpoint, told) = with_deliveries(&store, 3).await;
    let lease = Uuid::new_v4();
    let ends = [DeliveryStatus::Delivered, DeliveryStatus::Failed];
    for (delivery, status) in claim(&store, endpoint.id, 2, lease, 1).await.into_iter().zip(ends) {
        let ended = WebhookDelivery { status, tries: 10, next_attempt_at: None, ..delivery };
        assert!(settle(&store, endpoint.id, &ended, lease).await);
    }
    let failed = async |since, seconds| {
        let again = async |tx: &mut aisha_api::storage::Tx| {
            webhook_deliveries::replay_failed(tx, endpoint.id, at(since), Some(at(seconds)), at(seconds)).await
        };
        store.write(again).await.unwrap()
    };
    assert_eq!(failed(2, 5).await, 0, "it is older");
    assert_eq!((failed(1, 5).await, failed(1, 5).await), (1, 0));
    let one = async |event| {
        store
            .write(async |tx| webhook_deliveries::replay(tx, endpoint.id, event, Some(at(6)), at(6)).await)
            .await
            .unwrap()
    };
    let again = one(told[0]).await.unwrap();
    assert_eq!((again.status, again.tries, again.next_attempt_at), (DeliveryStatus::Pending, 0, Some(at(6))));
    let untouched = one(told[2]).await.unwrap();
    assert_eq!(untouched.next_attempt_at, Some(at(1)), "it is still being tried");
    assert_eq!(one(EventId(Uuid::now_v7())).await, None);
}

async fn the_log_is_read_in_pages(store: Store) {
    let (endpoint, told) = with_deliveries(&store, 5).await;
    let mut expected = told.clone();
    expected.sort_by_key(|id| std::cmp::Reverse(*id));
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page =
            webhook_deliveries::list(&store.db, endpoint.id, None, &PageRequest { limit: 2, after }).await.unwrap();
        seen.extend(page.items.into_iter().map(|delivery| delivery.event_id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, expected);
    let request = PageRequest { limit: 9, after: None };
    for (status, count) in [(DeliveryStatus::Pending, 5), (DeliveryStatus::Failed, 0)] {
        let page = webhook_deliveries::list(&store.db, endpoint.id, Some(status), &request).await.unwrap();
        assert_eq!(page.items.len(), count);
    }
}

async fn deliveries_go_with_their_event(store: Store) {
    let (endpoint, _) = with_deliveries(&store, 3).await;
    assert_eq!(events::remove_old(&store.db, at(99), 2).await.unwrap(), 2);
    assert_eq!(log(&store, endpoint.id).await.len(), 1);
    store.write(async |tx| events::forget(tx, endpoint.owner.user_id).await).await.unwrap();
    assert_eq!(log(&store, endpoint.id).await, []);
    let kept = NewEvent {
        kind: EventType::WebhookEndpointDisabled,
        user_id: endpoint.owner.user_id,
        actor: None,
        avatar_id: None,
        resource: (ResourceType::WebhookEndpoint, endpoint.id.0),
        state: None,
        details: Map::new(),
    };
    let id = EventId(Uuid::now_v7());
    store.write(async |tx| events::add_for(tx, id, &kept, Some("telegram:7"), at(0)).await).await.unwrap();
    assert_eq!(store.number("select count(*) from events where issuer = 'telegram:7'").await, 1);
}
