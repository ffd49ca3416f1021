//! The steps of a training, and how many trainings there are.

use aisha_api::domain::training::Step;
use aisha_api::storage::trainings;
use aisha_openapi::vocabulary::{ToldBy, TrainingStatus};
use uuid::Uuid;

use crate::store::{NAME, Store, at};

crate::on_both!(steps_are_read_in_their_order_by_their_owner, open_trainings_are_counted_by_status);

async fn steps_are_read_in_their_order_by_their_owner(store: Store) {
    let ann = store.user("ann").await;
    let bob = store.user("bob").await;
    let training = store.training(&store.avatar(ann).await, TrainingStatus::Running).await;
    let mut expected = Vec::new();
    for (second, &status) in (0..).zip(TrainingStatus::ALL) {
        for &told_by in ToldBy::ALL {
            let step = Step::new(status, told_by);
            let step = if told_by == ToldBy::Sweep { step.because(NAME) } else { step };
            let id = Uuid::now_v7();
            let add = async |tx: &mut _| trainings::add_step(tx, id, training.id, &step, at(second)).await;
            store.write(add).await.unwrap();
            expected.push((at(second), step));
        }
    }
    assert_eq!(trainings::list_steps(&store.db, ann, training.id).await.unwrap(), expected);
    assert_eq!(trainings::list_steps(&store.db, bob, training.id).await.unwrap(), []);
    for column in ["status", "told_by"] {
        store.execute(&format!("update training_steps set {column} = 'unheard'")).await.expect_err(column);
    }
}

async fn open_trainings_are_counted_by_status(store: Store) {
    let ann = store.user("ann").await;
    for status in [TrainingStatus::Running, TrainingStatus::Running, TrainingStatus::Queued, TrainingStatus::Failed] {
        store.training(&store.avatar(ann).await, status).await;
    }
    let counted = trainings::count_open(&store.db).await.unwrap();
    assert_eq!(counted, [("queued".to_owned(), 1), ("running".to_owned(), 2)]);
}
