//! People, by name and by the id an issuer knows them by.

use aisha_api::domain::ids::UserId;
use aisha_api::domain::user::{Preferences, User};
use aisha_api::storage::users;
use aisha_openapi::vocabulary::Locale;
use futures_util::future::join_all;
use serde_json::json;
use uuid::Uuid;

use crate::store::{NAME, Store, assert_waits, object, user};

crate::on_both!(
    a_person_reads_back_as_written,
    a_name_or_an_external_id_is_taken_once,
    what_a_person_has_chosen_is_written_against_the_version_that_was_read,
    people_seen_through_an_issuer_are_not_accounts_of_the_operator,
    of_many_who_add_the_same_person_at_once_one_does,
    who_holds_a_person_holds_them_alone,
);

fn seen(issuer: &str, external_id: &str) -> User {
    User { issuer: Some(issuer.to_owned()), external_id: Some(external_id.to_owned()), ..user(external_id) }
}

async fn a_person_reads_back_as_written(store: Store) {
    for written in [user(NAME), seen("telegram:42", NAME)] {
        assert!(store.write(async |tx| users::add(tx, &written).await).await.unwrap());
        assert_eq!(users::find(&store.db, written.id).await.unwrap().unwrap(), written);
    }
    assert_eq!(users::find(&store.db, UserId(Uuid::now_v7())).await.unwrap(), None);
    assert_eq!(users::find_by_name(&store.db, NAME).await.unwrap().unwrap().issuer, None);
    let found = users::find_external(&store.db, "telegram:42", NAME).await.unwrap().unwrap();
    assert_eq!(found.external_id.as_deref(), Some(NAME));
}

async fn what_a_person_has_chosen_is_written_against_the_version_that_was_read(store: Store) {
    let mut ann = user("ann");
    store.write(async |tx| users::add(tx, &ann).await).await.unwrap();
    store.user("bob").await;
    let held = async || store.write(async |tx| users::find_held(tx, ann.id).await).await.unwrap();
    assert_eq!(held().await.as_ref(), Some(&ann));
    for &locale in Locale::ALL {
        ann.preferences = Preferences {
            locale: Some(locale),
            timezone: Some("Europe/Moscow".to_owned()),
            settings: object(json!({"имя": NAME, "list": [1, 2.5, null]})),
        };
        assert!(store.write(async |tx| users::update(tx, &ann).await).await.unwrap());
        assert!(!store.write(async |tx| users::update(tx, &ann).await).await.unwrap(), "it was read before that");
        ann.version += 1;
        assert_eq!(held().await.as_ref(), Some(&ann));
    }
    assert_eq!(store.number("select count(*) from users where version = 1").await, 1, "nobody else has changed");
    let nobody = user("nobody");
    assert_eq!(store.write(async |tx| users::find_held(tx, nobody.id).await).await.unwrap(), None);
    assert!(!store.write(async |tx| users::update(tx, &nobody).await).await.unwrap());
    store.execute("update users set locale = 'xx'").await.expect_err("no such language");
}

async fn a_name_or_an_external_id_is_taken_once(store: Store) {
    let cases = [
        (user("ann"), true),
        (user("ann"), false),
        (seen("telegram:1", "7"), true),
        (seen("telegram:1", "7"), false),
        (seen("telegram:2", "7"), true),
        (User { name: "ann".to_owned(), ..seen("telegram:1", "8") }, true),
    ];
    for (person, expected) in cases {
        assert_eq!(store.write(async |tx| users::add(tx, &person).await).await.unwrap(), expected, "{person:?}");
    }
}

async fn people_seen_through_an_issuer_are_not_accounts_of_the_operator(store: Store) {
    let person = seen("telegram:1", "7");
    store.write(async |tx| users::add(tx, &person).await).await.unwrap();
    assert_eq!(users::find_by_name(&store.db, "7").await.unwrap(), None);
    for (issuer, external_id) in [("telegram:2", "7"), ("telegram:1", "8"), ("TELEGRAM:1", "7")] {
        assert_eq!(users::find_external(&store.db, issuer, external_id).await.unwrap(), None);
    }
}

async fn of_many_who_add_the_same_person_at_once_one_does(store: Store) {
    let store = &store;
    let adds = (0..8).map(|_| async move {
        let person = seen("telegram:1", "7");
        store.write(async |tx| users::add(tx, &person).await).await.unwrap()
    });
    assert_eq!(join_all(adds).await.into_iter().filter(|added| *added).count(), 1);
    assert_eq!(store.number("select count(*) from users").await, 1);
}

async fn who_holds_a_person_holds_them_alone(store: Store) {
    let ann = user("ann");
    store.write(async |tx| users::add(tx, &ann).await).await.unwrap();
    let mut tx = store.db.begin().await.unwrap();
    users::lock(&mut tx, ann.id).await.unwrap();
    let mut other = Box::pin(store.write(async |tx| users::lock(tx, ann.id).await));
    assert_waits(&mut other).await;
    tx.commit().await.unwrap();
    other.await.unwrap();
}
