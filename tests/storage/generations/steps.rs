//! The steps of a generation, from each state and in each order.

use aisha_api::domain::generation::{Ending, Generation, Image};
use aisha_api::domain::run::FalRequest;
use aisha_api::domain::training::Training;
use aisha_api::storage::{StorageError, Tx, avatars, generations};
use aisha_openapi::vocabulary::{GenerationStatus as S, PhotoFormat, TrainingStatus, WarningCode};
use serde_json::json;

use crate::store::{NAME, Store, at, generation, now};

crate::on_both!(
    what_was_asked_for_is_read_back,
    a_generation_goes_its_whole_way,
    a_submission_is_begun_once_until_it_is_withdrawn,
    a_lost_submission_is_opened_again_and_both_tokens_find_it,
    what_was_given_up_is_not_begun,
    nothing_moves_what_has_ended,
    none_is_completed_that_was_not_at_fal,
    an_end_of_what_has_moved_on_does_not_count,
    a_late_webhook_of_an_earlier_attempt_stands_for_the_submission,
    what_fal_could_not_do_is_opened_again_under_another_token,
    the_count_of_the_avatar_never_drifts,
);

async fn one(store: &Store) -> (Training, Generation) {
    let ann = store.user(&uuid::Uuid::now_v7().to_string()).await;
    let avatar = store.avatar(ann).await;
    let training = store.training(&avatar, TrainingStatus::Completed).await;
    let generation = store.generation(&avatar, &training).await;
    (training, generation)
}

async fn read(store: &Store, generation: &Generation) -> Generation {
    generations::find(&store.db, generation.user_id, generation.id).await.unwrap().expect("the generation")
}

fn request(id: &str) -> FalRequest {
    FalRequest { status_url: "https://x/s".into(), ..FalRequest::by_id(id) }
}

pub(super) fn made() -> Ending {
    let image = Image {
        original_key: "user_1/gen_1.jpg".to_owned(),
        thumbnail_key: "user_1/thumb_1.jpg".to_owned(),
        format: PhotoFormat::Jpeg,
        width: 576,
        height: 1024,
        size_bytes: 5_000_000_000,
    };
    Ending::Made { images: vec![Some(image), None], response: json!({ "seed": u64::MAX, "prompt": "a\0b" }) }
}

pub(super) fn failed() -> Ending {
    Ending::Failed { code: "timed_out".into(), message: "too\0 late".into(), response: None }
}

async fn what_was_asked_for_is_read_back(store: Store) {
    let (_, generation) = one(&store).await;
    assert_eq!(read(&store, &generation).await, generation);
    assert_eq!(generations::find_for_job(&store.db, generation.id).await.unwrap(), Some(generation.clone()));
    let bob = store.user("bob").await;
    assert_eq!(generations::find(&store.db, bob, generation.id).await.unwrap(), None);
    let locked = store.write(async |tx| generations::lock(tx, generation.user_id, generation.id).await).await.unwrap();
    assert_eq!(locked, Some(generation.clone()));
    assert_eq!(store.write(async |tx| generations::lock(tx, bob, generation.id).await).await.unwrap(), None);
}

