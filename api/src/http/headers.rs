//! The optional headers that several operations read, as the OpenAPI document describes them.

use serde::Deserialize;
use utoipa::IntoParams;

/// On every POST.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes a header that `IdempotencyKey` reads")]
pub(super) struct IdempotencyHeader {
    /// A word of your own for this one wish: a repeat with the same word gets the same answer and is done once. Kept
    /// for 72 hours.
    #[serde(rename = "Idempotency-Key")]
    #[param(pattern = "^[A-Za-z0-9._:-]{1,64}$", example = "b2f1c9")]
    idempotency_key: Option<String>,
}

/// On POSTs that cost money.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes a header that `IdempotencyKey` reads")]
pub(super) struct RequiredIdempotencyHeader {
    /// A word of your own for this one wish: a repeat with the same word gets the same answer and is paid once. Kept
    /// for 72 hours.
    #[serde(rename = "Idempotency-Key")]
    #[param(pattern = "^[A-Za-z0-9._:-]{1,64}$", example = "t-1")]
    idempotency_key: String,
}

/// On changes of single things.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes a header that `IfMatch` reads")]
pub(super) struct IfMatchHeader {
    /// The `ETag` that was read: the change is refused with 412 if the thing has changed since.
    #[serde(rename = "If-Match")]
    #[param(example = "\"3\"")]
    if_match: Option<String>,
}

/// On reads of single things.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes a header that `tagged` reads")]
pub(super) struct IfNoneMatchHeader {
    /// The `ETag` that was read: 304 without a body if the thing is still the same.
    #[serde(rename = "If-None-Match")]
    #[param(example = "\"3\"")]
    if_none_match: Option<String>,
}

/// On reads that hold sentences for people.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes a header that `AcceptLanguage` reads")]
pub(super) struct LanguageHeader {
    /// `en` or `ru`: the language of names, and of sentences about photos. Codes stay the same. Without it, the `locale` of
    /// the person; without that, English.
    #[serde(rename = "Accept-Language")]
    #[param(example = "ru")]
    accept_language: Option<String>,
}

/// On reads of events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes a header that the reader of events reads")]
pub(super) struct LastEventIdHeader {
    /// The number of the last event you have, as browsers send it when they come back to a stream. It wins over `after`
    /// and `consumer`.
    #[serde(rename = "Last-Event-ID")]
    #[param(example = "57")]
    last_event_id: Option<String>,
}

/// On uploads.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes a header that `DigestCheck` reads")]
pub(super) struct ContentDigestHeader {
    /// What the whole body hashes to (RFC 9530), by `sha-256`, `sha-512` or both; others are passed over. Nothing is
    /// taken in unless it holds. A part of a form may have one of its own, which is held against that file alone.
    #[serde(rename = "Content-Digest")]
    #[param(example = "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:")]
    content_digest: Option<String>,
}
