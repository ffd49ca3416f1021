//! Receipts of deletions, and what goes with a person.

use std::time::Duration;

use aisha_api::domain::deletion::{Subject, Thing};
use aisha_api::domain::event::{Audience, EventFilter, NewEvent};
use aisha_api::domain::ids::{AvatarId, DeletionId, EventId, UserId};
use aisha_api::domain::run::FalRequest;
use aisha_api::domain::training::{Ending, Weights};
use aisha_api::storage::objects::{self, NewObject};
use aisha_api::storage::{avatars, deletions, events, idempotency, trainings, users};
use aisha_openapi::vocabulary::{
    DeletedKind, DeletedPlace, DeletedState, DeletionStatus, EventType, ResourceType, TrainingStatus,
};
use serde_json::{Map, json};
use uuid::Uuid;

use crate::store::{Store, at, now};

crate::on_both!(
    a_receipt_is_complete_when_the_store_has_confirmed_everything,
    a_receipt_lists_what_lies_at_fal_and_claims_no_more_than_is_known,
    a_receipt_is_its_owners,
    a_receipt_is_read_by_its_link_until_its_time_is_over,
    a_person_goes_with_everything,
);

async fn announce(store: &Store, user_id: UserId, avatar_id: AvatarId, key: &str) {
    let object = NewObject { key, user_id, avatar_id: Some(avatar_id), size_bytes: 1 };
    store.write(async |tx| objects::announce(tx, &[object], now()).await).await.unwrap();
}

async fn begin(store: &Store, owner: UserId, subject: Subject) -> DeletionId {
    let id = DeletionId(Uuid::now_v7());
    store.write(async |tx| deletions::add(tx, id, owner, subject, now()).await).await.unwrap();
    id
}

