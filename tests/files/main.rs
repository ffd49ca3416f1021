//! Objects: one contract, kept by a folder and by an S3 store alike, and what is particular to each.

mod contract;
mod folder;
mod s3;
mod spool;

use std::time::Duration;

use aisha_api::files::{Files, Folder, Key, S3};
use aisha_tests::harness::object_store::ObjectStore;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use tempfile::TempDir;
use url::Url;

const HOUR: Duration = Duration::from_hours(1);

fn key(text: &str) -> Key {
    Key::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[expect(clippy::disallowed_methods, reason = "the S3 store compares signatures with the real clock")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

fn base() -> Url {
    "https://aisha.example/api/".parse().expect("a URL")
}

/// A store of either kind, with all it needs to live.
struct Store {
    files: Files,
    _objects: (Option<TempDir>, Option<ObjectStore>),
}

impl Store {
    fn folder() -> Self {
        let data = tempfile::tempdir().expect("a temporary folder");
        let folder = Folder::start(&data.path().join("objects"), &base(), now()).expect("the folder opens");
        Self { files: Files::Folder(folder), _objects: (Some(data), None) }
    }

    async fn s3() -> Self {
        let store = ObjectStore::start().await;
        Self { files: Files::S3(S3::new(&store.settings)), _objects: (None, Some(store)) }
    }

    /// What a GET of the link answers: the bytes, or why not.
    async fn get(&self, link: &Url, at: DateTime<Utc>) -> Result<Bytes, String> {
        match &self.files {
            Files::Folder(folder) => folder::get(folder, link, at).await,
            Files::S3(_) => s3::get(link).await,
        }
    }
}
