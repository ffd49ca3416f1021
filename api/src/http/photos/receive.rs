//! One file on its way into the spool, and a request that is to hold just one.

use aisha_imaging::Picture;
use aisha_openapi::problem::ProblemCode;
use axum::extract::Request;
use axum::http::header;

use super::digest::DigestCheck;
use super::form::{Form, Pieces};
use super::incoming::Incoming;
use super::intake::refused;
use super::pace::Pace;
use crate::app::App;
use crate::domain::ids::UserId;
use crate::domain::principal::Principal;
use crate::files::SpooledFile;
use crate::http::language::Language;
use crate::http::problem::{Problem, unavailable};

/// What a form may hold beside its files.
pub(super) const FORM_OVERHEAD_BYTES: u64 = 1024 * 1024;

/// Reads one file into the spool. The inner error is the file's own; it is read past.
pub(super) async fn receive(
    app: &App,
    owner: UserId,
    pieces: &mut Pieces<'_>,
    pace: &mut Pace,
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
        if length > app.settings.photos.max_bytes {
            drop(arrival);
            return pieces.skip(pace).await.map(|()| Err(too_large(app)));
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
pub(super) fn pace(app: &App) -> Pace {
    let limits = &app.settings.uploads;
    Pace::new(limits.grace, limits.bytes_per_second)
}

/// Looks at the one picture of a request, which is its body or the first file of a form, and keeps nothing of it.
pub(in crate::http) async fn look_at_one(
    app: &App,
    me: &Principal,
    request: Request,
    language: Language,
) -> Result<Picture, Problem> {
    let (head, body) = request.into_parts();
    let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
    let kind = text(header::CONTENT_TYPE).unwrap_or("image/*").to_ascii_lowercase();
    let length = text(header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    let waits_for_a_word = text(header::EXPECT).is_some();
    let limit = app.settings.photos.max_bytes;
    let most = length.unwrap_or(u64::MAX).min(limit);
    let incoming = Incoming::new(body, limit + FORM_OVERHEAD_BYTES, DigestCheck::of(&head.headers)?);
    let read = async {
        let mut pace = pace(app);
        let file = if kind.starts_with("multipart/form-data") {
            let mut form = Form::of(head, incoming.clone()).await?;
            let Some(mut pieces) = form.next(&mut pace).await? else {
                return Err(Problem::new(ProblemCode::NoPhotos, "Add a file: `curl -F file=@1.jpg …`."));
            };
            receive(app, me.subject, &mut pieces, &mut pace, most).await??
        } else if kind.starts_with("image/") || kind.starts_with("application/octet-stream") {
            receive(app, me.subject, &mut Pieces::Body(incoming.clone()), &mut pace, most).await??
        } else {
            let detail = "Send one picture as the body (`curl -T 1.jpg`) or in a form (`curl -F file=@1.jpg`).";
            return Err(Problem::new(ProblemCode::UnsupportedMediaType, detail));
        };
        incoming.verify(pace).await?;
        Ok(file)
    };
    let file = read.await;
    incoming.linger(waits_for_a_word).await;
    let picture = app.imaging.read(me.subject.0.as_u128(), file?.path()).await;
    picture.map_err(|error| refused(&error, language))
}

fn too_large(app: &App) -> Problem {
    let megabytes = app.settings.photos.max_bytes / (1024 * 1024);
    let detail = format!("A photo may have at most {megabytes} MB. Send it smaller, or as a JPEG.");
    Problem::new(ProblemCode::FileTooLarge, detail)
}

fn no_room() -> Problem {
    tracing::warn!("an upload found no room in the spool in time");
    unavailable()
}
