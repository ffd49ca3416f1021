//! Trainings as they are read: one, all of an avatar, all that are due.

use aisha_api::domain::ids::{AvatarId, TrainingId};
use aisha_api::domain::page::PageRequest;
use aisha_api::domain::training::Training;
use aisha_api::storage::{StorageError, trainings};
use aisha_openapi::vocabulary::{FalPriority, FinetuneType, Preset, ProgressSource, TrainingStatus, TrainingType};
use uuid::Uuid;

use crate::store::{self, Store, at, now};

crate::on_both!(
    a_training_reads_back_as_written,
    every_word_of_the_contract_is_taken_and_no_other,
    a_word_that_slipped_past_the_schema_is_a_corrupt_row,
    nobody_finds_another_persons_training,
    a_training_is_found_under_its_own_avatar_only,
    an_avatar_has_one_training_under_way,
    pages_hold_each_training_once_even_among_ties,
    versions_are_counted_for_each_avatar,
    only_what_is_due_is_due_and_the_longest_due_comes_first,
);

async fn add(store: &Store, training: &Training) -> Result<(), StorageError> {
    store.write(async |tx| trainings::add(tx, training).await).await
}

async fn read(store: &Store, id: TrainingId) -> Training {
    trainings::find_for_job(&store.db, id).await.unwrap().unwrap()
}

async fn a_training_reads_back_as_written(store: Store) {
    let ann = store.user("ann").await;
    let full = store::training(&store.avatar(ann).await);
    let mut bare = store::training(&store.avatar(ann).await);
    bare.settings.learning_rate = None;
    bare.photos.clear();
    for training in [full, bare] {
        add(&store, &training).await.unwrap();
        assert_eq!(trainings::find(&store.db, ann, training.id).await.unwrap().as_ref(), Some(&training));
        assert_eq!(read(&store, training.id).await, training);
        let found = trainings::find_by_attempt_token(&store.db, &training.attempt_token).await.unwrap();
        assert_eq!(found, Some(training));
    }
    assert_eq!(trainings::find_by_attempt_token(&store.db, "").await.unwrap(), None);
}

async fn every_word_of_the_contract_is_taken_and_no_other(store: Store) {
    let ann = store.user("ann").await;
    for (number, &status) in TrainingStatus::ALL.iter().enumerate() {
        let mut training = store::training(&store.avatar(ann).await);
        training.status = status;
        training.preset = Preset::ALL[number % Preset::ALL.len()];
        training.progress_source = ProgressSource::ALL[number % ProgressSource::ALL.len()];
        training.settings.training_type = TrainingType::ALL[number % TrainingType::ALL.len()];
        training.settings.finetune_type = FinetuneType::ALL[number % FinetuneType::ALL.len()];
        training.settings.priority = FalPriority::ALL[number % FalPriority::ALL.len()];
        add(&store, &training).await.unwrap();
        assert_eq!(read(&store, training.id).await, training);
    }
    for column in ["status", "preset", "progress_source", "training_type", "finetune_type", "fal_priority"] {
        store.execute(&format!("update trainings set {column} = 'unheard'")).await.expect_err(column);
    }
    for progress in [-1, 101] {
        store.execute(&format!("update trainings set progress = {progress}")).await.expect_err("no percentage");
    }
}

async fn a_word_that_slipped_past_the_schema_is_a_corrupt_row(store: Store) {
    let ann = store.user("ann").await;
    let training = store.training(&store.avatar(ann).await, TrainingStatus::Running).await;
    store.force("trainings", "preset", "unheard").await;
    let error = trainings::find_for_job(&store.db, training.id).await.unwrap_err();
    assert!(matches!(error, StorageError::Corrupt(_)), "{error:?}");
}

async fn nobody_finds_another_persons_training(store: Store) {
    let (ann, bob) = (store.user("ann").await, store.user("bob").await);
    let avatar = store.avatar(ann).await;
    let training = store.training(&avatar, TrainingStatus::Running).await;
    assert_eq!(trainings::find(&store.db, bob, training.id).await.unwrap(), None);
    assert_eq!(trainings::find(&store.db, ann, TrainingId(Uuid::nil())).await.unwrap(), None);
    assert_eq!(trainings::find_for_job(&store.db, TrainingId(Uuid::nil())).await.unwrap(), None);
    let request = PageRequest { limit: 9, after: None };
    assert_eq!(trainings::list(&store.db, bob, avatar.id, &request).await.unwrap().items, []);
}

