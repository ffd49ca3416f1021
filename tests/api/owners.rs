//! Nobody sees or changes what is another's (R5): a walk over every operation of the document that is served.
//!
//! Each operation that names a thing is tried with another person's things, and must answer as it does for things that
//! do not exist. An operation that names none stands in a list below with its reason; one that is in neither fails.

use std::collections::BTreeSet;

use aisha_openapi::vocabulary::Scope;
use aisha_tests::harness::{Answer, Backend, Person, TestApp, pictures, sounds};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

/// Operations that need no key, and what guards them instead.
const PUBLIC: &[(&str, &str)] = &[
    ("getObject", "the signature in the link is the permission; see objects.rs"),
    ("getDeletionByLink", "the word in the link is the permission; see deletions.rs"),
    ("receiveFalWebhook", "fal's signature is the permission; see fal_webhook.rs"),
    ("getShared", "the word in the link is the permission; see shares.rs"),
    ("getSharedImage", "the word in the link is the permission; see shares.rs"),
    ("isAlive", "tells nothing of anybody"),
    ("isReady", "tells nothing of anybody"),
    ("getMetrics", "counts only: no id and no name is in it"),
];

/// Operations that name no thing: they reach the caller's own things only.
const WITHOUT_IDS: &[(&str, &str)] = &[
    ("createAvatar", "makes a thing of the caller's"),
    ("listAvatars", "looked through below: none of the other's stands in it"),
    ("listGenerations", "looked through below: none of the other's stands in it"),
    ("createTranscription", "makes a thing of the caller's"),
    ("listTranscriptions", "looked through below: none of the other's stands in it"),
    ("listStyles", "the same for all, but for what the caller likes; see styles.rs"),
    ("listPackRuns", "looked through below: none of the other's stands in it"),
    ("enhancePrompt", "another's avatar in its body is refused as an unknown one; see prompts.rs"),
    ("getPromptFromPhoto", "the same of its parameter"),
    ("listConsumers", "looked through below: none of the other's stands in it"),
    ("listEvents", "looked through below: none of the other's stands in it"),
    ("createWebhookEndpoint", "makes a thing of the caller's"),
    ("listWebhookEndpoints", "looked through below: none of the other's stands in it"),
    ("listShares", "looked through below: none of the other's stands in it"),
    ("archiveGenerations", "another's is not found, as one that does not exist; see archives.rs"),
    ("getMyStatistics", "counts what is the caller's; see statistics.rs"),
    ("exportMe", "takes along what is the caller's; see export.rs"),
    ("getUsage", "for the operator alone, and counts only; see statistics.rs"),
    ("watchTrainings", "for the operator alone, and nothing personal; see statistics.rs"),
    ("getMe", "shows the caller"),
    ("updateMe", "changes the caller; see me.rs"),
    ("listApiKeys", "looked through below: none of the other's stands in it"),
    ("createApiKey", "makes a key of the caller's; see api_keys.rs"),
    ("deleteMe", "deletes the caller; see deletions.rs"),
];

/// Operations that name a thing by a word of the caller's own: the same word of another caller is another thing.
const BY_OWN_WORD: &[(&str, &str)] = &[("putConsumer", "a name that is not there yet is made")];

/// An operation of the document.
struct Operation {
    name: String,
    method: Method,
    path: String,
    body: Value,
}

/// The operations of the document that is served.
async fn operations(reader: &Person) -> Vec<Operation> {
    let document = reader.get("/openapi.json").await.expect(200);
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("a path item") {
            found.push(Operation {
                name: operation["operationId"].as_str().expect("a name").to_owned(),
                method: method.to_ascii_uppercase().parse().expect("a method"),
                path: path.clone(),
                body: operation["requestBody"]["content"].clone(),
            });
        }
    }
    assert!(found.len() > 20, "the document has its operations");
    found
}

impl Operation {
    fn is_listed(&self, list: &[(&str, &str)]) -> bool {
        list.iter().any(|(name, _)| *name == self.name)
    }

    /// Sends a good request, with these things in the places of its path.
    async fn send(&self, person: &Person, things: &Things) -> Answer {
        let path = self
            .path
            .replace("{avatar_id}", &things.avatar)
            .replace("{photo_id}", &things.photo)
            .replace("{training_id}", &things.training)
            .replace("{generation_id}", &things.generation)
            .replace("{transcription_id}", &things.transcription)
            .replace("{pack_run_id}", &things.pack_run)
            .replace("{number}", "1")
            .replace("{style_id}", "no_such_style")
            .replace("{share_id}", &things.share)
            .replace("{deletion_id}", &things.deletion)
            .replace("{name}", &things.consumer)
            .replace("{key_id}", &things.key)
            .replace("{endpoint_id}", &things.endpoint)
            .replace("{event_id}", &things.endpoint)
            .replace("{key}", "x/y")
            .replace("{token}", "x");
        assert!(!path.contains('{'), "{}: this walk does not know what to put into {path}", self.name);
        let mut request = person.request(self.method.clone(), &path);
        if self.method == Method::POST {
            request = request.header("Idempotency-Key", uuid::Uuid::new_v4().to_string());
        }
        if self.name == "orderPhotos" {
            request = request.json(&json!({"photo_ids": [things.photo]}));
        } else if let Some(example) = self.body["application/json"].get("example") {
            request = request.json(example);
        } else if self.body.get("multipart/form-data").is_some() {
            request = request.multipart(Form::new().part("file", Part::bytes(pictures::jpeg(77)).file_name("77.jpg")));
        }
        person.send(request).await
    }
}

