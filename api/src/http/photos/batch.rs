//! The files of one upload: read one after the other, taken in side by side.
//!
//! A file that is too large is kept no further than its limit, and its neighbours are not touched by it. How many files
//! are in memory at once is bounded over all requests; a file waits for its place, and a client that would wait too
//! long is asked to come again.

use std::sync::Arc;
use std::time::Duration;

use aisha_openapi::photos::UploadResult;
use aisha_openapi::problem::ProblemCode;
use aisha_openapi::vocabulary::UploadOutcome;
use axum::body::{Body, BodyDataStream};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use http_body_util::Limited;
use sha2::{Digest, Sha256};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument as _;

use super::{intake, show};
use crate::app::App;
use crate::domain::ids::AvatarId;
use crate::domain::photo::Photo;
use crate::domain::principal::Principal;
use crate::http::extract::not_whole;
use crate::http::problem::{Problem, internal, unavailable};

const MAX_FILES: usize = 50;
const PATIENCE: Duration = Duration::from_secs(10);
/// What a form may hold beside its files.
const FORM_OVERHEAD_BYTES: u64 = 1024 * 1024;

type Taken = Result<(UploadOutcome, Photo), Problem>;

/// An upload under way.
pub(super) struct Batch {
    app: App,
    me: Arc<Principal>,
    avatar_id: AvatarId,
    only_compare: bool,
    hash: Sha256,
    files: Vec<(Option<String>, File)>,
}

/// What has become of a file so far.
enum File {
    /// A worker looks at it.
    UnderWay(AbortOnDropHandle<Taken>),
    /// It was refused while it was read.
    Refused(Problem),
    /// It was read only to know whether it is the same as before.
    Compared,
}

impl Batch {
    /// Begins an upload. With `only_compare` nothing is taken in.
    pub(super) fn new(app: &App, me: &Principal, avatar_id: AvatarId, only_compare: bool) -> Self {
        let (app, me) = (app.clone(), Arc::new(me.clone()));
        // The same files for another avatar are another wish.
        let hash = Sha256::new_with_prefix(avatar_id.0);
        Self { app, me, avatar_id, only_compare, hash, files: Vec::new() }
    }

    /// Reads the whole request.
    pub(super) async fn read(&mut self, request: Request) -> Result<(), Problem> {
        let kind =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("image/*");
        let kind = kind.to_ascii_lowercase();
        let most = self.app.settings.photos.max_bytes.saturating_mul(MAX_FILES as u64) + FORM_OVERHEAD_BYTES;
        let request = request.map(|body| Body::new(Limited::new(body, usize::try_from(most).unwrap_or(usize::MAX))));
        if kind.starts_with("multipart/form-data") {
            self.read_form(request).await
        } else if kind.starts_with("image/") || kind.starts_with("application/octet-stream") {
            let permit = self.place_in_memory().await?;
            let read = self.read_body(request.into_body().into_data_stream()).await?;
            self.take(None, read, permit);
            Ok(())
        } else {
            let detail = "Send a form (`curl -F file=@1.jpg -F file=@2.jpg`) or one picture (`curl -T 1.jpg`).";
            Err(Problem::new(ProblemCode::UnsupportedMediaType, detail))
        }
    }

    /// Waits for the workers. The entries stand in the order in which the files were sent; the hash tells whether
    /// another upload is the same.
    pub(super) async fn finish(self) -> Result<(Vec<UploadResult>, String), Problem> {
        if self.files.is_empty() {
            let detail = "Add at least one file: `curl -F file=@1.jpg …`.";
            return Err(Problem::new(ProblemCode::NoPhotos, detail));
        }
        let mut results = Vec::with_capacity(self.files.len());
        for (filename, file) in self.files {
            let taken = match file {
                File::UnderWay(worker) => worker.await.map_err(|_| internal())?,
                File::Refused(problem) => Err(problem),
                File::Compared => continue,
            };
            results.push(entry(&self.app, filename, taken).await?);
        }
        Ok((results, hex::encode(self.hash.finalize())))
    }

