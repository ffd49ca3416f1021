//! Pictures of an avatar on one, as the answer to a request: fetched, drawn by the picture workers, and sent once.

use aisha_imaging::PoolError;
use aisha_imaging::sheet::{Layout, Mark, Sheet, Tile};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use sha2::{Digest as _, Sha256};

use super::problem::{Problem, unavailable};
use super::version::is_known;
use crate::app::App;
use crate::domain::ids::UserId;
use crate::files::{FilesError, Key};

/// Thumbnails fetched from the store at once.
const FETCHED_AT_ONCE: usize = 8;

/// A picture that is to be on a sheet. They are numbered in their order; in pairs, two by two.
pub(super) struct Shown {
    /// The object with its small JPEG. What has none yet leaves its place empty.
    pub(super) thumbnail_key: Option<String>,
    /// What is thought of it.
    pub(super) mark: Option<Mark>,
}

/// The sheet with its tag; 304 without a body if the caller has it already, and 404 if nothing would be on it.
pub(super) async fn answer(
    app: &App,
    owner: UserId,
    headers: &HeaderMap,
    layout: Layout,
    shown: Vec<Shown>,
) -> Result<Response, Problem> {
    if shown.is_empty() {
        return Err(Problem::not_found());
    }
    let tag = tag(layout, &shown);
    let mut response = if is_known(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let sheet = Sheet { tiles: tiles(app, layout, shown).await? };
        let jpeg = app.imaging.sheet_as(layout, owner.0.as_u128(), sheet).await.map_err(|error| refused(&error))?;
        ([(header::CONTENT_TYPE, "image/jpeg")], jpeg).into_response()
    };
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{tag}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    // It changes with every picture, so it is asked about each time and sent once.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

/// What is on the sheet: which pictures, in which order, with which marks.
fn tag(layout: Layout, shown: &[Shown]) -> String {
    let mut hash = Sha256::new_with_prefix(format!("{layout:?}\n"));
    for picture in shown {
        hash.update(format!("{:?} {:?}\n", picture.thumbnail_key, picture.mark));
    }
    hex::encode(&hash.finalize()[..8])
}

/// The thumbnails, a few at a time. One that is gone from the store leaves its place empty.
async fn tiles(app: &App, layout: Layout, shown: Vec<Shown>) -> Result<Vec<Tile>, FilesError> {
    let places = match layout {
        Layout::Rows => 1,
        Layout::Pairs => 2,
    };
    let tiles = stream::iter((0..).zip(shown)).map(|(index, picture): (u32, Shown)| async move {
        let thumbnail = match picture.thumbnail_key {
            Some(key) => app.files.read(&Key::parse(key)?).await?,
            None => None,
        };
        let thumbnail = thumbnail.map(Vec::from).unwrap_or_default();
        Ok(Tile { number: index / places + 1, thumbnail, mark: picture.mark })
    });
    tiles.buffered(FETCHED_AT_ONCE).try_collect().await
}

/// A tile that cannot be decoded stays grey, so whatever goes wrong here is no fault of a picture.
fn refused(error: &PoolError) -> Problem {
    tracing::error!(%error, "the picture workers failed a request");
    unavailable()
}
