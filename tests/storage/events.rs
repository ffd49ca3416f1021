//! Events: numbered after their commit, so that no reader misses one.

use std::collections::BTreeSet;

use aisha_api::domain::event::{Audience, Event, EventFilter, NewEvent};
use aisha_api::domain::ids::{AvatarId, EventId, KeyId, UserId};
use aisha_api::domain::page::PageRequest;
use aisha_api::domain::user::User;
use aisha_api::storage::{StorageError, avatars, events, users};
use aisha_openapi::vocabulary::{EventType, ResourceType};
use futures_util::future::{join, join_all};
use serde_json::{Map, json};
use uuid::Uuid;

use crate::store::{NAME, Store, at, object, user};

crate::on_both!(
    an_event_reads_back_as_told,
    every_word_of_the_contract_is_told_and_read,
    a_kind_that_this_version_does_not_know_is_passed_over,
    a_word_that_slipped_in_is_a_corrupt_row,
    an_event_is_seen_once_it_has_its_number_and_not_if_it_is_rolled_back,
    each_audience_hears_its_own_events,
    a_list_holds_what_was_asked_for_in_order,
    the_timeline_holds_each_event_of_an_avatar_once_even_among_ties,
    sequencers_at_once_give_each_event_one_number_and_leave_no_gap,
    a_reader_misses_and_doubles_nothing_under_sixteen_writers,
    a_filter_names_an_avatar_or_a_thing,
    all_numbered_events_are_read_in_order_whoever_they_concern,
    the_oldest_events_go_without_a_gap,
);

fn new(user_id: UserId) -> NewEvent {
    NewEvent {
        kind: EventType::TrainingCompleted,
        user_id,
        actor: None,
        avatar_id: None,
        resource: (ResourceType::Training, Uuid::now_v7()),
        state: None,
        details: Map::new(),
    }
}

async fn tell(store: &Store, event: &NewEvent, seconds: i64) -> EventId {
    let id = EventId(Uuid::now_v7());
    store.write(async |tx| events::add(tx, id, event, at(seconds)).await).await.unwrap();
    id
}

async fn heard(store: &Store, audience: &Audience, after: i64) -> Vec<Event> {
    events::list_after(&store.db, audience, after, &EventFilter::default(), 999).await.unwrap()
}

async fn an_event_reads_back_as_told(store: Store) {
    let ann = User { issuer: Some("telegram:42".into()), external_id: Some(NAME.into()), ..user("ann") };
    store.write(async |tx| users::add(tx, &ann).await).await.unwrap();
    let told = NewEvent {
        actor: Some(KeyId(Uuid::now_v7())),
        avatar_id: Some(AvatarId(Uuid::now_v7())),
        state: Some("completed"),
        details: object(json!({"цвет": ["💚", 1, null]})),
        ..new(ann.id)
    };
    let id = tell(&store, &told, 3).await;
    let bare = new(UserId(Uuid::now_v7()));
    let bare_id = tell(&store, &bare, 4).await;
    assert_eq!(events::number(&store.db).await.unwrap(), 2);
    let expected = Event {
        id,
        seq: Some(1),
        kind: told.kind,
        occurred_at: at(3),
        user_id: ann.id,
        issuer: Some("telegram:42".into()),
        external_id: Some(NAME.into()),
        actor: told.actor,
        avatar_id: told.avatar_id,
        resource: told.resource,
        state: Some("completed".into()),
        details: told.details,
    };
    assert_eq!(heard(&store, &Audience::User(ann.id), 0).await, [expected]);
    let heard = heard(&store, &Audience::User(bare.user_id), 0).await;
    assert_eq!((heard.len(), heard[0].id, &heard[0].external_id, heard[0].actor), (1, bare_id, &None, None));
}

async fn every_word_of_the_contract_is_told_and_read(store: Store) {
    let ann = store.user("ann").await;
    for (number, &kind) in EventType::ALL.iter().enumerate() {
        let resource = (ResourceType::ALL[number % ResourceType::ALL.len()], Uuid::now_v7());
        tell(&store, &NewEvent { kind, resource, ..new(ann) }, 0).await;
    }
    events::number(&store.db).await.unwrap();
    let kinds: Vec<_> = heard(&store, &Audience::User(ann), 0).await.into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds, EventType::ALL);
}

