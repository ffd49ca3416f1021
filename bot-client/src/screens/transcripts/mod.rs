//! Voice to text: recordings, what is said in them, and what is made of that.

mod take;
mod view;

use aisha_openapi::problem::ProblemCode;
use aisha_openapi::transcriptions::{Digest, NewDigest, Transcription};
use aisha_openapi::vocabulary::{DigestKind, TranscriptFormat};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Ctx, Next, Parcel, Place};
use crate::api::{ApiError, Person};
use crate::buttons::taps;
use crate::texts::{Texts, t};
use crate::view::View;

pub(super) use take::take;

/// Recordings on a page of the list.
const ROWS: u8 = 8;
/// Pages that the way back is remembered of.
const MOST_PAGES: usize = 50;

/// The places of this screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "what a place names is what it shows")]
pub enum At {
    /// The list, with the cursors that led to the page, one a page after the first.
    List { pages: Vec<String> },
    /// One recording, with its text.
    Transcript { id: Uuid },
    /// What is made of its text.
    Digest { id: Uuid, kind: DigestKind },
    /// Whether it shall really go.
    Delete { id: Uuid },
}

taps! {
    /// The buttons of this screen.
    Tap {
        /// The page before.
        Newer = "newer",
        /// The page after.
        Older = "older",
        /// Gives it up.
        Cancel = "cancel",
        /// Sends the text as a file.
        Download(TranscriptFormat) = "download",
        /// Has something made of the text, or shows what was made.
        Digest(DigestKind) = "digest",
        /// Sends what was made as a file.
        DigestFile = "digest_file",
        /// Asks whether it shall go.
        Delete = "delete",
        /// Lets it go.
        ReallyDelete = "really_delete",
    }
}

impl At {
    /// The list.
    #[must_use]
    pub const fn start() -> Self {
        Self::List { pages: Vec::new() }
    }

    /// One recording.
    #[must_use]
    pub const fn of(id: Uuid) -> Self {
        Self::Transcript { id }
    }

    /// Where `Back` leads.
    #[must_use]
    pub const fn parent(&self) -> Place {
        match self {
            Self::List { .. } => Place::Home,
            Self::Transcript { .. } => Place::Transcripts(Self::start()),
            Self::Digest { id, .. } | Self::Delete { id } => Place::Transcripts(Self::of(*id)),
        }
    }
}

/// What a place shows.
pub(super) async fn draw(ctx: &Ctx<'_>, at: &At) -> Result<View, ApiError> {
    let texts = ctx.texts;
    Ok(match at {
        At::List { pages } => {
            let page = match ctx.api.transcriptions(ROWS, pages.last().map(String::as_str)).await {
                Err(ApiError::Refused(ProblemCode::InvalidCursor)) => ctx.api.transcriptions(ROWS, None).await,
                outcome => outcome,
            }?;
            view::list(texts, &page.data, !pages.is_empty(), page.next_cursor.is_some())
        }
        At::Transcript { id } => view::transcript(texts, &ctx.api.transcription(*id).await?),
        At::Digest { id, kind } => {
            let transcription = ctx.api.transcription(*id).await?;
            view::digest(texts, &transcription, *kind, digest_of(texts, &transcription, *kind))
        }
        At::Delete { id } => view::delete(texts, &ctx.api.transcription(*id).await?),
    })
}

/// What is told beside the card when a recording was written down, or could not be.
pub async fn tell(person: &Person, texts: &Texts, id: Uuid) -> Result<View, ApiError> {
    Ok(view::notice(texts, &person.transcription(id).await?))
}

/// What was made of a text for somebody who reads this language.
fn digest_of<'a>(texts: &Texts, transcription: &'a Transcription, kind: DigestKind) -> Option<&'a Digest> {
    let language = Some(texts.locale.as_str());
    let fitting = |digest: &&Digest| digest.kind == kind && digest.language.as_deref() == language;
    transcription.digests.iter().filter(fitting).max_by_key(|digest| digest.created_at)
}

/// Does what a button says.
pub(super) async fn tap(ctx: &Ctx<'_>, at: &At, tap: Tap) -> Result<Next, ApiError> {
    let to = |at| Next::to(Place::Transcripts(at));
    let here = || to(at.clone());
    let id = match at {
        At::List { pages } => return leaf(ctx, pages, tap).await.map(to),
        At::Transcript { id } | At::Digest { id, .. } | At::Delete { id } => *id,
    };
    Ok(match (at, tap) {
        (_, Tap::Cancel) => match ctx.api.cancel_transcription(&ctx.key("cancel"), id).await {
            // What has ended meanwhile need not be given up: the card tells how it ended.
            Err(ApiError::Refused(ProblemCode::TranscriptionState)) | Ok(()) => here(),
            Err(error) => return Err(error),
        },
        (_, Tap::Download(format)) => {
            let url = format!("/v1/transcriptions/{id}/transcript?format={format}");
            here().sending(Parcel::Document { name: format!("transcript.{format}"), url })
        }
        (_, Tap::Digest(kind)) => {
            let wanted = NewDigest { kind, language: Some(ctx.texts.locale.as_str().to_owned()) };
            match ctx.api.digest(&ctx.key("digest"), id, &wanted).await {
                Ok(_) => to(At::Digest { id, kind }),
                Err(ApiError::Refused(ProblemCode::PromptsNotConfigured)) => {
                    here().saying(t!(ctx.texts, "transcripts-no-digests"))
                }
                Err(error) => return Err(error),
            }
        }
        (At::Digest { kind, .. }, Tap::DigestFile) => {
            let transcription = ctx.api.transcription(id).await?;
            let text = digest_of(ctx.texts, &transcription, *kind).and_then(|digest| digest.text.clone());
            match text {
                Some(text) => here().sending(Parcel::Text { name: format!("{kind}.txt"), text }),
                None => here(),
            }
        }
        (_, Tap::Delete) => to(At::Delete { id }),
        (At::Delete { .. }, Tap::ReallyDelete) => {
            ctx.api.delete_transcription(id).await?;
            to(At::start()).saying(t!(ctx.texts, "transcripts-deleted"))
        }
        _ => here(),
    })
}

/// The page before or after.
async fn leaf(ctx: &Ctx<'_>, pages: &[String], tap: Tap) -> Result<At, ApiError> {
    let mut pages = pages.to_vec();
    match tap {
        Tap::Newer => drop(pages.pop()),
        Tap::Older => {
            let page = ctx.api.transcriptions(ROWS, pages.last().map(String::as_str)).await?;
            if pages.len() == MOST_PAGES {
                pages.remove(0);
            }
            pages.extend(page.next_cursor);
        }
        _ => {}
    }
    Ok(At::List { pages })
}
