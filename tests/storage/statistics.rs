//! Statistics: what is counted is what is there, and what was spent is what the caps say.

use std::collections::BTreeMap;

use aisha_api::domain::avatar::Avatar;
use aisha_api::domain::generation::{Ending, Generation, Image};
use aisha_api::domain::ids::{AvatarId, KeyId, UserId};
use aisha_api::domain::page::PageRequest;
use aisha_api::domain::run::{FalRequest, Run};
use aisha_api::domain::spending::Expense;
use aisha_api::domain::statistics::{Statistics, UsageDay};
use aisha_api::domain::training::{self, Training};
use aisha_api::storage::objects::NewObject;
use aisha_api::storage::{generations, objects, spending, statistics, trainings};
use aisha_openapi::vocabulary::{GenerationStatus as G, PhotoFormat, TrainingStatus as T, ValidationStatus};
use chrono::{DateTime, Days, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

use crate::store::{Store, at, now};

crate::on_both!(
    what_is_there_is_counted,
    what_was_spent_is_what_the_caps_count,
    each_day_has_what_went_on_in_it,
    the_operator_watches_what_has_not_ended_or_failed_lately,
);

async fn spend(store: &Store, owner: UserId, run: Run, cost_microusd: i64, started_at: DateTime<Utc>) {
    let expense = Expense { run, user_id: owner, key_id: KeyId(Uuid::nil()), cost_microusd, started_at };
    store.write(async |tx| spending::add(tx, &expense).await).await.unwrap();
}

fn image(number: usize) -> Image {
    Image {
        original_key: format!("user_1/gen_{number}.jpg"),
        thumbnail_key: format!("user_1/thumb_{number}.jpg"),
        format: PhotoFormat::Jpeg,
        width: 1024,
        height: 1024,
        size_bytes: 5,
    }
}

fn failed() -> Ending {
    Ending::Failed { code: "timed_out".into(), message: "too late".into(), response: None }
}

fn made(images: Vec<Option<Image>>) -> Ending {
    Ending::Made { images, response: json!({}) }
}

/// A generation that was submitted so often and then ended so, if it has, so many seconds from now.
async fn generation(store: &Store, avatar: &Avatar, submissions: u32, ending: Option<Ending>, end: i64) -> Generation {
    let training = store.training(avatar, T::Completed).await;
    let generation = store.generation(avatar, &training).await;
    let id = generation.id;
    spend(store, avatar.user_id, Run::Generation(id), generation.cost_microusd, now()).await;
    for number in 0..submissions {
        let token = format!("{id}-{number}");
        store
            .write(async |tx| {
                if number > 0 {
                    assert!(generations::submit_again(tx, id, &token, now()).await?);
                }
                assert!(generations::begin_submission(tx, id, now(), now()).await?);
                Ok(())
            })
            .await
            .unwrap();
    }
    if let Some(ending) = ending {
        store
            .write(async |tx| {
                let mut seen = G::Pending;
                if matches!(ending, Ending::Made { .. }) {
                    generations::submitted(tx, id, &FalRequest::by_id("r"), now(), now(), now()).await?;
                    seen = G::Processing;
                }
                assert!(generations::end(tx, id, seen, &ending, at(end)).await?);
                Ok(())
            })
            .await
            .unwrap();
    }
    generation
}

async fn end(store: &Store, training: &Training, ending: training::Ending, seconds: i64) {
    assert!(store.write(async |tx| trainings::end(tx, training.id, &ending, at(seconds)).await).await.unwrap());
}

/// A training that completed so many seconds after it was asked for.
async fn completed(store: &Store, avatar: &Avatar, seconds: i64) {
    let training = store.training(avatar, T::Running).await;
    let id = training.id.0;
    let id = if matches!(store.db, aisha_api::storage::Db::Postgres(_)) {
        format!("'{id}'")
    } else {
        format!("x'{}'", id.simple())
    };
    let time = at(seconds).to_rfc3339();
    let sql = format!("update trainings set status = 'completed', completed_at = '{time}' where id = {id}");
    assert_eq!(store.execute(&sql).await.unwrap(), 1);
}

async fn object(store: &Store, owner: UserId, avatar: AvatarId, size_bytes: i64, time: DateTime<Utc>, live: bool) {
    let key = Uuid::now_v7().to_string();
    let new = NewObject { key: &key, user_id: owner, avatar_id: Some(avatar), size_bytes };
    store
        .write(async |tx| {
            objects::announce(tx, &[new], time).await?;
            if live { objects::claim(tx, &key, time).await } else { Ok(true) }
        })
        .await
        .unwrap();
}

async fn of(store: &Store, owner: UserId, avatar: Option<AvatarId>) -> Statistics {
    statistics::of_owner(&store.db, owner, avatar).await.unwrap()
}

async fn what_is_there_is_counted(store: Store) {
    let (ann, bob) = (store.user("ann").await, store.user("bob").await);
    assert_eq!(of(&store, ann, None).await, Statistics::default());
    let (one, two, foreign) = (store.avatar(ann).await, store.avatar(ann).await, store.avatar(bob).await);
    for (owner, avatar, bytes, live) in [
        (ann, one.id, 5_000_000_000, true),
        (ann, two.id, 7, true),
        (ann, two.id, 99, false),
        (bob, foreign.id, 1, true),
    ] {
        object(&store, owner, avatar, bytes, now(), live).await;
    }
    for avatar in [&one, &one, &two, &foreign] {
        store.photo(avatar).await;
    }
    for seconds in [30, 10, 23] {
        completed(&store, &one, seconds).await;
    }
    generation(&store, &one, 1, Some(made(vec![Some(image(1)), None, Some(image(3))])), 9).await;
    generation(&store, &one, 1, Some(made(vec![None])), 9).await;
    let liked = generation(&store, &two, 1, Some(made(vec![Some(image(1))])), 9).await;
    store.write(async |tx| generations::set_favourite(tx, liked.id, false, at(10)).await).await.unwrap();
    generation(&store, &foreign, 0, None, 0).await;

    let hers = of(&store, ann, None).await;
    assert_eq!((hers.avatars, hers.stored_bytes, hers.pictures, hers.favourites), (2, 5_000_000_007, 3, 2));
    assert_eq!(hers.photos, BTreeMap::from([(ValidationStatus::Valid, 3)]));
    // Each generation above has a training of its own, and those that the helper makes are never timed.
    assert_eq!(hers.trainings, BTreeMap::from([(T::Completed, 6)]));
    assert_eq!(hers.generations, BTreeMap::from([(G::Completed, 2), (G::Moderated, 1)]));
    let seconds = TimeDelta::seconds;
    let took = &hers.durations;
    assert_eq!(
        (took.count, took.average(), took.shortest, took.longest),
        (3, Some(seconds(21)), seconds(10), seconds(30))
    );
    let of_one = of(&store, ann, Some(one.id)).await;
    assert_eq!((of_one.avatars, of_one.stored_bytes, of_one.pictures, of_one.favourites), (1, 5_000_000_000, 2, 2));
    assert_eq!(of_one.generations, BTreeMap::from([(G::Completed, 1), (G::Moderated, 1)]));
    assert_eq!(of(&store, bob, None).await.generations, BTreeMap::from([(G::Pending, 1)]));
    let stolen = of(&store, bob, Some(one.id)).await;
    assert_eq!(stolen, Statistics { avatars: 1, ..Statistics::default() }, "nothing of another's");
}

async fn what_was_spent_is_what_the_caps_count(store: Store) {
    let ann = store.user("ann").await;
    let avatar = store.avatar(ann).await;
    let mut all = Vec::new();
    let endings = [None, Some(failed()), Some(Ending::Cancelled), Some(made(vec![Some(image(1))]))];
    for (submissions, ending) in (0..3).flat_map(|submissions| endings.clone().map(|ending| (submissions, ending))) {
        if submissions == 0 && matches!(ending, Some(Ending::Made { .. })) {
            continue;
        }
        all.push(generation(&store, &avatar, submissions, ending, 9).await);
    }
    let free = store.training(&avatar, T::Preparing).await;
    spend(&store, ann, Run::Training(free.id), free.cost_microusd, now()).await;
    let spent = async || {
        let caps = store.write(async |tx| spending::of_user(tx, ann, at(-60)).await).await.unwrap().microusd;
        let hers = of(&store, ann, None).await.spent_microusd;
        let day = statistics::usage(&store.db, now().date_naive(), 1).await.unwrap();
        assert_eq!((hers, day[0].cost_microusd), (caps, caps));
        hers
    };
    let price = all[0].cost_microusd;
    // None of them: 0 free, 1 once, 2 twice, but an open one is paid once at least; and the training.
    assert_eq!(spent().await, price * (1 + 4 + 2 * 4) + free.cost_microusd);
    end(&store, &free, training::Ending::Cancelled, 5).await;
    assert_eq!(spent().await, price * (1 + 4 + 2 * 4));
    // The helper's trainings cost nothing by the ledger, and their own price by their rows.
    let trainings = i64::try_from(all.len()).unwrap() * free.cost_microusd;
    assert_eq!(of(&store, ann, Some(avatar.id)).await.spent_microusd, price * (1 + 4 + 2 * 4) + trainings);
    let paid = all.last().unwrap();
    store.write(async |tx| generations::delete(tx, ann, avatar.id, paid.id).await).await.unwrap();
    assert_eq!(spent().await, price * (1 + 4 + 2 * 4 - 1), "what is deleted stays spent, once");
}

async fn each_day_has_what_went_on_in_it(store: Store) {
    let today = now().date_naive();
    let midnight = today.and_time(chrono::NaiveTime::MIN).and_utc();
    let ann = store.user("ann").await;
    let avatar = store.avatar(ann).await;
    store.photo(&avatar).await;
    let to_tomorrow = (midnight + Days::new(1) - now()).num_seconds() + 1;
    generation(&store, &avatar, 1, Some(made(vec![Some(image(1)), Some(image(2))])), to_tomorrow).await;
    let open = store.training(&avatar, T::Preparing).await;
    let failed = training::Ending::Failed { code: "x".into(), message: "x".into(), response: None };
    end(&store, &open, failed, to_tomorrow).await;
    object(&store, ann, avatar.id, 5, midnight, true).await;
    object(&store, ann, avatar.id, 7, midnight - TimeDelta::microseconds(1), true).await;
    object(&store, ann, avatar.id, 99, midnight, false).await;

    let usage = statistics::usage(&store.db, today - Days::new(1), 3).await.unwrap();
    let cost_microusd = store.number("select cost_microusd from generations").await;
    let expected = [
        UsageDay { bytes: 7, ..UsageDay::default() },
        UsageDay {
            people: 1,
            avatars: 1,
            photos: 1,
            trainings_started: 2,
            generations: 1,
            cost_microusd,
            bytes: 5,
            ..UsageDay::default()
        },
        UsageDay { trainings_failed: 1, pictures: 2, ..UsageDay::default() },
    ];
    assert_eq!(usage, expected);
    let year = statistics::usage(&store.db, today - Days::new(365), 366).await.unwrap();
    assert_eq!((year.len(), &year[365]), (366, &expected[1]));
}

async fn the_operator_watches_what_has_not_ended_or_failed_lately(store: Store) {
    let ann = store.user("ann").await;
    let mut watched = Vec::new();
    for &status in T::ALL {
        let training = store.training(&store.avatar(ann).await, status).await;
        if !status.is_final() {
            watched.push(training);
        }
    }
    for seconds in [-1, 0, 1] {
        let training = store.training(&store.avatar(ann).await, T::Preparing).await;
        let failed = training::Ending::Failed { code: "x".into(), message: "x".into(), response: None };
        end(&store, &training, failed, seconds).await;
        if seconds >= 0 {
            watched.push(training);
        }
    }
    watched.sort_by_key(|training| std::cmp::Reverse(training.id));
    let list =
        async |status, request: &PageRequest| trainings::list_watched(&store.db, status, now(), request).await.unwrap();
    let mut found = Vec::new();
    let mut request = PageRequest { limit: 3, after: None };
    loop {
        let page = list(None, &request).await;
        found.extend(page.items.into_iter().map(|training| training.id));
        request.after = page.next;
        if request.after.is_none() {
            break;
        }
    }
    assert_eq!(found, watched.iter().map(|training| training.id).collect::<Vec<_>>());
    let all = PageRequest { limit: 100, after: None };
    for (status, count) in [(T::Failed, 2), (T::Running, 1), (T::Completed, 0)] {
        assert_eq!(list(Some(status), &all).await.items.len(), count, "{status}");
    }
}
