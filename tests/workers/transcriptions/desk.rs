//! A person who has recordings transcribed, and what must be true of them whatever has happened.

use std::collections::BTreeMap;

use aisha_api::domain::event::{Audience, EventFilter};
use aisha_api::domain::ids::TranscriptionId;
use aisha_api::domain::transcription::Transcription;
use aisha_api::fal::sandbox::{Fault, Rule};
use aisha_api::storage::{events, transcriptions};
use aisha_api::workers::sweep_once;
use aisha_openapi::vocabulary::EventType;
use aisha_tests::harness::{Person, TestApp, id, sounds};
use serde_json::Value;
use uuid::Uuid;

use crate::watch::until;

/// What listens.
pub(super) const LISTENS: &str = "fal-ai/wizper";

/// A fault where texts are made, and nowhere else.
pub(super) fn listening(fault: Fault) -> Rule {
    Rule { endpoint: Some(LISTENS.to_owned()), ..Rule::new(fault) }
}

/// The sandbox, as whoever gives it faults and reads its record.
pub(super) fn fal(app: &TestApp) -> Person {
    Person::new(format!("{}/", app.fal_url()), None)
}

/// Has one recording transcribed.
pub(super) async fn ask(person: &Person) -> TranscriptionId {
    let begun = person.transcribe(&Uuid::new_v4().to_string(), sounds::wav(2, rand())).await.expect(202);
    TranscriptionId(id(&begun).parse().expect("an id"))
}

/// A number that is another one each time.
fn rand() -> u32 {
    Uuid::new_v4().as_fields().0
}

/// A transcription as it is kept.
pub(super) async fn row(app: &TestApp, id: TranscriptionId) -> Transcription {
    transcriptions::find_for_job(&app.rooms().db, id).await.expect("a look").expect("the transcription")
}

/// Waits until a transcription has ended.
pub(super) async fn ended(app: &TestApp, id: TranscriptionId) -> Transcription {
    let is_over = async || Some(row(app, id).await).filter(|found| found.status.is_final());
    until("the end of a transcription", is_over).await
}

/// The sandbox's record of what was submitted for each transcription, in the order of submission.
pub(super) async fn submissions(app: &TestApp) -> BTreeMap<TranscriptionId, Vec<Value>> {
    let record = fal(app).get("sandbox/requests").await.expect(200);
    let mut submissions: BTreeMap<_, Vec<Value>> = BTreeMap::new();
    for request in record.as_array().expect("a list").iter().filter(|request| request["endpoint"] == LISTENS) {
        let found = transcriptions::find_by_attempt_token(&app.rooms().db, &token(request)).await.expect("a look");
        let of = found.unwrap_or_else(|| panic!("nobody has asked for {request:#}"));
        submissions.entry(of.id).or_default().push(request.clone());
    }
    submissions
}

/// Waits until fal has ended so many transcriptions.
pub(super) async fn listened(app: &TestApp, count: usize) {
    until("all are heard", async || {
        let record = fal(app).get("sandbox/requests").await.expect(200);
        let requests = record.as_array().expect("a list").iter().filter(|request| request["endpoint"] == LISTENS);
        (requests.filter(|request| !request["ended_at"].is_null()).count() >= count).then_some(())
    })
    .await;
}

/// The word that fal was told with a submission.
pub(super) fn token(request: &Value) -> String {
    let webhook = request["webhook_url"].as_str().expect("a webhook");
    webhook.rsplit('/').next().unwrap_or_default().to_owned()
}

/// The ends that were told of a transcription.
pub(super) async fn told(app: &TestApp, of: &Transcription) -> Vec<EventType> {
    use EventType::{TranscriptionCancelled, TranscriptionCompleted, TranscriptionFailed};

    let db = &app.rooms().db;
    events::number(db).await.expect("numbers");
    let kinds = vec![TranscriptionCompleted, TranscriptionFailed, TranscriptionCancelled];
    let ends = EventFilter { kinds, resource_id: Some(of.id.0), ..EventFilter::default() };
    let events = events::list_after(db, &Audience::User(of.user_id), 0, &ends, i64::MAX).await.expect("a list");
    events.into_iter().map(|event| event.kind).collect()
}

/// Lets the service see to everything that is due.
pub(super) async fn round(app: &TestApp) {
    sweep_once(app.rooms()).await.expect("a round");
    app.rooms().signals.jobs.notify_one();
    app.quiet().await;
}
