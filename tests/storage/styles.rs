//! Who likes which style.

use aisha_api::storage::{styles, users};

use crate::store::{NAME, Store, at, now};

crate::on_both!(what_is_liked_is_liked_once_and_by_one, with_a_person_goes_what_they_like);

async fn what_is_liked_is_liked_once_and_by_one(store: Store) {
    let (ann, bob) = (store.user("ann").await, store.user("bob").await);
    assert!(styles::like(&store.db, ann, "noir", now()).await.unwrap());
    assert!(!styles::like(&store.db, ann, "noir", at(1)).await.unwrap(), "it is there");
    assert!(styles::like(&store.db, ann, NAME, at(2)).await.unwrap());
    let liked = styles::favourites(&store.db, ann).await.unwrap();
    assert_eq!(liked.iter().map(String::as_str).collect::<Vec<_>>(), ["noir", NAME]);
    assert!(styles::favourites(&store.db, bob).await.unwrap().is_empty());
    assert!(!styles::unlike(&store.db, bob, "noir").await.unwrap(), "it is ann's");
    assert!(styles::unlike(&store.db, ann, "noir").await.unwrap());
    assert!(!styles::unlike(&store.db, ann, "noir").await.unwrap());
    assert_eq!(styles::favourites(&store.db, ann).await.unwrap().len(), 1);
}

async fn with_a_person_goes_what_they_like(store: Store) {
    let ann = store.user("ann").await;
    styles::like(&store.db, ann, "noir", now()).await.unwrap();
    store.write(async |tx| users::delete(tx, ann).await).await.unwrap();
    assert_eq!(store.number("select count(*) from style_favourites").await, 0);
}