async fn a_generation_goes_its_whole_way(store: Store) {
    let (_, generation) = one(&store).await;
    let id = generation.id;
    assert_eq!(generations::list_due(&store.db, now(), 9).await.unwrap(), [id]);
    assert_eq!(generations::list_due(&store.db, at(-1), 9).await.unwrap(), []);
    assert_eq!(generations::count_open(&store.db).await.unwrap(), [("pending".to_owned(), 1)]);
    let warnings = [WarningCode::PromptNotEnhanced];
    assert!(store.write(async |tx| generations::write_prompt(tx, id, NAME, &warnings, at(2)).await).await.unwrap());
    assert!(store.write(async |tx| generations::wait(tx, id, "spending_stopped", at(9), at(3)).await).await.unwrap());
    let waiting = read(&store, &generation).await;
    assert_eq!((waiting.final_prompt.as_deref(), waiting.warnings.as_slice()), (Some(NAME), &warnings[..]));
    assert_eq!((waiting.status_reason.as_deref(), waiting.updated_at), (Some("spending_stopped"), at(3)));

    assert!(store.write(async |tx| generations::begin_submission(tx, id, at(60), at(4)).await).await.unwrap());
    assert!(!store.write(async |tx| generations::write_prompt(tx, id, "x", &[], at(5)).await).await.unwrap());
    assert!(!store.write(async |tx| generations::wait(tx, id, "x", at(9), at(5)).await).await.unwrap());
    let submitted = async |tx: &mut Tx| generations::submitted(tx, id, &request("r-1"), at(7), at(99), at(6)).await;
    assert!(store.write(submitted).await.unwrap());
    assert!(!store.write(submitted).await.unwrap(), "once");
    let processing = read(&store, &generation).await;
    assert_eq!((processing.status, processing.request), (S::Processing, Some(request("r-1"))));
    assert_eq!(
        (processing.deadline_at, processing.started_at, processing.status_reason),
        (Some(at(99)), Some(at(6)), None)
    );
    let at_fal = store.write(async |tx| generations::list_at_fal(tx, generation.avatar_id).await).await.unwrap();
    assert_eq!(at_fal, [(generation.endpoint.clone(), request("r-1"))]);

    assert!(store.write(async |tx| generations::stall(tx, id, "fal_key_refused", at(8), at(7)).await).await.unwrap());
    assert_eq!(read(&store, &generation).await.status_reason.as_deref(), Some("fal_key_refused"));
    assert!(store.write(async |tx| generations::processing(tx, id, at(10), at(9)).await).await.unwrap());
    assert!(store.write(async |tx| generations::postpone(tx, id, at(11), at(10)).await).await.unwrap());
    for seconds in [11, 12] {
        let wait = async |tx: &mut Tx| generations::wait_for_result(tx, id, at(20), at(seconds)).await;
        assert!(store.write(wait).await.unwrap());
    }
    let waiting = read(&store, &generation).await;
    assert_eq!(
        (waiting.fal_ended_at, waiting.last_status_check, waiting.status_reason),
        (Some(at(11)), Some(at(12)), None)
    );

    assert!(store.write(async |tx| generations::end(tx, id, S::Processing, &made(), at(13)).await).await.unwrap());
    let Ending::Made { images, .. } = made() else { unreachable!() };
    let ended = read(&store, &generation).await;
    assert_eq!((ended.status, ended.completed_at, ended.deadline_at), (S::Completed, Some(at(13)), None));
    assert_eq!(ended.images, images);
    assert_eq!(generations::list_due(&store.db, at(1000), 9).await.unwrap(), []);
    assert_eq!(generations::count_open(&store.db).await.unwrap(), []);
}

async fn a_submission_is_begun_once_until_it_is_withdrawn(store: Store) {
    let (_, generation) = one(&store).await;
    let id = generation.id;
    let begin = async |tx: &mut Tx| generations::begin_submission(tx, id, at(60), at(4)).await;
    for deadline in [at(70), at(80)] {
        let withdraw = async |tx: &mut Tx| generations::withdraw_submission(tx, id, at(5), deadline, at(5)).await;
        assert!(store.write(begin).await.unwrap());
        assert!(!store.write(begin).await.unwrap());
        assert_eq!(generations::count_attempts(&store.db, id).await.unwrap(), 1);
        assert!(store.write(withdraw).await.unwrap());
        assert_eq!(generations::count_attempts(&store.db, id).await.unwrap(), 0, "no attempt");
        let withdrawn = read(&store, &generation).await;
        assert_eq!((withdrawn.submitted_at, withdrawn.deadline_at), (None, Some(at(70))), "since the first refusal");
    }
}

async fn a_lost_submission_is_opened_again_and_both_tokens_find_it(store: Store) {
    let (_, generation) = one(&store).await;
    let id = generation.id;
    let again = async |tx: &mut Tx| generations::submit_again(tx, id, "another", at(5)).await;
    assert!(!store.write(again).await.unwrap(), "nothing was lost");
    assert!(store.write(async |tx| generations::begin_submission(tx, id, at(60), at(4)).await).await.unwrap());
    let lose = async |tx: &mut Tx| generations::lose_answer(tx, id, at(70), at(5)).await;
    assert!(store.write(lose).await.unwrap());
    assert_eq!(read(&store, &generation).await.status_reason.as_deref(), Some("submission_unknown"));
    assert!(store.write(again).await.unwrap());
    assert!(!store.write(again).await.unwrap(), "it is open");
    assert!(!store.write(lose).await.unwrap(), "there is no answer to lose");
    assert!(store.write(async |tx| generations::begin_submission(tx, id, at(60), at(6)).await).await.unwrap());
    assert_eq!(generations::count_attempts(&store.db, id).await.unwrap(), 2);
    for token in [generation.attempt_token.as_str(), "another"] {
        let found = generations::find_by_attempt_token(&store.db, token).await.unwrap().expect("the generation");
        assert_eq!(found.id, id);
    }
    assert_eq!(generations::find_by_attempt_token(&store.db, "a third").await.unwrap(), None);
}

