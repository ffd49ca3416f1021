//! A person who makes pictures, and what must be true of them whatever has happened.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aisha_api::domain::event::{Audience, EventFilter};
use aisha_api::domain::generation::Generation;
use aisha_api::domain::ids::GenerationId;
use aisha_api::fal::sandbox::{Fault, Rule};
use aisha_api::files::Key;
use aisha_api::storage::{events, generations, objects};
use aisha_api::workers::sweep_once;
use aisha_openapi::vocabulary::{EventType, GenerationStatus};
use aisha_tests::harness::{Person, TestApp, id};
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::watch::until;

/// What draws with the weights of a portrait.
pub(super) const DRAWS: &str = "fal-ai/flux-lora";
/// How long fal may take to draw a hundred pictures on a machine that has much else to do.
const DRAWING_PATIENCE: Duration = Duration::from_mins(3);

/// A person with a trained avatar.
pub(super) struct Studio {
    pub(super) ann: Person,
    pub(super) avatar: String,
}

impl Studio {
    pub(super) async fn on(app: &TestApp) -> Self {
        let ann = app.person("ann").await;
        let (avatar, _) = ann.trained_avatar(5).await;
        Self { ann, avatar }
    }

    /// Asks for one picture.
    pub(super) async fn ask(&self, prompt: &str) -> GenerationId {
        self.ask_for(1, prompt).await
    }

    /// Asks for so many pictures.
    pub(super) async fn ask_for(&self, num_images: u32, prompt: &str) -> GenerationId {
        let wish = json!({"prompt": prompt, "aspect_ratio": "9:16", "num_images": num_images});
        let begun = self.ann.picture(&self.avatar, &Uuid::new_v4().to_string(), wish).await.expect(202);
        GenerationId(id(&begun).parse().expect("an id"))
    }

    pub(super) async fn cancel(&self, id: GenerationId) {
        self.ann.post_empty(&format!("/v1/generations/{id}/cancel")).await.expect(202);
    }
}

/// The sandbox, as whoever gives it faults and reads its record.
pub(super) fn fal(app: &TestApp) -> Person {
    Person::new(format!("{}/", app.fal_url()), None)
}

/// A fault where pictures are made, and nowhere else.
pub(super) fn drawing(fault: Fault) -> Rule {
    Rule { endpoint: Some(DRAWS.to_owned()), ..Rule::new(fault) }
}

/// A generation as it is kept.
pub(super) async fn row(app: &TestApp, id: GenerationId) -> Generation {
    generations::find_for_job(&app.rooms().db, id).await.expect("a look").expect("the generation")
}

/// Waits until a generation has ended.
pub(super) async fn ended(app: &TestApp, id: GenerationId) -> Generation {
    until("the end of a generation", async || Some(row(app, id).await).filter(|found| found.status.is_final())).await
}

/// Waits until a generation is in fal's hands.
pub(super) async fn at_fal(app: &TestApp, id: GenerationId) -> Generation {
    until("a generation at fal", async || Some(row(app, id).await).filter(|found| found.request.is_some())).await
}

/// Waits until a generation says that this is why it is not known how far it is.
pub(super) async fn stalled(app: &TestApp, id: GenerationId, reason: &str) {
    let is_so = async || (row(app, id).await.status_reason.as_deref() == Some(reason)).then_some(());
    until(reason, is_so).await;
}

/// The sandbox's record of what was submitted for each generation, in the order of submission.
pub(super) async fn submissions(app: &TestApp) -> BTreeMap<GenerationId, Vec<Value>> {
    let record = fal(app).get("sandbox/requests").await.expect(200);
    let mut submissions: BTreeMap<_, Vec<Value>> = BTreeMap::new();
    for request in record.as_array().expect("a list").iter().filter(|request| request["endpoint"] == DRAWS) {
        let token = token(request);
        let found = generations::find_by_attempt_token(&app.rooms().db, &token).await.expect("a look");
        let of = found.unwrap_or_else(|| panic!("nobody has asked for {request:#}"));
        submissions.entry(of.id).or_default().push(request.clone());
    }
    submissions
}

