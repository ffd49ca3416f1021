//! One file on its way into the spool.

use aisha_openapi::problem::ProblemCode;

use super::form::Pieces;
use super::pace::Pace;
use crate::app::App;
use crate::domain::ids::UserId;
use crate::files::SpooledFile;
use crate::http::problem::{Problem, unavailable};

/// What a form may hold beside its files.
pub(in crate::http) const FORM_OVERHEAD_BYTES: u64 = 1024 * 1024;

/// How long a file of some kind may be.
#[derive(Debug, Clone, Copy)]
pub(in crate::http) struct Limit {
    /// In bytes.
    pub(in crate::http) bytes: u64,
    /// What the kind is called, and what helps whose file is longer.
    pub(in crate::http) words: (&'static str, &'static str),
}

/// Reads one file into the spool, which needs room for at most so many bytes of it. The inner error is the file's own; it
/// is read past.
pub(in crate::http) async fn receive(
    app: &App,
    owner: UserId,
    pieces: &mut Pieces<'_>,
    pace: &mut Pace,
    limit: Limit,
    most: u64,
) -> Result<Result<SpooledFile, Problem>, Problem> {
    let mut digest = match pieces.digest() {
        Ok(digest) => digest,
        Err(problem) => return pieces.skip(pace).await.map(|()| Err(problem)),
    };
    let room = app.spool.place(owner, most).await.ok_or_else(no_room)?;
    let mut arrival = app.spool.begin(room);
    let mut length = 0;
    while let Some(piece) = pieces.next(pace).await? {
        length += piece.len() as u64;
        if length > limit.bytes {
            drop(arrival);
            return pieces.skip(pace).await.map(|()| Err(limit.too_large()));
        }
        digest.update(&piece);
        arrival.write(piece).await?;
    }
    match digest.verify() {
        Ok(()) => Ok(Ok(arrival.finish().await?)),
        Err(problem) => Ok(Err(problem)),
    }
}

/// How long a client may take for one file.
pub(in crate::http) fn pace(app: &App) -> Pace {
    let limits = &app.settings.uploads;
    Pace::new(limits.grace, limits.bytes_per_second)
}

impl Limit {
    fn too_large(self) -> Problem {
        let (kind, help) = self.words;
        let megabytes = self.bytes / (1024 * 1024);
        Problem::new(ProblemCode::FileTooLarge, format!("A {kind} may have at most {megabytes} MB. {help}"))
    }
}

fn no_room() -> Problem {
    tracing::warn!("an upload found no room in the spool in time");
    unavailable()
}
