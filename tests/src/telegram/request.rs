//! What a call brings, whichever of the three ways its parameters came: JSON, a form, or a form with files.

use std::collections::{BTreeMap, HashMap};

use axum::body::{Body, to_bytes};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::refusal::Refusal;

/// The most that a file may have in an upload, in bytes.
pub(super) const LARGEST_UPLOAD: usize = 50 << 20;

/// A file that came with a call.
#[derive(Debug, Clone)]
pub(super) struct Upload {
    pub(super) name: String,
    pub(super) mime: Option<String>,
    pub(super) bytes: Bytes,
}

/// The parameters of a call, without those that are `null`.
#[derive(Debug, Default)]
pub(super) struct Params {
    pub(super) fields: BTreeMap<String, Value>,
    pub(super) uploads: HashMap<String, Upload>,
}

impl Params {
    /// Reads the query and the body of a request.
    pub(super) async fn read(request: Request) -> Result<Self, Refusal> {
        let mut params = Self::default();
        params.form(request.uri().query().unwrap_or_default().as_bytes());
        let header = request.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = header.split(';').next().unwrap_or_default().trim().to_lowercase();
        let too_large = || Refusal::new(413, "Request Entity Too Large");
        // The parameters beside a file are small.
        let most = LARGEST_UPLOAD + (1 << 20);
        match kind.as_str() {
            "multipart/form-data" => params.multipart(request, most).await?,
            "application/json" => {
                let body = to_bytes(request.into_body(), most).await.map_err(|_| too_large())?;
                let unreadable = || Refusal::bad_request("can't parse JSON object");
                let fields: Map<String, Value> = if body.is_empty() {
                    Map::new()
                } else {
                    serde_json::from_slice(&body).map_err(|_| unreadable())?
                };
                params.fields.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
            }
            _ => {
                let body = to_bytes(request.into_body(), most).await.map_err(|_| too_large())?;
                params.form(&body);
            }
        }
        Ok(params)
    }

    fn form(&mut self, form: &[u8]) {
        let pairs = url::form_urlencoded::parse(form);
        self.fields.extend(pairs.map(|(name, value)| (name.into_owned(), json!(value))));
    }

    async fn multipart(&mut self, mut request: Request<Body>, most: usize) -> Result<(), Refusal> {
        DefaultBodyLimit::max(most).apply(&mut request);
        let unreadable = || Refusal::bad_request("can't parse multipart/form-data");
        let mut parts = Multipart::from_request(request, &()).await.map_err(|_| unreadable())?;
        let refused = |problem: axum::extract::multipart::MultipartError| match problem.status().as_u16() {
            413 => Refusal::new(413, "Request Entity Too Large"),
            _ => unreadable(),
        };
        while let Some(part) = parts.next_field().await.map_err(refused)? {
            let field = part.name().unwrap_or_default().to_owned();
            let file = part.file_name().map(str::to_owned);
            let mime = part.content_type().map(str::to_owned);
            let bytes = part.bytes().await.map_err(refused)?;
            if let Some(name) = file {
                self.uploads.insert(field, Upload { name, mime, bytes });
            } else {
                self.fields.insert(field, json!(String::from_utf8_lossy(&bytes)));
            }
        }
        Ok(())
    }

    /// A text, whatever it was sent as.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        text_of(self.fields.get(name)?)
    }

    /// A whole number, also one that was sent as a text.
    pub(super) fn integer(&self, name: &str) -> Option<i64> {
        match self.fields.get(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// Whether a flag is set.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| matches!(text.to_lowercase().as_str(), "true" | "1" | "yes"))
    }

    /// An object or a list, also one that was sent as JSON in a text. `what` names it in the refusal.
    pub(super) fn structure(&self, name: &str, what: &str) -> Result<Option<Value>, Refusal> {
        match self.fields.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text)
                .map(Some)
                .map_err(|_| Refusal::bad_request(&format!("can't parse {what} JSON object"))),
            Some(value) => Ok(Some(value.clone())),
        }
    }

    /// The names that uploads are spoken of by.
    pub(super) fn attached(&self, name: &str) -> bool {
        let reference = format!("attach://{name}");
        self.fields.values().any(|value| value.to_string().contains(&reference))
    }

    /// Everything but the bytes, for the history.
    pub(super) fn told(&self) -> Value {
        Value::Object(self.fields.clone().into_iter().collect())
    }
}

/// A scalar as a text.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
