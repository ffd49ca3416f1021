//! What the tests of this room share: a sandbox with a client, archives, a receiver of webhooks, a server that answers
//! whatever it is told.

use std::io::Write;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::response::Response;
use chrono::{DateTime, Utc};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use url::Url;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::client::install_tls;
use super::sandbox::{Rule, Sandbox, SandboxSettings};
use super::{Fal, FalSettings, FileHosts, Handle, Outcome, Status, Trainer};
use crate::domain::secret::Secret;

pub(super) const JPEG: &[u8] = &[0xff, 0xd8, 0xff, 0xe0, 0, 16, b'J', b'F', b'I', b'F', 0, 1, 1, 0, 0, 1, 0, 1];

/// A running sandbox and a client that reaches it.
pub(super) struct Stage {
    pub(super) folder: TempDir,
    pub(super) sandbox: Sandbox,
    pub(super) fal: Fal,
}

impl Stage {
    pub(super) async fn new(training: Duration) -> Self {
        Self::in_folder(TempDir::new().expect("a folder"), training).await
    }

    pub(super) async fn in_folder(folder: TempDir, training: Duration) -> Self {
        let settings = SandboxSettings { folder: folder.path().join("fal"), listen: None, training, key: None };
        let sandbox = Sandbox::start(settings).await.expect("a sandbox");
        let fal = Fal::new(sandbox.fal_settings()).expect("a client");
        Self { folder, sandbox, fal }
    }

    /// An archive of so many pictures, uploaded.
    pub(super) async fn photos(&self, count: usize) -> Url {
        let archive = archive(self.folder.path(), count);
        let hour = Duration::from_hours(1);
        self.fal.upload(&archive, "application/zip", "photos.zip", hour).await.expect("uploaded")
    }

    /// A training of five pictures, submitted.
    pub(super) async fn training(&self, webhook: &Url) -> Handle {
        let input =
            json!({ "images_data_url": self.photos(5).await.as_str(), "trigger_phrase": "ann_k", "steps": 1000 });
        self.submit(&input, webhook).await
    }

    /// Weights that a training has left: their address at the file host.
    pub(super) async fn lora(&self, trigger: &str) -> String {
        let input = json!({ "images_data_url": self.photos(5).await.as_str(), "trigger_phrase": trigger });
        let request = self.submit(&input, &nowhere()).await;
        let Outcome::Completed(output) = self.outcome(&request).await else { panic!("no weights") };
        Trainer::Portrait.weights(&output).expect("weights").lora_url
    }

    pub(super) async fn submit(&self, input: &Value, webhook: &Url) -> Handle {
        self.submit_to(Trainer::Portrait.endpoint(), input, webhook).await
    }

    pub(super) async fn submit_to(&self, endpoint: &str, input: &Value, webhook: &Url) -> Handle {
        let submitted = self.fal.submit(endpoint, input, webhook, None).await.expect("submitted");
        Handle::new(endpoint, &submitted)
    }

    /// Puts rules in force for everybody.
    pub(super) async fn misbehave(&self, rules: &[Rule]) {
        let answer = plain().post(self.at("sandbox/faults")).json(rules).send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
    }

    /// The rules that were given, with how often each has acted.
    pub(super) async fn rules(&self) -> Vec<Rule> {
        plain().get(self.at("sandbox/faults")).send().await.expect("an answer").json().await.expect("rules")
    }

    /// What the sandbox tells of every request that was submitted.
    pub(super) async fn record(&self) -> Vec<Value> {
        plain().get(self.at("sandbox/requests")).send().await.expect("an answer").json().await.expect("a list")
    }

    /// The address of a path at the sandbox.
    pub(super) fn at(&self, path: &str) -> Url {
        self.sandbox.url().join(path).expect("an address")
    }

    /// The outcome, once the status says that there is one.
    pub(super) async fn outcome(&self, request: &Handle) -> Outcome {
        until(async || {
            matches!(self.fal.status(request).await.expect("a status"), Status::Completed { .. }).then_some(())
        })
        .await;
        self.fal.result(request).await.expect("a result")
    }
}

/// A client that knows nothing of fal.
pub(super) fn plain() -> reqwest::Client {
    install_tls();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client")
}

/// Asks again and again until there is an answer.
pub(super) async fn until<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), asking).await.expect("nothing happened within 30 s")
}

pub(super) fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

/// An address at which nobody listens.
pub(super) fn nowhere() -> Url {
    Url::parse("http://127.0.0.1:1/").expect("an address")
}

pub(super) fn archive(folder: &Path, count: usize) -> PathBuf {
    let path = folder.join(format!("{count}.zip"));
    let mut writer = ZipWriter::new(std::fs::File::create(&path).expect("a file"));
    for number in 0..count {
        writer.start_file(format!("{number}.jpg"), SimpleFileOptions::default()).expect("an entry");
        writer.write_all(JPEG).expect("written");
    }
    writer.finish().expect("an archive");
    path
}

/// Serves on loopback for as long as the test runs, and gives the address.
pub(super) async fn serve(app: Router) -> Url {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    Url::parse(&format!("http://{address}/")).expect("an address")
}

/// Settings of a fal at this address.
pub(super) fn settings_at(origin: &Url) -> FalSettings {
    FalSettings {
        key: Secret::new("id:secret"),
        queue_url: origin.clone(),
        rest_url: origin.clone(),
        jwks_url: origin.join("jwks.json").expect("an address"),
        account_id: None,
        file_hosts: FileHosts::Origin(origin.clone()),
    }
}

/// A client of a fal that gives this answer to everything.
pub(super) async fn fal_that_answers(answer: impl Fn() -> Response + Clone + Send + Sync + 'static) -> Fal {
    let origin = serve(Router::new().fallback(move || std::future::ready(answer()))).await;
    Fal::new(settings_at(&origin)).expect("a client")
}

/// A receiver of webhooks: it keeps what comes and answers with the given statuses in turn, then with 200.
pub(super) struct Receiver {
    pub(super) url: Url,
    deliveries: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
}

impl Receiver {
    pub(super) async fn new(statuses: &'static [u16]) -> Self {
        let deliveries = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&deliveries);
        let receive = move |request: Request| {
            let kept = Arc::clone(&kept);
            async move {
                let headers = request.headers().clone();
                let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.expect("a body");
                let mut kept = kept.lock().expect("the list");
                kept.push((headers, body));
                let status = statuses.get(kept.len() - 1).copied().unwrap_or(200);
                Response::builder()
                    .status(status)
                    .header("location", "/elsewhere")
                    .body(axum::body::Body::empty())
                    .expect("a response")
            }
        };
        let url = serve(Router::new().fallback(receive)).await;
        Self { url: url.join("hook?token=a%26b").expect("an address"), deliveries }
    }

    pub(super) fn deliveries(&self) -> Vec<(HeaderMap, Bytes)> {
        self.deliveries.lock().expect("the list").clone()
    }

    /// The delivery with this number, once it is there.
    pub(super) async fn delivery(&self, number: usize) -> (HeaderMap, Bytes) {
        until(async || self.deliveries().into_iter().nth(number)).await
    }
}
