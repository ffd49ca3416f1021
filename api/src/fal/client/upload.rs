//! Sending a file to fal's storage: ask for a signed address, then PUT the bytes there without the key. Large files go
//! in parts. A file is streamed from disk and never held in memory.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::TryStreamExt;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Body, RequestBuilder, StatusCode};
use serde::Deserialize;
use serde_json::json;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio::time::Instant;
use tokio_util::io::ReaderStream;
use url::Url;

use super::super::address::under;
use super::super::error::FalError;
use super::super::wire::read_json;
use super::{Answer, Fal, IDLE_TIME};

/// fal's own client tries each part three times.
const TRIES: usize = 3;
const CHUNK: usize = 64 * 1024;

struct Target {
    upload_url: Url,
    file_url: Url,
}

#[derive(Deserialize)]
struct Part {
    etag: String,
}

impl Fal {
    /// Sends a file and gives the address under which a model can read it. fal deletes it after `lifetime`.
    pub async fn upload(
        &self,
        file: &Path,
        content_type: &str,
        file_name: &str,
        lifetime: Duration,
    ) -> Result<Url, FalError> {
        let size = tokio::fs::metadata(file).await?.len();
        if size > self.inner.multipart_above {
            let target = self.initiate("initiate-multipart", content_type, file_name, lifetime).await?;
            self.send_parts(file, size, content_type, &target.upload_url).await?;
            return Ok(target.file_url);
        }
        let target = self.initiate("initiate", content_type, file_name, lifetime).await?;
        self.send(file, 0, size, content_type, target.upload_url).await?;
        Ok(target.file_url)
    }

    async fn initiate(
        &self,
        kind: &str,
        content_type: &str,
        file_name: &str,
        lifetime: Duration,
    ) -> Result<Target, FalError> {
        let mut address = under(&self.inner.settings.rest_url, ["storage", "upload", kind]);
        address.set_query(Some("storage_type=fal-cdn-v3"));
        let lifecycle = json!({ "expiration_duration_seconds": lifetime.as_secs() }).to_string();
        let request = self
            .inner
            .calls
            .post(address)
            // fal's JavaScript client sends the first name, its documentation names the second, its Python client
            // sends both.
            .header("x-fal-object-lifecycle", &lifecycle)
            .header("x-fal-object-lifecycle-preference", &lifecycle)
            .json(&json!({ "content_type": content_type, "file_name": file_name }));
        let answer = self.call(request).await?;
        if !answer.status.is_success() {
            return Err(answer.into_error());
        }
        self.target(&answer)
    }

    fn target(&self, answer: &Answer) -> Result<Target, FalError> {
        #[derive(Deserialize)]
        struct Body {
            upload_url: String,
            file_url: String,
        }
        let body: Body = read_json(&answer.body, "upload address")?;
        let wrong = |_| FalError::Unreadable("the upload address is not an address".into());
        let target = Target {
            upload_url: Url::parse(&body.upload_url).map_err(wrong)?,
            file_url: Url::parse(&body.file_url).map_err(wrong)?,
        };
        let own = target.upload_url.origin() == self.inner.settings.rest_url.origin();
        if target.upload_url.scheme() == "https" || own {
            Ok(target)
        } else {
            Err(FalError::Unreadable("the upload address is not https".into()))
        }
    }

    async fn send_parts(&self, file: &Path, size: u64, content_type: &str, target: &Url) -> Result<(), FalError> {
        let mut parts = Vec::new();
        let mut offset = 0;
        while offset < size {
            let length = self.inner.part_size.min(size - offset);
            let number = parts.len() + 1;
            let address = under(target, [number.to_string().as_str()]);
            let answer = self.send_part(file, offset, length, content_type, &address).await?;
            let part: Part = read_json(&answer.body, "answer to an uploaded part")?;
            parts.push(json!({ "partNumber": number, "etag": part.etag }));
            offset += length;
        }
        let complete = self.inner.calls.post(under(target, ["complete"])).json(&json!({ "parts": parts }));
        accepted(Answer::read(complete.send().await?).await?)?;
        Ok(())
    }

    async fn send_part(
        &self,
        file: &Path,
        offset: u64,
        length: u64,
        content_type: &str,
        address: &Url,
    ) -> Result<Answer, FalError> {
        let mut tries = 1;
        loop {
            match self.send(file, offset, length, content_type, address.clone()).await {
                Err(error) if error.is_transient() && tries < TRIES => tries += 1,
                result => return result,
            }
        }
    }

    async fn send(
        &self,
        file: &Path,
        offset: u64,
        length: u64,
        content_type: &str,
        address: Url,
    ) -> Result<Answer, FalError> {
        let mut source = File::open(file).await?;
        source.seek(std::io::SeekFrom::Start(offset)).await?;
        let progress = Arc::new(Mutex::new(Instant::now()));
        let moved = Arc::clone(&progress);
        let chunks = ReaderStream::with_capacity(source.take(length), CHUNK)
            .inspect_ok(move |_| *moved.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now());
        let request = self
            .inner
            .transfers
            .put(address)
            .header(CONTENT_TYPE, content_type)
            // Object stores refuse bodies of unknown length.
            .header(CONTENT_LENGTH, length)
            .body(Body::wrap_stream(chunks));
        accepted(while_moving(request, &progress).await?)
    }
}

/// Sends the request and gives it up when no byte of its body has moved for a while.
async fn while_moving(request: RequestBuilder, progress: &Mutex<Instant>) -> Result<Answer, FalError> {
    let exchange = async { Answer::read(request.send().await?).await };
    let idle = async {
        loop {
            let end = *progress.lock().unwrap_or_else(PoisonError::into_inner) + IDLE_TIME;
            if end <= Instant::now() {
                break;
            }
            tokio::time::sleep_until(end).await;
        }
    };
    tokio::select! {
        answer = exchange => answer,
        () = idle => Err(FalError::Interrupted("the upload stood still".into())),
    }
}

fn accepted(answer: Answer) -> Result<Answer, FalError> {
    match answer.status {
        status if status.is_success() => Ok(answer),
        // Here it is the signed address that is refused, and not the key.
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(FalError::UploadRefused),
        _ => Err(answer.into_error()),
    }
}