async fn a_training_is_found_under_its_own_avatar_only(store: Store) {
    let ann = store.user("ann").await;
    let (avatar, other) = (store.avatar(ann).await, store.avatar(ann).await);
    let training = store.training(&avatar, TrainingStatus::Completed).await;
    let held =
        async |id: AvatarId| store.write(async |tx| trainings::find_held(tx, id, training.id).await).await.unwrap();
    assert_eq!((held(avatar.id).await, held(other.id).await), (Some(training.clone()), None));
}

async fn an_avatar_has_one_training_under_way(store: Store) {
    let ann = store.user("ann").await;
    for &status in TrainingStatus::ALL {
        let avatar = store.avatar(ann).await;
        let first = store.training(&avatar, status).await;
        let running = store.write(async |tx| trainings::find_running(tx, avatar.id).await).await.unwrap();
        let second = add(&store, &Training { version: 2, ..store::training(&avatar) }).await;
        if status.is_final() {
            assert_eq!(running, None, "{status}");
            second.unwrap_or_else(|error| panic!("after {status}: {error}"));
        } else {
            assert_eq!(running, Some(first), "{status}");
            assert!(second.unwrap_err().is_unique_violation(), "beside {status}");
        }
    }
}

async fn pages_hold_each_training_once_even_among_ties(store: Store) {
    let ann = store.user("ann").await;
    let (avatar, other) = (store.avatar(ann).await, store.avatar(ann).await);
    store.training(&other, TrainingStatus::Failed).await;
    let mut expected = Vec::new();
    for (version, seconds) in (1..).zip([7, 3, 7, 7, 7, 1]) {
        let training =
            Training { version, created_at: at(seconds), status: TrainingStatus::Failed, ..store::training(&avatar) };
        add(&store, &training).await.unwrap();
        expected.push(training.id);
    }
    let time = |id: &TrainingId| [7, 3, 7, 7, 7, 1][expected.iter().position(|known| known == id).unwrap()];
    let mut sorted = expected.clone();
    sorted.sort_by_key(|id| std::cmp::Reverse((time(id), *id)));
    for limit in 1..=7 {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = trainings::list(&store.db, ann, avatar.id, &PageRequest { limit, after }).await.unwrap();
            seen.extend(page.items.into_iter().map(|training| training.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, sorted, "pages of {limit}");
    }
}

async fn versions_are_counted_for_each_avatar(store: Store) {
    let ann = store.user("ann").await;
    let (avatar, other) = (store.avatar(ann).await, store.avatar(ann).await);
    let next = async |id: AvatarId| store.write(async |tx| trainings::next_version(tx, id).await).await.unwrap();
    assert_eq!(next(avatar.id).await, 1);
    store.training(&avatar, TrainingStatus::Failed).await;
    store.training(&avatar, TrainingStatus::Cancelled).await;
    assert_eq!((next(avatar.id).await, next(other.id).await), (3, 1));
    let error = add(&store, &Training { version: 2, ..store::training(&avatar) }).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error}");
}

async fn only_what_is_due_is_due_and_the_longest_due_comes_first(store: Store) {
    let ann = store.user("ann").await;
    let mut ids = Vec::new();
    for seconds in [30, 10, 20] {
        let training = store.training(&store.avatar(ann).await, TrainingStatus::Preparing).await;
        let begin = async |tx: &mut _| {
            trainings::begin_submission(tx, training.id, "http://x", at(seconds), at(99), now()).await
        };
        assert!(store.write(begin).await.unwrap());
        ids.push(training.id);
    }
    let new = store.training(&store.avatar(ann).await, TrainingStatus::Preparing).await;
    store.training(&store.avatar(ann).await, TrainingStatus::Preparing).await;
    let look = async |tx: &mut _| trainings::look_again(tx, new.id, at(5)).await;
    assert!(store.write(look).await.unwrap());
    let due = async |seconds, limit| trainings::list_due(&store.db, at(seconds), limit).await.unwrap();
    assert_eq!(due(4, 9).await, []);
    assert_eq!(due(20, 9).await, [new.id, ids[1], ids[2]]);
    assert_eq!(due(99, 9).await, [new.id, ids[1], ids[2], ids[0]], "and a new one not before its time");
    assert_eq!(due(99, 1).await, [new.id]);
}
