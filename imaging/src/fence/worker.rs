//! One worker process, seen from the service: started, fed, and ended.

use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::wire::{self, Answer, Made, ModelHead, Request, Start, TileHead};
use super::{FaceModel, PoolError, PoolSettings};
use crate::error::corrupt;
use crate::sheet::{Layout, Sheet};
use crate::{ImageError, Origin};

/// A photo goes through memory in pieces of this size; as large as a pipe may become without special rights.
const PIECE: usize = 1024 * 1024;
/// So much of a worker's last words is kept.
const LAST_WORDS: u64 = 4096;
/// A process closes its pipes a moment before its end can be seen.
const FAREWELL: Duration = Duration::from_secs(1);

/// What a worker is asked.
#[derive(Debug)]
pub(super) enum Task {
    Picture(Origin, std::path::PathBuf),
    Sheet(Sheet, Layout),
}

/// Why a worker gave no answer and can be used no more.
#[derive(Debug, thiserror::Error)]
pub(super) enum Lost {
    #[error("it took longer than it may")]
    Slow,
    #[error("it ended while it had nothing to do")]
    Idle,
    #[error("it broke off: {0}")]
    Died(io::Error),
    /// The file was there and could not be read to its end. The worker still waits for the rest.
    #[error("a spooled file cannot be read: {0}")]
    File(io::Error),
}

/// A process that is ready for a picture.
pub(super) struct Worker {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    piece: Vec<u8>,
}

impl Worker {
    /// Starts a process and waits until its fence stands.
    pub(super) async fn start(settings: &PoolSettings) -> io::Result<Self> {
        let mut command = Command::new(&settings.program);
        command.args(&settings.arguments).env_clear().current_dir("/").kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Ctrl-C at a terminal is for the service, which lets the pictures under way be finished.
        command.process_group(0);
        let mut child = command.spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        widen(&input);
        let mut worker = Self { child, input, output, piece: Vec::new() };
        match timeout(settings.picture_time, worker.introduce(settings)).await {
            Ok(Ok(())) => Ok(worker),
            Ok(Err(error)) => Err(io::Error::new(error.kind(), format!("{error}; {}", worker.end().await))),
            Err(_) => {
                worker.end().await;
                Err(io::ErrorKind::TimedOut.into())
            }
        }
    }

    /// The number of the process.
    pub(super) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Has the worker do something. The photo's own fault is an answer like any other.
    pub(super) async fn ask(&mut self, task: &Task, settings: &PoolSettings) -> Result<Result<Made, PoolError>, Lost> {
        timeout(settings.picture_time, async {
            match task {
                Task::Picture(origin, path) => {
                    self.ask_picture(*origin, path, settings.limits.max_bytes(*origin)).await
                }
                Task::Sheet(sheet, layout) => self.ask_sheet(sheet, *layout).await.map_err(Lost::Died),
            }
        })
        .await
        .unwrap_or(Err(Lost::Slow))
    }

    /// Waits until the process ends by itself.
    pub(super) async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Ends the process after this, like `end`. One that broke off is given a moment to end by itself, so that how it
    /// ended can be told.
    pub(super) async fn end_after(mut self, lost: &Lost) -> String {
        if matches!(lost, Lost::Died(_)) {
            let _ = timeout(FAREWELL, self.child.wait()).await;
        }
        self.end().await
    }

    /// Ends the process, if it has not ended, and tells how it ended and what it said last.
    pub(super) async fn end(mut self) -> String {
        let ended = match self.child.try_wait() {
            Ok(Some(status)) => status.to_string(),
            _ => match self.child.kill().await {
                Ok(()) => "ended by us".to_owned(),
                Err(error) => format!("it cannot be ended: {error}"),
            },
        };
        let mut words = Vec::new();
        if let Some(stderr) = self.child.stderr.take() {
            // The process has ended, so all it said is in the pipe; only a child of its own could keep the pipe open.
            let _ = timeout(FAREWELL, stderr.take(LAST_WORDS).read_to_end(&mut words)).await;
        }
        let words = String::from_utf8_lossy(&words);
        let last = words.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        // It may be the photo that speaks: only plain letters reach the log.
        let last: String = last.chars().filter(|letter| matches!(letter, ' '..='~')).take(200).collect();
        if last.is_empty() { ended } else { format!("{ended}: {last}") }
    }

