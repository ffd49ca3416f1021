//! Consumers: how far readers have come.

use aisha_api::domain::event::{Consumer, Subscriber};
use aisha_api::storage::consumers;

use crate::store::{Store, at};

crate::on_both!(
    a_consumer_goes_forward_unless_it_is_set_back,
    consumers_are_their_owners,
    consumers_go_with_their_owner,
);

async fn acknowledge(store: &Store, owner: &Subscriber, name: &str, seq: i64, reset: bool, seconds: i64) -> Consumer {
    store.write(async |tx| consumers::acknowledge(tx, owner, name, seq, reset, at(seconds)).await).await.unwrap()
}

async fn own(store: &Store, name: &str) -> Subscriber {
    Subscriber { user_id: store.user(name).await, issuer: None }
}

async fn a_consumer_goes_forward_unless_it_is_set_back(store: Store) {
    let ann = own(&store, "ann").await;
    assert_eq!(consumers::find(&store.db, &ann, "mailer").await.unwrap(), None);
    for (seq, reset, expected, seconds) in [(5, false, 5, 0), (3, false, 5, 1), (3, true, 3, 2), (9, true, 9, 3)] {
        let consumer = acknowledge(&store, &ann, "mailer", seq, reset, seconds).await;
        let whole =
            Consumer { name: "mailer".into(), acknowledged_seq: expected, created_at: at(0), updated_at: at(seconds) };
        assert_eq!(consumer, whole);
        assert_eq!(consumers::find(&store.db, &ann, "mailer").await.unwrap(), Some(whole));
    }
}

async fn consumers_are_their_owners(store: Store) {
    let ann = own(&store, "ann").await;
    let for_all = Subscriber { issuer: Some("telegram:42".into()), ..ann.clone() };
    let bob = own(&store, "bob").await;
    let made = [(&ann, "a", 1), (&ann, "b", 2), (&for_all, "a", 3)];
    for (seconds, (owner, name, seq)) in (0..).zip(made) {
        acknowledge(&store, owner, name, seq, false, seconds).await;
    }
    let listed = async |owner: &Subscriber| {
        let list = consumers::list(&store.db, owner).await.unwrap();
        list.into_iter().map(|consumer| (consumer.name, consumer.acknowledged_seq)).collect::<Vec<_>>()
    };
    assert_eq!(listed(&ann).await, [("b".to_owned(), 2), ("a".to_owned(), 1)]);
    assert_eq!(listed(&for_all).await, [("a".to_owned(), 3)]);
    assert_eq!(listed(&bob).await, []);
    for (owner, name, others) in [(&ann, "a", 1), (&ann, "new", 2), (&for_all, "a", 0), (&bob, "a", 0)] {
        let counted = store.write(async |tx| consumers::count_others(tx, owner, name).await).await.unwrap();
        assert_eq!(counted, others, "{name}");
    }
    for (owner, expected) in [(&bob, false), (&ann, true), (&ann, false)] {
        let deleted = store.write(async |tx| consumers::delete(tx, owner, "a").await).await.unwrap();
        assert_eq!(deleted, expected);
    }
    assert_eq!((listed(&ann).await.len(), listed(&for_all).await.len()), (1, 1));
}

async fn consumers_go_with_their_owner(store: Store) {
    let ann = own(&store, "ann").await;
    acknowledge(&store, &ann, "a", 0, false, 0).await;
    store.execute("delete from users").await.unwrap();
    assert_eq!(store.number("select count(*) from consumers").await, 0);
}