async fn a_kind_that_this_version_does_not_know_is_passed_over(store: Store) {
    let ann = store.user("ann").await;
    tell(&store, &new(ann), 0).await;
    store.execute("update events set type = 'sky.fell'").await.unwrap();
    let known = tell(&store, &new(ann), 0).await;
    events::number(&store.db).await.unwrap();
    let ids: Vec<_> = heard(&store, &Audience::User(ann), 0).await.into_iter().map(|event| event.id).collect();
    assert_eq!(ids, [known]);
}

async fn a_word_that_slipped_in_is_a_corrupt_row(store: Store) {
    let ann = store.user("ann").await;
    tell(&store, &new(ann), 0).await;
    events::number(&store.db).await.unwrap();
    store.execute("update events set resource_type = 'sky'").await.unwrap();
    let error = events::list_after(&store.db, &Audience::User(ann), 0, &EventFilter::default(), 9).await.unwrap_err();
    assert!(matches!(error, StorageError::Corrupt(_)), "{error:?}");
}

async fn an_event_is_seen_once_it_has_its_number_and_not_if_it_is_rolled_back(store: Store) {
    let ann = store.user("ann").await;
    assert_eq!(events::number(&store.db).await.unwrap(), 0);
    let mut tx = store.db.begin().await.unwrap();
    events::add(&mut tx, EventId(Uuid::now_v7()), &new(ann), at(0)).await.unwrap();
    drop(tx);
    let id = tell(&store, &new(ann), 0).await;
    assert_eq!(heard(&store, &Audience::User(ann), 0).await, []);
    assert_eq!(events::number(&store.db).await.unwrap(), 1);
    assert_eq!(events::number(&store.db).await.unwrap(), 1);
    let heard: Vec<_> = heard(&store, &Audience::User(ann), 0).await.into_iter().map(|event| event.id).collect();
    assert_eq!(heard, [id]);
}

async fn each_audience_hears_its_own_events(store: Store) {
    let seen = |issuer: &str, id: &str| User { issuer: Some(issuer.into()), external_id: Some(id.into()), ..user(id) };
    let people = [seen("telegram:1", "a"), seen("telegram:1", "b"), seen("telegram:2", "a"), user("operator")];
    for person in &people {
        store.write(async |tx| users::add(tx, person).await).await.unwrap();
        tell(&store, &new(person.id), 0).await;
    }
    events::number(&store.db).await.unwrap();
    let heard =
        async |audience| heard(&store, &audience, 0).await.into_iter().map(|event| event.user_id).collect::<Vec<_>>();
    for person in &people {
        assert_eq!(heard(Audience::User(person.id)).await, [person.id]);
    }
    assert_eq!(heard(Audience::Issuer("telegram:1".into())).await, [people[0].id, people[1].id]);
    assert_eq!(heard(Audience::Issuer("telegram:2".into())).await, [people[2].id]);
    assert_eq!(heard(Audience::Issuer("telegram:3".into())).await, []);
}

