//! The file host: what was uploaded and what runs have left, at `/files/{id}/{name}`, for everybody who has the
//! address, until its lifetime ends. Each file is a folder with its content and a note on it.

use std::io::{ErrorKind, Result};
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio_util::io::ReaderStream;
use url::Url;
use uuid::Uuid;

use super::house::House;
use super::requests::Request;
use super::{clock, disk, faults, reply};
use crate::fal::address::under;

const CHUNK: usize = 64 * 1024;

pub(super) fn routes() -> Router<Arc<House>> {
    Router::new().route("/files/{id}/{name}", get(read))
}

/// A file that exists or is on its way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Note {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) content_type: String,
    /// When the file host forgets it.
    pub(super) expires_at: Option<DateTime<Utc>>,
    /// The endpoint and the id of the request whose run has left it.
    #[serde(default)]
    left_by: Option<(String, String)>,
}

impl Note {
    /// A new file, noted on disk. The headers tell its lifetime, under one of the two names that fal's clients use.
    pub(super) fn add(house: &House, name: &str, content_type: &str, headers: &HeaderMap) -> Result<Self> {
        let note = Self {
            id: Uuid::now_v7(),
            name: safe_name(name),
            content_type: content_type.to_owned(),
            expires_at: lifetime(headers).map(|lifetime| clock::now() + lifetime),
            left_by: None,
        };
        note.write(house)?;
        Ok(note)
    }

    fn write(&self, house: &House) -> Result<()> {
        std::fs::create_dir_all(self.folder(house))?;
        disk::write_json(&self.folder(house).join("note.json"), self)
    }

    pub(super) fn find(house: &House, id: Uuid) -> Result<Option<Self>> {
        match disk::read_json(&house.folder.join("files").join(id.to_string()).join("note.json")) {
            Ok(note) => Ok(Some(note)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn url(&self, house: &House) -> Url {
        under(&house.origin, ["files", &self.id.simple().to_string(), &self.name])
    }

    pub(super) fn folder(&self, house: &House) -> PathBuf {
        house.folder.join("files").join(self.id.to_string())
    }

    pub(super) fn content(&self, house: &House) -> PathBuf {
        self.folder(house).join("content")
    }
}

/// Keeps a file that the run of a request has made and gives it as fal's `File` object.
pub(super) fn keep(house: &House, of: &Request, name: &str, content_type: &str, content: &[u8]) -> Result<Value> {
    let prefix = Uuid::now_v7().simple().to_string();
    let mut note = Note::add(house, &format!("{prefix}_{name}"), content_type, &HeaderMap::new())?;
    note.left_by = Some((of.endpoint.clone(), of.id.clone()));
    note.write(house)?;
    disk::write(&note.content(house), content)?;
    let url = note.url(house);
    Ok(json!({ "url": url.as_str(), "content_type": content_type, "file_name": name, "file_size": content.len() }))
}

async fn read(State(house): State<Arc<House>>, Path((id, name)): Path<(Uuid, String)>) -> Response {
    let missing = || reply::detail(StatusCode::NOT_FOUND, "File not found");
    let note = match Note::find(&house, id) {
        Ok(Some(note)) if note.name == name && note.expires_at.is_none_or(|end| clock::now() < end) => note,
        Ok(_) => return missing(),
        Err(error) => return reply::broken(&error),
    };
    if let Some(fault) = note.left_by.as_ref().and_then(|(endpoint, id)| house.faults.take(endpoint, id)) {
        return match tokio::fs::read(note.content(&house)).await {
            Ok(content) => faults::download(fault, note.content_type, content),
            Err(error) => reply::broken(&error),
        };
    }
    let Ok(file) = tokio::fs::File::open(note.content(&house)).await else { return missing() };
    match file.metadata().await {
        Ok(metadata) => {
            let headers =
                [(header::CONTENT_TYPE, note.content_type), (header::CONTENT_LENGTH, metadata.len().to_string())];
            (headers, Body::from_stream(ReaderStream::with_capacity(file, CHUNK))).into_response()
        }
        Err(error) => reply::broken(&error),
    }
}

fn lifetime(headers: &HeaderMap) -> Option<TimeDelta> {
    let names = ["x-fal-object-lifecycle-preference", "x-fal-object-lifecycle"];
    let preference = names.iter().find_map(|name| headers.get(*name))?;
    let preference: Value = serde_json::from_slice(preference.as_bytes()).ok()?;
    // Zero and null mean for ever.
    let seconds = preference["expiration_duration_seconds"].as_i64().filter(|seconds| *seconds > 0)?;
    TimeDelta::try_seconds(seconds)
}

fn safe_name(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let name: String = name.chars().take(100).map(safe).collect();
    // A name of dots alone would be a step up in a path.
    if name.trim_matches('.').is_empty() { "file".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_safe() {
        for (name, safe) in [("a b/c.zip", "a_b_c.zip"), ("..", "file"), ("", "file"), ("фото.jpg", "____.jpg")] {
            assert_eq!(safe_name(name), safe);
        }
    }

    #[test]
    fn a_lifetime_is_read_from_either_header_and_zero_means_for_ever() {
        let with = |name: &'static str, value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().expect("a value"));
            lifetime(&headers)
        };
        let hour = Some(TimeDelta::hours(1));
        assert_eq!(with("x-fal-object-lifecycle", r#"{"expiration_duration_seconds":3600}"#), hour);
        assert_eq!(with("x-fal-object-lifecycle-preference", r#"{"expiration_duration_seconds":3600}"#), hour);
        for never in [r#"{"expiration_duration_seconds":0}"#, r#"{"expiration_duration_seconds":null}"#, "x"] {
            assert_eq!(with("x-fal-object-lifecycle", never), None);
        }
    }
}
