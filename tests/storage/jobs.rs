//! Jobs: merged while they wait, claimed once, fenced by their lease.

use std::collections::BTreeSet;

use aisha_api::domain::ids::{GenerationId, JobId, PhotoId, TrainingId};
use aisha_api::domain::job::{Job, Lane};
use aisha_api::storage::jobs::{self, ClaimedJob};
use futures_util::future::join_all;
use uuid::Uuid;

use crate::store::{NAME, Store, at};

crate::on_both!(
    every_kind_of_job_comes_back_as_it_was_left,
    a_job_of_an_unknown_kind_is_claimed_and_named,
    a_change_that_is_rolled_back_leaves_no_job,
    the_same_work_waits_once_and_at_the_earliest_time_asked_for,
    work_that_is_being_done_can_be_asked_for_again,
    work_is_pending_until_it_is_done_or_has_failed,
    jobs_are_claimed_when_they_are_due_the_longest_due_first,
    of_many_claimers_each_job_has_one,
    a_lane_that_is_full_is_passed_over,
    a_job_whose_lease_has_run_out_is_claimed_again,
    a_worker_that_lost_its_lease_changes_nothing_any_more,
    a_lease_that_is_extended_holds,
    a_job_that_is_retried_waits_for_its_time,
    a_job_that_is_retried_makes_way_for_the_same_work_that_waits,
    a_job_that_failed_stays_to_be_looked_at,
);

fn apply(number: u128) -> Job {
    Job::ApplyFalResult { training_id: TrainingId(Uuid::from_u128(number)) }
}

async fn enqueue(store: &Store, job: &Job, seconds: i64) {
    let id = JobId(Uuid::now_v7());
    store.write(async |tx| jobs::enqueue(tx, id, job, at(seconds), at(0)).await).await.unwrap();
}

async fn work_is_pending_until_it_is_done_or_has_failed(store: Store) {
    let is_pending = async |job: Job| store.write(async |tx| jobs::is_pending(tx, &job).await).await.unwrap();
    for fails in [false, true] {
        assert!(!is_pending(apply(1)).await);
        enqueue(&store, &apply(1), 5).await;
        assert!(is_pending(apply(1)).await && !is_pending(apply(2)).await);
        let claimed = claim(&store, 5).await.unwrap();
        assert!(is_pending(apply(1)).await);
        if fails {
            jobs::fail(&store.db, &claimed, "in vain").await.unwrap();
        } else {
            assert!(jobs::finish(&store.db, &claimed).await.unwrap());
        }
    }
    assert!(!is_pending(apply(1)).await);
}

/// Claims at this second, for ten seconds.
async fn claim(store: &Store, seconds: i64) -> Option<ClaimedJob> {
    claim_but(store, None, seconds).await
}

/// The same, but none of this lane.
async fn claim_but(store: &Store, full: Option<Lane>, seconds: i64) -> Option<ClaimedJob> {
    jobs::claim(&store.db, full, Uuid::new_v4(), at(seconds + 10), at(seconds)).await.unwrap()
}

async fn counts(store: &Store) -> Vec<(String, i64)> {
    jobs::count(&store.db).await.unwrap()
}

fn so_many(state: &str, count: i64) -> (String, i64) {
    (state.to_owned(), count)
}

async fn every_kind_of_job_comes_back_as_it_was_left(store: Store) {
    let training_id = TrainingId(Uuid::now_v7());
    let generation_id = GenerationId(Uuid::now_v7());
    let all = [
        Job::PrepareTraining { training_id },
        Job::SubmitTraining { training_id },
        Job::ApplyFalResult { training_id },
        Job::CancelTraining { training_id },
        Job::SubmitGeneration { generation_id },
        Job::CollectGeneration { generation_id },
        Job::CancelGeneration { generation_id },
        Job::MeasurePhoto { photo_id: PhotoId(Uuid::now_v7()) },
        Job::AbandonRequest { endpoint: "fal-ai/flux-2/klein".into(), request_id: NAME.into() },
        Job::ClearObjects {},
        Job::CheckObjects {},
    ];
    for job in all {
        enqueue(&store, &job, 0).await;
        let claimed = claim(&store, 0).await.unwrap();
        assert_eq!((claimed.kind.as_str(), claimed.attempts), (job.kind(), 1));
        assert_eq!(claimed.job.as_ref(), Some(&job));
        assert!(jobs::finish(&store.db, &claimed).await.unwrap());
    }
    assert_eq!(counts(&store).await, []);
}