    async fn read_form(&mut self, request: Request) -> Result<(), Problem> {
        let mut form = Multipart::from_request(request, &self.app)
            .await
            .map_err(|rejection| Problem::new(ProblemCode::BadRequest, rejection.body_text()))?;
        loop {
            // Taken before the next file is read, so that reading is what waits.
            let permit = self.place_in_memory().await?;
            let Some(field) = form.next_field().await.map_err(|error| broken(&error))? else { return Ok(()) };
            let name = field.file_name().map(str::to_owned);
            if self.files.len() == MAX_FILES {
                let detail = format!("One request may hold {MAX_FILES} files; send the rest in another one.");
                self.files.push((name, File::Refused(Problem::new(ProblemCode::TooManyPhotos, detail))));
                return Ok(());
            }
            let read = self.read_field(field).await?;
            if name.is_none() && matches!(&read, Ok(bytes) if bytes.is_empty()) {
                continue;
            }
            self.take(name, read, permit);
        }
    }

    async fn read_field(&self, mut field: Field<'_>) -> Result<Result<Bytes, Problem>, Problem> {
        let mut bytes = BytesMut::new();
        while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
            if !self.fits(&bytes, &chunk) {
                return Ok(Err(self.too_large()));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Ok(bytes.freeze()))
    }

    async fn read_body(&self, mut body: BodyDataStream) -> Result<Result<Bytes, Problem>, Problem> {
        let mut bytes = BytesMut::new();
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|error| not_whole(&error))?;
            if !self.fits(&bytes, &chunk) {
                return Ok(Err(self.too_large()));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Ok(bytes.freeze()))
    }

    /// Hands a file to a worker. The permit goes along: the place in memory is free when the worker is done.
    fn take(&mut self, filename: Option<String>, read: Result<Bytes, Problem>, permit: OwnedSemaphorePermit) {
        self.hash.update(filename.as_deref().unwrap_or_default());
        self.hash.update([0]);
        let file = match read {
            Err(problem) => File::Refused(problem),
            Ok(bytes) => {
                self.hash.update(Sha256::digest(&bytes));
                if self.only_compare { File::Compared } else { File::UnderWay(self.start(bytes, permit)) }
            }
        };
        self.files.push((filename, file));
    }

    fn start(&self, bytes: Bytes, permit: OwnedSemaphorePermit) -> AbortOnDropHandle<Taken> {
        let (app, me, avatar_id) = (self.app.clone(), Arc::clone(&self.me), self.avatar_id);
        let work = async move {
            let taken = intake::take(&app, &me, avatar_id, bytes).await;
            drop(permit);
            taken
        };
        AbortOnDropHandle::new(tokio::spawn(work.instrument(tracing::Span::current())))
    }

    async fn place_in_memory(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let place = Arc::clone(&self.app.signals.uploads).acquire_owned();
        match tokio::time::timeout(PATIENCE, place).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(unavailable()),
        }
    }

    fn fits(&self, so_far: &BytesMut, chunk: &Bytes) -> bool {
        (so_far.len() + chunk.len()) as u64 <= self.app.settings.photos.max_bytes
    }

    fn too_large(&self) -> Problem {
        let megabytes = self.app.settings.photos.max_bytes / (1024 * 1024);
        let detail = format!("A photo may have at most {megabytes} MB. Send it smaller, or as a JPEG.");
        Problem::new(ProblemCode::FileTooLarge, detail)
    }
}

/// The entry of a file. What is the file's own fault is told in its entry; what is ours fails the request, and sending
/// it again is safe.
async fn entry(app: &App, filename: Option<String>, taken: Taken) -> Result<UploadResult, Problem> {
    match taken {
        Ok((outcome, photo)) => {
            Ok(UploadResult { filename, outcome, photo: Some(show(app, &photo).await?), problem: None })
        }
        Err(problem) if problem.is_ours() => Err(problem),
        Err(problem) => {
            Ok(UploadResult { filename, outcome: UploadOutcome::Rejected, photo: None, problem: Some(problem.body()) })
        }
    }
}

fn broken(error: &MultipartError) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(ProblemCode::PayloadTooLarge, "The form is larger than its files may be together.")
        }
        // What the form's reader could not read for reasons of its own is told as those of the body below it.
        StatusCode::BAD_REQUEST => {
            Problem::new(ProblemCode::BadRequest, format!("The form cannot be read: {}.", error.body_text()))
        }
        _ => not_whole(error),
    }
}
