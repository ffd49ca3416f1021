//! Avatars: details, versions, pages, the main one, and what goes with them.

use aisha_api::domain::avatar::{Avatar, Details, LatestTraining};
use aisha_api::domain::ids::{AvatarId, TrainingId, UserId};
use aisha_api::domain::page::PageRequest;
use aisha_api::domain::photo::Photo;
use aisha_api::domain::run::Run;
use aisha_api::storage::fal_deliveries::NewDelivery;
use aisha_api::storage::{StorageError, avatars, fal_deliveries, photos};
use aisha_openapi::vocabulary::{
    AvatarStatus, AvatarType, Gender, Preset, TrainingStatus, TrainingType, ValidationStatus,
};
use serde_json::{Map, json};
use uuid::Uuid;

use crate::store::{self, Store, assert_waits, at, now, object};

crate::on_both!(
    an_avatar_reads_back_as_written,
    every_word_of_the_contract_is_taken_and_no_other,
    a_word_that_slipped_past_the_schema_is_a_corrupt_row,
    nobody_finds_another_persons_avatar,
    of_two_changes_of_one_version_the_second_is_not_written,
    whoever_takes_an_avatar_sees_what_the_one_before_did,
    pages_hold_each_avatar_once_even_among_ties,
    counts_cover_and_newest_training_are_read_with_the_row,
    a_chosen_cover_is_shown_until_it_is_deleted,
    a_person_has_at_most_one_main_avatar,
    deleting_takes_photos_trainings_and_deliveries_along,
);

async fn read(store: &Store, avatar: &Avatar) -> Avatar {
    avatars::find(&store.db, avatar.user_id, avatar.id).await.unwrap().unwrap()
}

async fn updated(store: &Store, avatar: &Avatar, seconds: i64) -> bool {
    store.write(async |tx| avatars::update(tx, avatar, at(seconds)).await).await.unwrap()
}

async fn an_avatar_reads_back_as_written(store: Store) {
    let ann = store.user("ann").await;
    let full = store.avatar(ann).await;
    assert_eq!(read(&store, &full).await, full);
    let nothing = Details {
        name: None,
        gender: None,
        avatar_type: None,
        training_type: None,
        trigger_phrase: String::new(),
        metadata: Map::new(),
        cover: None,
    };
    let bare = Avatar { details: nothing, status_reason: None, ..store::avatar(ann) };
    store.write(async |tx| avatars::add(tx, &bare).await).await.unwrap();
    assert_eq!(read(&store, &bare).await, bare);
}

async fn every_word_of_the_contract_is_taken_and_no_other(store: Store) {
    let ann = store.user("ann").await;
    let mut avatar = store.avatar(ann).await;
    let most = [Gender::ALL.len(), AvatarType::ALL.len(), TrainingType::ALL.len(), AvatarStatus::ALL.len()];
    for number in 0..most.into_iter().max().unwrap() {
        avatar.details.gender = Gender::ALL.get(number).copied();
        avatar.details.avatar_type = AvatarType::ALL.get(number).copied();
        avatar.details.training_type = TrainingType::ALL.get(number).copied();
        avatar.status = AvatarStatus::ALL.get(number).copied().unwrap_or(AvatarStatus::Draft);
        assert!(updated(&store, &avatar, 2).await);
        avatar.version += 1;
        avatar.updated_at = at(2);
        assert_eq!(read(&store, &avatar).await, avatar);
    }
    for column in ["gender", "avatar_type", "training_type", "status"] {
        store.execute(&format!("update avatars set {column} = 'unheard'")).await.expect_err(column);
    }
}

async fn a_word_that_slipped_past_the_schema_is_a_corrupt_row(store: Store) {
    let ann = store.user("ann").await;
    let avatar = store.avatar(ann).await;
    store.force("avatars", "status", "unheard").await;
    let error = avatars::find(&store.db, ann, avatar.id).await.unwrap_err();
    assert!(matches!(error, StorageError::Corrupt(_)), "{error:?}");
    assert!(error.to_string().contains("unheard"), "{error}");
}

