//! Photos: once each, in their order, and of their owner only.

use aisha_api::domain::avatar::Avatar;
use aisha_api::domain::ids::PhotoId;
use aisha_api::domain::photo::Photo;
use aisha_api::storage::{StorageError, photos};
use aisha_openapi::vocabulary::{PhotoFormat, ValidationStatus};
use futures_util::future::join_all;
use uuid::Uuid;

use crate::store::{self, Store, at};

crate::on_both!(
    a_photo_reads_back_as_written,
    every_word_of_the_contract_is_taken_and_no_other,
    a_word_that_slipped_past_the_schema_is_a_corrupt_row,
    the_same_bytes_are_one_photo_of_an_avatar,
    of_many_who_add_the_same_bytes_at_once_one_does,
    photos_are_listed_in_their_order,
    nobody_finds_another_persons_photo,
    only_valid_photos_that_are_not_excluded_are_usable,
    a_change_is_written_on_the_version_that_was_read,
    a_photo_is_deleted_in_the_version_that_was_read,
    a_pending_photo_is_measured_once,
    a_new_judgement_is_written,
    photos_elsewhere_are_the_owners_own_and_the_newest_first,
);

async fn add(store: &Store, photo: &Photo) -> Option<Photo> {
    store.write(async |tx| photos::add(tx, photo).await).await.unwrap()
}

async fn read(store: &Store, photo: &Photo) -> Photo {
    photos::find(&store.db, photo.user_id, photo.id).await.unwrap().unwrap()
}

async fn ann_with_an_avatar(store: &Store) -> Avatar {
    let ann = store.user("ann").await;
    store.avatar(ann).await
}

async fn a_photo_reads_back_as_written(store: Store) {
    let avatar = ann_with_an_avatar(&store).await;
    let full = add(&store, &store::photo(&avatar)).await.unwrap();
    let bare = Photo {
        caption: None,
        excluded: true,
        taken_on: None,
        measures: None,
        training_key: None,
        face_key: None,
        ..store::photo(&avatar)
    };
    let bare = add(&store, &bare).await.unwrap();
    assert_eq!((full.upload_order, bare.upload_order), (1, 2));
    for photo in [full, bare] {
        assert_eq!(read(&store, &photo).await, photo);
        let found = photos::find_by_sha256(&store.db, avatar.user_id, avatar.id, &photo.sha256).await.unwrap();
        assert_eq!(found.as_ref(), Some(&photo));
    }
}

async fn every_word_of_the_contract_is_taken_and_no_other(store: Store) {
    let avatar = ann_with_an_avatar(&store).await;
    for &validation_status in ValidationStatus::ALL {
        for &format in PhotoFormat::ALL {
            let photo = Photo { validation_status, format, ..store::photo(&avatar) };
            let photo = add(&store, &photo).await.unwrap();
            assert_eq!(read(&store, &photo).await, photo);
        }
    }
    for column in ["validation_status", "format"] {
        store.execute(&format!("update photos set {column} = 'unheard'")).await.expect_err(column);
    }
}

async fn a_word_that_slipped_past_the_schema_is_a_corrupt_row(store: Store) {
    let avatar = ann_with_an_avatar(&store).await;
    store.photo(&avatar).await;
    store.force("photos", "format", "unheard").await;
    let error = photos::list(&store.db, avatar.user_id, avatar.id).await.unwrap_err();
    assert!(matches!(error, StorageError::Corrupt(_)), "{error:?}");
}

async fn the_same_bytes_are_one_photo_of_an_avatar(store: Store) {
    let avatar = ann_with_an_avatar(&store).await;
    let other = store.avatar(avatar.user_id).await;
    let first = store.photo(&avatar).await;
    let again = |avatar| Photo { sha256: first.sha256.clone(), ..store::photo(avatar) };
    assert_eq!(add(&store, &again(&avatar)).await, None);
    assert!(add(&store, &again(&other)).await.is_some(), "another avatar has photos of its own");
    let found = photos::find_by_sha256(&store.db, avatar.user_id, avatar.id, &first.sha256).await.unwrap();
    assert_eq!(found.map(|photo| photo.id), Some(first.id));
    assert_eq!(photos::find_by_sha256(&store.db, avatar.user_id, avatar.id, "").await.unwrap(), None);
}

