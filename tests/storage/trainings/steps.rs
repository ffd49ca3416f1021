//! The steps of a training, each from every state.

use aisha_api::domain::run::FalRequest;
use aisha_api::domain::training::{Ending, Training, Weights};
use aisha_api::storage::trainings::{self, Report};
use aisha_api::storage::{StorageError, Tx};
use aisha_openapi::vocabulary::{ProgressSource, TrainingStatus as S};
use serde_json::json;

use crate::store::{NAME, Store, at};

crate::on_both!(
    each_step_is_done_from_its_states_and_from_no_other,
    a_training_goes_its_whole_way,
    a_submission_is_begun_once_until_it_is_withdrawn,
    a_lost_submission_is_opened_again_and_both_tokens_find_it,
    progress_is_told_after_a_pause,
    a_request_is_noted_once_and_does_not_undo_a_cancellation,
    progress_never_falls_and_a_report_ends_a_stall,
    only_what_fal_has_is_asked_about_later,
    a_packed_set_is_let_go_of_when_its_training_has_long_ended,
    the_wait_for_a_result_begins_once,
    the_first_end_is_the_end,
    whatever_fal_answered_is_kept_as_json,
);

async fn training(store: &Store, status: S) -> Training {
    let ann = store.user(&uuid::Uuid::now_v7().to_string()).await;
    store.training(&store.avatar(ann).await, status).await
}

async fn read(store: &Store, training: &Training) -> Training {
    trainings::find_for_job(&store.db, training.id).await.unwrap().unwrap()
}

fn request() -> FalRequest {
    let url = |tail: &str| format!("https://queue.fal.run/a/b/requests/r-1{tail}");
    FalRequest { id: "r-1".into(), status_url: url("/status"), response_url: url(""), cancel_url: url("/cancel") }
}

fn report(status: S, progress: i32) -> Report {
    Report {
        status,
        progress,
        progress_source: ProgressSource::Reported,
        queue_position: (status == S::Queued).then_some(3),
        logs: None,
        next_check_at: at(60),
    }
}

pub(super) fn failed() -> Ending {
    Ending::Failed { code: "invalid_archive".into(), message: NAME.into(), response: Some(json!({"detail": [1]})) }
}

pub(super) fn completed() -> Ending {
    Ending::Completed(Weights {
        lora_key: "a/lora".into(),
        config_key: Some("a/config".into()),
        lora_url: "https://v3.fal.media/l".into(),
        config_url: None,
        response: json!({"diffusers_lora_file": {"url": "https://v3.fal.media/l"}}),
    })
}

/// The states of a training that fal may have. In a row they stand without its submission only for a moment.
const AT_FAL: &[S] = &[S::Queued, S::Running, S::Stalled, S::Cancelling];
const OPEN: &[S] = &[S::Preparing, S::Submitting, S::Queued, S::Running, S::Cancelling, S::Stalled];

/// The steps by name, each with the states it may be done from: without a submission, and with one.
const STEPS: &[(&str, &[S], &[S])] = &[
    ("keep_training_set", &[S::Preparing], &[S::Preparing]),
    ("keep_fal_training_set", &[S::Preparing], &[S::Preparing]),
    ("wait", &[S::Preparing, S::Submitting], &[]),
    ("look_again", &[S::Preparing, S::Submitting], &[]),
    ("begin_submission", &[S::Preparing, S::Submitting], &[S::Preparing]),
    ("withdraw_submission", &[S::Submitting, S::Stalled, S::Cancelling], &[S::Submitting, S::Stalled, S::Cancelling]),
    ("submit_again", &[], &[S::Submitting, S::Stalled]),
    ("submitted", &[S::Submitting, S::Stalled, S::Cancelling], &[S::Submitting, S::Stalled, S::Cancelling]),
    ("report", AT_FAL, AT_FAL),
    ("stall", &[], &[S::Submitting, S::Queued, S::Running, S::Stalled]),
    (
        "cancelling",
        &[S::Submitting, S::Queued, S::Running, S::Stalled],
        &[S::Submitting, S::Queued, S::Running, S::Stalled],
    ),
    ("end", OPEN, OPEN),
];

async fn step(tx: &mut Tx, name: &str, training: &Training) -> Result<bool, StorageError> {
    let id = training.id;
    match name {
        "keep_training_set" => trainings::keep_training_set(tx, id, "a/set.zip", at(9)).await,
        "keep_fal_training_set" => trainings::keep_fal_training_set(tx, id, "https://x/set", at(9)).await,
        "wait" => trainings::wait(tx, id, "spending_stopped", at(9)).await,
        "look_again" => trainings::look_again(tx, id, at(60)).await,
        "begin_submission" => trainings::begin_submission(tx, id, "https://x/hook", at(60), at(99), at(9)).await,
        "withdraw_submission" => trainings::withdraw_submission(tx, id, at(60), at(9)).await,
        "submit_again" => trainings::submit_again(tx, id, "another", at(9)).await,
        "submitted" => trainings::submitted(tx, id, &request(), Some(2), at(60), at(9)).await,
        "report" => trainings::report(tx, id, &report(S::Running, 10), at(9)).await,
        "stall" => trainings::stall(tx, id, "silence", at(60), at(9)).await,
        "cancelling" => trainings::cancelling(tx, id, at(9)).await,
        "end" => trainings::end(tx, id, &Ending::Cancelled, at(9)).await,
        _ => panic!("no step is called {name}"),
    }
}