async fn a_list_holds_what_was_asked_for_in_order(store: Store) {
    let ann = store.user("ann").await;
    let kinds = [EventType::PhotoCreated, EventType::AvatarMain, EventType::PhotoDeleted, EventType::PhotoCreated];
    for kind in kinds {
        tell(&store, &NewEvent { kind, ..new(ann) }, 0).await;
    }
    events::number(&store.db).await.unwrap();
    let list = async |after, kinds: &[EventType], limit| {
        let list = events::list_after(&store.db, &Audience::User(ann), after, &EventFilter::of_kinds(kinds), limit)
            .await
            .unwrap();
        list.into_iter().map(|event| event.seq.unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(list(0, &[], 9).await, [1, 2, 3, 4]);
    assert_eq!(list(0, &[], 2).await, [1, 2]);
    assert_eq!(list(2, &[], 9).await, [3, 4]);
    assert_eq!(list(0, &[EventType::PhotoCreated, EventType::PhotoDeleted], 9).await, [1, 3, 4]);
    assert_eq!(list(1, &[EventType::PhotoCreated], 9).await, [4]);
    assert_eq!(list(4, &[], 9).await, [0; 0]);
}

async fn the_timeline_holds_each_event_of_an_avatar_once_even_among_ties(store: Store) {
    let (ann, bob) = (store.user("ann").await, store.user("bob").await);
    let avatar_id = AvatarId(Uuid::now_v7());
    let mut expected = Vec::new();
    for seconds in [7, 3, 7, 7, 1] {
        let told = NewEvent { avatar_id: Some(avatar_id), ..new(ann) };
        expected.push((at(seconds), tell(&store, &told, seconds).await));
    }
    tell(&store, &new(ann), 5).await;
    expected.sort_by_key(|&(time, id)| std::cmp::Reverse((time, id)));
    for limit in 1..=6 {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = events::timeline(&store.db, ann, avatar_id, &PageRequest { limit, after }).await.unwrap();
            seen.extend(page.items.into_iter().map(|event| (event.occurred_at, event.id)));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, expected, "pages of {limit}");
    }
    let request = PageRequest { limit: 9, after: None };
    assert_eq!(events::timeline(&store.db, bob, avatar_id, &request).await.unwrap().items, []);
}

async fn sequencers_at_once_give_each_event_one_number_and_leave_no_gap(store: Store) {
    let ann = store.user("ann").await;
    for round in 1..=5 {
        for _ in 0..10 {
            tell(&store, &new(ann), 0).await;
        }
        let given = join_all((0..4).map(|_| events::number(&store.db))).await;
        for last in given {
            assert!(last.unwrap() <= round * 10);
        }
        assert_eq!(events::number(&store.db).await.unwrap(), round * 10);
    }
    let numbers: Vec<_> = heard(&store, &Audience::User(ann), 0).await.iter().map(|event| event.seq.unwrap()).collect();
    assert_eq!(numbers, (1..=50).collect::<Vec<_>>());
}

async fn a_reader_misses_and_doubles_nothing_under_sixteen_writers(store: Store) {
    const WRITERS: u64 = 16;
    const EACH: u64 = 12;
    let ann = store.user("ann").await;
    let writers = join_all((0..WRITERS).map(|writer| {
        let store = &store;
        async move {
            let mut told = Vec::new();
            for round in 0..EACH {
                let (id, event) = (EventId(Uuid::now_v7()), new(ann));
                let mut tx = store.db.begin().await.unwrap();
                events::add(&mut tx, id, &event, at(0)).await.unwrap();
                // Some commit late, so that events are not committed in the order in which they were written.
                for _ in 0..(writer * 7 + round * 3) % 11 {
                    avatars::has_main(&mut tx, ann).await.unwrap();
                }
                tx.commit().await.unwrap();
                told.push(id);
            }
            told
        }
    }));
    let sequencer = async || {
        while events::number(&store.db).await.unwrap() < i64::try_from(WRITERS * EACH).unwrap() {
            tokio::task::yield_now().await;
        }
    };
    let reader = async {
        let mut read: Vec<(i64, EventId)> = Vec::new();
        while read.len() < usize::try_from(WRITERS * EACH).unwrap() {
            let after = read.last().map_or(0, |last| last.0);
            read.extend(heard(&store, &Audience::User(ann), after).await.iter().map(|e| (e.seq.unwrap(), e.id)));
        }
        read
    };
    let all = join(join(writers, reader), join(sequencer(), sequencer()));
    // Beside thousands of ways through the models each of its commits waits for the disk.
    let patience = 4 * aisha_tests::harness::app::PATIENCE;
    let ((told, read), _) = tokio::time::timeout(patience, all).await.expect("an end");
    let numbers: Vec<_> = read.iter().map(|(seq, _)| *seq).collect();
    assert_eq!(numbers, (1..=i64::try_from(WRITERS * EACH).unwrap()).collect::<Vec<_>>());
    let read: BTreeSet<_> = read.into_iter().map(|(_, id)| id).collect();
    assert_eq!(read, told.into_iter().flatten().collect());
}

async fn a_filter_names_an_avatar_or_a_thing(store: Store) {
    let ann = store.user("ann").await;
    let (one, other) = (AvatarId(Uuid::now_v7()), AvatarId(Uuid::now_v7()));
    let told =
        [new(ann), NewEvent { avatar_id: Some(one), ..new(ann) }, NewEvent { avatar_id: Some(other), ..new(ann) }];
    for event in &told {
        tell(&store, event, 0).await;
    }
    events::number(&store.db).await.unwrap();
    let all = heard(&store, &Audience::User(ann), 0).await;
    let filters = [
        (EventFilter { avatar_id: Some(one), ..EventFilter::default() }, vec![2]),
        (EventFilter { resource_id: Some(told[2].resource.1), ..EventFilter::default() }, vec![3]),
        (EventFilter { avatar_id: Some(one), resource_id: Some(told[2].resource.1), ..EventFilter::default() }, vec![]),
        (EventFilter { avatar_id: Some(other), ..EventFilter::of_kinds(&[EventType::AvatarMain]) }, vec![]),
    ];
    for (filter, expected) in filters {
        let list = events::list_after(&store.db, &Audience::User(ann), 0, &filter, 9).await.unwrap();
        assert_eq!(list.iter().map(|event| event.seq.unwrap()).collect::<Vec<_>>(), expected, "{filter:?}");
        // What the database leaves out, the filter leaves out by itself.
        assert_eq!(all.iter().filter(|event| filter.accepts(event)).cloned().collect::<Vec<_>>(), list);
    }
}

async fn all_numbered_events_are_read_in_order_whoever_they_concern(store: Store) {
    let (ann, bob) = (store.user("ann").await, store.user("bob").await);
    for user in [ann, bob, ann] {
        tell(&store, &new(user), 0).await;
    }
    assert_eq!(store.write(async |tx| events::last_number(tx).await).await.unwrap(), 0);
    events::number(&store.db).await.unwrap();
    tell(&store, &new(ann), 0).await;
    let read = async |after, limit| {
        let events = events::list_numbered(&store.db, after, limit).await.unwrap();
        events.into_iter().map(|event| (event.seq.unwrap(), event.user_id)).collect::<Vec<_>>()
    };
    assert_eq!(read(0, 9).await, [(1, ann), (2, bob), (3, ann)]);
    assert_eq!(read(1, 1).await, [(2, bob)]);
    assert_eq!(store.write(async |tx| events::last_number(tx).await).await.unwrap(), 3);
}

async fn the_oldest_events_go_without_a_gap(store: Store) {
    let ann = store.user("ann").await;
    for seconds in [0, 1, 5, 2, 9] {
        tell(&store, &new(ann), seconds).await;
    }
    events::number(&store.db).await.unwrap();
    tell(&store, &new(ann), 0).await;
    let left = async || heard(&store, &Audience::User(ann), 0).await.iter().map(|e| e.seq.unwrap()).collect::<Vec<_>>();
    assert_eq!(events::remove_old(&store.db, at(0), 9).await.unwrap(), 0);
    assert_eq!((events::removed(&store.db).await.unwrap(), left().await), (0, vec![1, 2, 3, 4, 5]));
    assert_eq!(events::remove_old(&store.db, at(9), 1).await.unwrap(), 1);
    assert_eq!((events::removed(&store.db).await.unwrap(), left().await), (1, vec![2, 3, 4, 5]));
    // The third is younger than the fourth and goes with it.
    assert_eq!(events::remove_old(&store.db, at(3), 9).await.unwrap(), 3);
    assert_eq!((events::removed(&store.db).await.unwrap(), left().await), (4, vec![5]));
    assert_eq!(events::remove_old(&store.db, at(99), 9).await.unwrap(), 1);
    assert_eq!(events::remove_old(&store.db, at(99), 9).await.unwrap(), 0);
    assert_eq!(store.number("select count(*) from events").await, 1, "what has no number yet stays");
    assert_eq!(events::number(&store.db).await.unwrap(), 6);
}
