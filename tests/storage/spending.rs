//! What was spent, counted by person, by key and by day, and the switch.

use aisha_api::domain::ids::{KeyId, TrainingId, UserId};
use aisha_api::domain::run::Run;
use aisha_api::domain::spending::{Expense, Spent, Stop};
use aisha_api::domain::training::{Ending, Training};
use aisha_api::storage::{Tx, avatars, generations, spending, trainings, transcriptions};
use aisha_openapi::vocabulary::{GenerationStatus, TrainingStatus as S};
use uuid::Uuid;

use crate::store::{NAME, Store, at, now};

crate::on_both!(
    expenses_are_counted_by_person_key_and_time,
    what_fal_never_had_is_free_and_what_it_had_twice_is_paid_twice,
    nobody_gets_their_money_back_by_deleting_what_it_was_spent_on,
    generations_are_counted_beside_trainings,
    transcriptions_are_counted_and_forgiven_by_themselves,
    the_switch_is_one_for_all,
);

const PRICE: i64 = 2_400_000;

async fn spend(store: &Store, user_id: UserId, key_id: KeyId, training_id: TrainingId, seconds: i64) {
    let run = Run::Training(training_id);
    let expense = Expense { run, user_id, key_id, cost_microusd: PRICE, started_at: at(seconds) };
    store.write(async |tx| spending::add(tx, &expense).await).await.unwrap();
}

async fn of_user(store: &Store, user: UserId) -> (i64, i64) {
    let spent = store.write(async |tx| spending::of_user(tx, user, now()).await).await.unwrap();
    (spent.trainings, spent.microusd)
}

/// A training of the person, its expense, and so many submissions.
async fn training(store: &Store, user: UserId, status: S, attempts: usize) -> Training {
    let training = store.training(&store.avatar(user).await, status).await;
    spend(store, user, KeyId(Uuid::nil()), training.id, 0).await;
    for number in 0..attempts {
        let (id, token) = (training.id.0, format!("{}-{number}", training.id));
        let id = if matches!(store.db, aisha_api::storage::Db::Postgres(_)) {
            format!("'{id}'")
        } else {
            format!("x'{}'", id.simple())
        };
        let sql = format!(
            "insert into training_attempts (attempt_token, training_id, submitted_at) \
             values ('{token}', {id}, '2026-11-21T00:00:00+00:00')"
        );
        store.execute(&sql).await.unwrap();
    }
    training
}

async fn expenses_are_counted_by_person_key_and_time(store: Store) {
    let (ann, bob) = (UserId(Uuid::now_v7()), UserId(Uuid::now_v7()));
    let (one, other) = (KeyId(Uuid::now_v7()), KeyId(Uuid::now_v7()));
    for (user, key, seconds) in [(ann, one, -1), (ann, one, 0), (ann, other, 1), (bob, one, 2), (bob, one, 3)] {
        spend(&store, user, key, TrainingId(Uuid::now_v7()), seconds).await;
    }
    let of_key = async |key| store.write(async |tx| spending::of_key(tx, key, now()).await).await.unwrap();
    assert_eq!((of_user(&store, ann).await, of_user(&store, bob).await), ((2, 2 * PRICE), (2, 2 * PRICE)));
    assert_eq!(of_key(one).await, Spent { trainings: 3, microusd: 3 * PRICE, ..Spent::default() });
    assert_eq!(of_key(other).await, Spent { trainings: 1, microusd: PRICE, ..Spent::default() });
    assert_eq!(of_key(KeyId(Uuid::nil())).await, Spent::default());
    assert_eq!(
        spending::of_all(&store.db, now()).await.unwrap(),
        Spent { trainings: 4, microusd: 4 * PRICE, ..Spent::default() }
    );
}

async fn what_fal_never_had_is_free_and_what_it_had_twice_is_paid_twice(store: Store) {
    for &status in S::ALL {
        for attempts in 0..3 {
            let ann = store.user(&Uuid::now_v7().to_string()).await;
            training(&store, ann, status, attempts).await;
            let is_free = attempts == 0 && matches!(status, S::Failed | S::Cancelled);
            let times = i64::try_from(attempts).unwrap().max(1);
            let expected = if is_free { (0, 0) } else { (1, times * PRICE) };
            assert_eq!(of_user(&store, ann).await, expected, "{status} after {attempts}");
        }
    }
}

async fn nobody_gets_their_money_back_by_deleting_what_it_was_spent_on(store: Store) {
    let ann = store.user("ann").await;
    let paid = training(&store, ann, S::Completed, 1).await;
    let open = training(&store, ann, S::Preparing, 0).await;
    let end = async |tx: &mut _| trainings::end(tx, open.id, &Ending::Cancelled, now()).await;
    assert!(store.write(end).await.unwrap());
    let waiting = training(&store, ann, S::Preparing, 0).await;
    assert_eq!(of_user(&store, ann).await, (2, 2 * PRICE));
    for (training, forgiven) in [(paid, 0), (open, 1), (waiting, 1)] {
        let delete = async |tx: &mut _| {
            let forgiven = spending::forgive(tx, training.avatar_id).await?;
            avatars::delete(tx, ann, training.avatar_id).await?;
            Ok(forgiven)
        };
        assert_eq!(store.write(delete).await.unwrap(), forgiven);
    }
    assert_eq!(of_user(&store, ann).await, (1, PRICE), "what fal has never had costs nothing");
}

