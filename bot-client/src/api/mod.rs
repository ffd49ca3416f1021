//! The service, over HTTP. This is the only room that speaks to it; it holds no rule of its own.

mod error;
mod events;
mod operations;
mod transcriptions;
mod transfer;

use std::time::Duration;

use aisha_openapi::vocabulary::Locale;
use reqwest::header::{ACCEPT_LANGUAGE, AUTHORIZATION, HeaderValue};
use reqwest::{Method, RequestBuilder, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

pub use error::ApiError;
pub use events::KeyCheck;
pub use transfer::{Download, Upload};

/// How long an answer may take. Uploads have the time their bytes need.
const ANSWER: Duration = Duration::from_secs(20);
const CONNECT: Duration = Duration::from_secs(5);

/// The service, for whoever holds the key.
#[derive(Clone)]
pub struct Api {
    http: reqwest::Client,
    base: Url,
    authorization: HeaderValue,
}

/// The service, for one person.
#[derive(Clone)]
pub struct Person {
    api: Api,
    act_as: HeaderValue,
    locale: Locale,
}

impl Api {
    /// A client for the service at this address. Fails if the key cannot stand in a header.
    pub fn new(base: Url, key: &SecretString) -> anyhow::Result<Self> {
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", key.expose_secret()))
            .map_err(|_| anyhow::anyhow!("AISHA_API_KEY holds characters that no key has"))?;
        authorization.set_sensitive(true);
        let http = reqwest::Client::builder();
        let http = http.connect_timeout(CONNECT).redirect(reqwest::redirect::Policy::limited(3)).build()?;
        Ok(Self { http, base, authorization })
    }

    /// The service for the person with this id at Telegram, spoken to in this language.
    #[must_use]
    pub fn person(&self, telegram_id: i64, locale: Locale) -> Person {
        let act_as = HeaderValue::from_str(&format!("telegram:{telegram_id}")).expect("digits stand in a header");
        Person { api: self.clone(), act_as, locale }
    }

    /// A request to a path of the service, or to one of its own signed links.
    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, ApiError> {
        let url = self.base.join(path).map_err(|error| ApiError::odd(&error))?;
        // A signed link may lead to the object store: the key is for the service alone.
        let ours = url.origin() == self.base.origin();
        let request = self.http.request(method, url).timeout(ANSWER);
        Ok(if ours { request.header(AUTHORIZATION, self.authorization.clone()) } else { request })
    }
}

impl Person {
    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, ApiError> {
        let request = self.api.request(method, path)?;
        Ok(request.header("act-as", self.act_as.clone()).header(ACCEPT_LANGUAGE, self.locale.as_str()))
    }

    /// Reads something.
    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ApiError> {
        answer(self.request(Method::GET, path)?).await
    }

    /// Does something once for each key, however often it is sent.
    async fn post<T: DeserializeOwned>(&self, path: &str, key: &str, body: &impl Serialize) -> Result<T, ApiError> {
        answer(self.request(Method::POST, path)?.header("idempotency-key", key).json(body)).await
    }

    /// Does something once for each key, without a body and whatever is answered.
    async fn post_empty(&self, path: &str, key: &str) -> Result<(), ApiError> {
        done(self.request(Method::POST, path)?.header("idempotency-key", key)).await
    }

    /// Changes something.
    async fn patch<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, ApiError> {
        answer(self.request(Method::PATCH, path)?.json(body)).await
    }

    /// Sets or takes away something; what is already gone counts as done.
    async fn set(&self, method: Method, path: &str) -> Result<(), ApiError> {
        let deletes = method == Method::DELETE;
        match done(self.request(method, path)?).await {
            Err(error) if deletes && error.is_not_found() => Ok(()),
            outcome => outcome,
        }
    }
}

/// Sends a request and reads its JSON.
async fn answer<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, ApiError> {
    let response = send(request).await?;
    response.json().await.map_err(|error| ApiError::odd(&error.without_url()))
}

/// Sends a request whose answer does not matter as long as it is a yes.
async fn done(request: RequestBuilder) -> Result<(), ApiError> {
    send(request).await.map(drop)
}

/// Sends a request; a no becomes an error.
async fn send(request: RequestBuilder) -> Result<Response, ApiError> {
    let response = request.send().await.map_err(|error| ApiError::away(&error.without_url()))?;
    if response.status().is_success() { Ok(response) } else { Err(ApiError::refused(response).await) }
}
