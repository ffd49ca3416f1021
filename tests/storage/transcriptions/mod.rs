//! Transcriptions: their steps and their lists here, what is made of their texts in `digests`.

mod digests;

use aisha_api::domain::ids::UserId;
use aisha_api::domain::page::PageRequest;
use aisha_api::domain::run::FalRequest;
use aisha_api::domain::transcript::{Segment, Transcript};
use aisha_api::domain::transcription::{Audio, Ending, Heard, Transcription};
use aisha_api::storage::transcriptions::Filter;
use aisha_api::storage::{StorageError, Tx, transcriptions};
use aisha_openapi::vocabulary::{AudioFormat, TranscriptionStatus as S};
use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use crate::store::{NAME, Store, at, now};

crate::on_both!(
    what_was_asked_for_is_read_back,
    a_transcription_goes_its_whole_way,
    a_submission_is_begun_once_until_it_is_withdrawn,
    a_lost_submission_is_opened_again_and_both_tokens_find_it,
    what_fal_could_not_do_is_opened_again_under_another_token,
    what_was_given_up_is_not_begun,
    nothing_moves_what_has_ended,
    a_list_has_its_owners_alone_newest_first,
    what_is_deleted_takes_its_text_along,
);

/// A recording of somebody's that nobody has listened to.
pub(crate) fn transcription(owner: UserId, created_at: DateTime<Utc>) -> Transcription {
    let id = aisha_api::domain::ids::TranscriptionId(Uuid::now_v7());
    Transcription {
        id,
        user_id: owner,
        status: S::Pending,
        status_reason: None,
        title: Some(NAME.to_owned()),
        audio: Audio {
            key: format!("user_{owner}/transcriptions/audio_{id}.ogg"),
            format: AudioFormat::Ogg,
            size_bytes: 5_000_000_000,
            sha256: "ab".repeat(32),
        },
        language: Some("ru".to_owned()),
        endpoint: "fal-ai/wizper".to_owned(),
        cost_microusd: 500,
        heard: Heard::default(),
        error_code: None,
        error_message: None,
        attempt_token: Uuid::new_v4().to_string(),
        submitted_at: None,
        cancel_requested_at: None,
        deadline_at: None,
        last_status_check: None,
        fal_ended_at: None,
        request: None,
        created_at,
        updated_at: created_at,
        started_at: None,
        completed_at: None,
    }
}

impl Store {
    /// A transcription that is there.
    pub(crate) async fn transcription(&self, owner: UserId) -> Transcription {
        let new = transcription(owner, now());
        self.write(async |tx| transcriptions::add(tx, &new, now()).await).await.expect("a transcription");
        new
    }

    /// A transcription with a text.
    pub(crate) async fn transcribed(&self, owner: UserId) -> Transcription {
        let new = self.transcription(owner).await;
        let work = async |tx: &mut Tx| {
            transcriptions::begin_submission(tx, new.id, at(60), at(1)).await?;
            transcriptions::submitted(tx, new.id, &request("r"), at(2), at(60), at(1)).await?;
            transcriptions::end(tx, new.id, S::Processing, &heard(), at(2)).await
        };
        assert!(self.write(work).await.expect("an end"));
        read(self, &new).await
    }
}

fn request(id: &str) -> FalRequest {
    FalRequest { status_url: "https://x/s".into(), ..FalRequest::by_id(id) }
}

fn heard() -> Ending {
    let segments = vec![
        Segment { start_millis: 0, end_millis: Some(2500), text: format!("{NAME}\0") },
        Segment { start_millis: 2500, end_millis: Some(u64::from(u32::MAX)), text: "the end".to_owned() },
    ];
    let transcript = Transcript { text: format!("{NAME}\0 the end"), segments };
    Ending::Heard { languages: vec!["ru".to_owned(), "en".to_owned()], transcript }
}

fn failed() -> Ending {
    let response = Some(json!({"detail": "a\0b"}));
    Ending::Failed { code: "timed_out".into(), message: "too\0 late".into(), response }
}

