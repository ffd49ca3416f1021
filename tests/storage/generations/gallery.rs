//! The ways through the gallery.

use aisha_api::domain::avatar::Avatar;
use aisha_api::domain::generation::Generation;
use aisha_api::domain::ids::UserId;
use aisha_api::domain::page::PageRequest;
use aisha_api::domain::training::Training;
use aisha_api::storage::generations::{self, Filter};
use aisha_openapi::vocabulary::{AspectRatio, GenerationStatus, TrainingStatus};
use uuid::Uuid;

use crate::store::{Store, at, generation, now};

crate::on_both!(
    each_filter_finds_its_own,
    pages_hold_everything_once,
    a_selection_is_found_as_far_as_it_is_ones_own,
    what_is_liked_is_liked_once,
);

async fn add(store: &Store, generation: Generation) -> Generation {
    store.write(async |tx| generations::add(tx, &generation, now()).await).await.unwrap();
    generation
}

async fn avatar(store: &Store, owner: UserId) -> (Avatar, Training) {
    let avatar = store.avatar(owner).await;
    let training = store.training(&avatar, TrainingStatus::Completed).await;
    (avatar, training)
}

async fn found(store: &Store, owner: UserId, filter: Filter) -> Vec<Generation> {
    let request = PageRequest { limit: 100, after: None };
    generations::list(&store.db, owner, &filter, &request).await.unwrap().items
}

async fn each_filter_finds_its_own(store: Store) {
    let (ann, bob) = (store.user("ann").await, store.user("bob").await);
    let ((one, training), (two, other)) = (avatar(&store, ann).await, avatar(&store, ann).await);
    let (foreign, theirs) = avatar(&store, bob).await;
    add(&store, generation(&foreign, &theirs)).await;
    let old = add(&store, Generation { created_at: at(-60), ..generation(&one, &training) }).await;
    let mut plain = generation(&one, &training);
    (plain.is_favourite, plain.wish.style_id, plain.wish.aspect_ratio) = (false, None, AspectRatio::Square);
    let plain = add(&store, plain).await;
    let last = add(&store, Generation { created_at: at(60), ..generation(&two, &other) }).await;

    let all = Filter::default;
    let cases = [
        (all(), vec![&last, &plain, &old]),
        (Filter { avatar_id: Some(one.id), ..all() }, vec![&plain, &old]),
        (Filter { avatar_id: Some(foreign.id), ..all() }, vec![]),
        (Filter { is_favourite: Some(true), ..all() }, vec![&last, &old]),
        (Filter { is_favourite: Some(false), ..all() }, vec![&plain]),
        (Filter { style_id: Some("noir".to_owned()), ..all() }, vec![&last, &old]),
        (Filter { style_id: Some("x' or 1=1".to_owned()), ..all() }, vec![]),
        (Filter { aspect_ratio: Some(AspectRatio::Square), ..all() }, vec![&plain]),
        (Filter { status: Some(GenerationStatus::Pending), ..all() }, vec![&last, &plain, &old]),
        (Filter { status: Some(GenerationStatus::Completed), ..all() }, vec![]),
        (Filter { pack_id: old.pack_id, ..all() }, vec![&old]),
        (Filter { pack_id: Some(Uuid::now_v7()), ..all() }, vec![]),
        (Filter { after: Some(now()), ..all() }, vec![&last, &plain]),
        (Filter { before: Some(now()), ..all() }, vec![&old]),
        (Filter { after: Some(at(-60)), before: Some(at(60)), avatar_id: Some(one.id), ..all() }, vec![&plain, &old]),
    ];
    for (filter, expected) in cases {
        let found = found(&store, ann, filter.clone()).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{filter:?}");
    }
}

async fn pages_hold_everything_once(store: Store) {
    let ann = store.user("ann").await;
    let (avatar, training) = avatar(&store, ann).await;
    let mut expected = Vec::new();
    for second in [0, 0, 0, 1, 1, 2, 3] {
        expected.push(add(&store, Generation { created_at: at(second), ..generation(&avatar, &training) }).await);
    }
    expected.sort_by_key(|generation| std::cmp::Reverse((generation.created_at, generation.id)));
    for limit in 1..=8 {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let request = PageRequest { limit, after };
            let page = generations::list(&store.db, ann, &Filter::default(), &request).await.unwrap();
            seen.extend(page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, expected, "pages of {limit}");
    }
}

async fn a_selection_is_found_as_far_as_it_is_ones_own(store: Store) {
    let (ann, bob) = (store.user("ann").await, store.user("bob").await);
    let ((hers, training), (his, other)) = (avatar(&store, ann).await, avatar(&store, bob).await);
    let old = add(&store, Generation { created_at: at(-60), ..generation(&hers, &training) }).await;
    let new = add(&store, generation(&hers, &training)).await;
    let foreign = add(&store, generation(&his, &other)).await;
    add(&store, generation(&hers, &training)).await;
    let all = [old.id, foreign.id, new.id];
    assert_eq!(generations::find_all(&store.db, ann, &all).await.unwrap(), [new, old]);
    assert_eq!(generations::find_all(&store.db, bob, &all).await.unwrap(), [foreign]);
    let many: Vec<_> = (0..200).map(|_| aisha_api::domain::ids::GenerationId(Uuid::now_v7())).collect();
    assert_eq!(generations::find_all(&store.db, ann, &many).await.unwrap(), []);
}

async fn what_is_liked_is_liked_once(store: Store) {
    let ann = store.user("ann").await;
    let (avatar, training) = avatar(&store, ann).await;
    let id = add(&store, generation(&avatar, &training)).await.id;
    for (like, changes) in [(true, false), (false, true), (false, false), (true, true)] {
        let set = store.write(async |tx| generations::set_favourite(tx, id, like, at(5)).await).await.unwrap();
        assert_eq!(set, changes);
        let found = generations::find(&store.db, ann, id).await.unwrap().unwrap();
        assert_eq!(found.is_favourite, like);
    }
}
