//! Endpoints of outgoing webhooks, as they are kept.

use aisha_api::domain::event::Subscriber;
use aisha_api::domain::ids::{UserId, WebhookEndpointId};
use aisha_api::domain::page::PageRequest;
use aisha_api::domain::signing_keys::SigningKeys;
use aisha_api::domain::webhook::WebhookEndpoint;
use aisha_api::storage::webhook_endpoints;
use aisha_openapi::vocabulary::{DisabledReason, EventType};
use uuid::Uuid;

use crate::store::{NAME, Store, assert_waits, at, now};

crate::on_both!(
    an_endpoint_reads_back_as_written,
    all_that_can_change_is_written,
    endpoints_are_their_owners,
    who_holds_an_endpoint_holds_it_alone,
    endpoints_go_with_their_owner,
);

pub(crate) fn endpoint(user_id: UserId, issuer: Option<&str>) -> WebhookEndpoint {
    WebhookEndpoint {
        id: WebhookEndpointId(Uuid::now_v7()),
        owner: Subscriber { user_id, issuer: issuer.map(str::to_owned) },
        url: "https://hooks.example/ä?x=1".to_owned(),
        description: NAME.to_owned(),
        event_types: vec![EventType::AvatarReady, EventType::TrainingCompleted],
        disabled: None,
        keys: SigningKeys::generate().unwrap(),
        old_keys: None,
        from_seq: 0,
        failing_since: None,
        version: 1,
        created_at: now(),
        updated_at: at(1),
    }
}

pub(crate) async fn added(store: &Store, endpoint: WebhookEndpoint) -> WebhookEndpoint {
    store.write(async |tx| webhook_endpoints::add(tx, &endpoint).await).await.unwrap();
    endpoint
}

async fn read(store: &Store, id: WebhookEndpointId) -> Option<WebhookEndpoint> {
    webhook_endpoints::load(&store.db, id).await.unwrap()
}

async fn an_endpoint_reads_back_as_written(store: Store) {
    let ann = store.user("ann").await;
    for issuer in [None, Some("telegram:42")] {
        let endpoint = added(&store, WebhookEndpoint { from_seq: 7, ..endpoint(ann, issuer) }).await;
        assert_eq!(read(&store, endpoint.id).await, Some(endpoint.clone()));
        assert_eq!(
            webhook_endpoints::find(&store.db, &endpoint.owner, endpoint.id).await.unwrap(),
            Some(endpoint.clone())
        );
    }
    assert_eq!(read(&store, WebhookEndpointId(Uuid::now_v7())).await, None);
}

async fn all_that_can_change_is_written(store: Store) {
    let ann = store.user("ann").await;
    let first = added(&store, endpoint(ann, None)).await;
    let changed = WebhookEndpoint {
        url: "https://other.example/".to_owned(),
        description: String::new(),
        event_types: Vec::new(),
        disabled: Some(DisabledReason::Gone),
        keys: SigningKeys::generate().unwrap(),
        old_keys: Some((first.keys.clone(), at(9))),
        failing_since: Some(at(3)),
        ..first.clone()
    };
    store.write(async |tx| webhook_endpoints::update(tx, &changed, at(5)).await).await.unwrap();
    let changed = WebhookEndpoint { version: 2, updated_at: at(5), ..changed };
    assert_eq!(read(&store, first.id).await, Some(changed.clone()));
    store.write(async |tx| webhook_endpoints::set_failing_since(tx, first.id, None).await).await.unwrap();
    assert_eq!(read(&store, first.id).await, Some(WebhookEndpoint { failing_since: None, ..changed }));
}

async fn endpoints_are_their_owners(store: Store) {
    let (ann, bob) = (store.user("ann").await, store.user("bob").await);
    let mut own = Vec::new();
    for seconds in [5, 1, 5] {
        own.push(added(&store, WebhookEndpoint { created_at: at(seconds), ..endpoint(ann, None) }).await);
    }
    let for_all = added(&store, endpoint(ann, Some("telegram:42"))).await;
    own.sort_by_key(|endpoint| std::cmp::Reverse((endpoint.created_at, endpoint.id)));
    let ids: Vec<_> = own.iter().map(|endpoint| endpoint.id).collect();
    let owner = &own[0].owner;
    let of_bob = Subscriber { user_id: bob, issuer: None };
    let listed = async |owner: &Subscriber, limit, after| {
        let page = webhook_endpoints::list(&store.db, owner, &PageRequest { limit, after }).await.unwrap();
        (page.items.into_iter().map(|endpoint| endpoint.id).collect::<Vec<_>>(), page.next)
    };
    let (first, next) = listed(owner, 2, None).await;
    assert_eq!((&first[..], listed(owner, 2, next).await), (&ids[..2], (ids[2..].to_vec(), None)));
    assert_eq!(listed(&for_all.owner, 9, None).await.0, [for_all.id]);
    assert_eq!(listed(&of_bob, 9, None).await.0, []);
    for (owner, expected) in [(owner, 3), (&for_all.owner, 1), (&of_bob, 0)] {
        assert_eq!(store.write(async |tx| webhook_endpoints::count(tx, owner).await).await.unwrap(), expected);
    }
    assert_eq!(webhook_endpoints::find(&store.db, &of_bob, ids[0]).await.unwrap(), None);
    for (owner, expected) in [(&of_bob, false), (&for_all.owner, false), (owner, true), (owner, false)] {
        let deleted = store.write(async |tx| webhook_endpoints::delete(tx, owner, ids[0]).await).await.unwrap();
        assert_eq!(deleted, expected);
    }
}

async fn who_holds_an_endpoint_holds_it_alone(store: Store) {
    let ann = store.user("ann").await;
    let endpoint = added(&store, endpoint(ann, None)).await;
    let mut tx = store.db.begin().await.unwrap();
    assert_eq!(webhook_endpoints::lock(&mut tx, endpoint.id).await.unwrap(), Some(endpoint.clone()));
    let mut other = Box::pin(store.write(async |tx| webhook_endpoints::lock(tx, endpoint.id).await));
    assert_waits(&mut other).await;
    tx.commit().await.unwrap();
    other.await.unwrap();
}

async fn endpoints_go_with_their_owner(store: Store) {
    let ann = store.user("ann").await;
    let endpoint = added(&store, endpoint(ann, None)).await;
    store.execute("delete from users").await.unwrap();
    assert_eq!(read(&store, endpoint.id).await, None);
}