async fn one(store: &Store) -> Transcription {
    let ann = store.user(&Uuid::now_v7().to_string()).await;
    store.transcription(ann).await
}

async fn read(store: &Store, transcription: &Transcription) -> Transcription {
    let found = transcriptions::find(&store.db, transcription.user_id, transcription.id).await;
    found.unwrap().expect("the transcription")
}

async fn what_was_asked_for_is_read_back(store: Store) {
    let one = one(&store).await;
    assert_eq!(read(&store, &one).await, one);
    assert_eq!(transcriptions::find_for_job(&store.db, one.id).await.unwrap(), Some(one.clone()));
    let bob = store.user("bob").await;
    assert_eq!(transcriptions::find(&store.db, bob, one.id).await.unwrap(), None);
    assert_eq!(store.write(async |tx| transcriptions::lock(tx, bob, one.id).await).await.unwrap(), None);
    let locked = store.write(async |tx| transcriptions::lock(tx, one.user_id, one.id).await).await.unwrap();
    assert_eq!(locked, Some(one));
}

async fn a_transcription_goes_its_whole_way(store: Store) {
    let one = one(&store).await;
    let id = one.id;
    assert_eq!(transcriptions::list_due(&store.db, now(), 9).await.unwrap(), [id]);
    assert_eq!(transcriptions::list_due(&store.db, at(-1), 9).await.unwrap(), []);
    assert_eq!(transcriptions::count_open(&store.db).await.unwrap(), [("pending".to_owned(), 1)]);
    assert!(
        store.write(async |tx| transcriptions::wait(tx, id, "spending_stopped", at(9), at(3)).await).await.unwrap()
    );
    assert_eq!(read(&store, &one).await.status_reason.as_deref(), Some("spending_stopped"));
    assert!(store.write(async |tx| transcriptions::begin_submission(tx, id, at(60), at(4)).await).await.unwrap());
    assert!(!store.write(async |tx| transcriptions::wait(tx, id, "x", at(9), at(5)).await).await.unwrap());
    let submitted = async |tx: &mut Tx| transcriptions::submitted(tx, id, &request("r-1"), at(7), at(99), at(6)).await;
    assert!(store.write(submitted).await.unwrap());
    assert!(!store.write(submitted).await.unwrap(), "once");
    let processing = read(&store, &one).await;
    assert_eq!((processing.status, processing.request), (S::Processing, Some(request("r-1"))));
    assert_eq!((processing.deadline_at, processing.started_at), (Some(at(99)), Some(at(6))));
    let at_fal = store.write(async |tx| transcriptions::list_at_fal(tx, one.user_id).await).await.unwrap();
    assert_eq!(at_fal, [(one.endpoint.clone(), request("r-1"))]);

    assert!(
        store.write(async |tx| transcriptions::stall(tx, id, "fal_key_refused", at(8), at(7)).await).await.unwrap()
    );
    assert!(store.write(async |tx| transcriptions::processing(tx, id, at(10), at(9)).await).await.unwrap());
    assert!(store.write(async |tx| transcriptions::postpone(tx, id, at(11), at(10)).await).await.unwrap());
    for seconds in [11, 12] {
        let wait = async |tx: &mut Tx| transcriptions::wait_for_result(tx, id, at(20), at(seconds)).await;
        assert!(store.write(wait).await.unwrap());
    }
    let waiting = read(&store, &one).await;
    assert_eq!((waiting.fal_ended_at, waiting.last_status_check), (Some(at(11)), Some(at(12))));

    assert_eq!(transcriptions::find_transcript(&store.db, one.user_id, id).await.unwrap(), None);
    assert!(store.write(async |tx| transcriptions::end(tx, id, S::Processing, &heard(), at(13)).await).await.unwrap());
    let ended = read(&store, &one).await;
    assert_eq!((ended.status, ended.completed_at, ended.deadline_at), (S::Completed, Some(at(13)), None));
    assert_eq!(ended.heard.languages, ["ru", "en"]);
    assert_eq!(ended.heard.duration_millis, Some(i64::from(u32::MAX)));
    assert_eq!(ended.heard.excerpt, Some(format!("{NAME} the end")));
    let text = transcriptions::find_transcript(&store.db, one.user_id, id).await.unwrap().expect("a text");
    assert_eq!((text.text, text.segments[0].text.as_str()), (format!("{NAME} the end"), NAME));
    let bob = store.user("bob").await;
    assert_eq!(transcriptions::find_transcript(&store.db, bob, id).await.unwrap(), None);
    assert_eq!(transcriptions::list_due(&store.db, at(1000), 9).await.unwrap(), []);
    assert_eq!(transcriptions::count_open(&store.db).await.unwrap(), []);
}

