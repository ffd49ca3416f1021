//! Where every error becomes an answer: RFC 9457 problem details with a stable code.
//!
//! What went wrong inside is logged here, once, and never told to the caller.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

use aisha_imaging::ImageError;
use aisha_openapi::problem::{FieldError, Problem as Body, ProblemCode};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::request_id;
use crate::domain::Refusal;
use crate::domain::ids::PhotoId;
use crate::domain::spending::{Cap, Holder};
use crate::files::FilesError;
use crate::storage::StorageError;

/// A request that is not done, and why.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    code: ProblemCode,
    detail: String,
    errors: Vec<FieldError>,
    retry_after_seconds: Option<u32>,
    extension: Option<(&'static str, i64)>,
}

impl Problem {
    /// A problem with a sentence that says what happened and what would help.
    pub(super) fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), retry_after_seconds: None, extension: None }
    }

    /// Something that is not there, or is not the caller's: nobody can tell which.
    pub(super) fn not_found() -> Self {
        Self::new(ProblemCode::NotFound, "There is no such thing, or it is not yours.")
    }

    /// Fields that are not right.
    pub(super) fn fields(errors: Vec<FieldError>) -> Self {
        let detail = errors.iter().map(|error| format!("{}: {}", error.pointer, error.detail)).collect::<Vec<_>>();
        Self { errors, ..Self::new(ProblemCode::ValidationFailed, detail.join("; ")) }
    }

    /// One field that is not right.
    pub(super) fn field(pointer: &str, code: &str, detail: impl Into<String>) -> Self {
        Self::fields(vec![FieldError { pointer: pointer.to_owned(), code: code.to_owned(), detail: detail.into() }])
    }

    /// A file that is not a photo we can use, and why in words.
    pub(super) fn of_image(error: &ImageError, detail: String) -> Self {
        let code = ProblemCode::ALL.iter().copied().find(|code| code.as_str() == error.code());
        Self::new(code.unwrap_or(ProblemCode::CorruptImage), detail)
    }

    /// The caller may try again after so many seconds.
    pub(super) fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// A number that only problems of this code have, beside the members that all have (RFC 9457, 3.2).
    pub(super) fn extended(mut self, name: &'static str, value: i64) -> Self {
        self.extension = Some((name, value));
        self
    }

    /// Whether it is our fault.
    pub(super) fn is_ours(&self) -> bool {
        self.code.status() >= 500
    }

    /// The body of the answer; also what stands for one file in the report of an upload.
    pub(super) fn body(&self) -> Body {
        Body {
            kind: format!("/problems/{}", self.code.as_str()),
            title: self.code.title().to_owned(),
            status: self.code.status(),
            detail: self.detail.clone(),
            code: self.code,
            request_id: request_id::current(),
            errors: self.errors.clone(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = serde_json::to_value(self.body()).unwrap_or_default();
        if let Some((name, value)) = self.extension {
            body[name] = value.into();
        }
        let body = body.to_string();
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        if let Some(seconds) = self.retry_after_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::AvatarIncomplete { .. } => ProblemCode::AvatarIncomplete,
            Refusal::NotEnoughPhotos { .. } => ProblemCode::NotEnoughPhotos,
            Refusal::TooManyPhotos { .. } => ProblemCode::TooManyPhotos,
            Refusal::AvatarState { .. } => ProblemCode::AvatarState,
            Refusal::TrainingUnderWay => ProblemCode::TrainingUnderWay,
            Refusal::PhotosInUse => ProblemCode::PhotosInUse,
            Refusal::TrainingState { .. } => ProblemCode::TrainingState,
            Refusal::AvatarNotTrained => ProblemCode::AvatarNotTrained,
            Refusal::GenerationState { .. } => ProblemCode::GenerationState,
            Refusal::TranscriptionState { .. } => ProblemCode::TranscriptionState,
            Refusal::PackState { .. } => ProblemCode::PackState,
            Refusal::PhotosDeleted { .. } => ProblemCode::PhotosDeleted,
            Refusal::SpendingStopped { .. } => ProblemCode::SpendingStopped,
            Refusal::AboveCap { .. } => ProblemCode::AboveCap,
            Refusal::CapReached { cap: Cap::Trainings(Holder::User, _), .. } => ProblemCode::UserTrainingsCap,
            Refusal::CapReached { cap: Cap::Generations(Holder::User, _), .. } => ProblemCode::UserGenerationsCap,
            Refusal::CapReached { cap: Cap::Transcriptions(Holder::User, _), .. } => ProblemCode::UserTranscriptionsCap,
            Refusal::CapReached { cap: Cap::Money(Holder::User, _), .. } => ProblemCode::UserSpendingCap,
            Refusal::CapReached { cap: Cap::Trainings(Holder::Key, _), .. } => ProblemCode::KeyTrainingsCap,
            Refusal::CapReached { cap: Cap::Generations(Holder::Key, _), .. } => ProblemCode::KeyGenerationsCap,
            Refusal::CapReached { cap: Cap::Transcriptions(Holder::Key, _), .. } => ProblemCode::KeyTranscriptionsCap,
            Refusal::CapReached { cap: Cap::Money(Holder::Key, _), .. } => ProblemCode::KeySpendingCap,
            Refusal::MainNeedsCompletion => ProblemCode::MainNeedsCompletion,
            Refusal::OrderIncomplete => return Self::field("/photo_ids", "incomplete", refusal.to_string()),
        };
        let problem = Self::new(code, sentence(&refusal.to_string()));
        match refusal {
            Refusal::PhotosInUse => problem.retry_after(3),
            Refusal::PhotosDeleted { photos } => {
                let error = |photo: PhotoId| FieldError {
                    pointer: "photos".to_owned(),
                    code: "deleted".to_owned(),
                    detail: photo.to_string(),
                };
                Self { errors: photos.into_iter().map(error).collect(), ..problem }
            }
            _ => problem,
        }
    }
}

/// What breaks off an answer that has begun already; nobody but the log is told why.
impl Display for Problem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl Error for Problem {}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        tracing::error!(%error, "the database failed a request");
        match error {
            StorageError::Unavailable(_) => unavailable(),
            // Deleted by another request while this one was at work.
            _ if error.is_foreign_key_violation() => Self::not_found(),
            _ => internal(),
        }
    }
}

impl From<FilesError> for Problem {
    fn from(error: FilesError) -> Self {
        tracing::error!(%error, "the object store failed a request");
        if error.is_of_the_store() { unavailable() } else { internal() }
    }
}

/// Something that must not happen happened, and the log has it.
pub(super) fn internal() -> Problem {
    Problem::new(ProblemCode::Internal, "Something went wrong on our side. If it stays, ask with the request id.")
}

/// Something we need is not there for the moment.
pub(super) fn unavailable() -> Problem {
    Problem::new(ProblemCode::Unavailable, "The service cannot do this right now. Nothing was changed; try again soon.")
        .retry_after(2)
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