async fn what_was_given_up_is_not_begun(store: Store) {
    let (_, generation) = one(&store).await;
    let id = generation.id;
    assert!(store.write(async |tx| generations::cancelling(tx, id, at(3)).await).await.unwrap());
    assert!(!store.write(async |tx| generations::cancelling(tx, id, at(4)).await).await.unwrap(), "once");
    assert!(!store.write(async |tx| generations::begin_submission(tx, id, at(60), at(4)).await).await.unwrap());
    assert!(
        store.write(async |tx| generations::end(tx, id, S::Pending, &Ending::Cancelled, at(5)).await).await.unwrap()
    );
    let ended = read(&store, &generation).await;
    assert_eq!((ended.status, ended.cancel_requested_at), (S::Cancelled, Some(at(3))));
}

async fn step(tx: &mut Tx, name: &str, generation: &Generation) -> Result<bool, StorageError> {
    let id = generation.id;
    match name {
        "write_prompt" => generations::write_prompt(tx, id, "x", &[], at(50)).await,
        "wait" => generations::wait(tx, id, "x", at(51), at(50)).await,
        "begin_submission" => generations::begin_submission(tx, id, at(51), at(50)).await,
        "withdraw_submission" => generations::withdraw_submission(tx, id, at(51), at(52), at(50)).await,
        "submit_again" => generations::submit_again(tx, id, "x", at(50)).await,
        "submitted" => generations::submitted(tx, id, &request("x"), at(51), at(52), at(50)).await,
        "processing" => generations::processing(tx, id, at(51), at(50)).await,
        "postpone" => generations::postpone(tx, id, at(51), at(50)).await,
        "wait_for_result" => generations::wait_for_result(tx, id, at(51), at(50)).await,
        "stall" => generations::stall(tx, id, "x", at(51), at(50)).await,
        "cancelling" => generations::cancelling(tx, id, at(50)).await,
        "reopen" => generations::reopen(tx, id, "x", at(51), at(50)).await,
        "lose_answer" => generations::lose_answer(tx, id, at(51), at(50)).await,
        "end" => generations::end(tx, id, S::Processing, &failed(), at(50)).await,
        "end as it is" => generations::end(tx, id, generation.status, &failed(), at(50)).await,
        _ => panic!("no step is called {name}"),
    }
}

async fn nothing_moves_what_has_ended(store: Store) {
    let steps = [
        "write_prompt",
        "wait",
        "begin_submission",
        "withdraw_submission",
        "submit_again",
        "submitted",
        "processing",
        "postpone",
        "wait_for_result",
        "stall",
        "lose_answer",
        "reopen",
        "cancelling",
        "end",
        "end as it is",
    ];
    let moderated = Ending::Made { images: vec![None], response: json!({}) };
    for (ending, status) in
        [(made(), S::Completed), (moderated, S::Moderated), (failed(), S::Failed), (Ending::Cancelled, S::Cancelled)]
    {
        let (_, generation) = one(&store).await;
        let id = generation.id;
        assert!(store.write(async |tx| generations::begin_submission(tx, id, at(60), at(4)).await).await.unwrap());
        let submitted = async |tx: &mut Tx| generations::submitted(tx, id, &request("r"), at(7), at(99), at(6)).await;
        assert!(store.write(submitted).await.unwrap());
        assert!(store.write(async |tx| generations::end(tx, id, S::Processing, &ending, at(13)).await).await.unwrap());
        let ended = read(&store, &generation).await;
        assert_eq!(ended.status, status);
        for name in steps {
            assert!(!store.write(async |tx| step(tx, name, &ended).await).await.unwrap(), "{name} after {status}");
        }
        assert_eq!(read(&store, &generation).await, ended);
    }
}

async fn none_is_completed_that_was_not_at_fal(store: Store) {
    let (_, generation) = one(&store).await;
    let id = generation.id;
    assert!(!store.write(async |tx| generations::end(tx, id, S::Pending, &made(), at(5)).await).await.unwrap());
    assert!(store.write(async |tx| generations::end(tx, id, S::Pending, &failed(), at(5)).await).await.unwrap());
    let ended = read(&store, &generation).await;
    assert_eq!((ended.error_code.as_deref(), ended.error_message.as_deref()), (Some("timed_out"), Some("too late")));
}