async fn a_submission_is_begun_once_until_it_is_withdrawn(store: Store) {
    let one = one(&store).await;
    let id = one.id;
    let begin = async |tx: &mut Tx| transcriptions::begin_submission(tx, id, at(60), at(1)).await;
    assert!(store.write(begin).await.unwrap());
    assert!(!store.write(begin).await.unwrap());
    assert_eq!(transcriptions::count_attempts(&store.db, id).await.unwrap(), 1);
    let withdraw = async |seconds| {
        let work = async |tx: &mut Tx| transcriptions::withdraw_submission(tx, id, at(60), at(seconds), at(2)).await;
        store.write(work).await.unwrap()
    };
    assert!(withdraw(99).await);
    assert_eq!(transcriptions::count_attempts(&store.db, id).await.unwrap(), 0, "it was none");
    assert!(store.write(begin).await.unwrap());
    assert!(withdraw(999).await);
    assert_eq!(read(&store, &one).await.deadline_at, Some(at(99)), "the first one stands");
}

async fn a_lost_submission_is_opened_again_and_both_tokens_find_it(store: Store) {
    let one = one(&store).await;
    let id = one.id;
    store.write(async |tx| transcriptions::begin_submission(tx, id, at(60), at(1)).await).await.unwrap();
    assert!(store.write(async |tx| transcriptions::lose_answer(tx, id, at(60), at(2)).await).await.unwrap());
    assert_eq!(read(&store, &one).await.status_reason.as_deref(), Some("submission_unknown"));
    assert!(store.write(async |tx| transcriptions::submit_again(tx, id, "second", at(3)).await).await.unwrap());
    assert!(!store.write(async |tx| transcriptions::submit_again(tx, id, "third", at(3)).await).await.unwrap());
    store.write(async |tx| transcriptions::begin_submission(tx, id, at(60), at(4)).await).await.unwrap();
    for token in [one.attempt_token.as_str(), "second"] {
        let found = transcriptions::find_by_attempt_token(&store.db, token).await.unwrap();
        assert_eq!(found.map(|found| found.id), Some(id));
    }
    assert_eq!(transcriptions::find_by_attempt_token(&store.db, "third").await.unwrap(), None);
    assert_eq!(transcriptions::count_attempts(&store.db, id).await.unwrap(), 2);
    assert_eq!(store.number("select cast(max(number) as bigint) from transcription_attempts").await, 2);
}

async fn what_fal_could_not_do_is_opened_again_under_another_token(store: Store) {
    let one = one(&store).await;
    let id = one.id;
    let reopen = async |tx: &mut Tx| transcriptions::reopen(tx, id, "second", at(9), at(8)).await;
    assert!(!store.write(reopen).await.unwrap(), "fal has not had it");
    store.write(async |tx| transcriptions::begin_submission(tx, id, at(60), at(1)).await).await.unwrap();
    store.write(async |tx| transcriptions::submitted(tx, id, &request("r"), at(2), at(60), at(1)).await).await.unwrap();
    assert!(store.write(reopen).await.unwrap());
    let open = read(&store, &one).await;
    assert_eq!((open.status, open.request, open.submitted_at), (S::Pending, None, None));
    assert_eq!((open.attempt_token.as_str(), open.started_at), ("second", None));
}