/// The condition that holds for this training alone, in both dialects.
fn only(training: &Training) -> String {
    format!("attempt_token = '{}'", training.attempt_token)
}

async fn each_step_is_done_from_its_states_and_from_no_other(store: Store) {
    for (&status, is_submitted) in S::ALL.iter().flat_map(|status| [(status, false), (status, true)]) {
        let mut training = training(&store, status).await;
        if is_submitted {
            store
                .execute(&format!("update trainings set submitted_at = created_at where {}", only(&training)))
                .await
                .unwrap();
            training.submitted_at = Some(training.created_at);
        }
        for (name, without, with) in STEPS {
            let mut tx = store.db.begin().await.unwrap();
            let done = step(&mut tx, name, &training).await.unwrap();
            let from = if is_submitted { with } else { without };
            assert_eq!(done, from.contains(&status), "{name} from {status}, submitted: {is_submitted}");
            drop(tx);
            assert_eq!(read(&store, &training).await, training, "a step whose transaction ends without a commit");
        }
    }
}

async fn a_training_goes_its_whole_way(store: Store) {
    let mut training = training(&store, S::Preparing).await;
    let take = async |name: &str, training: &Training| {
        assert!(store.write(async |tx| step(tx, name, training).await).await.unwrap(), "{name}");
    };
    take("keep_training_set", &training).await;
    take("keep_fal_training_set", &training).await;
    take("begin_submission", &training).await;
    training.training_set_key = Some("a/set.zip".into());
    training.fal_training_set_url = Some("https://x/set".into());
    training.webhook_url = Some("https://x/hook".into());
    training.submitted_at = Some(at(9));
    training.deadline_at = Some(at(99));
    training.status = S::Submitting;
    training.updated_at = at(9);
    assert_eq!(read(&store, &training).await, training);

    take("submitted", &training).await;
    training.status = S::Queued;
    training.request = Some(request());
    training.queue_position = Some(2);
    assert_eq!(read(&store, &training).await, training);

    take("report", &training).await;
    training.status = S::Running;
    training.progress = 10;
    training.progress_source = ProgressSource::Reported;
    training.queue_position = None;
    training.started_at = Some(at(9));
    training.last_status_check = Some(at(9));
    assert_eq!(read(&store, &training).await, training);

    assert!(store.write(async |tx| trainings::end(tx, training.id, &completed(), at(11)).await).await.unwrap());
    training.status = S::Completed;
    training.progress = 100;
    training.lora_key = Some("a/lora".into());
    training.config_key = Some("a/config".into());
    training.completed_at = Some(at(11));
    training.updated_at = at(11);
    assert_eq!(read(&store, &training).await, training);
    assert_eq!(trainings::list_due(&store.db, at(9999), 9).await.unwrap(), [], "nobody asks about what has ended");
}

async fn a_submission_is_begun_once_until_it_is_withdrawn(store: Store) {
    let training = training(&store, S::Preparing).await;
    let begin = async |seconds| {
        let begin = async |tx: &mut _| {
            trainings::begin_submission(tx, training.id, "https://x", at(60), at(99), at(seconds)).await
        };
        store.write(begin).await.unwrap()
    };
    let withdraw =
        async || store.write(async |tx| trainings::withdraw_submission(tx, training.id, at(70), at(3)).await).await;
    assert!(begin(1).await);
    assert!(!begin(2).await, "fal may have it");
    assert!(withdraw().await.unwrap());
    assert_eq!(read(&store, &training).await.submitted_at, None);
    assert_eq!(trainings::list_due(&store.db, at(70), 9).await.unwrap(), [training.id]);
    assert_eq!(trainings::list_due(&store.db, at(69), 9).await.unwrap(), []);
    assert_eq!(trainings::count_attempts(&store.db, training.id).await.unwrap(), 0, "fal has none of them");
    assert!(begin(4).await);
    let lose = async |tx: &mut _| trainings::stall(tx, training.id, "submission_unknown", at(60), at(4)).await;
    assert!(store.write(lose).await.unwrap());
    assert!(!begin(4).await, "fal may have it");
    assert!(withdraw().await.unwrap(), "who began it knows better than who took it for lost");
    let seen = read(&store, &training).await;
    assert_eq!((seen.status, seen.status_reason, seen.submitted_at), (S::Submitting, None, None));
    assert!(begin(4).await);
    let submitted = async |tx: &mut _| trainings::submitted(tx, training.id, &request(), None, at(60), at(5)).await;
    assert!(store.write(submitted).await.unwrap());
    assert!(!withdraw().await.unwrap(), "fal has it");
    assert!(!begin(6).await);
}

