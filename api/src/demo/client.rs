//! The requests of the demo, as any other program would send them.

use std::net::Ipv6Addr;
use std::time::Duration;

use aisha_openapi::photos::UploadReport;
use aisha_openapi::problem::Problem;
use anyhow::{Context as _, anyhow, bail};
use bytes::Bytes;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::{Host, Url};

use super::photos::Photo;
use crate::domain::secret::Secret;
use crate::fal::install_tls;

/// Above the 60 seconds that a long poll may last. Between two bytes, so that a slow line may take its time.
const PATIENCE: Duration = Duration::from_secs(90);

/// A service and a key for it.
#[derive(Debug)]
pub(super) struct Client {
    base: Url,
    key: Secret,
    http: reqwest::Client,
}

impl Client {
    /// A client of the service at this address.
    pub(super) fn new(url: &Url, key: Secret) -> anyhow::Result<Self> {
        install_tls();
        let mut base = url.clone();
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", url.path()));
        }
        let http = reqwest::Client::builder().read_timeout(PATIENCE).connect_timeout(Duration::from_secs(10));
        // A proxy for the world outside has no way to this machine.
        let http = if is_this_machine(&base) { http.no_proxy() } else { http };
        Ok(Self { base, key, http: http.build()? })
    }

    /// Where the service is.
    pub(super) const fn url(&self) -> &Url {
        &self.base
    }

    /// GET, read as this type.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        read(self.send(self.request(Method::GET, path)?).await?).await
    }

    /// POST with an `Idempotency-Key`, read as this type.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        idempotency_key: &str,
        body: &impl Serialize,
    ) -> anyhow::Result<T> {
        let request = self.request(Method::POST, path)?.header("Idempotency-Key", idempotency_key).json(body);
        read(self.send(request).await?).await
    }

    /// Sends photos as one form. That none of them was taken is an answer, too.
    pub(super) async fn upload(&self, path: &str, photos: &[Photo]) -> anyhow::Result<UploadReport> {
        let form = photos.iter().fold(Form::new(), |form, photo| {
            form.part("file", Part::stream(photo.bytes.clone()).file_name(photo.name.clone()))
        });
        let response = self.send(self.request(Method::POST, path)?.multipart(form)).await?;
        if response.status() != StatusCode::UNPROCESSABLE_ENTITY {
            return read(response).await;
        }
        let body = response.bytes().await?;
        serde_json::from_slice(&body).map_err(|_| refusal(StatusCode::UNPROCESSABLE_ENTITY, &body))
    }

    /// Follows a link that the service gave; such links need no key.
    pub(super) async fn download(&self, link: &str) -> anyhow::Result<Bytes> {
        // The link is a permission, so it is not to stand in an error.
        let response = self.http.get(link).send().await.map_err(reqwest::Error::without_url)?;
        let response = response.error_for_status().map_err(reqwest::Error::without_url)?;
        Ok(response.bytes().await.map_err(reqwest::Error::without_url)?)
    }

    fn request(&self, method: Method, path: &str) -> anyhow::Result<RequestBuilder> {
        Ok(self.http.request(method, self.base.join(path)?).bearer_auth(self.key.expose()))
    }

    async fn send(&self, request: RequestBuilder) -> anyhow::Result<Response> {
        let sent = request.send().await;
        sent.map_err(|error| anyhow!("{} does not answer: {}", self.base, anyhow::Error::from(error).root_cause()))
    }
}

async fn read<T: DeserializeOwned>(response: Response) -> anyhow::Result<T> {
    let (status, path) = (response.status(), response.url().path().to_owned());
    let body = response.bytes().await?;
    if !status.is_success() {
        return Err(refusal(status, &body));
    }
    serde_json::from_slice(&body).with_context(|| format!("{path} answers in a form that this program does not know"))
}

/// What the service said when it said no, as one line.
fn refusal(status: StatusCode, body: &[u8]) -> anyhow::Error {
    let Ok(problem) = serde_json::from_slice::<Problem>(body) else {
        return anyhow!("the service answers {status}");
    };
    let fields = problem.errors.iter().map(|field| format!("{} {}", field.pointer, field.detail));
    let said = [problem.title, problem.detail].into_iter().chain(fields).collect::<Vec<_>>();
    anyhow!("{}", said.join(": "))
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address == Ipv6Addr::LOCALHOST,
        None => false,
    }
}

/// Checks that bytes arrived at all.
pub(super) fn not_empty(what: &str, bytes: Bytes) -> anyhow::Result<Bytes> {
    if bytes.is_empty() {
        bail!("{what} came back empty");
    }
    Ok(bytes)
}
