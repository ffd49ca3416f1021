//! The door for fal: only what fal signed for us, about a training of ours.
//!
//! The signed delivery is a real one: the sandbox is asked to send it to this test instead of the service.

use aisha_api::storage::trainings;
use aisha_tests::harness::app::unreachable_fal;
use aisha_tests::harness::{Answer, Person, TestApp, id};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

/// A webhook as fal sent it.
struct Delivery {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Delivery {
    /// Has the sandbox run a request of no training and receives what it tells of its end.
    async fn receive(app: &TestApp) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let here = format!("http://{}/", listener.local_addr().expect("a port"));
        let mut url: url::Url = app.fal_url().parse().expect("the sandbox");
        url.set_path("fal-ai/flux-lora-fast-training");
        url.query_pairs_mut().append_pair("fal_webhook", &here);
        let submit = reqwest::Client::builder().no_proxy().build().expect("a client").post(url);
        let submit = submit.header("Authorization", "Key id:secret").json(&json!({})).send();
        submit.await.expect("the sandbox answers").error_for_status().expect("the sandbox accepts");

        let (stream, _) = listener.accept().await.expect("the sandbox calls");
        let mut stream = BufReader::new(stream);
        let (mut headers, mut line) = (Vec::new(), String::new());
        while stream.read_line(&mut line).await.expect("a header") > 2 {
            if let Some((name, value)) = line.trim_end().split_once(": ") {
                headers.push((name.to_ascii_lowercase(), value.to_owned()));
            }
            line.clear();
        }
        let length = headers.iter().find(|(name, _)| name == "content-length").expect("a length").1.parse();
        let mut body = vec![0; length.expect("a number")];
        stream.read_exact(&mut body).await.expect("the body");
        let thanks = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        stream.get_mut().write_all(thanks).await.expect("the sandbox listens");
        headers.retain(|(name, _)| name.starts_with("x-fal-webhook-"));
        assert_eq!(headers.len(), 4, "{headers:?}");
        Self { headers, body }
    }

    async fn send(&self, person: &Person, token: &str) -> Answer {
        self.send_but(person, token, |_, value| value.to_owned()).await
    }

    /// Sends it with other headers.
    async fn send_but(&self, person: &Person, token: &str, other: impl Fn(&str, &str) -> String) -> Answer {
        let mut request = person.request(Method::POST, &format!("/v1/webhooks/fal/{token}"));
        for (name, value) in &self.headers {
            let value = other(name, value);
            if !value.is_empty() {
                request = request.header(name, value);
            }
        }
        person.send(request.body(self.body.clone())).await
    }
}

/// The word that fal was given with a training.
async fn token(app: &TestApp, person: &Person, training: &str) -> String {
    let user: uuid::Uuid = id(&person.get("/v1/me").await.expect(200)).parse().expect("a UUID");
    let training: uuid::Uuid = training.parse().expect("a UUID");
    let row = trainings::find(&app.rooms().db, user.into(), training.into()).await.expect("a look");
    row.expect("the training").attempt_token
}

#[tokio::test]
async fn a_delivery_without_a_good_signature_is_refused() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let (_, training) = ann.trained_avatar(5).await;
    let token = token(&app, &ann, &training).await;
    let (fal, before) = (app.stranger(), ann.get(&format!("/v1/trainings/{training}")).await.expect(200));
    for body in ["", "{}", r#"{"request_id": "x", "status": "OK"}"#] {
        let request = fal.request(Method::POST, &format!("/v1/webhooks/fal/{token}")).body(body);
        fal.send(request).await.problem(401, "invalid_signature");
    }
    let real = Delivery::receive(&app).await;
    for missing in real.headers.iter().map(|(name, _)| name) {
        let answer =
            real.send_but(&fal, &token, |name, value| if name == missing { String::new() } else { value.to_owned() });
        answer.await.problem(401, "invalid_signature");
        let answer =
            real.send_but(
                &fal,
                &token,
                |name, value| {
                    if name == missing { value.chars().rev().collect() } else { value.to_owned() }
                },
            );
        answer.await.problem(401, "invalid_signature");
    }
    let mut longer = real.body.clone();
    longer.push(b' ');
    let changed = Delivery { headers: real.headers.clone(), body: longer };
    changed.send(&fal, &token).await.problem(401, "invalid_signature");
    assert_eq!(ann.get(&format!("/v1/trainings/{training}")).await.expect(200)["status"], before["status"]);
    app.finish().await;
}

#[tokio::test]
async fn a_true_delivery_about_nothing_of_ours_is_not_found() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let (_, training) = ann.trained_avatar(5).await;
    let token = token(&app, &ann, &training).await;
    let (fal, real) = (app.stranger(), Delivery::receive(&app).await);
    for unknown in ["x", "%00", &token.to_ascii_lowercase(), &token[1..]] {
        real.send(&fal, unknown).await.problem(404, "not_found");
    }
    real.send(&fal, &token).await.problem(404, "not_found");
    let after = ann.get(&format!("/v1/trainings/{training}")).await.expect(200);
    assert_eq!((&after["status"], &after["error"]), (&json!("completed"), &Value::Null), "another request's end");
    app.finish().await;
}

/// Without fal's keys nobody can tell a true delivery from a false one: fal is asked to come again.
#[tokio::test]
async fn a_delivery_that_cannot_be_checked_is_asked_for_again() {
    let sandboxed = TestApp::new().await;
    let real = Delivery::receive(&sandboxed).await;
    let app = TestApp::with(unreachable_fal).await;
    let answer = real.send(&app.stranger(), "x").await;
    assert!(answer.header("retry-after").is_some());
    answer.problem(503, "unavailable");
    app.finish().await;
    sandboxed.finish().await;
}
