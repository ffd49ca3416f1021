//! How the service says no: RFC 9457 problem details, with a stable code and a sentence that helps.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use crate::words::words_schema;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $status:literal, $title:literal;)+) => {
        /// The stable codes of problems. New ones may come; none changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[allow(missing_docs, reason = "each code has its title")]
        pub enum ProblemCode {
            $($(#[$doc])* #[serde(rename = $code)] $variant,)+
        }

        impl PartialSchema for ProblemCode {
            fn schema() -> RefOr<Schema> {
                let doc = "The stable codes of problems. New ones may come; none changes its meaning.";
                words_schema(doc, Self::ALL.iter().map(|code| code.as_str()))
            }
        }

        impl ToSchema for ProblemCode {
            fn name() -> Cow<'static, str> {
                "ProblemCode".into()
            }
        }

        impl ProblemCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as it stands on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The HTTP status it comes with.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status),+ }
            }

            /// The same few words for every problem of this code.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }
        }
    };
}

codes! {
    BadRequest = "bad_request", 400, "The request cannot be read";
    InvalidCursor = "invalid_cursor", 400, "The cursor does not belong to this list";
    ActAsRequired = "act_as_required", 400, "This key acts for others and must name whom";
    DigestMismatch = "digest_mismatch", 400, "The bytes are not those that were announced";
    IdempotencyKeyRequired = "idempotency_key_required", 400, "An Idempotency-Key is required";
    Unauthenticated = "unauthenticated", 401, "No valid credentials";
    InvalidSignature = "invalid_signature", 401, "The signature does not hold";
    Forbidden = "forbidden", 403, "The key does not allow this";
    AboveCap = "above_cap", 403, "It costs more than any day allows";
    LinkInvalid = "link_invalid", 403, "The link is not valid";
    LinkExpired = "link_expired", 403, "The link has expired";
    NotFound = "not_found", 404, "Not found";
    MethodNotAllowed = "method_not_allowed", 405, "Method not allowed";
    RequestTimeout = "request_timeout", 408, "The request took too long to arrive";
    AvatarIncomplete = "avatar_incomplete", 409, "The avatar is not complete";
    NotEnoughPhotos = "not_enough_photos", 409, "Too few usable photos";
    AvatarState = "avatar_state", 409, "Not possible in the avatar's state";
    TrainingUnderWay = "training_under_way", 409, "A training is under way";
    PhotosInUse = "photos_in_use", 409, "The photos are being packed";
    TrainingState = "training_state", 409, "Not possible in the training's state";
    PhotosDeleted = "photos_deleted", 409, "Photos of the set were deleted";
    AvatarNotTrained = "avatar_not_trained", 409, "The avatar has no trained model";
    GenerationState = "generation_state", 409, "Not possible in the generation's state";
    TranscriptionState = "transcription_state", 409, "Not possible in the transcription's state";
    PackState = "pack_state", 409, "Not possible in the pack's state";
    PromptsNotConfigured = "prompts_not_configured", 409, "Nobody works on prompts here";
    NoPictures = "no_pictures", 409, "There is no picture";
    SpendingStopped = "spending_stopped", 409, "Nothing may be spent at present";
    MainNeedsCompletion = "main_needs_completion", 409, "Only a completed avatar can be the main one";
    Conflict = "conflict", 409, "Another change came first";
    StillRunning = "still_running", 409, "The same request is still being worked on";
    WebhookEndpointDisabled = "webhook_endpoint_disabled", 409, "The endpoint is disabled";
    LimitReached = "limit_reached", 409, "No more of these may be there";
    EventsGone = "events_gone", 410, "These events are not kept any more";
    PreconditionFailed = "precondition_failed", 412, "It has changed since it was read";
    PayloadTooLarge = "payload_too_large", 413, "The body is too large";
    UnsupportedMediaType = "unsupported_media_type", 415, "This content type is not accepted here";
    RangeNotSatisfiable = "range_not_satisfiable", 416, "The file does not reach so far";
    ValidationFailed = "validation_failed", 422, "Some fields are not right";
    IdempotencyKeyReused = "idempotency_key_reused", 422, "The Idempotency-Key was used for another request";
    FileTooLarge = "file_too_large", 422, "The file is too large";
    UnsupportedFormat = "unsupported_format", 422, "The file is not a picture we can use";
    CorruptImage = "corrupt_image", 422, "The picture is damaged";
    ResolutionTooLow = "resolution_too_low", 422, "The picture is too small";
    ResolutionTooHigh = "resolution_too_high", 422, "The picture is too large";
    TooManyPhotos = "too_many_photos", 422, "The avatar is full";
    NoPhotos = "no_photos", 422, "No photo was in the request";
    UnsupportedAudio = "unsupported_audio", 422, "The file is not a recording we can use";
    AudioEmpty = "audio_empty", 422, "The recording is empty";
    NoAudio = "no_audio", 422, "No recording was in the request";
    RateLimited = "rate_limited", 429, "Too many requests in a short time";
    UserTrainingsCap = "user_trainings_cap", 429, "The person's trainings of the day are used up";
    UserGenerationsCap = "user_generations_cap", 429, "The person's generations of the day are used up";
    UserTranscriptionsCap = "user_transcriptions_cap", 429, "The person's transcriptions of the day are used up";
    UserSpendingCap = "user_spending_cap", 429, "The person's money of the day is used up";
    KeyTrainingsCap = "key_trainings_cap", 429, "The key's trainings of the day are used up";
    KeyGenerationsCap = "key_generations_cap", 429, "The key's generations of the day are used up";
    KeyTranscriptionsCap = "key_transcriptions_cap", 429, "The key's transcriptions of the day are used up";
    KeySpendingCap = "key_spending_cap", 429, "The key's money of the day is used up";
    Internal = "internal_error", 500, "Something went wrong on our side";
    Unavailable = "unavailable", 503, "The service cannot do this right now";
}

/// Why a request was not done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// A URI reference for the kind of problem: `/problems/` and the code.
    #[serde(rename = "type")]
    #[schema(example = "/problems/not_found")]
    pub kind: String,
    /// A few words, the same for every problem of the code.
    #[schema(example = "Not found")]
    pub title: String,
    /// The HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    /// What happened this time and what would help, for people.
    #[schema(example = "There is no such thing, or it is not yours.")]
    pub detail: String,
    /// The stable code, for programs.
    #[schema(example = "not_found")]
    pub code: ProblemCode,
    /// Quote it when you ask for help; the same as `X-Request-Id`.
    #[schema(example = "018f3c5e-7d1a-7cc3-9d5c-3b1c5e8f0a11")]
    pub request_id: String,
    /// The fields that are not right.
    pub errors: Vec<FieldError>,
}

/// What is not right with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Where: a JSON pointer into the body, or the name of a parameter or header.
    #[schema(example = "/name")]
    pub pointer: String,
    /// A stable word for what is wrong.
    #[schema(example = "too_long")]
    pub code: String,
    /// The same for people.
    #[schema(example = "at most 100 characters")]
    pub detail: String,
}
