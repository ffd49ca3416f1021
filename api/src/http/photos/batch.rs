//! The files of one upload: read one after the other into the spool, taken in side by side, a few at once.
//!
//! A file that is refused is read past, and its neighbours are not touched by it. When the sender said what the whole body
//! must hash to, nothing is taken in before it did.

use std::sync::Arc;

use aisha_openapi::photos::UploadResult;
use aisha_openapi::problem::ProblemCode;
use aisha_openapi::vocabulary::UploadOutcome;
use axum::extract::Request;
use axum::http::header;
use axum::http::request::Parts;
use sha2::{Digest, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument as _;

use super::intake;
use super::receive::limit;
use super::show::Album;
use crate::app::App;
use crate::domain::ids::AvatarId;
use crate::domain::photo::Photo;
use crate::domain::principal::Principal;
use crate::files::SpooledFile;
use crate::http::language::Language;
use crate::http::problem::{Problem, internal};
use crate::http::uploads::{self, DigestCheck, FORM_OVERHEAD_BYTES, Form, Incoming, Pace, Pieces, receive};

const MAX_FILES: usize = 50;
/// Files of one request that are read or looked at side by side.
const FILES_AT_ONCE: usize = 4;

type Taken = Result<(UploadOutcome, Photo), Problem>;

/// An upload under way.
pub(super) struct Batch {
    app: App,
    me: Arc<Principal>,
    avatar_id: AvatarId,
    only_compare: bool,
    language: Language,
    /// Nothing is taken in until the whole body has come.
    holds: bool,
    turns: Arc<Semaphore>,
    hash: Sha256,
    files: Vec<(Option<String>, File)>,
}

/// What has become of a file so far.
enum File {
    /// It lies in the spool until the rest of the body has come.
    Held(SpooledFile),
    /// A worker looks at it.
    UnderWay(AbortOnDropHandle<Taken>),
    /// It was refused while it was read.
    Refused(Problem),
    /// It was read only to know whether it is the same as before.
    Compared,
}

impl Batch {
    /// Begins an upload. With `only_compare` nothing is taken in.
    pub(super) fn new(app: &App, me: &Principal, avatar_id: AvatarId, only_compare: bool, language: Language) -> Self {
        let (app, me) = (app.clone(), Arc::new(me.clone()));
        // The same files for another avatar are another wish.
        let hash = Sha256::new_with_prefix(avatar_id.0);
        let turns = Arc::new(Semaphore::new(FILES_AT_ONCE));
        Self { app, me, avatar_id, only_compare, language, holds: false, turns, hash, files: Vec::new() }
    }

    /// Reads the whole request.
    pub(super) async fn read(&mut self, request: Request) -> Result<(), Problem> {
        let (head, body) = request.into_parts();
        let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
        let kind = text(header::CONTENT_TYPE).unwrap_or("image/*").to_ascii_lowercase();
        let length = text(header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
        let digest = DigestCheck::of(&head.headers)?;
        self.holds = digest.is_asked();
        let most_of_all = self.limit().saturating_mul(MAX_FILES as u64) + FORM_OVERHEAD_BYTES;
        // No file of a short body needs the room of a long one.
        let most = length.unwrap_or(u64::MAX).min(self.limit());
        let waits_for_a_word = text(header::EXPECT).is_some();
        let incoming = Incoming::new(body, most_of_all, digest);
        let read = self.read_files(&kind, head, &incoming, most).await;
        incoming.linger(waits_for_a_word).await;
        read
    }

    /// Waits for the workers. The entries stand in the order in which the files were sent; the hash tells whether
    /// another upload is the same.
    pub(super) async fn finish(self) -> Result<(Vec<UploadResult>, String), Problem> {
        if self.files.is_empty() {
            let detail = "Add at least one file: `curl -F file=@1.jpg …`.";
            return Err(Problem::new(ProblemCode::NoPhotos, detail));
        }
        let mut outcomes = Vec::with_capacity(self.files.len());
        for (filename, file) in self.files {
            let taken = match file {
                File::UnderWay(worker) => worker.await.map_err(|_| internal())?,
                File::Refused(problem) => Err(problem),
                File::Compared | File::Held(_) => continue,
            };
            outcomes.push((filename, taken));
        }
        let album = Album::read(&self.app, self.me.subject, self.avatar_id, self.language).await?;
        let mut results = Vec::with_capacity(outcomes.len());
        for (filename, taken) in outcomes {
            results.push(entry(&self.app, &album, filename, taken).await?);
        }
        Ok((results, hex::encode(self.hash.finalize())))
    }

    async fn read_files(&mut self, kind: &str, head: Parts, incoming: &Incoming, most: u64) -> Result<(), Problem> {
        if kind.starts_with("multipart/form-data") {
            self.read_form(Form::of(head, incoming.clone()).await?, most).await?;
        } else if kind.starts_with("image/") || kind.starts_with("application/octet-stream") {
            let turn = self.turn().await?;
            let pieces = &mut Pieces::Body(incoming.clone());
            let read = receive(&self.app, self.me.subject, pieces, &mut self.pace(), limit(&self.app), most).await?;
            self.keep(None, read, turn);
        } else {
            let detail = "Send a form (`curl -F file=@1.jpg -F file=@2.jpg`) or one picture (`curl -T 1.jpg`).";
            return Err(Problem::new(ProblemCode::UnsupportedMediaType, detail));
        }
        self.release(incoming).await
    }

    async fn read_form(&mut self, mut form: Form, most: u64) -> Result<(), Problem> {
        let mut pace = self.pace();
        loop {
            // Taken before the next file is read, so that reading is what waits.
            let turn = self.turn().await?;
            let Some(mut pieces) = form.next(&mut pace).await? else { return Ok(()) };
            let name = pieces.name();
            if self.files.len() == MAX_FILES {
                let detail = format!("One request may hold {MAX_FILES} files; send the rest in another one.");
                self.files.push((name, File::Refused(Problem::new(ProblemCode::TooManyPhotos, detail))));
                return Ok(());
            }
            let read = receive(&self.app, self.me.subject, &mut pieces, &mut pace, limit(&self.app), most).await?;
            // A browser sends an empty part for a field that nobody filled in.
            if name.is_none() && matches!(&read, Ok(file) if file.length() == 0) {
                continue;
            }
            self.keep(name, read, turn);
            pace = self.pace();
        }
    }

    /// Finds the file its place in the answer.
    fn keep(
        &mut self,
        filename: Option<String>,
        read: Result<SpooledFile, Problem>,
        turn: Option<OwnedSemaphorePermit>,
    ) {
        self.hash.update(filename.as_deref().unwrap_or_default());
        self.hash.update([0]);
        let file = match read {
            Err(problem) => File::Refused(problem),
            Ok(file) => {
                self.hash.update(file.sha256());
                match turn {
                    _ if self.only_compare => File::Compared,
                    Some(turn) => File::UnderWay(self.start(file, turn)),
                    None => File::Held(file),
                }
            }
        };
        self.files.push((filename, file));
    }

    /// Takes in what was held, now that nothing more comes.
    async fn release(&mut self, incoming: &Incoming) -> Result<(), Problem> {
        if !self.holds {
            return Ok(());
        }
        if self.files.iter().any(|(_, file)| !matches!(file, File::Refused(_))) {
            incoming.verify(self.pace()).await?;
        }
        for (name, file) in std::mem::take(&mut self.files) {
            let file = match file {
                File::Held(file) => File::UnderWay(self.start(file, self.next_turn().await?)),
                other => other,
            };
            self.files.push((name, file));
        }
        Ok(())
    }

    /// Hands a file to a worker. The turn goes along: the next file has it when the worker is done.
    fn start(&self, file: SpooledFile, turn: OwnedSemaphorePermit) -> AbortOnDropHandle<Taken> {
        let (app, me, avatar_id, language) = (self.app.clone(), Arc::clone(&self.me), self.avatar_id, self.language);
        let work = async move {
            let taken = intake::take(&app, &me, avatar_id, file, language).await;
            drop(turn);
            taken
        };
        AbortOnDropHandle::new(tokio::spawn(work.instrument(tracing::Span::current())))
    }

    /// The turn of a file, unless it has to wait for the end of the body anyway.
    async fn turn(&self) -> Result<Option<OwnedSemaphorePermit>, Problem> {
        if self.holds { Ok(None) } else { self.next_turn().await.map(Some) }
    }

    async fn next_turn(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.turns).acquire_owned().await.map_err(|_| internal())
    }

    fn pace(&self) -> Pace {
        uploads::pace(&self.app)
    }

    fn limit(&self) -> u64 {
        self.app.settings.photos.max_bytes
    }
}

/// The entry of a file. What is the file's own fault is told in its entry; what is ours fails the request, and sending
/// it again is safe.
async fn entry(app: &App, album: &Album, filename: Option<String>, taken: Taken) -> Result<UploadResult, Problem> {
    match taken {
        Ok((outcome, photo)) => {
            Ok(UploadResult { filename, outcome, photo: Some(album.show(app, &photo).await?), problem: None })
        }
        Err(problem) if problem.is_ours() => Err(problem),
        Err(problem) => {
            Ok(UploadResult { filename, outcome: UploadOutcome::Rejected, photo: None, problem: Some(problem.body()) })
        }
    }
}