async fn nobody_finds_another_persons_avatar(store: Store) {
    let (ann, bob) = (store.user("ann").await, store.user("bob").await);
    let avatar = store.avatar(ann).await;
    assert_eq!(avatars::find(&store.db, bob, avatar.id).await.unwrap(), None);
    assert_eq!(store.write(async |tx| avatars::lock(tx, bob, avatar.id).await).await.unwrap(), None);
    let page = avatars::list(&store.db, bob, None, &PageRequest { limit: 9, after: None }).await.unwrap();
    assert_eq!(page.items, []);
    assert!(!updated(&store, &Avatar { user_id: bob, ..avatar.clone() }, 2).await);
    assert!(!store.write(async |tx| avatars::delete(tx, bob, avatar.id).await).await.unwrap());
    assert_eq!(read(&store, &avatar).await, avatar);
}

async fn of_two_changes_of_one_version_the_second_is_not_written(store: Store) {
    let ann = store.user("ann").await;
    let mut first = store.avatar(ann).await;
    let mut second = first.clone();
    first.details.name = Some("first".to_owned());
    first.details.metadata = object(json!({"a": [1]}));
    first.status_reason = None;
    first.active_training_id = Some(TrainingId(Uuid::now_v7()));
    second.details.name = Some("second".to_owned());
    assert!(updated(&store, &first, 2).await);
    assert!(!updated(&store, &second, 3).await);
    first.version = 2;
    first.updated_at = at(2);
    assert_eq!(read(&store, &first).await, first);

    store.write(async |tx| avatars::touch(tx, first.id, at(4)).await).await.unwrap();
    assert!(!updated(&store, &first, 5).await, "a touch is a change, too");
    assert_eq!(read(&store, &first).await, Avatar { version: 3, updated_at: at(4), ..first });
}

async fn whoever_takes_an_avatar_sees_what_the_one_before_did(store: Store) {
    let ann = store.user("ann").await;
    let avatar = store.avatar(ann).await;
    let mut tx = store.db.begin().await.unwrap();
    let mut mine = avatars::lock(&mut tx, ann, avatar.id).await.unwrap().unwrap();
    assert_eq!(mine, avatar, "taking an avatar does not change it");
    let mut other = Box::pin(store.write(async |tx| avatars::lock(tx, ann, avatar.id).await));
    assert_waits(&mut other).await;
    mine.details.name = Some("mine".to_owned());
    assert!(avatars::update(&mut tx, &mine, at(2)).await.unwrap());
    tx.commit().await.unwrap();
    let seen = other.await.unwrap().unwrap();
    assert_eq!((seen.details.name.as_deref(), seen.version), (Some("mine"), 2));
    assert_eq!(store.write(async |tx| avatars::lock(tx, ann, AvatarId(Uuid::nil())).await).await.unwrap(), None);
}

async fn pages_hold_each_avatar_once_even_among_ties(store: Store) {
    let (ann, bob) = (store.user("ann").await, store.user("bob").await);
    store.avatar(bob).await;
    let mut expected = Vec::new();
    // Three times, one of them shared by four, and ids that do not follow the times.
    for (number, micros) in [7, 3, 7, 5, 7, 7, 1].into_iter().enumerate() {
        let status = AvatarStatus::ALL[number % 2];
        let created_at = now() + chrono::TimeDelta::microseconds(micros);
        let avatar = Avatar { created_at, status, ..store::avatar(ann) };
        store.write(async |tx| avatars::add(tx, &avatar).await).await.unwrap();
        expected.push(avatar);
    }
    expected.sort_by_key(|avatar| std::cmp::Reverse((avatar.created_at, avatar.id)));
    for limit in 1..=8 {
        for status in [None, Some(AvatarStatus::ALL[0])] {
            let expected: Vec<_> =
                expected.iter().filter(|avatar| status.is_none_or(|status| status == avatar.status)).cloned().collect();
            assert_eq!(walk(&store, ann, status, limit).await, expected, "pages of {limit}");
        }
    }
}

async fn walk(store: &Store, owner: UserId, status: Option<AvatarStatus>, limit: u8) -> Vec<Avatar> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = avatars::list(&store.db, owner, status, &PageRequest { limit, after }).await.unwrap();
        assert!(page.items.len() <= usize::from(limit));
        all.extend(page.items);
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