async fn of_many_who_add_the_same_bytes_at_once_one_does(store: Store) {
    let avatar = ann_with_an_avatar(&store).await;
    let adds = (0..8).map(|_| {
        let photo = Photo { sha256: "same".to_owned(), ..store::photo(&avatar) };
        let store = &store;
        async move { add(store, &photo).await }
    });
    assert_eq!(join_all(adds).await.into_iter().flatten().count(), 1);
}

async fn photos_are_listed_in_their_order(store: Store) {
    let avatar = ann_with_an_avatar(&store).await;
    let mut photos = Vec::new();
    for _ in 0..4 {
        photos.push(store.photo(&avatar).await);
    }
    let listed = async || photos::list(&store.db, avatar.user_id, avatar.id).await.unwrap();
    assert_eq!(listed().await, photos);
    let order = [4, 2, 1, 3];
    let set = async |tx: &mut _| {
        for (photo, place) in photos.iter().zip(order) {
            photos::set_order(tx, avatar.id, photo.id, place, at(9)).await?;
        }
        // Another avatar's name does not move it.
        photos::set_order(tx, aisha_api::domain::ids::AvatarId(Uuid::nil()), photos[0].id, 1, at(9)).await
    };
    store.write(set).await.unwrap();
    let after: Vec<_> = listed().await.iter().map(|photo| (photo.id, photo.version)).collect();
    // The second stood there already, so its version stays.
    assert_eq!(after, [(photos[2].id, 2), (photos[1].id, 1), (photos[3].id, 2), (photos[0].id, 2)]);
    assert_eq!(read(&store, &photos[0]).await.updated_at, at(9));

    let mut ids = store.write(async |tx| photos::ids(tx, avatar.id).await).await.unwrap();
    ids.sort();
    assert_eq!(ids, photos.iter().map(|photo| photo.id).collect::<Vec<_>>());
    assert_eq!(store.photo(&avatar).await.upload_order, 5, "a new photo comes last");
}

async fn nobody_finds_another_persons_photo(store: Store) {
    let avatar = ann_with_an_avatar(&store).await;
    let bob = store.user("bob").await;
    let photo = store.photo(&avatar).await;
    assert_eq!(photos::find(&store.db, bob, photo.id).await.unwrap(), None);
    assert_eq!(photos::find(&store.db, avatar.user_id, PhotoId(Uuid::nil())).await.unwrap(), None);
    assert_eq!(photos::list(&store.db, bob, avatar.id).await.unwrap(), []);
    let stolen = Photo { user_id: bob, ..photo.clone() };
    assert!(!store.write(async |tx| photos::update(tx, &stolen, at(2)).await).await.unwrap());
    assert!(!store.write(async |tx| photos::delete(tx, bob, photo.id, 1).await).await.unwrap());
    assert_eq!(read(&store, &photo).await, photo);
}

async fn only_valid_photos_that_are_not_excluded_are_usable(store: Store) {
    let avatar = ann_with_an_avatar(&store).await;
    let other = store.avatar(avatar.user_id).await;
    store.photo(&other).await;
    let first = store.photo(&avatar).await;
    for &validation_status in ValidationStatus::ALL {
        add(&store, &Photo { validation_status, excluded: true, ..store::photo(&avatar) }).await.unwrap();
        if validation_status != ValidationStatus::Valid {
            add(&store, &Photo { validation_status, ..store::photo(&avatar) }).await.unwrap();
        }
    }
    let last = store.photo(&avatar).await;
    let usable = store.write(async |tx| photos::list_usable(tx, avatar.id).await).await.unwrap();
    assert_eq!(usable, [first, last]);
}