    async fn introduce(&mut self, settings: &PoolSettings) -> io::Result<()> {
        let start = Start {
            limits: settings.limits,
            memory_bytes: settings.memory_bytes,
            picture_seconds: settings.picture_time.as_secs().max(1),
            face_model: match &settings.face_model {
                FaceModel::BuiltIn => ModelHead::BuiltIn,
                FaceModel::Replaced(model) => ModelHead::Replaced { bytes: model.len() as u64 },
                FaceModel::Off => ModelHead::Off,
            },
        };
        self.input.write_all(&wire::head(&start)?).await?;
        if let FaceModel::Replaced(model) = &settings.face_model {
            self.input.write_all(model).await?;
        }
        match self.hear().await? {
            Answer::Ready => Ok(()),
            _ => Err(wire::invalid("a worker that does not begin with being ready")),
        }
    }

    async fn ask_picture(
        &mut self,
        origin: Origin,
        path: &Path,
        max_bytes: u64,
    ) -> Result<Result<Made, PoolError>, Lost> {
        let opened = async {
            let file = File::open(path).await?;
            let bytes = file.metadata().await?.len();
            io::Result::Ok((file, bytes))
        };
        let (mut file, bytes) = match opened.await {
            Ok(opened) => opened,
            Err(error) => {
                return Ok(Err(PoolError::Unavailable(format!("a spooled file cannot be opened: {error}").into())));
            }
        };
        if bytes > max_bytes {
            return Ok(Err(ImageError::FileTooLarge { bytes, limit: max_bytes }.into()));
        }
        self.say(&Request::Picture { origin, bytes }).await.map_err(Lost::Died)?;
        self.piece.resize(PIECE, 0);
        file.set_max_buf_size(PIECE);
        let mut left = usize::try_from(bytes).map_err(|error| Lost::File(wire::invalid(error)))?;
        while left > 0 {
            let most = left.min(PIECE);
            let read = file.read(&mut self.piece[..most]).await.map_err(Lost::File)?;
            if read == 0 {
                return Err(Lost::File(io::ErrorKind::UnexpectedEof.into()));
            }
            self.input.write_all(&self.piece[..read]).await.map_err(Lost::Died)?;
            left -= read;
        }
        self.answer().await.map_err(Lost::Died)
    }

    async fn ask_sheet(&mut self, sheet: &Sheet, layout: Layout) -> io::Result<Result<Made, PoolError>> {
        let head = |tile: &crate::sheet::Tile| TileHead {
            number: tile.number,
            mark: tile.mark,
            bytes: tile.thumbnail.len() as u64,
        };
        self.say(&Request::Sheet { tiles: sheet.tiles.iter().map(head).collect(), layout }).await?;
        for tile in &sheet.tiles {
            self.input.write_all(&tile.thumbnail).await?;
        }
        self.answer().await
    }

    async fn say(&mut self, request: &Request) -> io::Result<()> {
        self.input.write_all(&wire::head(request)?).await
    }

    async fn hear(&mut self) -> io::Result<Answer> {
        let mut length = [0; 4];
        self.output.read_exact(&mut length).await?;
        let mut head = vec![0; wire::head_length(length)?];
        self.output.read_exact(&mut head).await?;
        wire::parse(&head)
    }

    async fn answer(&mut self) -> io::Result<Result<Made, PoolError>> {
        let answer = self.hear().await?;
        let mut payload = vec![0; answer.payload()?];
        self.output.read_exact(&mut payload).await?;
        Ok(match answer {
            Answer::Ready => return Err(wire::invalid("a worker that is ready instead of done")),
            Answer::Refused(error) => Err(error.into()),
            Answer::Panicked(what) => {
                let what: String = what.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
                tracing::error!(panic = what, "a decoder stumbled over a photo, which is refused");
                Err(undecodable().into())
            }
            Answer::Sheet { .. } => Ok(Made::Sheet(payload)),
            Answer::Picture { mut picture, training, thumbnail, face } => {
                let faces = payload.split_off(training + thumbnail);
                picture.renderings.thumbnail = payload.split_off(training);
                picture.renderings.training = payload;
                picture.renderings.face = face.map(|_| faces);
                Ok(Made::Picture(picture))
            }
        })
    }
}

/// What is said of a photo that no decoder survives.
pub(super) fn undecodable() -> ImageError {
    corrupt("the decoder gave up on it")
}

/// A wider pipe takes most photos in one piece, so that the two processes do not take turns over every 64 kB. Systems
/// give each user only so much of it; the usual width does, too.
fn widen(input: &ChildStdin) {
    #[cfg(target_os = "linux")]
    let _ = rustix::pipe::fcntl_setpipe_size(input, PIECE);
    #[cfg(not(target_os = "linux"))]
    let _ = input;
}