async fn a_job_of_an_unknown_kind_is_claimed_and_named(store: Store) {
    enqueue(&store, &Job::ClearObjects {}, 0).await;
    store.execute("update jobs set kind = 'walk_the_dog'").await.unwrap();
    let claimed = claim(&store, 0).await.unwrap();
    assert_eq!((claimed.kind.as_str(), claimed.job), ("walk_the_dog", None));
}

async fn a_change_that_is_rolled_back_leaves_no_job(store: Store) {
    let mut tx = store.db.begin().await.unwrap();
    jobs::enqueue(&mut tx, JobId(Uuid::now_v7()), &apply(1), at(0), at(0)).await.unwrap();
    drop(tx);
    assert!(claim(&store, 99).await.is_none());
    assert_eq!(counts(&store).await, []);
}

async fn the_same_work_waits_once_and_at_the_earliest_time_asked_for(store: Store) {
    let due = async |seconds| jobs::is_any_due(&store.db, None, at(seconds)).await.unwrap();
    enqueue(&store, &apply(1), 20).await;
    enqueue(&store, &apply(1), 30).await;
    assert_eq!((due(19).await, due(20).await), (false, true));
    enqueue(&store, &apply(1), 10).await;
    assert_eq!((due(9).await, due(10).await), (false, true));
    assert_eq!(counts(&store).await, [so_many("waiting", 1)]);
    enqueue(&store, &apply(2), 10).await;
    enqueue(&store, &Job::CancelTraining { training_id: TrainingId(Uuid::from_u128(1)) }, 10).await;
    assert_eq!(counts(&store).await, [so_many("waiting", 3)]);
}

async fn work_that_is_being_done_can_be_asked_for_again(store: Store) {
    enqueue(&store, &apply(1), 0).await;
    let first = claim(&store, 0).await.unwrap();
    enqueue(&store, &apply(1), 0).await;
    assert_eq!(counts(&store).await, [so_many("running", 1), so_many("waiting", 1)]);
    assert!(jobs::finish(&store.db, &first).await.unwrap());
    assert_eq!(claim(&store, 0).await.unwrap().job, Some(apply(1)), "what changed meanwhile is not overlooked");
}

async fn jobs_are_claimed_when_they_are_due_the_longest_due_first(store: Store) {
    for (number, seconds) in [(1, 30), (2, 10), (3, 20)] {
        enqueue(&store, &apply(number), seconds).await;
    }
    assert!(!jobs::is_any_due(&store.db, None, at(9)).await.unwrap());
    assert!(claim(&store, 9).await.is_none());
    for number in [2, 3, 1] {
        assert_eq!(claim(&store, 30).await.unwrap().job, Some(apply(number)));
    }
    assert!(claim(&store, 30).await.is_none());
}

async fn of_many_claimers_each_job_has_one(store: Store) {
    for number in 0..40 {
        enqueue(&store, &apply(number), 0).await;
    }
    let claimers = (0..8).map(|_| async {
        let mut mine = Vec::new();
        while let Some(job) = claim(&store, 1).await {
            mine.push(job.id.0);
        }
        mine
    });
    let claimed: Vec<Uuid> = join_all(claimers).await.into_iter().flatten().collect();
    assert_eq!(claimed.len(), 40);
    assert_eq!(claimed.into_iter().collect::<BTreeSet<_>>().len(), 40);
}

async fn a_lane_that_is_full_is_passed_over(store: Store) {
    let training_id = TrainingId(Uuid::from_u128(1));
    let cancel = Job::CancelTraining { training_id };
    let collect = Job::CollectGeneration { generation_id: GenerationId(Uuid::from_u128(2)) };
    enqueue(&store, &apply(1), 0).await;
    let left_behind = claim(&store, 0).await.unwrap();
    enqueue(&store, &Job::PrepareTraining { training_id }, 1).await;
    enqueue(&store, &collect, 2).await;
    enqueue(&store, &cancel, 3).await;
    let full = Some(Lane::Trainings);
    assert_eq!(claim_but(&store, full, 11).await.unwrap().job, Some(collect));
    assert!(jobs::is_any_due(&store.db, full, at(11)).await.unwrap());
    assert_eq!(claim_but(&store, full, 11).await.unwrap().job, Some(cancel), "what is quick is of no lane");
    assert!(!jobs::is_any_due(&store.db, full, at(11)).await.unwrap(), "nor is work whose lease has run out");
    assert!(claim_but(&store, full, 11).await.is_none());
    assert_eq!(claim_but(&store, Some(Lane::Photos), 11).await.unwrap().id, left_behind.id);
}