async fn an_end_of_what_has_moved_on_does_not_count(store: Store) {
    let (_, generation) = one(&store).await;
    let id = generation.id;
    assert!(store.write(async |tx| generations::begin_submission(tx, id, at(60), at(4)).await).await.unwrap());
    let seen = read(&store, &generation).await;
    // Its time was over, and the webhook came while it was being given up.
    let submitted = async |tx: &mut Tx| generations::submitted(tx, id, &request("r"), at(7), at(99), at(6)).await;
    assert!(store.write(submitted).await.unwrap());
    for ending in [failed(), Ending::Cancelled] {
        assert!(!store.write(async |tx| generations::end(tx, id, seen.status, &ending, at(7)).await).await.unwrap());
        assert!(!store.write(async |tx| generations::lose_answer(tx, id, at(60), at(7)).await).await.unwrap());
    }
    assert!(store.write(async |tx| generations::end(tx, id, S::Processing, &made(), at(8)).await).await.unwrap());
}

async fn a_late_webhook_of_an_earlier_attempt_stands_for_the_submission(store: Store) {
    let (_, generation) = one(&store).await;
    let id = generation.id;
    assert!(store.write(async |tx| generations::begin_submission(tx, id, at(60), at(4)).await).await.unwrap());
    assert!(store.write(async |tx| generations::submit_again(tx, id, "another", at(5)).await).await.unwrap());
    let submitted = async |tx: &mut Tx| generations::submitted(tx, id, &request("r"), at(7), at(99), at(6)).await;
    assert!(store.write(submitted).await.unwrap());
    assert!(!store.write(async |tx| generations::begin_submission(tx, id, at(60), at(7)).await).await.unwrap());
    let found = read(&store, &generation).await;
    assert_eq!((found.status, found.submitted_at), (S::Processing, Some(at(6))), "fal has it");
}

async fn what_fal_could_not_do_is_opened_again_under_another_token(store: Store) {
    let (_, generation) = one(&store).await;
    let id = generation.id;
    let reopen = async |tx: &mut Tx| generations::reopen(tx, id, "another", at(20), at(10)).await;
    assert!(store.write(async |tx| generations::begin_submission(tx, id, at(60), at(4)).await).await.unwrap());
    assert!(!store.write(reopen).await.unwrap(), "fal may have it");
    let submitted = async |tx: &mut Tx| generations::submitted(tx, id, &request("r"), at(7), at(99), at(6)).await;
    assert!(store.write(submitted).await.unwrap());
    assert!(store.write(async |tx| generations::wait_for_result(tx, id, at(9), at(8)).await).await.unwrap());
    assert!(store.write(reopen).await.unwrap());
    assert!(!store.write(reopen).await.unwrap());
    let found = read(&store, &generation).await;
    assert_eq!((found.status, found.attempt_token.as_str(), &found.request), (S::Pending, "another", &None));
    assert_eq!((found.submitted_at, found.started_at, found.fal_ended_at), (None, None, None));
    assert_eq!(generations::list_due(&store.db, at(20), 9).await.unwrap(), [id]);
    assert_eq!(generations::count_attempts(&store.db, id).await.unwrap(), 1, "the first one counts");
    let (_, given_up) = one(&store).await;
    let id = given_up.id;
    let submitted = async |tx: &mut Tx| generations::submitted(tx, id, &request("r"), at(7), at(99), at(6)).await;
    assert!(store.write(submitted).await.unwrap());
    assert!(store.write(async |tx| generations::cancelling(tx, id, at(7)).await).await.unwrap());
    assert!(!store.write(async |tx| generations::reopen(tx, id, "third", at(20), at(10)).await).await.unwrap());
}

async fn the_count_of_the_avatar_never_drifts(store: Store) {
    let ann = store.user("ann").await;
    let avatar = store.avatar(ann).await;
    let training = store.training(&avatar, TrainingStatus::Completed).await;
    let all: Vec<_> = (0..12).map(|_| generation(&avatar, &training)).collect();
    let add = |one: &Generation| {
        let (store, one) = (&store, one.clone());
        async move { store.write(async |tx| generations::add(tx, &one, now()).await).await.unwrap() }
    };
    futures_util::future::join_all(all.iter().map(add)).await;
    let delete = |one: &Generation| {
        let (store, avatar, id) = (&store, avatar.id, one.id);
        async move { store.write(async |tx| generations::delete(tx, ann, avatar, id).await).await.unwrap() }
    };
    let deleted = futures_util::future::join_all(all[..5].iter().chain(&all[..5]).map(delete)).await;
    assert_eq!(deleted.into_iter().filter(|deleted| *deleted).count(), 5, "each once");
    assert_eq!(avatars::find(&store.db, ann, avatar.id).await.unwrap().unwrap().generations_count, 7);
    let bob = store.user("bob").await;
    let foreign = store.write(async |tx| generations::delete(tx, bob, avatar.id, all[11].id).await).await.unwrap();
    assert!(!foreign);
}
