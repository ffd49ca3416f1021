//! Runs of packs: counted in their generations, and ended once.

use aisha_api::domain::generation::{Ending, Generation};
use aisha_api::domain::ids::{GenerationId, PackRunId, UserId};
use aisha_api::domain::pack::{PackRun, Progress};
use aisha_api::domain::page::PageRequest;
use aisha_api::storage::packs::{self, Filter};
use aisha_api::storage::{Tx, avatars, generations};
use aisha_openapi::vocabulary::{PackStatus, TrainingStatus};
use futures_util::future::join_all;
use serde_json::json;
use uuid::Uuid;

use crate::store::{Store, at, generation, now};

crate::on_both!(
    what_was_asked_for_is_read_back,
    how_far_it_is_follows_from_its_generations,
    of_many_that_end_at_once_one_ends_the_run,
    what_was_given_up_is_given_up_once,
    a_training_has_one_preview,
    each_filter_finds_its_own_in_pages,
    with_an_avatar_go_its_runs,
);

/// A run of so many generations.
async fn run(store: &Store, owner: UserId, pictures: usize) -> (PackRun, Vec<Generation>) {
    let avatar = store.avatar(owner).await;
    let training = store.training(&avatar, TrainingStatus::Completed).await;
    let run = PackRun {
        id: PackRunId(Uuid::now_v7()),
        user_id: owner,
        avatar_id: avatar.id,
        training_id: training.id,
        pack_id: Some("business_portraits".to_owned()),
        is_preview: false,
        cost_microusd: 6_000_000_000,
        cancel_requested_at: None,
        created_at: now(),
        completed_at: None,
        progress: Progress::default(),
    };
    let made: Vec<_> =
        (0..pictures).map(|_| Generation { pack_id: Some(run.id.0), ..generation(&avatar, &training) }).collect();
    store
        .write(async |tx| {
            packs::add(tx, &run).await?;
            for generation in &made {
                generations::add(tx, generation, now()).await?;
            }
            Ok(())
        })
        .await
        .unwrap();
    let progress = Progress { pending: i64::try_from(pictures).unwrap(), ..Progress::default() };
    (PackRun { progress, ..run }, made)
}

fn failed() -> Ending {
    Ending::Failed { code: "timed_out".into(), message: "too late".into(), response: None }
}

async fn end(store: &Store, run: &PackRun, id: GenerationId, ending: &Ending) -> Option<PackRun> {
    let seen = generations::find_for_job(&store.db, id).await.unwrap().expect("the generation").status;
    let both = async |tx: &mut Tx| {
        assert!(generations::end(tx, id, seen, ending, at(9)).await?);
        packs::end_if_done(tx, run.id, at(9)).await
    };
    store.write(both).await.unwrap()
}

async fn read(store: &Store, run: &PackRun) -> PackRun {
    packs::find(&store.db, run.user_id, run.id).await.unwrap().expect("the run")
}

async fn what_was_asked_for_is_read_back(store: Store) {
    let (ann, bob) = (store.user("ann").await, store.user("bob").await);
    let (run, made) = run(&store, ann, 3).await;
    assert_eq!(read(&store, &run).await, run);
    let locked = async |owner: UserId| store.write(async |tx| packs::lock(tx, owner, run.id).await).await.unwrap();
    assert_eq!((locked(ann).await, locked(bob).await), (Some(run.clone()), None));
    assert_eq!(packs::find(&store.db, bob, run.id).await.unwrap(), None);
    let of =
        async |owner: UserId| store.write(async |tx| generations::list_of_pack(tx, owner, run.id).await).await.unwrap();
    assert_eq!((of(ann).await, of(bob).await), (made, vec![]), "in their order");
    assert!(!store.write(async |tx| packs::delete(tx, bob, run.id).await).await.unwrap());
    assert!(store.write(async |tx| packs::delete(tx, ann, run.id).await).await.unwrap());
    assert_eq!(packs::find(&store.db, ann, run.id).await.unwrap(), None);
}

