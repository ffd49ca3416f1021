//! Uploads to a signed address: the key is shown once, to get the address; the bytes then go without it.

use std::io::ErrorKind;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::super::files::Note;
use super::super::house::House;
use super::super::{access, reply};
use super::{Parts, body};
use crate::fal::address::under;

pub(super) fn routes() -> Router<Arc<House>> {
    Router::new()
        .route("/storage/upload/initiate", post(initiate))
        .route("/storage/upload/initiate-multipart", post(initiate))
        .route("/storage/signed/{id}", put(whole))
        .route("/storage/signed/{id}/{number}", put(part))
        .route("/storage/signed/{id}/complete", post(complete))
}

#[derive(Deserialize)]
struct NewFile {
    content_type: String,
    file_name: String,
}

#[derive(Deserialize)]
struct Signed {
    expires: String,
    signature: String,
}

async fn initiate(
    State(house): State<Arc<House>>,
    headers: HeaderMap,
    file: Result<Json<NewFile>, JsonRejection>,
) -> Response {
    if let Err(refusal) = access::account(&house, &headers) {
        return *refusal;
    }
    let Ok(Json(file)) = file else {
        let errors =
            json!([{ "loc": ["body"], "msg": "content_type and file_name are needed", "type": "value_error" }]);
        return reply::json_with(StatusCode::UNPROCESSABLE_ENTITY, json!({ "detail": errors }));
    };
    let note = match Note::add(&house, &file.file_name, &file.content_type, &headers) {
        Ok(note) => note,
        Err(error) => return reply::broken(&error),
    };
    let mut upload_url = under(&house.origin, ["storage", "signed", &note.id.simple().to_string()]);
    let (expires, signature) = house.seal.on(&subject(note.id));
    upload_url.query_pairs_mut().append_pair("expires", &expires).append_pair("signature", &signature);
    reply::json_with(
        StatusCode::OK,
        json!({ "upload_url": upload_url.as_str(), "file_url": note.url(&house).as_str() }),
    )
}

async fn whole(
    State(house): State<Arc<House>>,
    Path(id): Path<Uuid>,
    Query(signed): Query<Signed>,
    content: Body,
) -> Response {
    let note = match open(&house, id, &signed) {
        Ok(note) => note,
        Err(refusal) => return *refusal,
    };
    match body::write_whole(&house, &note, content).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => reply::broken(&error),
    }
}

async fn part(
    State(house): State<Arc<House>>,
    Path((id, number)): Path<(Uuid, u32)>,
    Query(signed): Query<Signed>,
    content: Body,
) -> Response {
    let note = match open(&house, id, &signed) {
        Ok(note) => note,
        Err(refusal) => return *refusal,
    };
    match body::write_part(&house, &note, number, content).await {
        Ok(etag) => reply::json_with(StatusCode::OK, json!({ "partNumber": number, "etag": etag })),
        Err(error) => reply::broken(&error),
    }
}

async fn complete(
    State(house): State<Arc<House>>,
    Path(id): Path<Uuid>,
    Query(signed): Query<Signed>,
    Json(parts): Json<Parts>,
) -> Response {
    let note = match open(&house, id, &signed) {
        Ok(note) => note,
        Err(refusal) => return *refusal,
    };
    match body::join(&house, &note, parts).await {
        Ok(()) => reply::json_with(StatusCode::OK, json!({})),
        Err(error) if error.kind() == ErrorKind::InvalidInput => {
            reply::detail(StatusCode::BAD_REQUEST, &error.to_string())
        }
        Err(error) => reply::broken(&error),
    }
}

fn open(house: &House, id: Uuid, signed: &Signed) -> Result<Note, Box<Response>> {
    if !house.seal.holds(&subject(id), &signed.expires, &signed.signature) {
        return Err(Box::new(reply::detail(StatusCode::FORBIDDEN, "The signature is not valid")));
    }
    match Note::find(house, id) {
        Ok(note) => note.ok_or_else(|| Box::new(reply::detail(StatusCode::NOT_FOUND, "File not found"))),
        Err(error) => Err(Box::new(reply::broken(&error))),
    }
}

fn subject(id: Uuid) -> String {
    format!("upload {id}")
}
