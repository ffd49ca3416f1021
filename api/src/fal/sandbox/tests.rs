use std::time::Duration;

use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

use super::super::client::install_tls;
use super::super::fixtures::{Receiver, Stage, archive, nowhere, until};
use super::super::{Outcome, Trainer};
use super::*;

const QUICK: Duration = Duration::from_millis(300);
const NEVER: Duration = Duration::from_hours(10);

/// Calls the sandbox as any client would, with or without our own.
async fn call(stage: &Stage, method: Method, path: &str, key: &str, body: Value) -> (u16, Value) {
    install_tls();
    let client = Client::builder().build().expect("a client");
    let url = stage.sandbox.url().join(path).expect("an address");
    let response =
        client.request(method, url).header("authorization", key).json(&body).send().await.expect("an answer");
    (response.status().as_u16(), response.json().await.unwrap_or(Value::Null))
}

async fn get(stage: &Stage, path: &str) -> (u16, Value) {
    call(stage, Method::GET, path, "Key sandbox:sandbox", json!(null)).await
}

async fn streamed(stage: &Stage, url: &str) -> Response {
    let client = Client::builder().build().expect("a client");
    let url = stage.sandbox.url().join(url).expect("an address");
    client.get(url).header("authorization", "Key sandbox:sandbox").send().await.expect("an answer")
}

#[tokio::test]
async fn a_key_is_asked_for_with_fals_own_words() {
    let stage = Stage::new(QUICK).await;
    let path = "fal-ai/flux-lora-portrait-trainer/requests/01890000-0000-7000-8000-000000000000/status";
    for (key, status, body) in [
        ("Key id:secret", 404, json!({"status": "NOT_FOUND"})),
        ("Key nonsense", 401, json!({"detail": "invalid key credentials"})),
        ("Bearer id:secret", 401, json!({"detail": "bearer: unable to decode issuer"})),
    ] {
        assert_eq!(call(&stage, Method::GET, path, key, json!(null)).await, (status, body));
    }
}

#[tokio::test]
async fn every_answer_carries_what_fals_clients_insist_on() {
    let stage = Stage::new(NEVER).await;
    let endpoint = Trainer::Portrait.endpoint();
    let input = json!({ "images_data_url": nowhere().as_str() });
    let (status, submitted) = call(&stage, Method::POST, endpoint, "Key a:b", input).await;
    assert_eq!((status, submitted["status"].as_str()), (200, Some("IN_QUEUE")));
    for field in ["request_id", "response_url", "status_url", "cancel_url", "gateway_request_id"] {
        assert!(submitted[field].is_string(), "{field}");
    }
    let path = |url: &str| submitted[url].as_str().expect("an address").to_owned();
    let (status, body) = call(&stage, Method::GET, &path("status_url"), "Key a:b", json!(null)).await;
    assert_eq!((status, body["queue_position"].as_u64(), body.get("logs")), (202, Some(0), Some(&Value::Null)));
    let (status, body) = call(&stage, Method::GET, &path("response_url"), "Key a:b", json!(null)).await;
    assert_eq!((status, body), (400, json!({"detail": "Request is still in progress"})));

    assert_eq!(
        call(&stage, Method::GET, &path("status_url"), "Key other:b", json!(null)).await.0,
        404,
        "another account"
    );
    let elsewhere = path("status_url").replace("flux-lora-portrait-trainer", "turbo-flux-trainer");
    assert_eq!(call(&stage, Method::GET, &elsewhere, "Key a:b", json!(null)).await.0, 404, "another app");

    let (status, body) = call(&stage, Method::PUT, &path("cancel_url"), "Key a:b", json!(null)).await;
    assert_eq!((status, body), (200, json!({"status": "OK"})));
    let (status, body) = call(&stage, Method::PUT, &path("cancel_url"), "Key a:b", json!(null)).await;
    assert_eq!((status, body), (400, json!({"status": "ALREADY_COMPLETED"})));
    let (status, body) = call(&stage, Method::GET, &path("status_url"), "Key a:b", json!(null)).await;
    assert_eq!(
        (status, body["status"].as_str(), body["error_type"].as_str()),
        (200, Some("COMPLETED"), Some("client_cancelled"))
    );
    let suffixed = format!("{}/response", path("response_url"));
    assert_eq!(call(&stage, Method::GET, &suffixed, "Key a:b", json!(null)).await.0, 499);
}