async fn a_receipt_is_complete_when_the_store_has_confirmed_everything(store: Store) {
    let ann = store.user("ann").await;
    let (avatar, kept) = (store.avatar(ann).await.id, store.avatar(ann).await.id);
    for (avatar, key) in [(avatar, "a"), (avatar, "b"), (kept, "kept")] {
        announce(&store, ann, avatar, key).await;
        store.write(async |tx| objects::claim(tx, key, now()).await).await.unwrap();
    }
    let of_avatar = begin(&store, ann, Subject::Avatar(avatar)).await;
    let of_user = begin(&store, ann, Subject::User(ann)).await;
    let read = async |id| deletions::find(&store.db, ann, id).await.unwrap().unwrap();
    assert_eq!(read(of_avatar).await.things.iter().map(|thing| &*thing.name).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(read(of_user).await.things.len(), 3);
    // What an upload brings that the deletion overtook.
    announce(&store, ann, avatar, "late").await;
    for (number, key) in (1..).zip(["a", "b", "late"]) {
        let receipt = read(of_avatar).await;
        assert_eq!((receipt.status(), receipt.completed_at()), (DeletionStatus::Deleting, None), "before {key}");
        store.write(async |tx| objects::doom(tx, key, now()).await).await.unwrap();
        for again in [number, 99] {
            deletions::confirm(&store.db, key, at(again)).await.unwrap();
        }
        objects::forget(&store.db, key).await.unwrap();
    }
    let receipt = read(of_avatar).await;
    assert_eq!((receipt.status(), receipt.completed_at()), (DeletionStatus::Complete, Some(at(3))));
    assert_eq!(receipt.things.iter().map(|thing| thing.gone_at).collect::<Vec<_>>(), [1, 2, 3].map(|s| Some(at(s))));
    assert_eq!(read(of_user).await.status(), DeletionStatus::Deleting);
    let empty = begin(&store, ann, Subject::Avatar(AvatarId(Uuid::now_v7()))).await;
    assert_eq!(read(empty).await.completed_at(), Some(now()), "of nothing nothing is left");
}

async fn a_receipt_lists_what_lies_at_fal_and_claims_no_more_than_is_known(store: Store) {
    let ann = store.user("ann").await;
    let avatar = store.avatar(ann).await;
    let training = store.training(&avatar, TrainingStatus::Preparing).await;
    let weights = Weights {
        lora_key: "a".into(),
        config_key: None,
        lora_url: "https://v3.fal.media/l".into(),
        config_url: None,
        response: json!({}),
    };
    let train = async |tx: &mut _| {
        trainings::keep_fal_training_set(tx, training.id, "https://v3.fal.media/set.zip", at(1)).await?;
        trainings::begin_submission(tx, training.id, "https://x/hook", at(60), at(99), at(2)).await?;
        trainings::submitted(tx, training.id, &FalRequest::by_id("r-1"), None, at(60), at(2)).await?;
        trainings::end(tx, training.id, &Ending::Completed(weights.clone()), at(3)).await
    };
    assert!(store.write(train).await.unwrap());
    let receipt = begin(&store, ann, Subject::Avatar(avatar.id)).await;
    let hour = Duration::from_hours(1);
    for _ in 0..2 {
        let list = async |tx: &mut _| deletions::add_left_at_fal(tx, receipt, avatar.id, hour).await;
        store.write(list).await.unwrap();
    }
    let receipt = deletions::find(&store.db, ann, receipt).await.unwrap().unwrap();
    let (place, gone_at) = (DeletedPlace::Fal, None);
    let (file, set) = ("https://v3.fal.media/l".to_owned(), "https://v3.fal.media/set.zip".to_owned());
    let expected = [
        Thing { place, kind: DeletedKind::Request, name: "r-1".to_owned(), gone_at, expires_at: None },
        Thing { place, kind: DeletedKind::ResultFile, name: file, gone_at, expires_at: None },
        Thing { place, kind: DeletedKind::TrainingSet, name: set, gone_at, expires_at: Some(at(2 + 3600)) },
    ];
    assert_eq!(receipt.things, expected);
    let states = |seconds| receipt.things.iter().map(|thing| thing.state(at(seconds))).collect::<Vec<_>>();
    assert_eq!(states(0), [DeletedState::Unconfirmed, DeletedState::Unconfirmed, DeletedState::Expiring]);
    assert_eq!(states(4000), [DeletedState::Unconfirmed, DeletedState::Unconfirmed, DeletedState::Expired]);
    assert_eq!(receipt.status(), DeletionStatus::Complete, "what is ours is gone");
}

async fn a_receipt_is_its_owners(store: Store) {
    let (ann, bob) = (store.user("ann").await, store.user("bob").await);
    let receipt = begin(&store, ann, Subject::User(ann)).await;
    assert_eq!(deletions::find(&store.db, bob, receipt).await.unwrap(), None);
    assert_eq!(deletions::find(&store.db, ann, DeletionId(Uuid::nil())).await.unwrap(), None);
}

async fn a_receipt_is_read_by_its_link_until_its_time_is_over(store: Store) {
    let ann = store.user("ann").await;
    announce(&store, ann, store.avatar(ann).await.id, "a").await;
    let (linked, other) = (begin(&store, ann, Subject::User(ann)).await, begin(&store, ann, Subject::User(ann)).await);
    let by_link = async |id, hash: &str| deletions::find_by_link(&store.db, id, hash).await.unwrap();
    assert_eq!(by_link(linked, "hash").await, None);
    store.write(async |tx| deletions::add_link(tx, linked, "hash").await).await.unwrap();
    assert_eq!(by_link(linked, "hash").await, deletions::find(&store.db, ann, linked).await.unwrap());
    assert_eq!(by_link(linked, "hash").await.map(|receipt| receipt.things.len()), Some(1));
    for (id, hash) in [(other, "hash"), (linked, "another"), (linked, "")] {
        assert_eq!(by_link(id, hash).await, None);
    }
    assert_eq!(deletions::purge(&store.db, now()).await.unwrap(), 0);
    assert_eq!(deletions::purge(&store.db, at(1)).await.unwrap(), 2);
    assert_eq!(by_link(linked, "hash").await, None);
    assert_eq!(store.number("select count(*) from deleted_things").await, 0);
}

async fn a_person_goes_with_everything(store: Store) {
    let (ann, bob) = (store.user("ann").await, store.user("bob").await);
    for user_id in [ann, bob] {
        let avatar = store.avatar(user_id).await;
        store.photo(&avatar).await;
        store.training(&avatar, TrainingStatus::Running).await;
        let event = NewEvent {
            kind: EventType::AvatarCreated,
            user_id,
            actor: None,
            avatar_id: Some(avatar.id),
            resource: (ResourceType::Avatar, avatar.id.0),
            state: None,
            details: Map::new(),
        };
        store.write(async |tx| events::add(tx, EventId(Uuid::now_v7()), &event, now()).await).await.unwrap();
        let scope = format!("{bob}:{user_id}");
        store.write(async |tx| idempotency::claim(tx, &scope, "k", "hash", now()).await).await.unwrap();
        assert_eq!(store.write(async |tx| avatars::ids(tx, user_id).await).await.unwrap(), [avatar.id]);
    }
    let go = async |tx: &mut _| {
        events::forget(tx, ann).await?;
        idempotency::forget(tx, ann).await?;
        users::delete(tx, ann).await
    };
    assert!(store.write(go).await.unwrap());
    assert!(!store.write(go).await.unwrap());
    assert_eq!(users::find(&store.db, ann).await.unwrap(), None);
    for table in ["users", "avatars", "photos", "trainings", "events", "idempotency_keys"] {
        assert_eq!(store.number(&format!("select count(*) from {table}")).await, 1, "{table} of the other");
    }
    events::number(&store.db).await.unwrap();
    let left = events::list_after(&store.db, &Audience::User(bob), 0, &EventFilter::default(), 9).await.unwrap();
    assert_eq!(left.len(), 1);
    let orphan = store.write(async |tx| avatars::add(tx, &crate::store::avatar(ann)).await).await.unwrap_err();
    assert!(orphan.is_foreign_key_violation() && !orphan.is_unique_violation(), "{orphan:?}");
}