async fn a_change_is_written_on_the_version_that_was_read(store: Store) {
    let avatar = ann_with_an_avatar(&store).await;
    let mut photo = store.photo(&avatar).await;
    photo.excluded = true;
    photo.caption = Some("портрет".to_owned());
    let update = async |seconds| store.write(async |tx| photos::update(tx, &photo, at(seconds)).await).await.unwrap();
    assert!(update(2).await);
    assert!(!update(3).await, "that version is over");
    assert_eq!(read(&store, &photo).await, Photo { version: 2, updated_at: at(2), ..photo });
}

async fn a_photo_is_deleted_in_the_version_that_was_read(store: Store) {
    let avatar = ann_with_an_avatar(&store).await;
    let photo = store.photo(&avatar).await;
    let delete = async |version| {
        store.write(async |tx| photos::delete(tx, avatar.user_id, photo.id, version).await).await.unwrap()
    };
    assert!(!delete(2).await);
    assert!(delete(1).await);
    assert!(!delete(1).await);
    assert_eq!(photos::find(&store.db, avatar.user_id, photo.id).await.unwrap(), None);
}

async fn a_pending_photo_is_measured_once(store: Store) {
    let avatar = ann_with_an_avatar(&store).await;
    let seen = store::photo(&avatar);
    let waiting = Photo {
        validation_status: ValidationStatus::Pending,
        taken_on: None,
        measures: None,
        training_key: None,
        face_key: None,
        ..seen.clone()
    };
    let waiting = add(&store, &waiting).await.unwrap();
    store.photo(&avatar).await;
    let pending = async || photos::list_pending(&store.db, 10).await.unwrap();
    assert_eq!(pending().await, std::slice::from_ref(&waiting));
    assert_eq!(photos::find_pending(&store.db, waiting.id).await.unwrap().as_ref(), Some(&waiting));

    let measured = Photo { upload_order: waiting.upload_order, ..seen };
    let write = async || store.write(async |tx| photos::set_measures(tx, &measured, at(9)).await).await.unwrap();
    assert!(write().await);
    assert!(!write().await, "it waits no longer");
    assert_eq!(read(&store, &waiting).await, Photo { version: 2, updated_at: at(9), ..measured.clone() });
    assert_eq!(pending().await, []);
    assert_eq!(photos::find_pending(&store.db, waiting.id).await.unwrap(), None);
}

async fn a_new_judgement_is_written(store: Store) {
    let avatar = ann_with_an_avatar(&store).await;
    let photo = store.photo(&avatar).await;
    let judge = async |tx: &mut _| photos::set_validation_status(tx, photo.id, ValidationStatus::Invalid, at(9)).await;
    store.write(judge).await.unwrap();
    let expected =
        Photo { validation_status: ValidationStatus::Invalid, version: 2, updated_at: at(9), ..photo.clone() };
    let held = store.write(async |tx| photos::list_held(tx, avatar.id).await).await.unwrap();
    assert_eq!(held, [expected]);
}

async fn photos_elsewhere_are_the_owners_own_and_the_newest_first(store: Store) {
    let avatar = ann_with_an_avatar(&store).await;
    let other = store.avatar(avatar.user_id).await;
    let bob = store.user("bob").await;
    store.photo(&store.avatar(bob).await).await;
    store.photo(&avatar).await;
    let mut expected = Vec::new();
    for second in [3, 1, 2] {
        expected.push(add(&store, &Photo { created_at: at(second), ..store::photo(&other) }).await.unwrap().id);
    }
    let found = photos::list_elsewhere(&store.db, avatar.user_id, avatar.id, 2).await.unwrap();
    assert_eq!(found.iter().map(|photo| photo.id).collect::<Vec<_>>(), [expected[0], expected[2]]);
}