async fn counts_cover_and_newest_training_are_read_with_the_row(store: Store) {
    let ann = store.user("ann").await;
    let avatar = store.avatar(ann).await;
    let other = store.avatar(ann).await;
    store.photo(&other).await;
    let first = store.photo(&avatar).await;
    let more = [
        Photo { excluded: true, ..store::photo(&avatar) },
        Photo { validation_status: ValidationStatus::Pending, ..store::photo(&avatar) },
    ];
    for photo in &more {
        store.write(async |tx| photos::add(tx, photo).await).await.unwrap();
    }
    store.training(&avatar, TrainingStatus::Failed).await;
    let newest = store.training(&avatar, TrainingStatus::Running).await;
    let latest =
        LatestTraining { id: newest.id, version: 2, status: TrainingStatus::Running, preset: Preset::Balanced };
    let expected = Avatar {
        photos_count: 3,
        usable_photos: 1,
        cover: Some(first.id),
        latest_training: Some(latest),
        ..avatar.clone()
    };
    assert_eq!(read(&store, &avatar).await, expected);
    let locked = store.write(async |tx| avatars::lock(tx, ann, avatar.id).await).await.unwrap();
    assert_eq!(locked.as_ref(), Some(&expected));
    let page = avatars::list(&store.db, ann, None, &PageRequest { limit: 9, after: None }).await.unwrap();
    assert!(page.items.contains(&expected));
}

async fn a_chosen_cover_is_shown_until_it_is_deleted(store: Store) {
    let ann = store.user("ann").await;
    let mut avatar = store.avatar(ann).await;
    let [first, second] = [store.photo(&avatar).await, store.photo(&avatar).await];
    avatar.details.cover = Some(second.id);
    assert!(store.write(async |tx| avatars::update(tx, &avatar, at(5)).await).await.unwrap());
    let shown = read(&store, &avatar).await;
    assert_eq!((shown.details.cover, shown.cover), (Some(second.id), Some(second.id)));
    store.write(async |tx| photos::delete(tx, ann, second.id, 1).await).await.unwrap();
    assert_eq!(read(&store, &avatar).await.cover, Some(first.id));
}

async fn a_person_has_at_most_one_main_avatar(store: Store) {
    let (ann, bob) = (store.user("ann").await, store.user("bob").await);
    let has_main = async |owner| store.write(async |tx| avatars::has_main(tx, owner).await).await.unwrap();
    let [first, second, other] = [store.avatar(ann).await, store.avatar(ann).await, store.avatar(bob).await]
        .map(|avatar| Avatar { is_main: true, ..avatar });
    assert!(!has_main(ann).await);
    assert!(updated(&store, &first, 2).await);
    let error = store.write(async |tx| avatars::update(tx, &second, at(3)).await).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error}");
    assert!(updated(&store, &other, 3).await, "another person has a main avatar of their own");

    store.write(async |tx| avatars::clear_main(tx, ann, at(4)).await).await.unwrap();
    assert!(!has_main(ann).await && has_main(bob).await);
    let cleared = read(&store, &first).await;
    assert_eq!((cleared.is_main, cleared.version, cleared.updated_at), (false, 3, at(4)));
    assert!(updated(&store, &second, 5).await);
}

async fn deleting_takes_photos_trainings_and_deliveries_along(store: Store) {
    let ann = store.user("ann").await;
    let (avatar, kept) = (store.avatar(ann).await, store.avatar(ann).await);
    for avatar in [&avatar, &kept] {
        store.photo(avatar).await;
        let training = store.training(avatar, TrainingStatus::Running).await;
        let add = async |tx: &mut _| {
            let delivery = NewDelivery { request_id: "r", body_sha256: "00", body: &serde_json::json!({}) };
            fal_deliveries::add(tx, Uuid::now_v7(), Run::Training(training.id), &delivery, now()).await
        };
        store.write(add).await.unwrap();
    }
    assert!(store.write(async |tx| avatars::delete(tx, ann, avatar.id).await).await.unwrap());
    assert!(!store.write(async |tx| avatars::delete(tx, ann, avatar.id).await).await.unwrap());
    for table in ["avatars", "photos", "trainings", "fal_deliveries"] {
        assert_eq!(store.number(&format!("select count(*) from {table}")).await, 1, "{table}");
    }
}
