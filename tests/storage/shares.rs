//! Links to pictures: kept by the hash of their word, gone with what they show.

use aisha_api::domain::generation::Generation;
use aisha_api::domain::ids::{ShareId, UserId};
use aisha_api::domain::page::PageRequest;
use aisha_api::domain::share::Share;
use aisha_api::storage::{avatars, generations, shares};
use aisha_openapi::vocabulary::TrainingStatus;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::store::{Store, at, now};

crate::on_both!(
    a_link_is_found_by_the_hash_of_its_word_until_it_ends,
    each_person_has_their_own_links,
    a_link_goes_with_what_it_shows,
);

async fn one(store: &Store) -> (UserId, Generation) {
    let owner = store.user(&Uuid::now_v7().to_string()).await;
    let avatar = store.avatar(owner).await;
    let training = store.training(&avatar, TrainingStatus::Completed).await;
    (owner, store.generation(&avatar, &training).await)
}

async fn share(store: &Store, generation: &Generation, word: &str, expires_at: DateTime<Utc>) -> Share {
    let share = Share {
        id: ShareId(Uuid::now_v7()),
        user_id: generation.user_id,
        avatar_id: generation.avatar_id,
        generation_id: generation.id,
        images: vec![1, 4],
        with_prompt: true,
        created_at: now(),
        expires_at,
    };
    store.write(async |tx| shares::add(tx, &share, word).await).await.unwrap();
    share
}

async fn listed(store: &Store, owner: UserId, of: Option<&Generation>, now: DateTime<Utc>) -> Vec<Share> {
    let mut found = Vec::new();
    let mut request = PageRequest { limit: 1, after: None };
    loop {
        let page = shares::list(&store.db, owner, of.map(|of| of.id), &request, now).await.unwrap();
        found.extend(page.items);
        request.after = page.next;
        if request.after.is_none() {
            return found;
        }
    }
}

async fn a_link_is_found_by_the_hash_of_its_word_until_it_ends(store: Store) {
    let (owner, generation) = one(&store).await;
    let (short, long) =
        (share(&store, &generation, "00", at(60)).await, share(&store, &generation, "ff", at(61)).await);
    let find = async |word: &str, now| shares::find_by_token(&store.db, word, now).await.unwrap();
    assert_eq!((find("00", at(59)).await, find("00", at(60)).await), (Some(short.clone()), None));
    assert_eq!((find("ff", at(60)).await, find("f", now()).await), (Some(long.clone()), None));
    assert_eq!(listed(&store, owner, None, at(60)).await, std::slice::from_ref(&long));
    let delete = async |id, now| store.write(async |tx| shares::delete(tx, owner, id, now).await).await.unwrap();
    assert_eq!(delete(short.id, at(60)).await, None, "it has ended by itself");
    assert_eq!(shares::remove_ended(&store.db, at(60)).await.unwrap(), 1);
    assert_eq!((delete(long.id, at(60)).await, delete(long.id, at(60)).await), (Some(long), None));
    assert_eq!(shares::remove_ended(&store.db, at(99)).await.unwrap(), 0);
}

async fn each_person_has_their_own_links(store: Store) {
    let ((ann, hers), (bob, his)) = (one(&store).await, one(&store).await);
    let mut of_ann = vec![share(&store, &hers, "1", at(9)).await, share(&store, &hers, "2", at(9)).await];
    let of_bob = share(&store, &his, "3", at(9)).await;
    of_ann.sort_by_key(|share| std::cmp::Reverse(share.id));
    assert_eq!(listed(&store, ann, None, now()).await, of_ann);
    assert_eq!(listed(&store, ann, Some(&hers), now()).await, of_ann);
    assert_eq!(listed(&store, ann, Some(&his), now()).await, []);
    assert_eq!(listed(&store, bob, Some(&his), now()).await, std::slice::from_ref(&of_bob));
    let stolen = store.write(async |tx| shares::delete(tx, ann, of_bob.id, now()).await).await.unwrap();
    assert_eq!((stolen, listed(&store, bob, None, now()).await), (None, vec![of_bob]));
    let twice = share_again(&store, &his, "3").await;
    assert!(twice, "a word opens one link");
}

/// Whether a word that is taken is refused.
async fn share_again(store: &Store, generation: &Generation, word: &str) -> bool {
    let share = Share {
        id: ShareId(Uuid::now_v7()),
        user_id: generation.user_id,
        avatar_id: generation.avatar_id,
        generation_id: generation.id,
        images: vec![1],
        with_prompt: false,
        created_at: now(),
        expires_at: at(9),
    };
    let refused = store.write(async |tx| shares::add(tx, &share, word).await).await;
    refused.is_err_and(|error| error.is_unique_violation())
}

async fn a_link_goes_with_what_it_shows(store: Store) {
    let ((ann, hers), (bob, his)) = (one(&store).await, one(&store).await);
    share(&store, &hers, "1", at(9)).await;
    share(&store, &his, "2", at(9)).await;
    store.write(async |tx| generations::delete(tx, ann, hers.avatar_id, hers.id).await).await.unwrap();
    store.write(async |tx| avatars::delete(tx, bob, his.avatar_id).await).await.unwrap();
    assert_eq!(store.number("select count(*) from shares").await, 0);
}
