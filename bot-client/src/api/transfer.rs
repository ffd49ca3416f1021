//! Files on their way through: never whole in memory but for pictures that a card shows.

use std::time::Duration;

use aisha_openapi::photos::UploadReport;
use bytes::Bytes;
use futures_util::{Stream, TryStreamExt as _};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Body, Method, StatusCode};
use tokio::io::AsyncRead;
use tokio_util::io::StreamReader;
use uuid::Uuid;

use super::{ApiError, Person, send};

/// The time a file may take on its way.
pub(super) const FILE: Duration = Duration::from_mins(5);

/// A file on its way to the service.
pub struct Upload {
    /// What its sender says it is.
    pub mime: String,
    /// How long it is, if that is known.
    pub length: Option<u64>,
    /// Its bytes.
    pub body: Body,
}

impl Upload {
    /// A file that is read as it is sent.
    pub fn streamed<S, E>(mime: &str, length: Option<u64>, bytes: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        Self { mime: mime.to_owned(), length, body: Body::wrap_stream(bytes) }
    }
}

/// A file on its way from the service.
pub struct Download {
    /// How long it is, if that is known.
    pub length: Option<u64>,
    /// Where the next volume begins, for files that come in several.
    pub next: Option<String>,
    /// Its bytes.
    pub bytes: Box<dyn AsyncRead + Send + Unpin>,
}

impl Person {
    /// Adds a photo to an avatar. A photo that is refused is told in the report, not as an error.
    pub async fn upload_photo(&self, key: &str, avatar: Uuid, photo: Upload) -> Result<UploadReport, ApiError> {
        let request = self.request(Method::POST, &format!("/v1/avatars/{avatar}/photos"))?.timeout(FILE);
        let request = request.header("idempotency-key", key).header(CONTENT_TYPE, photo.mime);
        let request = match photo.length {
            Some(length) => request.header(CONTENT_LENGTH, length),
            None => request,
        };
        let response = request.body(photo.body).send().await.map_err(|error| ApiError::away(&error.without_url()))?;
        // A file that is refused is told with 422 and the same report.
        let reports = response.status().is_success() || response.status() == StatusCode::UNPROCESSABLE_ENTITY;
        if !reports {
            return Err(ApiError::refused(response).await);
        }
        let unprocessable = response.status() == StatusCode::UNPROCESSABLE_ENTITY;
        let body = response.bytes().await.map_err(|error| ApiError::away(&error.without_url()))?;
        match serde_json::from_slice(&body) {
            Ok(report) => Ok(report),
            Err(_) if unprocessable => Err(ApiError::of_problem(&body)),
            Err(error) => Err(ApiError::odd(&error)),
        }
    }

    /// A picture, whole: cards show small ones.
    pub async fn picture(&self, url: &str) -> Result<Bytes, ApiError> {
        let response = send(self.request(Method::GET, url)?.timeout(FILE)).await?;
        response.bytes().await.map_err(|error| ApiError::away(&error.without_url()))
    }

    /// A file, piece by piece.
    pub async fn download(&self, url: &str) -> Result<Download, ApiError> {
        let response = send(self.request(Method::GET, url)?.timeout(FILE)).await?;
        let length = response.content_length();
        let next = response.headers().get("next-cursor").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let bytes = response.bytes_stream().map_err(|error| std::io::Error::other(error.without_url()));
        Ok(Download { length, next, bytes: Box::new(StreamReader::new(Box::pin(bytes))) })
    }

    /// Everything of the person, as a ZIP of at most so many bytes; `next` begins the following volume.
    pub async fn export(&self, max_bytes: u64, cursor: Option<&str>) -> Result<Download, ApiError> {
        self.download(&super::operations::paged(&format!("/v1/me/export?max_bytes={max_bytes}"), cursor)).await
    }
}