/// What somebody has.
struct Things {
    avatar: String,
    photo: String,
    training: String,
    generation: String,
    transcription: String,
    pack_run: String,
    share: String,
    deletion: String,
    consumer: String,
    key: String,
    endpoint: String,
}

impl Things {
    async fn of(person: &Person) -> Self {
        let (avatar, training) = person.trained_avatar(5).await;
        // Until all events have their numbers the timeline still changes.
        person.event("avatar.completed", 0).await;
        let photos = person.get(&format!("/v1/avatars/{avatar}/photos")).await.expect(200);
        let generation = person.picture(&avatar, "p-1", json!({"prompt": "by the sea"})).await.expect(202);
        let generation = aisha_tests::harness::id(&generation);
        person.generation_in(&generation, "completed").await;
        let transcription = person.transcribe("s-1", sounds::wav(2, 1)).await.expect(202);
        let transcription = aisha_tests::harness::id(&transcription);
        person.transcription_in(&transcription, "completed").await;
        let pack =
            person.request(Method::POST, &format!("/v1/avatars/{avatar}/packs")).header("Idempotency-Key", "k-1");
        let pack_run = person.send(pack.json(&json!({"styles": ["noir"]}))).await.expect(202);
        let pack_run = aisha_tests::harness::id(&pack_run);
        person.event("pack.completed", 0).await;
        let shares = format!("/v1/generations/{generation}/shares");
        let share = person.post(&shares, json!({"expires_in_seconds": 3600})).await.expect(201);
        let share = aisha_tests::harness::id(&share);
        let given_up = person.avatar().await;
        let deletion = person.delete(&format!("/v1/avatars/{given_up}")).await.expect(202);
        let (photo, deletion) = (aisha_tests::harness::id(&photos["data"][0]), aisha_tests::harness::id(&deletion));
        let consumer = format!("reader-of-{avatar}");
        person.put(&format!("/v1/consumers/{consumer}"), json!({"acknowledged_seq": 1})).await.expect(200);
        let new = json!({"name": "another", "scopes": ["avatars:read"]});
        let key = aisha_tests::harness::id(&person.post("/v1/api-keys", new).await.expect(201)["api_key"]);
        let endpoint = person
            .post(
                "/v1/webhook-endpoints",
                json!({"url": "https://hooks.example/", "event_types": ["webhook_endpoint.disabled"]}),
            )
            .await
            .expect(201);
        let endpoint = aisha_tests::harness::id(&endpoint);
        Self { avatar, photo, training, generation, transcription, pack_run, share, deletion, consumer, key, endpoint }
    }

    fn missing() -> Self {
        let id = || uuid::Uuid::now_v7().to_string();
        Self {
            avatar: id(),
            photo: id(),
            training: id(),
            generation: id(),
            transcription: id(),
            pack_run: id(),
            deletion: id(),
            consumer: id(),
            key: id(),
            endpoint: id(),
            share: id(),
        }
    }

    /// All that their owner can see of them, but for signed links, which differ from hour to hour.
    async fn seen(&self, owner: &Person) -> Vec<Value> {
        let mut seen = Vec::new();
        for path in [
            format!("/v1/avatars/{}", self.avatar),
            format!("/v1/avatars/{}/photos", self.avatar),
            format!("/v1/avatars/{}/timeline", self.avatar),
            format!("/v1/avatars/{}/trainings", self.avatar),
            format!("/v1/generations/{}", self.generation),
            format!("/v1/transcriptions/{}", self.transcription),
            format!("/v1/packs/{}", self.pack_run),
            format!("/v1/avatars/{}/statistics", self.avatar),
            "/v1/shares".to_owned(),
            format!("/v1/consumers/{}", self.consumer),
            "/v1/api-keys".to_owned(),
            format!("/v1/webhook-endpoints/{}", self.endpoint),
        ] {
            let mut body = owner.get(&path).await.expect(200);
            forget_what_moves(&mut body);
            seen.push(body);
        }
        seen
    }
}

/// Takes out what changes without anybody's doing: links are signed anew, and an event gets its number a moment later.
fn forget_what_moves(body: &mut Value) {
    match body {
        Value::Object(fields) => {
            fields.retain(|name, _| {
                !name.ends_with("_url") && name != "url" && name != "urls_expire_at" && name != "seq"
            });
            fields.values_mut().for_each(forget_what_moves);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_what_moves),
        _ => {}
    }
}