async fn the_switch_is_one_for_all(store: Store) {
    let stop = async || store.write(async |tx| spending::find_stop(tx).await).await.unwrap();
    assert_eq!(stop().await, None);
    assert!(!spending::resume(&store.db).await.unwrap());
    spending::stop(&store.db, None, at(1)).await.unwrap();
    spending::stop(&store.db, Some(NAME), at(2)).await.unwrap();
    assert_eq!(stop().await, Some(Stop { reason: Some(NAME.to_owned()), stopped_at: at(1) }));
    assert!(spending::resume(&store.db).await.unwrap());
    assert_eq!(stop().await, None);
}

async fn generations_are_counted_beside_trainings(store: Store) {
    let ann = store.user("ann").await;
    let training = training(&store, ann, S::Completed, 1).await;
    let avatar = avatars::find(&store.db, ann, training.avatar_id).await.unwrap().unwrap();
    let spend = async |attempts: bool| {
        let generation = store.generation(&avatar, &training).await;
        let (run, id) = (Run::Generation(generation.id), generation.id);
        let expense =
            Expense { run, user_id: ann, key_id: KeyId(Uuid::nil()), cost_microusd: 35_000, started_at: at(0) };
        store.write(async |tx| spending::add(tx, &expense).await).await.unwrap();
        if attempts {
            store.write(async |tx| generations::begin_submission(tx, id, at(9), at(1)).await).await.unwrap();
        }
        id
    };
    let key_of = async |run| store.write(async |tx| spending::key_of(tx, run).await).await.unwrap();
    let (sent, unsent, failed) = (spend(true).await, spend(false).await, spend(false).await);
    let ending = aisha_api::domain::generation::Ending::Cancelled;
    let given_up = async |tx: &mut Tx| generations::end(tx, failed, GenerationStatus::Pending, &ending, at(2)).await;
    store.write(given_up).await.unwrap();
    assert_eq!(key_of(Run::Generation(sent)).await, Some(KeyId(Uuid::nil())));
    assert_eq!(key_of(Run::Training(TrainingId(sent.0))).await, Some(KeyId(Uuid::nil())), "an id is one run's");
    assert!(key_of(Run::Training(training.id)).await.is_some());
    assert_eq!(key_of(Run::Training(TrainingId(Uuid::now_v7()))).await, None);
    let counted = async || store.write(async |tx| spending::of_user(tx, ann, now()).await).await.unwrap();
    assert_eq!(counted().await, Spent { trainings: 1, generations: 2, microusd: PRICE + 70_000, ..Spent::default() });
    for (id, forgiven) in [(sent, 0), (unsent, 1), (unsent, 0)] {
        let struck = store.write(async |tx| spending::forgive_generation(tx, id).await).await.unwrap();
        assert_eq!(struck, forgiven);
    }
    assert_eq!(counted().await, Spent { trainings: 1, generations: 1, microusd: PRICE + 35_000, ..Spent::default() });
    store.write(async |tx| generations::delete(tx, ann, avatar.id, sent).await).await.unwrap();
    assert_eq!(counted().await.generations, 1, "what fal had stays paid");
}

async fn transcriptions_are_counted_and_forgiven_by_themselves(store: Store) {
    let ann = store.user("ann").await;
    let spend = async |is_sent: bool| {
        let id = store.transcription(ann).await.id;
        let (run, key_id) = (Run::Transcription(id), KeyId(Uuid::nil()));
        let expense = Expense { run, user_id: ann, key_id, cost_microusd: 500, started_at: at(0) };
        store.write(async |tx| spending::add(tx, &expense).await).await.unwrap();
        if is_sent {
            store.write(async |tx| transcriptions::begin_submission(tx, id, at(9), at(1)).await).await.unwrap();
        }
        id
    };
    let (sent, unsent) = (spend(true).await, spend(false).await);
    spend(false).await;
    let counted = async || store.write(async |tx| spending::of_user(tx, ann, now()).await).await.unwrap();
    assert_eq!(counted().await, Spent { transcriptions: 3, microusd: 1500, ..Spent::default() });
    for (id, forgiven) in [(sent, 0), (unsent, 1), (unsent, 0)] {
        let struck = store.write(async |tx| spending::forgive_transcription(tx, id).await).await.unwrap();
        assert_eq!(struck, forgiven);
    }
    assert_eq!(store.write(async |tx| spending::forgive_transcriptions(tx, ann).await).await.unwrap(), 1);
    assert_eq!(counted().await, Spent { transcriptions: 1, microusd: 500, ..Spent::default() });
    store.write(async |tx| transcriptions::delete(tx, ann, sent).await).await.unwrap();
    assert_eq!(counted().await.transcriptions, 1, "what fal had stays paid");
}