async fn a_job_whose_lease_has_run_out_is_claimed_again(store: Store) {
    enqueue(&store, &apply(1), 0).await;
    let first = claim(&store, 0).await.unwrap();
    assert!(!jobs::is_any_due(&store.db, None, at(10)).await.unwrap());
    assert!(claim(&store, 10).await.is_none());
    assert!(jobs::is_any_due(&store.db, None, at(11)).await.unwrap());
    let second = claim(&store, 11).await.unwrap();
    assert_eq!((second.id, second.attempts, &second.job), (first.id, 2, &first.job));
    assert_ne!(second.lease_id, first.lease_id);
}

async fn a_worker_that_lost_its_lease_changes_nothing_any_more(store: Store) {
    enqueue(&store, &apply(1), 0).await;
    let first = claim(&store, 0).await.unwrap();
    let second = claim(&store, 11).await.unwrap();
    assert!(!jobs::extend(&store.db, &first, at(99)).await.unwrap());
    assert!(!jobs::finish(&store.db, &first).await.unwrap());
    jobs::retry(&store.db, &first, at(0), "late").await.unwrap();
    jobs::fail(&store.db, &first, "late").await.unwrap();
    assert_eq!(counts(&store).await, [so_many("running", 1)]);
    enqueue(&store, &apply(1), 0).await;
    jobs::retry(&store.db, &first, at(0), "late").await.unwrap();
    assert_eq!(counts(&store).await, [so_many("running", 1), so_many("waiting", 1)]);
    assert!(jobs::finish(&store.db, &second).await.unwrap());
    assert!(!jobs::finish(&store.db, &second).await.unwrap());
}

async fn a_lease_that_is_extended_holds(store: Store) {
    enqueue(&store, &apply(1), 0).await;
    let job = claim(&store, 0).await.unwrap();
    assert!(jobs::extend(&store.db, &job, at(50)).await.unwrap());
    assert!(claim(&store, 50).await.is_none());
    assert_eq!(claim(&store, 51).await.unwrap().id, job.id);
}

async fn a_job_that_is_retried_waits_for_its_time(store: Store) {
    enqueue(&store, &apply(1), 0).await;
    let job = claim(&store, 0).await.unwrap();
    jobs::retry(&store.db, &job, at(40), NAME).await.unwrap();
    assert_eq!(counts(&store).await, [so_many("waiting", 1)]);
    assert_eq!(store.number("select count(*) from jobs where last_error like 'Аня%'").await, 1);
    assert!(!jobs::extend(&store.db, &job, at(99)).await.unwrap(), "who gave a job back has no lease");
    assert!(claim(&store, 39).await.is_none());
    assert_eq!(claim(&store, 40).await.unwrap().attempts, 2);
}

async fn a_job_that_is_retried_makes_way_for_the_same_work_that_waits(store: Store) {
    enqueue(&store, &apply(1), 0).await;
    let job = claim(&store, 0).await.unwrap();
    enqueue(&store, &apply(1), 5).await;
    enqueue(&store, &apply(2), 60).await;
    jobs::retry(&store.db, &job, at(40), "again").await.unwrap();
    assert_eq!(counts(&store).await, [so_many("waiting", 2)]);
    let twin = claim(&store, 5).await.unwrap();
    assert_eq!((&twin.job, twin.attempts), (&Some(apply(1)), 1));
    assert_ne!(twin.id, job.id);
}

async fn a_job_that_failed_stays_to_be_looked_at(store: Store) {
    enqueue(&store, &apply(1), 0).await;
    let job = claim(&store, 0).await.unwrap();
    jobs::fail(&store.db, &job, NAME).await.unwrap();
    assert_eq!(counts(&store).await, [so_many("failed", 1)]);
    assert_eq!(store.number("select count(*) from jobs where last_error like 'Аня%' and lease_id is null").await, 1);
    assert!(!jobs::is_any_due(&store.db, None, at(9999)).await.unwrap());
    assert!(claim(&store, 9999).await.is_none());
    enqueue(&store, &apply(1), 0).await;
    let again = claim(&store, 0).await.unwrap();
    assert_eq!(again.job, Some(apply(1)), "the same work can be asked for again");
    jobs::fail(&store.db, &again, "again").await.unwrap();
    assert_eq!(counts(&store).await, [so_many("failed", 1)], "of the same work the last failure stays");
}