#[tokio::test]
async fn a_stream_tells_every_change_and_ends_with_the_last() {
    let stage = Stage::new(Duration::from_secs(1)).await;
    let request = stage.training(&nowhere()).await;
    let text = streamed(&stage, &format!("{}/stream?logs=1", request.status_url)).await.text().await.expect("a stream");
    let events: Vec<Value> = text
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).expect("JSON"))
        .collect();
    let words: Vec<_> = events.iter().filter_map(|event| event["status"].as_str()).collect();
    assert_eq!((words.first(), words.last()), (Some(&"IN_QUEUE"), Some(&"COMPLETED")));
    assert!(words.contains(&"IN_PROGRESS"));
    assert!(events.last().expect("an event")["logs"].as_array().expect("logs").len() > 40);
}

#[tokio::test]
async fn an_open_stream_does_not_hold_up_a_stop() {
    let stage = Stage::new(NEVER).await;
    let request = stage.training(&nowhere()).await;
    let mut stream = streamed(&stage, &format!("{}/stream", request.status_url)).await;
    stream.chunk().await.expect("a stream").expect("the first event");
    let stop = tokio::time::timeout(Duration::from_secs(4), stage.sandbox.stop()).await;
    assert!(stop.is_ok(), "stopping waits for the stream");
}

#[tokio::test]
async fn a_place_in_the_queue_counts_those_in_front() {
    let stage = Stage::new(NEVER).await;
    let (first, second) = (stage.training(&nowhere()).await, stage.training(&nowhere()).await);
    let position = async |url: &str| get(&stage, url).await.1["queue_position"].as_u64();
    assert_eq!((position(&first.status_url).await, position(&second.status_url).await), (Some(0), Some(1)));
    stage.fal.cancel(&first).await.expect("cancelled");
    assert_eq!(position(&second.status_url).await, Some(0));

    let submit = |limit: u32| format!("{}?fal_max_queue_length={limit}", Trainer::Portrait.endpoint());
    assert_eq!(call(&stage, Method::POST, &submit(0), "Key a:b", json!({})).await.0, 429);
    assert_eq!(call(&stage, Method::POST, &submit(1), "Key a:b", json!({})).await.0, 200);
}

#[tokio::test]
async fn the_token_way_of_uploading_works_whole_and_in_parts() {
    let stage = Stage::new(QUICK).await;
    let (_, token) = call(&stage, Method::POST, "storage/auth/token", "Key a:b", json!({})).await;
    let authorization = format!("Bearer {}", token["token"].as_str().expect("a token"));
    let client = Client::builder().build().expect("a client");
    let at = |path: &str| stage.sandbox.url().join(path).expect("an address");

    let refused = client
        .post(at("files/upload"))
        .header("authorization", "Bearer 9999999999.00")
        .send()
        .await
        .expect("an answer");
    assert_eq!(refused.status(), 401);

    let start = client
        .post(at("files/upload/multipart"))
        .header("authorization", &authorization)
        .header("x-fal-file-name", "a.zip");
    let begun: Value = start.send().await.expect("an answer").json().await.expect("JSON");
    let (access, upload) = (begun["access_url"].as_str().expect("a url"), begun["uploadId"].as_str().expect("an id"));
    let mut parts = Vec::new();
    for (number, content) in [(2, "world"), (1, "hello ")] {
        let part = client.put(format!("{access}/multipart/{upload}/{number}")).header("authorization", &authorization);
        let answer = part.body(content).send().await.expect("an answer");
        parts.push(json!({ "partNumber": number, "etag": answer.headers()["etag"].to_str().expect("text") }));
    }
    assert_eq!(client.get(access).send().await.expect("an answer").status(), 404, "not complete yet");
    let complete = client.post(format!("{access}/multipart/{upload}/complete")).header("authorization", &authorization);
    assert_eq!(complete.json(&json!({ "parts": parts })).send().await.expect("an answer").status(), 200);
    assert_eq!(client.get(access).send().await.expect("an answer").text().await.expect("text"), "hello world");
}