/// Waits until fal has ended so many generations.
pub(super) async fn drawn(app: &TestApp, count: usize) {
    let drawn = async {
        loop {
            let record = fal(app).get("sandbox/requests").await.expect(200);
            let requests = record.as_array().expect("a list").iter().filter(|request| request["endpoint"] == DRAWS);
            if requests.filter(|request| !request["ended_at"].is_null()).count() >= count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(DRAWING_PATIENCE, drawn).await.expect("fal draws them all");
}

/// The word that fal was told with a submission.
pub(super) fn token(request: &Value) -> String {
    let webhook = request["webhook_url"].as_str().expect("a webhook");
    webhook.rsplit('/').next().unwrap_or_default().to_owned()
}

/// The ends that were told of each generation of a person.
pub(super) async fn told(app: &TestApp, of: &Generation) -> BTreeMap<GenerationId, Vec<EventType>> {
    use EventType::{GenerationCancelled, GenerationCompleted, GenerationFailed, GenerationModerated};

    let db = &app.rooms().db;
    events::number(db).await.expect("numbers");
    let ends =
        EventFilter::of_kinds(&[GenerationCompleted, GenerationFailed, GenerationCancelled, GenerationModerated]);
    let mut told: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for event in events::list_after(db, &Audience::User(of.user_id), 0, &ends, i64::MAX).await.expect("a list") {
        told.entry(GenerationId(event.resource.1)).or_default().push(event.kind);
    }
    told
}

/// What is told of an end.
pub(super) fn event_of(status: GenerationStatus) -> EventType {
    match status {
        GenerationStatus::Completed => EventType::GenerationCompleted,
        GenerationStatus::Moderated => EventType::GenerationModerated,
        GenerationStatus::Failed => EventType::GenerationFailed,
        GenerationStatus::Cancelled => EventType::GenerationCancelled,
        GenerationStatus::Pending | GenerationStatus::Processing => panic!("{status} is no end"),
    }
}

/// Looks whether all these were completed, told once and submitted once, and whether all their pictures are there.
pub(super) async fn assert_each_made_once(app: &TestApp, all: &[GenerationId]) {
    let (mut told_ends, mut sent) = (BTreeMap::new(), submissions(app).await);
    for &id in all {
        let made = row(app, id).await;
        assert_eq!(made.status, GenerationStatus::Completed, "{made:#?}");
        assert_eq!(made.images.len(), usize::try_from(made.wish.num_images).expect("a number"));
        assert!(made.images.iter().all(Option::is_some), "{made:#?}");
        if told_ends.is_empty() {
            told_ends = told(app, &made).await;
        }
        assert_eq!(told_ends.remove(&id), Some(vec![EventType::GenerationCompleted]), "{id}");
        assert_eq!(sent.remove(&id).map(|sent| sent.len()), Some(1), "{id}");
    }
    assert_eq!((told_ends, sent), (BTreeMap::new(), BTreeMap::new()), "nobody has asked for these");
}

/// Looks whether the objects of generations are just those that their rows name.
pub(super) async fn assert_objects_are_rows(app: &TestApp, all: &[GenerationId]) {
    let mut named = BTreeSet::new();
    for &id in all {
        named.extend(row(app, id).await.keys().cloned());
    }
    let is_generated = |key: &String| key.contains("/generated/");
    let ledger = objects::list(&app.rooms().db).await.expect("the ledger");
    let ledger: BTreeSet<_> = ledger.into_iter().map(|(key, _)| key).filter(is_generated).collect();
    assert_eq!(ledger, named);
    let stored = app.rooms().files.list("user_").await.expect("the store");
    let stored: BTreeSet<_> = stored.iter().map(ToString::to_string).filter(is_generated).collect();
    assert_eq!(stored, named);
}

/// What lies in the store.
pub(super) async fn content(app: &TestApp, key: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("object");
    let key = Key::parse(key).expect("a key");
    app.rooms().files.fetch(&key, &path).await.expect("a store").expect("the object");
    std::fs::read(path).expect("a file")
}

/// Lets the service see to everything that is due.
pub(super) async fn round(app: &TestApp) {
    sweep_once(app.rooms()).await.expect("a round");
    app.rooms().signals.jobs.notify_one();
    app.quiet().await;
}

/// Comes back when what nobody has claimed is given up.
pub(super) async fn hours_later(app: &TestApp) {
    app.rooms().clock.advance(TimeDelta::hours(2));
    round(app).await;
}