async fn a_lost_submission_is_opened_again_and_both_tokens_find_it(store: Store) {
    let training = training(&store, S::Preparing).await;
    let take = async |name: &str| store.write(async |tx| step(tx, name, &training).await).await.unwrap();
    assert!(!take("submit_again").await, "nothing was lost");
    assert!(take("begin_submission").await);
    assert!(take("stall").await);
    assert!(take("submit_again").await);
    let seen = read(&store, &training).await;
    assert_eq!((seen.status, seen.status_reason, seen.submitted_at), (S::Submitting, None, None));
    assert_eq!(trainings::count_attempts(&store.db, training.id).await.unwrap(), 1);
    assert!(take("begin_submission").await);
    assert_eq!(trainings::count_attempts(&store.db, training.id).await.unwrap(), 2);
    for token in [training.attempt_token.as_str(), "another"] {
        let found = trainings::find_by_attempt_token(&store.db, token).await.unwrap();
        assert_eq!(found.map(|found| found.id), Some(training.id), "{token}");
    }
    assert_eq!(trainings::find_by_attempt_token(&store.db, "a third").await.unwrap(), None);
    assert!(take("submitted").await);
    assert!(!take("submit_again").await, "fal has it");
}

async fn progress_is_told_after_a_pause(store: Store) {
    let training = training(&store, S::Running).await;
    let tell = async |before, now| {
        let tell = async |tx: &mut _| trainings::tell_progress(tx, training.id, at(before), at(now)).await;
        store.write(tell).await.unwrap()
    };
    assert!(tell(0, 10).await, "for the first time");
    assert!(!tell(9, 19).await);
    assert!(tell(10, 20).await);
    assert!(!tell(10, 20).await);
}

async fn a_request_is_noted_once_and_does_not_undo_a_cancellation(store: Store) {
    let training = training(&store, S::Cancelling).await;
    let note = async |request: FalRequest| {
        let note = async |tx: &mut _| trainings::submitted(tx, training.id, &request, None, at(60), at(5)).await;
        store.write(note).await.unwrap()
    };
    assert!(note(FalRequest::by_id("first")).await);
    assert!(!note(request()).await);
    let read = read(&store, &training).await;
    assert_eq!((read.status, read.request), (S::Cancelling, Some(FalRequest::by_id("first"))));
}

async fn progress_never_falls_and_a_report_ends_a_stall(store: Store) {
    let training = training(&store, S::Queued).await;
    store.execute("update trainings set submitted_at = created_at").await.unwrap();
    let tell = async |report: Report, seconds| {
        store.write(async |tx| trainings::report(tx, training.id, &report, at(seconds)).await).await.unwrap()
    };
    assert!(tell(Report { logs: Some(NAME.into()), ..report(S::Running, 40) }, 1).await);
    let estimated = Report { progress_source: ProgressSource::Estimated, ..report(S::Running, 30) };
    assert!(tell(estimated, 2).await);
    let seen = read(&store, &training).await;
    assert_eq!((seen.progress, seen.progress_source, seen.started_at), (40, ProgressSource::Reported, Some(at(1))));
    assert_eq!(seen.training_logs.as_deref(), Some(NAME), "a report without a log keeps the last one");

    let stall = async |tx: &mut _| trainings::stall(tx, training.id, "fal_key_refused", at(3), at(3)).await;
    assert!(store.write(stall).await.unwrap());
    let seen = read(&store, &training).await;
    assert_eq!((seen.status, seen.status_reason.as_deref()), (S::Stalled, Some("fal_key_refused")));
    // fal takes a running request back into its queue when it tries again.
    assert!(tell(report(S::Queued, 0), 4).await);
    let seen = read(&store, &training).await;
    assert_eq!((seen.status, seen.status_reason, seen.queue_position), (S::Queued, None, Some(3)));
    assert_eq!((seen.progress, seen.last_status_check), (40, Some(at(4))));

    assert!(store.write(async |tx| trainings::cancelling(tx, training.id, at(5)).await).await.unwrap());
    assert!(tell(report(S::Running, 50), 6).await);
    assert_eq!(read(&store, &training).await.status, S::Cancelling, "only the end ends a cancellation");
    assert_eq!(trainings::list_due(&store.db, at(60), 9).await.unwrap(), [training.id]);
}