async fn how_far_it_is_follows_from_its_generations(store: Store) {
    let ann = store.user("ann").await;
    let (run, made) = run(&store, ann, 4).await;
    assert!(store.write(async |tx| packs::end_if_done(tx, run.id, at(5)).await).await.unwrap().is_none());
    let submitted = async |tx: &mut Tx, id: GenerationId| {
        generations::begin_submission(tx, id, at(60), at(1)).await?;
        let request = aisha_api::domain::run::FalRequest::by_id("r-1");
        generations::submitted(tx, id, &request, at(2), at(3), at(1)).await
    };
    for generation in &made[..2] {
        assert!(store.write(async |tx| submitted(tx, generation.id).await).await.unwrap());
    }
    let kept_back = Ending::Made { images: vec![None], response: json!({}) };
    assert!(end(&store, &run, made[0].id, &kept_back).await.is_none());
    assert!(end(&store, &run, made[2].id, &failed()).await.is_none());
    let expected = Progress { pending: 1, processing: 1, failed: 1, moderated: 1, ..Progress::default() };
    assert_eq!(read(&store, &run).await.progress, expected);

    // What is deleted does not count, and the last that is open may go this way, too.
    let avatar = run.avatar_id;
    store.write(async |tx| generations::delete(tx, ann, avatar, made[2].id).await).await.unwrap();
    assert!(end(&store, &run, made[3].id, &Ending::Cancelled).await.is_none());
    let last = async |tx: &mut Tx| {
        generations::delete(tx, ann, avatar, made[1].id).await?;
        packs::end_if_done(tx, run.id, at(9)).await
    };
    let ended = store.write(last).await.unwrap().expect("the end");
    assert_eq!(ended.progress, Progress { cancelled: 1, moderated: 1, ..Progress::default() });
    assert_eq!((ended.status(), ended.completed_at), (PackStatus::Failed, Some(at(9))));
    assert_eq!(read(&store, &run).await, ended);
    assert!(store.write(async |tx| packs::end_if_done(tx, run.id, at(10)).await).await.unwrap().is_none(), "once");
}

async fn of_many_that_end_at_once_one_ends_the_run(store: Store) {
    let ann = store.user("ann").await;
    for round in 0..8 {
        let (run, made) = run(&store, ann, 12).await;
        let ends = made.iter().map(|generation| end(&store, &run, generation.id, &Ending::Cancelled));
        let told: Vec<_> = join_all(ends).await.into_iter().flatten().collect();
        assert_eq!(told.len(), 1, "round {round}");
        assert_eq!(told[0].progress, Progress { cancelled: 12, ..Progress::default() });
        assert_eq!(read(&store, &run).await, told[0]);
    }
}

async fn what_was_given_up_is_given_up_once(store: Store) {
    let ann = store.user("ann").await;
    let (run, made) = run(&store, ann, 1).await;
    let give_up =
        async |seconds: i64| store.write(async |tx| packs::cancelling(tx, run.id, at(seconds)).await).await.unwrap();
    assert!(give_up(3).await);
    assert!(!give_up(4).await);
    assert_eq!(read(&store, &run).await.cancel_requested_at, Some(at(3)));
    let ended = end(&store, &run, made[0].id, &Ending::Cancelled).await.expect("the end");
    assert_eq!(ended.status(), PackStatus::Cancelled);
    assert!(!give_up(5).await, "it has ended");
}

async fn a_training_has_one_preview(store: Store) {
    let ann = store.user("ann").await;
    let (first, _) = run(&store, ann, 0).await;
    let another = |is_preview| PackRun { id: PackRunId(Uuid::now_v7()), is_preview, ..first.clone() };
    let add = async |run: PackRun| store.write(async |tx| packs::add(tx, &run).await).await;
    add(another(false)).await.expect("a person may ask as often as they like");
    add(another(true)).await.expect("the first");
    assert!(add(another(true)).await.unwrap_err().is_unique_violation());
}

async fn each_filter_finds_its_own_in_pages(store: Store) {
    let (ann, bob) = (store.user("ann").await, store.user("bob").await);
    run(&store, bob, 1).await;
    let (one, _) = run(&store, ann, 2).await;
    let (other, _) = run(&store, ann, 0).await;
    let preview = PackRun { id: PackRunId(Uuid::now_v7()), is_preview: true, created_at: at(5), ..other.clone() };
    store.write(async |tx| packs::add(tx, &preview).await).await.unwrap();
    let found = async |filter: Filter| {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = packs::list(&store.db, ann, &filter, &PageRequest { limit: 1, after }).await.unwrap();
            found.extend(page.items);
            after = page.next;
            if after.is_none() {
                return found;
            }
        }
    };
    assert_eq!(found(Filter::default()).await, [preview.clone(), other.clone(), one.clone()]);
    assert_eq!(found(Filter { avatar_id: Some(one.avatar_id), ..Filter::default() }).await, std::slice::from_ref(&one));
    assert_eq!(found(Filter { is_preview: Some(true), ..Filter::default() }).await, [preview]);
    assert_eq!(found(Filter { is_preview: Some(false), ..Filter::default() }).await, [other, one]);
}

async fn with_an_avatar_go_its_runs(store: Store) {
    let ann = store.user("ann").await;
    let (run, _) = run(&store, ann, 2).await;
    store.write(async |tx| avatars::delete(tx, ann, run.avatar_id).await).await.unwrap();
    assert_eq!(store.number("select count(*) from pack_runs").await, 0);
    assert_eq!(store.number("select count(*) from generations").await, 0);
}
