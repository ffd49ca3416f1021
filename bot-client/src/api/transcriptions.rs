//! Recordings, and what is said in them.

use aisha_openapi::transcriptions::{Digest, NewDigest, Transcription, TranscriptionPage};
use reqwest::Method;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use url::form_urlencoded;
use uuid::Uuid;

use super::operations::paged;
use super::transfer::FILE;
use super::{ApiError, Person, Upload, answer};

impl Person {
    /// Asks for what is said in a recording, which is sent along. `title` is one line of up to 200 characters.
    pub async fn transcribe(
        &self,
        key: &str,
        title: Option<&str>,
        recording: Upload,
    ) -> Result<Transcription, ApiError> {
        let query =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(title.map(|title| ("title", title))).finish();
        let request = self.request(Method::POST, &format!("/v1/transcriptions?{query}"))?.timeout(FILE);
        let request = request.header("idempotency-key", key).header(CONTENT_TYPE, recording.mime);
        let request = match recording.length {
            Some(length) => request.header(CONTENT_LENGTH, length),
            None => request,
        };
        answer(request.body(recording.body)).await
    }

    /// Transcriptions, newest first, without their texts.
    pub async fn transcriptions(&self, limit: u8, cursor: Option<&str>) -> Result<TranscriptionPage, ApiError> {
        self.get(&paged(&format!("/v1/transcriptions?limit={limit}"), cursor)).await
    }

    /// One transcription, with its text.
    pub async fn transcription(&self, id: Uuid) -> Result<Transcription, ApiError> {
        self.get(&format!("/v1/transcriptions/{id}")).await
    }

    /// Gives a transcription up.
    pub async fn cancel_transcription(&self, key: &str, id: Uuid) -> Result<(), ApiError> {
        self.post_empty(&format!("/v1/transcriptions/{id}/cancel"), key).await
    }

    /// Deletes a transcription with its recording.
    pub async fn delete_transcription(&self, id: Uuid) -> Result<(), ApiError> {
        self.set(Method::DELETE, &format!("/v1/transcriptions/{id}")).await
    }

    /// Has something made of a text.
    pub async fn digest(&self, key: &str, id: Uuid, digest: &NewDigest) -> Result<Digest, ApiError> {
        self.post(&format!("/v1/transcriptions/{id}/digests"), key, digest).await
    }
}
