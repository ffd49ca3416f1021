//! A request that is to hold just one picture, and how long pictures may be.

use aisha_imaging::Picture;
use aisha_openapi::problem::ProblemCode;
use axum::extract::Request;
use axum::http::header;

use super::intake::refused;
use crate::app::App;
use crate::domain::principal::Principal;
use crate::http::language::Language;
use crate::http::problem::Problem;
use crate::http::uploads::{DigestCheck, FORM_OVERHEAD_BYTES, Form, Incoming, Limit, Pieces, pace, receive};

/// How long a photo may be.
pub(super) fn limit(app: &App) -> Limit {
    Limit { bytes: app.settings.photos.max_bytes, words: ("photo", "Send it smaller, or as a JPEG.") }
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
    let limit = limit(app);
    let most = length.unwrap_or(u64::MAX).min(limit.bytes);
    let incoming = Incoming::new(body, limit.bytes + FORM_OVERHEAD_BYTES, DigestCheck::of(&head.headers)?);
    let read = async {
        let mut pace = pace(app);
        let file = if kind.starts_with("multipart/form-data") {
            let mut form = Form::of(head, incoming.clone()).await?;
            let Some(mut pieces) = form.next(&mut pace).await? else {
                return Err(Problem::new(ProblemCode::NoPhotos, "Add a file: `curl -F file=@1.jpg …`."));
            };
            receive(app, me.subject, &mut pieces, &mut pace, limit, most).await??
        } else if kind.starts_with("image/") || kind.starts_with("application/octet-stream") {
            receive(app, me.subject, &mut Pieces::Body(incoming.clone()), &mut pace, limit, most).await??
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