async fn what_was_given_up_is_not_begun(store: Store) {
    let one = one(&store).await;
    let id = one.id;
    let cancel = async |tx: &mut Tx| transcriptions::cancelling(tx, id, at(1)).await;
    assert!(store.write(cancel).await.unwrap());
    assert!(!store.write(cancel).await.unwrap());
    assert!(!store.write(async |tx| transcriptions::begin_submission(tx, id, at(60), at(2)).await).await.unwrap());
    let completed = async |tx: &mut Tx| transcriptions::end(tx, id, S::Pending, &heard(), at(3)).await;
    assert!(!store.write(completed).await.unwrap(), "it was not at fal");
    let cancelled = async |tx: &mut Tx| transcriptions::end(tx, id, S::Pending, &Ending::Cancelled, at(3)).await;
    assert!(store.write(cancelled).await.unwrap());
    assert_eq!(read(&store, &one).await.status, S::Cancelled);
}

async fn nothing_moves_what_has_ended(store: Store) {
    let one = one(&store).await;
    let id = one.id;
    let end = async |tx: &mut Tx| transcriptions::end(tx, id, S::Pending, &failed(), at(3)).await;
    assert!(store.write(end).await.unwrap());
    let ended = read(&store, &one).await;
    assert_eq!((ended.error_code.as_deref(), ended.error_message.as_deref()), (Some("timed_out"), Some("too late")));
    let again = async |seen: S, ending: Ending| {
        store.write(async |tx| transcriptions::end(tx, id, seen, &ending, at(4)).await).await.unwrap()
    };
    for seen in S::ALL {
        for ending in [heard(), failed(), Ending::Cancelled] {
            assert!(!again(*seen, ending).await);
        }
    }
    let steps: [Result<bool, StorageError>; 5] = [
        store.write(async |tx| transcriptions::cancelling(tx, id, at(5)).await).await,
        store.write(async |tx| transcriptions::processing(tx, id, at(6), at(5)).await).await,
        store.write(async |tx| transcriptions::postpone(tx, id, at(6), at(5)).await).await,
        store.write(async |tx| transcriptions::stall(tx, id, "x", at(6), at(5)).await).await,
        store.write(async |tx| transcriptions::wait_for_result(tx, id, at(6), at(5)).await).await,
    ];
    assert!(steps.into_iter().all(|step| !step.unwrap()));
    assert_eq!(read(&store, &one).await, ended);
}

async fn a_list_has_its_owners_alone_newest_first(store: Store) {
    let (ann, bob) = (store.user("ann").await, store.user("bob").await);
    store.transcription(bob).await;
    let mut ids = Vec::new();
    for seconds in 0..5 {
        let new = transcription(ann, at(seconds));
        store.write(async |tx| transcriptions::add(tx, &new, now()).await).await.unwrap();
        ids.insert(0, new.id);
    }
    let list = async |filter: &Filter| {
        let (mut listed, mut after) = (Vec::new(), None);
        loop {
            let request = PageRequest { limit: 2, after };
            let page = transcriptions::list(&store.db, ann, filter, &request).await.unwrap();
            listed.extend(page.items.iter().map(|one| one.id));
            after = page.next;
            if after.is_none() {
                return listed;
            }
        }
    };
    assert_eq!(list(&Filter::default()).await, ids);
    assert_eq!(list(&Filter { after: Some(at(3)), ..Filter::default() }).await, ids[..2]);
    assert_eq!(list(&Filter { before: Some(at(1)), ..Filter::default() }).await, ids[4..]);
    assert_eq!(list(&Filter { status: Some(S::Failed), ..Filter::default() }).await, []);
}

async fn what_is_deleted_takes_its_text_along(store: Store) {
    let ann = store.user("ann").await;
    let one = store.transcribed(ann).await;
    let bob = store.user("bob").await;
    assert!(!store.write(async |tx| transcriptions::delete(tx, bob, one.id).await).await.unwrap());
    assert!(store.write(async |tx| transcriptions::delete(tx, ann, one.id).await).await.unwrap());
    assert!(!store.write(async |tx| transcriptions::delete(tx, ann, one.id).await).await.unwrap());
    for table in ["transcriptions", "transcripts", "transcription_attempts"] {
        assert_eq!(store.number(&format!("select count(*) from {table}")).await, 0, "{table}");
    }
}