/// A refusal as far as it may tell things apart.
fn told(answer: &Answer) -> (u16, Value, Vec<String>) {
    let mut body = answer.body.clone();
    assert!(body["request_id"].is_string(), "{body:#}");
    body["request_id"] = Value::Null;
    let mut headers: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
    headers.sort();
    (answer.status.as_u16(), body, headers)
}

/// Tries all that names something on another's things.
async fn try_everything(thief: &Person, owner: &Person) {
    let things = Things::of(owner).await;
    let before = things.seen(owner).await;
    for operation in operations(thief).await {
        if [PUBLIC, WITHOUT_IDS, BY_OWN_WORD].iter().any(|list| operation.is_listed(list)) {
            continue;
        }
        let name = &operation.name;
        assert!(operation.path.contains('{'), "{name} names nothing: put it into a list, with a reason");
        let foreign = operation.send(thief, &things).await;
        let missing = operation.send(thief, &Things::missing()).await;
        assert_eq!(told(&foreign), told(&missing), "{name} tells that the thing exists");
        foreign.problem(404, "not_found");
    }
    for path in [
        "/v1/avatars",
        "/v1/generations",
        "/v1/transcriptions",
        "/v1/packs",
        "/v1/events",
        "/v1/consumers",
        "/v1/webhook-endpoints",
        "/v1/me",
        "/v1/api-keys",
        "/v1/shares",
    ] {
        let answer = thief.get(path).await;
        let text = String::from_utf8(answer.bytes.to_vec()).expect("text");
        let of_owner = [
            &things.avatar,
            &things.photo,
            &things.training,
            &things.generation,
            &things.transcription,
            &things.pack_run,
            &things.share,
            &things.consumer,
            &things.key,
            &things.endpoint,
        ];
        for id in of_owner {
            assert!(!text.contains(id.as_str()), "{path} shows another's things");
        }
    }
    assert_eq!(things.seen(owner).await, before, "nothing was changed");
}

#[tokio::test]
async fn without_a_key_there_is_nothing() {
    let app = TestApp::new().await;
    let things = Things::of(&app.person("ben").await).await;
    let stranger = app.stranger();
    let mut public = BTreeSet::new();
    for operation in operations(&stranger).await {
        if operation.is_listed(PUBLIC) {
            public.insert(operation.name);
            continue;
        }
        let real = operation.send(&stranger, &things).await;
        let missing = operation.send(&stranger, &Things::missing()).await;
        assert_eq!(told(&real), told(&missing), "{}", operation.name);
        real.problem(401, "unauthenticated");
    }
    assert_eq!(public.len(), PUBLIC.len(), "the list names what exists: {public:?}");
    app.finish().await;
}

#[tokio::test]
async fn the_list_of_operations_without_ids_is_true() {
    let app = TestApp::new().await;
    let operations = operations(&app.stranger()).await;
    let listed: BTreeSet<&str> = WITHOUT_IDS.iter().map(|(name, _)| *name).collect();
    let without: BTreeSet<&str> = operations
        .iter()
        .filter(|operation| !operation.path.contains('{') && !operation.is_listed(PUBLIC))
        .map(|operation| operation.name.as_str())
        .collect();
    assert_eq!(without, listed);
    app.finish().await;
}

#[tokio::test]
async fn one_person_cannot_reach_what_is_anothers() {
    let app = TestApp::new().await;
    try_everything(&app.person("ann").await, &app.person("ben").await).await;
    app.finish().await;
}

#[tokio::test]
async fn one_person_cannot_reach_what_is_anothers_on_postgres_and_s3() {
    let Some(app) = TestApp::on(Backend::Production).await else { return };
    try_everything(&app.person("ann").await, &app.person("ben").await).await;
    app.finish().await;
}

#[tokio::test]
async fn a_key_that_acts_for_one_cannot_reach_what_is_anothers() {
    let app = TestApp::new().await;
    let scopes: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| *scope != Scope::Admin).collect();
    let bot = app.person_with("bot", scopes, Some("telegram:4242")).await;
    try_everything(&bot.acting_for("telegram:1"), &bot.acting_for("telegram:2")).await;
    app.finish().await;
}

#[tokio::test]
async fn an_operator_is_no_owner() {
    let app = TestApp::new().await;
    let root = app.person_with("root", vec![Scope::Admin], None).await;
    try_everything(&root, &app.person("ben").await).await;
    app.finish().await;
}

#[tokio::test]
async fn anothers_photos_cannot_be_put_into_ones_own_order() {
    let app = TestApp::new().await;
    let (ann, ben) = (app.person("ann").await, app.person("ben").await);
    let (of_ann, of_ben) = (ann.avatar().await, ben.avatar().await);
    ann.upload_photos(&of_ann, 1).await;
    let foreign = ben.upload_photos(&of_ben, 1).await["results"][0]["photo"]["id"].clone();
    let order = format!("/v1/avatars/{of_ann}/photos/order");
    ann.put(&order, json!({"photo_ids": [foreign]})).await.problem(422, "validation_failed");
    ann.get(&format!("/v1/avatars/{of_ann}/photos")).await.expect(200);
    app.finish().await;
}