#[tokio::test]
async fn a_signed_address_is_good_for_its_own_file_only() {
    let stage = Stage::new(QUICK).await;
    let file = json!({ "content_type": "text/plain", "file_name": "a.txt" });
    let (_, one) = call(&stage, Method::POST, "storage/upload/initiate", "Key a:b", file.clone()).await;
    let (_, two) = call(&stage, Method::POST, "storage/upload/initiate", "Key a:b", file).await;
    let address = |body: &Value| Url::parse(body["upload_url"].as_str().expect("a url")).expect("an address");
    let mut mixed = address(&one);
    mixed.set_query(address(&two).query());
    let client = Client::builder().build().expect("a client");
    assert_eq!(client.put(mixed).body("x").send().await.expect("an answer").status(), 403);
    assert_eq!(client.put(address(&one)).body("x").send().await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn the_proxy_leads_to_the_same_queue() {
    let stage = Stage::new(NEVER).await;
    let client = Client::builder().build().expect("a client");
    let proxy = stage.sandbox.url().join("api/fal/proxy").expect("an address");
    let target = format!("https://queue.fal.run/{}", Trainer::Portrait.endpoint());
    let submit =
        client.post(proxy.clone()).header("x-fal-target-url", target).json(&json!({})).send().await.expect("an answer");
    assert_eq!(submit.status(), 200);
    let bare = client.post(proxy.clone()).json(&json!({})).send().await.expect("an answer");
    assert_eq!(bare.status(), 400);
    let foreign =
        client.post(proxy).header("x-fal-target-url", "https://evil.example/").send().await.expect("an answer");
    assert_eq!(foreign.status(), 412);
}

#[tokio::test]
async fn a_delivery_is_repeated_until_it_is_accepted_and_never_after_a_redirect() {
    let stage = Stage::new(QUICK).await;
    let (busy, moved) = (Receiver::new(&[500, 404]).await, Receiver::new(&[307]).await);
    let (first, second) = (stage.training(&busy.url).await, stage.training(&moved.url).await);
    let bodies = [busy.delivery(0).await.1, busy.delivery(1).await.1, busy.delivery(2).await.1];
    assert!(bodies.iter().all(|body| *body == bodies[0]), "the same delivery each time");
    assert!(matches!(stage.outcome(&first).await, Outcome::Completed(_)));

    let noted = |id: &str| -> Value {
        let file = stage.folder.path().join("fal/requests").join(format!("{id}.json"));
        serde_json::from_slice(&std::fs::read(file).expect("the request")).expect("JSON")
    };
    until(async || (noted(&first.request_id)["delivery"]["state"] == "arrived").then_some(())).await;
    until(async || (noted(&second.request_id)["delivery"]["state"] == "given_up").then_some(())).await;
    assert_eq!((busy.deliveries().len(), moved.deliveries().len()), (3, 1));
}

#[tokio::test]
async fn an_expected_key_shuts_others_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = Some(Secret::new("our:key"));
    let settings = SandboxSettings { folder: folder.path().join("fal"), listen: None, training: QUICK, key };
    let sandbox = Sandbox::start(settings).await.expect("a sandbox");
    let fal = super::super::Fal::new(sandbox.fal_settings()).expect("a client");
    let stage = Stage { folder, sandbox, fal };
    let file = archive(stage.folder.path(), 1);
    stage.fal.upload(&file, "application/zip", "a.zip", NEVER).await.expect("our key is good");
    assert_eq!(call(&stage, Method::POST, "storage/auth/token", "Key other:key", json!({})).await.0, 401);
}

#[tokio::test]
async fn a_taken_address_and_a_foreign_folder_are_told() {
    let stage = Stage::new(QUICK).await;
    let taken = stage.sandbox.house.origin.socket_addrs(|| None).expect("an address")[0];
    let folder = tempfile::tempdir().expect("a folder");
    let mut settings =
        SandboxSettings { folder: folder.path().into(), listen: Some(taken), training: QUICK, key: None };
    assert!(matches!(Sandbox::start(settings.clone()).await, Err(SandboxError::Listen(_))));

    settings.listen = None;
    std::fs::write(folder.path().join("signing-key"), "not a key").expect("written");
    assert!(matches!(Sandbox::start(settings).await, Err(SandboxError::Folder(_))));
}