async fn only_what_fal_has_is_asked_about_later(store: Store) {
    let training = training(&store, S::Preparing).await;
    let postpone = async |seconds| {
        store.write(async |tx| trainings::postpone(tx, training.id, at(seconds), at(2)).await).await.unwrap()
    };
    assert!(!postpone(50).await);
    store.write(async |tx| step(tx, "begin_submission", &training).await).await.unwrap();
    assert!(!postpone(50).await);
    store.write(async |tx| step(tx, "submitted", &training).await).await.unwrap();
    assert!(postpone(50).await);
    assert_eq!(trainings::list_due(&store.db, at(50), 9).await.unwrap(), [training.id]);
    assert_eq!(trainings::list_due(&store.db, at(49), 9).await.unwrap(), []);
    assert_eq!(read(&store, &training).await.last_status_check, Some(at(2)));
}

async fn a_packed_set_is_let_go_of_when_its_training_has_long_ended(store: Store) {
    let (old, new, open) = (
        training(&store, S::Preparing).await,
        training(&store, S::Preparing).await,
        training(&store, S::Preparing).await,
    );
    for training in [&old, &new, &open] {
        let key = format!("{}/set.zip", training.id);
        let keep = async |tx: &mut _| trainings::keep_training_set(tx, training.id, &key, at(1)).await;
        assert!(store.write(keep).await.unwrap());
    }
    for (training, seconds) in [(&old, 10), (&new, 20)] {
        let end = async |tx: &mut _| trainings::end(tx, training.id, &Ending::Cancelled, at(seconds)).await;
        assert!(store.write(end).await.unwrap());
    }
    let let_go = async || store.write(async |tx| trainings::let_go_of_sets(tx, at(20), 9).await).await.unwrap();
    assert_eq!(let_go().await, [format!("{}/set.zip", old.id)]);
    assert_eq!(let_go().await, Vec::<String>::new());
    assert_eq!(read(&store, &old).await.training_set_key, None);
    assert!(read(&store, &open).await.training_set_key.is_some());
}

async fn the_wait_for_a_result_begins_once(store: Store) {
    let training = training(&store, S::Preparing).await;
    for name in ["begin_submission", "submitted"] {
        store.write(async |tx| step(tx, name, &training).await).await.unwrap();
    }
    let wait = async |seconds| {
        let (next, now) = (at(seconds + 10), at(seconds));
        store.write(async |tx| trainings::wait_for_result(tx, training.id, next, now).await).await.unwrap()
    };
    assert!(wait(20).await && wait(30).await);
    let seen = read(&store, &training).await;
    assert_eq!((seen.fal_ended_at, seen.last_status_check), (Some(at(20)), Some(at(30))));
    assert_eq!(trainings::list_due(&store.db, at(40), 9).await.unwrap(), [training.id]);
    store.write(async |tx| trainings::end(tx, training.id, &Ending::Cancelled, at(50)).await).await.unwrap();
    assert!(!wait(60).await);
}

async fn the_first_end_is_the_end(store: Store) {
    for first in [completed(), failed(), Ending::Cancelled] {
        let training = training(&store, S::Running).await;
        let ends = [first.clone(), completed(), failed(), Ending::Cancelled];
        let end = |ending: Ending, seconds| {
            let (store, id) = (&store, training.id);
            async move { store.write(async |tx| trainings::end(tx, id, &ending, at(seconds)).await).await.unwrap() }
        };
        let [one, rest @ ..] = ends;
        assert!(end(one, 10).await);
        let others = rest.into_iter().map(|ending| end(ending, 11));
        assert!(futures_util::future::join_all(others).await.into_iter().all(|ended| !ended));
        let seen = read(&store, &training).await;
        assert_eq!((seen.status, seen.completed_at), (first.status(), Some(at(10))));
        let expected =
            if let Ending::Failed { code, message, .. } = &first { (Some(code), Some(message)) } else { (None, None) };
        assert_eq!((seen.error_code.as_ref(), seen.error_message.as_ref()), expected);
    }
    let training = training(&store, S::Running).await;
    let ends = (0..8).map(|_| store.write(async |tx| trainings::end(tx, training.id, &failed(), at(1)).await));
    let ended = futures_util::future::join_all(ends).await.into_iter().map(Result::unwrap).filter(|ended| *ended);
    assert_eq!(ended.count(), 1, "of eight at once");
}

async fn whatever_fal_answered_is_kept_as_json(store: Store) {
    for response in [json!({"a": null}), json!([1, 2]), json!("text"), json!(7), json!(null)] {
        let training = training(&store, S::Running).await;
        let ending = Ending::Failed { code: "x".into(), message: "x".into(), response: Some(response) };
        assert!(store.write(async |tx| trainings::end(tx, training.id, &ending, at(1)).await).await.unwrap());
        read(&store, &training).await;
    }
    assert_eq!(store.number("select count(*) from trainings where fal_response_data is not null").await, 5);
}
