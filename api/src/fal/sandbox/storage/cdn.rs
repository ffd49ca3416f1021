//! Uploads to the file host with a token that the key was exchanged for.

use std::io::ErrorKind;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{post, put};
use axum::{Json, Router};
use chrono::SecondsFormat;
use serde_json::json;
use uuid::Uuid;

use super::super::files::Note;
use super::super::house::House;
use super::super::{access, clock, reply};
use super::{Parts, body};

pub(super) fn routes() -> Router<Arc<House>> {
    Router::new()
        .route("/storage/auth/token", post(token))
        .route("/files/upload", post(whole))
        .route("/files/upload/multipart", post(begin))
        .route("/files/{id}/{name}/multipart/{upload}/{number}", put(part))
        .route("/files/{id}/{name}/multipart/{upload}/complete", post(complete))
}

async fn token(State(house): State<Arc<House>>, headers: HeaderMap) -> Response {
    if let Err(refusal) = access::account(&house, &headers) {
        return *refusal;
    }
    let (expires, seal) = house.seal.on("token");
    // fal's Python client reads the time with `fromisoformat`, which wants an offset.
    let expires_at = (clock::now() + access::VALID_FOR).to_rfc3339_opts(SecondsFormat::Micros, false);
    let base_url = house.origin.as_str().trim_end_matches('/');
    let body = json!({
        "token": format!("{expires}.{seal}"),
        "token_type": "Bearer",
        "base_url": base_url,
        "expires_at": expires_at,
    });
    reply::json_with(StatusCode::OK, body)
}

async fn whole(State(house): State<Arc<House>>, headers: HeaderMap, content: Body) -> Response {
    let note = match add(&house, &headers) {
        Ok(note) => note,
        Err(refusal) => return *refusal,
    };
    match body::write_whole(&house, &note, content).await {
        Ok(()) => reply::json_with(StatusCode::OK, json!({ "access_url": note.url(&house).as_str() })),
        Err(error) => reply::broken(&error),
    }
}

async fn begin(State(house): State<Arc<House>>, headers: HeaderMap) -> Response {
    match add(&house, &headers) {
        Ok(note) => {
            let body = json!({ "access_url": note.url(&house).as_str(), "uploadId": note.id.simple().to_string() });
            reply::json_with(StatusCode::OK, body)
        }
        Err(refusal) => *refusal,
    }
}

async fn part(
    State(house): State<Arc<House>>,
    Path((id, _, upload, number)): Path<(Uuid, String, Uuid, u32)>,
    headers: HeaderMap,
    content: Body,
) -> Response {
    let note = match open(&house, &headers, id, upload) {
        Ok(note) => note,
        Err(refusal) => return *refusal,
    };
    match body::write_part(&house, &note, number, content).await {
        Ok(etag) => (StatusCode::OK, [(ETAG, format!("\"{etag}\""))]).into_response(),
        Err(error) => reply::broken(&error),
    }
}

async fn complete(
    State(house): State<Arc<House>>,
    Path((id, _, upload)): Path<(Uuid, String, Uuid)>,
    headers: HeaderMap,
    Json(parts): Json<Parts>,
) -> Response {
    let note = match open(&house, &headers, id, upload) {
        Ok(note) => note,
        Err(refusal) => return *refusal,
    };
    match body::join(&house, &note, parts).await {
        Ok(()) => reply::json_with(StatusCode::OK, json!({ "access_url": note.url(&house).as_str() })),
        Err(error) if error.kind() == ErrorKind::InvalidInput => {
            reply::detail(StatusCode::BAD_REQUEST, &error.to_string())
        }
        Err(error) => reply::broken(&error),
    }
}

fn add(house: &House, headers: &HeaderMap) -> Result<Note, Box<Response>> {
    access::token(house, headers)?;
    let text = |value: Option<&axum::http::HeaderValue>| value.and_then(|value| value.to_str().ok()).map(str::to_owned);
    let name = text(headers.get("x-fal-file-name")).unwrap_or_else(|| "upload.bin".to_owned());
    let content_type = text(headers.get(CONTENT_TYPE)).unwrap_or_else(|| "application/octet-stream".to_owned());
    Note::add(house, &name, &content_type, headers).map_err(|error| Box::new(reply::broken(&error)))
}

fn open(house: &House, headers: &HeaderMap, id: Uuid, upload: Uuid) -> Result<Note, Box<Response>> {
    access::token(house, headers)?;
    match Note::find(house, id) {
        Ok(Some(note)) if upload == id => Ok(note),
        Ok(_) => Err(Box::new(reply::detail(StatusCode::NOT_FOUND, "Upload not found"))),
        Err(error) => Err(Box::new(reply::broken(&error))),
    }
}
