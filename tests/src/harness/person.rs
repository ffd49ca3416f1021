//! Somebody who uses the service: verbs instead of raw requests.

use std::time::Duration;

use aisha_api::domain::secret::Secret;
use bytes::Bytes;
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// A user of the service, with or without a key.
#[derive(Debug, Clone)]
pub struct Person {
    base: String,
    key: Option<Secret>,
    act_as: Option<String>,
    client: Client,
}

/// What the service answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: reqwest::header::HeaderMap,
    /// Its body; null if it was not JSON.
    pub body: Value,
    /// Its body as it came.
    pub bytes: Bytes,
}

impl Answer {
    /// Checks the status and gives the body.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{:#}", self.body);
        self.body
    }

    /// Checks that this is a whole problem of this status and code, and gives its body.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        let kind = self.headers.get("content-type").map(|value| value.to_str().unwrap_or_default().to_owned());
        assert_eq!((self.status.as_u16(), &self.body["code"]), (status, &json!(code)), "{:#}", self.body);
        assert_eq!(kind.as_deref(), Some("application/problem+json"));
        assert_eq!(self.body["status"], status);
        assert_eq!(self.body["request_id"].as_str(), self.header("x-request-id"));
        assert!(self.body["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{:#}", self.body);
        self.body
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Person {
    /// Somebody with this key at the service of this address, which ends with a slash.
    pub fn new(base: String, key: Option<Secret>) -> Self {
        aisha_api::fal::install_tls();
        let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let client = client.timeout(Duration::from_secs(90)).build().expect("a client");
        Self { base, key, act_as: None, client }
    }

    /// The same key, acting for somebody such as `telegram:777`.
    #[must_use]
    pub fn acting_for(&self, subject: &str) -> Self {
        Self { act_as: Some(subject.to_owned()), ..self.clone() }
    }

    /// The same address with another key, or with what is to be taken for one.
    #[must_use]
    pub fn showing(&self, key: &str) -> Self {
        Self { key: Some(Secret::new(key)), ..self.clone() }
    }

    /// The key.
    ///
    /// # Panics
    ///
    /// When this is a stranger.
    pub fn key(&self) -> &str {
        self.key.as_ref().expect("a person with a key").expose()
    }

    /// A request, to be filled in and given to [`Person::send`].
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{}", self.base, path.trim_start_matches('/')));
        let request = match &self.key {
            Some(key) => request.bearer_auth(key.expose()),
            None => request,
        };
        match &self.act_as {
            Some(subject) => request.header("Act-As", subject),
            None => request,
        }
    }

    /// Sends a request.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.expect("the service answers");
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.expect("the answer arrives whole");
        Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null), bytes }
    }

    /// Follows an absolute link as a browser would: without a key.
    pub async fn follow(&self, link: &str) -> Answer {
        self.send(self.client.get(link)).await
    }

    /// Asks for an absolute link with these headers, without a key.
    pub async fn ask(&self, method: Method, link: &str, headers: &[(&str, &str)]) -> Answer {
        let request = self.client.request(method, link);
        self.send(headers.iter().fold(request, |request, &(name, value)| request.header(name, value))).await
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    /// POST without a body.
    pub async fn post_empty(&self, path: &str) -> Answer {
        self.send(self.request(Method::POST, path)).await
    }

    /// PATCH with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(&body)).await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    /// Makes a portrait avatar with every detail and gives its id.
    pub async fn avatar(&self) -> String {
        let details =
            json!({"name": "Ann", "gender": "female", "avatar_type": "character", "training_type": "portrait"});
        let avatar = self.post("/v1/avatars", details).await.expect(201);
        avatar["id"].as_str().expect("an id").to_owned()
    }

    /// Sends files as one form.
    pub async fn upload(&self, avatar: &str, files: Vec<(&str, Vec<u8>)>) -> Answer {
        let form = files
            .into_iter()
            .fold(Form::new(), |form, (name, bytes)| form.part("file", Part::bytes(bytes).file_name(name.to_owned())));
        self.send(self.request(Method::POST, &format!("/v1/avatars/{avatar}/photos")).multipart(form)).await
    }

    /// Sends one file as the whole body, as `curl -T` does.
    pub async fn upload_body(&self, avatar: &str, content_type: Option<&str>, bytes: Vec<u8>) -> Answer {
        let request = self.request(Method::POST, &format!("/v1/avatars/{avatar}/photos")).body(bytes);
        self.send(match content_type {
            Some(kind) => request.header("Content-Type", kind),
            None => request,
        })
        .await
    }

    /// Sends so many different good photos.
    pub async fn upload_photos(&self, avatar: &str, count: u32) -> Value {
        let files = (0..count).map(|number| ("photo.jpg", super::pictures::jpeg(number))).collect();
        self.upload(avatar, files).await.expect(201)
    }

    /// Starts a training under this key.
    pub async fn train(&self, avatar: &str, idempotency_key: &str) -> Answer {
        let request = self.request(Method::POST, &format!("/v1/avatars/{avatar}/trainings"));
        self.send(request.header("Idempotency-Key", idempotency_key).json(&json!({"preset": "fast"}))).await
    }

    /// Makes an avatar of so many photos and trains it to the end; gives the ids of avatar and training.
    pub async fn trained_avatar(&self, photos: u32) -> (String, String) {
        let avatar = self.avatar().await;
        self.upload_photos(&avatar, photos).await;
        let training = self.train(&avatar, &format!("first-of-{avatar}")).await.expect(202);
        let training = id(&training);
        self.training_in(&training, "completed").await;
        (avatar, training)
    }

    /// Waits until a training is in this status, and gives it.
    pub async fn training_in(&self, training: &str, status: &str) -> Value {
        self.run_in(&format!("/v1/trainings/{training}"), status).await
    }

    /// Asks for pictures under this key.
    pub async fn picture(&self, avatar: &str, idempotency_key: &str, wish: Value) -> Answer {
        let request = self.request(Method::POST, &format!("/v1/avatars/{avatar}/generations"));
        self.send(request.header("Idempotency-Key", idempotency_key).json(&wish)).await
    }

    /// Waits until a generation is in this status, and gives it.
    pub async fn generation_in(&self, generation: &str, status: &str) -> Value {
        self.run_in(&format!("/v1/generations/{generation}"), status).await
    }

    /// Sends a recording as the whole body, as `curl -T` does, to have it transcribed under this key.
    pub async fn transcribe(&self, idempotency_key: &str, bytes: Vec<u8>) -> Answer {
        let request = self.request(Method::POST, "/v1/transcriptions").header("Idempotency-Key", idempotency_key);
        self.send(request.body(bytes)).await
    }

    /// Waits until a transcription is in this status, and gives it.
    pub async fn transcription_in(&self, transcription: &str, status: &str) -> Value {
        self.run_in(&format!("/v1/transcriptions/{transcription}"), status).await
    }

    async fn run_in(&self, path: &str, status: &str) -> Value {
        let reached = async {
            loop {
                let run = self.get(path).await.expect(200);
                if run["status"] == status {
                    return run;
                }
                let known = ["completed", "failed", "cancelled", "moderated"];
                let ended = run["status"].as_str().is_some_and(|word| known.contains(&word));
                assert!(!ended, "waited for `{status}`: {run:#}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(super::app::PATIENCE, reached).await.unwrap_or_else(|_| panic!("{path} is never {status}"))
    }

    /// Waits for the first event of these kinds after a number.
    pub async fn event(&self, types: &str, after: i64) -> Value {
        let events = self.get(&format!("/v1/events?after={after}&wait=30&types={types}")).await.expect(200);
        events["data"].get(0).cloned().unwrap_or_else(|| panic!("no {types} came"))
    }
}

/// The id in a body.
///
/// # Panics
///
/// When it has none.
#[track_caller]
pub fn id(body: &Value) -> String {
    body["id"].as_str().unwrap_or_else(|| panic!("no id in {body:#}")).to_owned()
}
