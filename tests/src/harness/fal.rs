//! The fal sandbox seen from fal's side: what was submitted to it, and its signature under whatever a test wants to say.

use std::path::{Path, PathBuf};

use aisha_api::fal::signature::{REQUEST_ID, SIGNATURE, TIMESTAMP, USER_ID, sign};
use chrono::{DateTime, Utc};
use reqwest::RequestBuilder;
use ring::signature::Ed25519KeyPair;
use serde_json::Value;

/// The account that the sandbox gives everybody.
const ACCOUNT: &str = "sandbox-account";

/// The folder of a sandbox.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

/// A delivery as the sandbox would send it.
#[derive(Debug, Clone)]
pub struct Delivery {
    headers: [(&'static str, String); 4],
    body: String,
}

impl Folder {
    /// The folder of the sandbox that keeps its things here.
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Every request that was submitted, as the sandbox keeps it.
    pub fn requests(&self) -> Vec<Value> {
        let Ok(entries) = std::fs::read_dir(self.0.join("requests")) else { return Vec::new() };
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let files = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
        files.map(|path| serde_json::from_slice(&std::fs::read(path).expect("a request")).expect("JSON")).collect()
    }

    /// The one request that was submitted.
    #[track_caller]
    pub fn only_request(&self) -> Value {
        let requests = self.requests();
        assert_eq!(requests.len(), 1, "submissions: {requests:#?}");
        requests.into_iter().next().unwrap_or_default()
    }

    /// Loses the file at this address, as fal does with files that have expired.
    pub fn lose(&self, url: &str) {
        std::fs::remove_dir_all(self.file(url)).expect("a file can be lost");
    }

    /// Puts something else in the place of the file at this address.
    pub fn replace(&self, url: &str, by: impl FnOnce(&[u8]) -> Vec<u8>) {
        let content = self.file(url).join("content");
        let replaced = by(&std::fs::read(&content).expect("the file"));
        std::fs::write(content, replaced).expect("a file can be replaced");
    }

    fn file(&self, url: &str) -> PathBuf {
        let files = std::fs::read_dir(self.0.join("files")).expect("the files").map(|entry| entry.expect("a file"));
        // Addresses write the ids without their dashes.
        let named = |id: &std::fs::DirEntry| url.contains(&id.file_name().to_string_lossy().replace('-', ""));
        files.into_iter().find(named).expect("the file is there").path()
    }

    /// A delivery that says that this request has ended well, signed at this time by the sandbox's own key.
    pub fn delivery(&self, request_id: &str, signed_at: DateTime<Utc>) -> Delivery {
        self.delivery_of(request_id, request_id, signed_at)
    }

    /// The same, of this attempt of fal: each has a body of its own.
    pub fn delivery_of(&self, request_id: &str, attempt: &str, signed_at: DateTime<Utc>) -> Delivery {
        let seed = std::fs::read_to_string(self.0.join("signing-key")).expect("the key of the sandbox");
        let seed = hex::decode(seed.trim()).expect("hex");
        let key = Ed25519KeyPair::from_seed_unchecked(&seed).expect("a seed of 32 bytes");
        let body = format!(r#"{{"request_id":"{request_id}","gateway_request_id":"{attempt}","status":"OK"}}"#);
        let timestamp = signed_at.timestamp().to_string();
        let signature = sign(&key, request_id, ACCOUNT, &timestamp, body.as_bytes());
        let account = ACCOUNT.to_owned();
        let headers =
            [(REQUEST_ID, request_id.to_owned()), (USER_ID, account), (TIMESTAMP, timestamp), (SIGNATURE, signature)];
        Delivery { headers, body }
    }
}

impl Delivery {
    /// Puts the delivery into a request. Of one delivery all requests are the same to the byte.
    pub fn fill(&self, request: RequestBuilder) -> RequestBuilder {
        let request = self.headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        request.header("content-type", "application/json").body(self.body.clone())
    }
}
