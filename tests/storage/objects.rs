//! The ledger of objects, from the announcement to the last trace.

use aisha_api::domain::avatar::Avatar;
use aisha_api::domain::ids::AvatarId;
use aisha_api::storage::objects::{self, NewObject};
use uuid::Uuid;

use crate::store::{Store, at};

crate::on_both!(
    whoever_goes_takes_what_is_of_no_avatar_along,
    an_object_is_announced_claimed_doomed_and_forgotten,
    what_was_announced_and_not_claimed_is_given_up_after_its_time,
    what_is_doomed_is_not_claimed,
    what_is_doomed_stays_doomed_when_it_is_announced_again,
    what_is_live_stays_live_when_it_is_announced_again,
    an_avatar_is_given_up_with_all_its_objects,
    the_longest_doomed_are_listed_first,
    only_what_is_doomed_is_forgotten,
    known_keys_are_found_and_live_ones_listed_page_by_page,
    the_lengths_of_an_owners_live_objects_are_told,
);

async fn avatar(store: &Store) -> Avatar {
    let ann = store.user(&Uuid::now_v7().to_string()).await;
    store.avatar(ann).await
}

async fn announce(store: &Store, avatar: &Avatar, keys: &[&str], seconds: i64) {
    let object =
        |&key| NewObject { key, user_id: avatar.user_id, avatar_id: Some(avatar.id), size_bytes: 5_000_000_000 };
    let new: Vec<_> = keys.iter().map(object).collect();
    store.write(async |tx| objects::announce(tx, &new, at(seconds)).await).await.unwrap();
}

async fn claim(store: &Store, key: &str) -> bool {
    store.write(async |tx| objects::claim(tx, key, at(5)).await).await.unwrap()
}

async fn doom(store: &Store, key: &str, seconds: i64) {
    store.write(async |tx| objects::doom(tx, key, at(seconds)).await).await.unwrap();
}

async fn ledger(store: &Store) -> Vec<String> {
    objects::list(&store.db).await.unwrap().into_iter().map(|(key, state)| format!("{key} {state}")).collect()
}

async fn an_object_is_announced_claimed_doomed_and_forgotten(store: Store) {
    let avatar = avatar(&store).await;
    announce(&store, &avatar, &["a", "b"], 0).await;
    assert_eq!(ledger(&store).await, ["a pending", "b pending"]);
    assert!(claim(&store, "a").await);
    assert!(claim(&store, "a").await, "a job that is done twice claims twice");
    assert_eq!(ledger(&store).await, ["a live", "b pending"]);
    assert_eq!(objects::list_doomed(&store.db, 9).await.unwrap(), [""; 0]);
    doom(&store, "a", 6).await;
    assert_eq!(objects::list_doomed(&store.db, 9).await.unwrap(), ["a"]);
    objects::forget(&store.db, "a").await.unwrap();
    assert_eq!(ledger(&store).await, ["b pending"]);
    assert!(!claim(&store, "a").await);
}

async fn what_was_announced_and_not_claimed_is_given_up_after_its_time(store: Store) {
    let avatar = avatar(&store).await;
    announce(&store, &avatar, &["live", "old", "again"], 0).await;
    assert!(claim(&store, "live").await);
    announce(&store, &avatar, &["young", "again"], 10).await;
    let doom = async |before| store.write(async |tx| objects::doom_unclaimed(tx, before, at(99)).await).await.unwrap();
    assert_eq!(doom(at(10)).await, 1);
    assert_eq!(doom(at(10)).await, 0);
    assert_eq!(ledger(&store).await, ["again pending", "live live", "old doomed", "young pending"]);
}

async fn what_is_doomed_is_not_claimed(store: Store) {
    let avatar = avatar(&store).await;
    announce(&store, &avatar, &["a"], 0).await;
    doom(&store, "a", 1).await;
    assert!(!claim(&store, "a").await);
    assert!(!claim(&store, "never announced").await);
}

async fn what_is_doomed_stays_doomed_when_it_is_announced_again(store: Store) {
    let avatar = avatar(&store).await;
    announce(&store, &avatar, &["a"], 0).await;
    doom(&store, "a", 1).await;
    announce(&store, &avatar, &["a"], 2).await;
    assert!(!claim(&store, "a").await);
    assert_eq!(ledger(&store).await, ["a doomed"]);
}

async fn what_is_live_stays_live_when_it_is_announced_again(store: Store) {
    let avatar = avatar(&store).await;
    announce(&store, &avatar, &["a"], 0).await;
    assert!(claim(&store, "a").await);
    announce(&store, &avatar, &["a"], 2).await;
    assert_eq!(ledger(&store).await, ["a live"]);
}

async fn an_avatar_is_given_up_with_all_its_objects(store: Store) {
    let (avatar, other) = (avatar(&store).await, avatar(&store).await);
    announce(&store, &avatar, &["a", "b", "c"], 0).await;
    announce(&store, &other, &["d"], 0).await;
    assert!(claim(&store, "a").await);
    doom(&store, "c", 1).await;
    let doom = async |id: AvatarId| store.write(async |tx| objects::doom_avatar(tx, id, at(2)).await).await.unwrap();
    assert_eq!(doom(avatar.id).await, 1);
    assert_eq!(doom(avatar.id).await, 0);
    assert_eq!(ledger(&store).await, ["a doomed", "b pending", "c doomed", "d pending"]);
    store.execute("delete from users").await.unwrap();
    assert_eq!(ledger(&store).await.len(), 4, "the ledger outlives those it is about, until the objects are gone");
}

async fn the_longest_doomed_are_listed_first(store: Store) {
    let avatar = avatar(&store).await;
    announce(&store, &avatar, &["a", "b", "c"], 0).await;
    for (key, seconds) in [("b", 1), ("c", 2), ("a", 3)] {
        doom(&store, key, seconds).await;
    }
    assert_eq!(objects::list_doomed(&store.db, 2).await.unwrap(), ["b", "c"]);
}

async fn only_what_is_doomed_is_forgotten(store: Store) {
    let avatar = avatar(&store).await;
    announce(&store, &avatar, &["pending", "live"], 0).await;
    assert!(claim(&store, "live").await);
    for key in ["pending", "live", "never announced"] {
        objects::forget(&store.db, key).await.unwrap();
    }
    assert_eq!(ledger(&store).await, ["live live", "pending pending"]);
}

async fn known_keys_are_found_and_live_ones_listed_page_by_page(store: Store) {
    let avatar = avatar(&store).await;
    let keys: Vec<String> = (0..7).map(|number| format!("user_1/{number}")).collect();
    announce(&store, &avatar, &keys.iter().map(String::as_str).collect::<Vec<_>>(), 1).await;
    for key in &keys[..5] {
        assert!(claim(&store, key).await);
    }
    doom(&store, &keys[0], 2).await;
    let mut found = objects::find_all(&store.db, &["user_1/6", "user_1/1", "user_2/1", "user_1/0"]).await.unwrap();
    found.sort();
    let expected = [("user_1/0", "doomed"), ("user_1/1", "live"), ("user_1/6", "pending")];
    assert_eq!(found, expected.map(|(key, state)| (key.to_owned(), state.to_owned())));
    assert_eq!(objects::find_all(&store.db, &[]).await.unwrap(), []);
    let (mut listed, mut after) = (Vec::new(), String::new());
    loop {
        let page = objects::list_live_after(&store.db, &after, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after.clone_from(last);
        listed.extend(page);
    }
    assert_eq!(listed, keys[1..5]);
}

async fn the_lengths_of_an_owners_live_objects_are_told(store: Store) {
    let (of_ann, of_ben) = (avatar(&store).await, avatar(&store).await);
    announce(&store, &of_ann, &["a", "b", "c"], 0).await;
    announce(&store, &of_ben, &["d"], 0).await;
    for key in ["a", "b", "d"] {
        assert!(claim(&store, key).await);
    }
    doom(&store, "b", 6).await;
    let sizes = async |keys: &[&str]| objects::sizes(&store.db, of_ann.user_id, keys).await.unwrap();
    assert_eq!(sizes(&["a", "b", "c", "d", "e"]).await, [("a".to_owned(), 5_000_000_000)]);
    assert_eq!(sizes(&[]).await, []);
}

async fn whoever_goes_takes_what_is_of_no_avatar_along(store: Store) {
    let (one, other) = (avatar(&store).await, avatar(&store).await);
    announce(&store, &one, &["a", "b"], 0).await;
    announce(&store, &other, &["c"], 0).await;
    let sound = NewObject { key: "sound", user_id: one.user_id, avatar_id: None, size_bytes: 1 };
    store.write(async |tx| objects::announce(tx, &[sound], at(0)).await).await.unwrap();
    for key in ["a", "c", "sound"] {
        assert!(claim(&store, key).await);
    }
    let doomed = store.write(async |tx| objects::doom_user(tx, one.user_id, at(6)).await).await.unwrap();
    assert_eq!(doomed, 2);
    assert_eq!(ledger(&store).await, ["a doomed", "b pending", "c live", "sound doomed"]);
}
