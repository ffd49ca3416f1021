//! How recordings and their texts are shown.

use aisha_openapi::transcriptions::{Digest, Transcription};
use aisha_openapi::vocabulary::{DigestKind, DigestStatus, TranscriptFormat, TranscriptionStatus};

use super::{Tap, digest_of};
use crate::buttons::{Button, Door};
use crate::texts::{Texts, t};
use crate::view::{Key, View, cut, day, door, escape, key, shortened, ticked};

/// UTF-16 units of a text that a card shows; the rest is in the file.
const SHOWN: usize = 3500;

fn tap(label: String, tap: Tap) -> Key {
    key(label, Button::Transcripts(tap))
}

/// What a recording is called. Not escaped.
fn name_of(texts: &Texts, transcription: &Transcription, most: usize) -> String {
    let excerpt = transcription.excerpt.as_deref().map(str::trim).filter(|excerpt| !excerpt.is_empty());
    let name = transcription.title.as_deref().or(excerpt);
    let line = name.map(|name| name.split_whitespace().collect::<Vec<_>>().join(" "));
    line.map_or_else(|| t!(texts, "transcripts-untitled"), |line| shortened(&line, most))
}

const fn emoji(status: TranscriptionStatus) -> &'static str {
    match status {
        TranscriptionStatus::Pending | TranscriptionStatus::Processing => "⏳",
        TranscriptionStatus::Completed => "📝",
        TranscriptionStatus::Failed => "⚠️",
        TranscriptionStatus::Cancelled => "✖️",
    }
}

/// The list, newest first.
pub(super) fn list(texts: &Texts, page: &[Transcription], has_newer: bool, has_older: bool) -> View {
    let text =
        if page.is_empty() && !has_newer { t!(texts, "transcripts-none") } else { t!(texts, "transcripts-list") };
    let mut view = View::new(text);
    for transcription in page {
        let made = day(texts, transcription.created_at);
        let label = format!("{} {} · {made}", emoji(transcription.status), name_of(texts, transcription, 36));
        view = view.row([door(label, Door::Transcript(transcription.id))]);
    }
    let newer = has_newer.then(|| tap(t!(texts, "transcripts-newer"), Tap::Newer));
    let older = has_older.then(|| tap(t!(texts, "transcripts-older"), Tap::Older));
    view.row(newer.into_iter().chain(older)).back(texts)
}

/// `1:02`, or `1:00:02` for what is longer than an hour.
fn length(seconds: f64) -> String {
    let whole = std::time::Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or_default().as_secs();
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

fn title(texts: &Texts, transcription: &Transcription) -> String {
    let name = match &transcription.title {
        Some(_) => name_of(texts, transcription, 80),
        None => t!(texts, "transcripts-untitled"),
    };
    let mut title = format!("🎙 <b>{}</b> · {}", escape(&name), day(texts, transcription.created_at));
    if let Some(seconds) = transcription.duration_seconds {
        title = format!("{title} · {}", length(seconds));
    }
    title
}

/// Whether it was the recording that stood in the way.
fn unreadable(transcription: &Transcription) -> bool {
    let code = transcription.error.as_ref().map(|error| error.code.as_str());
    matches!(code, Some("unsupported_audio_format" | "unsupported_audio" | "file_download_error"))
}

/// What has become of it where there is no text.
fn outcome(texts: &Texts, transcription: &Transcription) -> String {
    match transcription.status {
        TranscriptionStatus::Pending | TranscriptionStatus::Processing
            if transcription.cancel_requested_at.is_some() =>
        {
            t!(texts, "transcripts-stopping")
        }
        TranscriptionStatus::Pending | TranscriptionStatus::Processing => t!(texts, "transcripts-working"),
        TranscriptionStatus::Completed => t!(texts, "transcripts-silence"),
        TranscriptionStatus::Failed if unreadable(transcription) => t!(texts, "transcripts-unreadable"),
        TranscriptionStatus::Failed => t!(texts, "transcripts-failed"),
        TranscriptionStatus::Cancelled => t!(texts, "transcripts-cancelled"),
    }
}

/// The text, if there is any.
fn said(transcription: &Transcription) -> Option<&str> {
    transcription.transcript.as_ref().map(|transcript| transcript.text.trim()).filter(|text| !text.is_empty())
}

/// A text as a person sees it: as much as a card holds.
fn quoted(texts: &Texts, text: &str) -> String {
    let quote = format!("<blockquote expandable>{}</blockquote>", escape(&cut(text, SHOWN)));
    if text.encode_utf16().count() <= SHOWN {
        return quote;
    }
    format!("{quote}\n\n{}", t!(texts, "transcripts-cut"))
}

fn kind_name(texts: &Texts, kind: DigestKind) -> String {
    match kind {
        DigestKind::Summary => t!(texts, "transcripts-summary"),
        DigestKind::Todo => t!(texts, "transcripts-todo"),
        DigestKind::Minutes => t!(texts, "transcripts-minutes"),
    }
}

/// One recording, with its text.
pub(super) fn transcript(texts: &Texts, transcription: &Transcription) -> View {
    let title = title(texts, transcription);
    let Some(text) = said(transcription) else {
        let view = View::new(format!("{title}\n\n{}", outcome(texts, transcription)));
        let delete = tap(t!(texts, "transcripts-delete"), Tap::Delete);
        if transcription.status.is_final() {
            return view.row([delete]).back(texts);
        }
        let under_way = transcription.cancel_requested_at.is_none();
        let cancel = under_way.then(|| tap(t!(texts, "button-cancel"), Tap::Cancel));
        return view.row([key(t!(texts, "button-refresh"), Button::Refresh)].into_iter().chain(cancel)).back(texts);
    };
    let digests = DigestKind::ALL.iter().map(|kind| {
        let there = digest_of(texts, transcription, *kind).is_some_and(|made| made.status == DigestStatus::Completed);
        let label = kind_name(texts, *kind);
        tap(ticked(&label, there), Tap::Digest(*kind))
    });
    let files = TranscriptFormat::ALL
        .iter()
        .map(|format| tap(format!("📄 {}", format.as_str().to_uppercase()), Tap::Download(*format)));
    View::new(format!("{title}\n\n{}", quoted(texts, text)))
        .row(files)
        .row(digests)
        .row([tap(t!(texts, "transcripts-delete"), Tap::Delete)])
        .back(texts)
}

/// What is made of the text of a recording.
pub(super) fn digest(texts: &Texts, transcription: &Transcription, kind: DigestKind, made: Option<&Digest>) -> View {
    let title = format!("<b>{}</b>\n{}", kind_name(texts, kind), title(texts, transcription));
    let (body, keys) = match made.map(|digest| (digest.status, digest.text.as_deref().unwrap_or_default().trim())) {
        Some((DigestStatus::Completed, "")) => (t!(texts, "transcripts-digest-empty"), Vec::new()),
        Some((DigestStatus::Completed, text)) => {
            let mut body = escape(&cut(text, SHOWN));
            if text.encode_utf16().count() > SHOWN {
                body = format!("{body}\n\n{}", t!(texts, "transcripts-cut"));
            }
            (body, vec![tap(t!(texts, "transcripts-digest-file"), Tap::DigestFile)])
        }
        Some((DigestStatus::Pending, _)) => {
            (t!(texts, "transcripts-digest-working"), vec![key(t!(texts, "button-refresh"), Button::Refresh)])
        }
        Some((DigestStatus::Failed, _)) => {
            (t!(texts, "transcripts-digest-failed"), vec![tap(t!(texts, "transcripts-again"), Tap::Digest(kind))])
        }
        None => (t!(texts, "transcripts-digest-none"), vec![tap(kind_name(texts, kind), Tap::Digest(kind))]),
    };
    View::new(format!("{title}\n\n{body}")).row(keys).back(texts)
}

/// Whether it shall really go.
pub(super) fn delete(texts: &Texts, transcription: &Transcription) -> View {
    let name = escape(&name_of(texts, transcription, 80));
    View::new(t!(texts, "transcripts-delete-ask", name = name))
        .row([tap(t!(texts, "transcripts-delete-yes"), Tap::ReallyDelete)])
        .row([key(t!(texts, "transcripts-delete-no"), Button::Back)])
}

/// What is told when it has ended.
pub(super) fn notice(texts: &Texts, transcription: &Transcription) -> View {
    let excerpt = transcription.excerpt.as_deref().map(str::trim).filter(|excerpt| !excerpt.is_empty());
    let body = match excerpt {
        Some(excerpt) => format!("<blockquote>{}</blockquote>", escape(&cut(excerpt, 250))),
        None => outcome(texts, transcription),
    };
    View::new(format!("{}\n\n{body}", title(texts, transcription)))
        .row([door(t!(texts, "transcripts-open"), Door::Transcript(transcription.id))])
        .row([door(t!(texts, "home-transcripts"), Door::Transcripts), door(t!(texts, "button-menu"), Door::Home)])
}

#[cfg(test)]
mod tests {
    use aisha_openapi::transcriptions::TranscriptionError;

    use super::*;
    use crate::screens::fixtures::{digest as made, golden, noon, transcription};

    const TEXT: &str = "Hello, <this> is Ann & I call about the printer.";

    fn done(text: &str) -> Transcription {
        transcription(TranscriptionStatus::Completed, text)
    }

    #[test]
    fn the_list() {
        golden("transcripts_none", |texts| list(texts, &[], false, false));
        let titled = Transcription { title: Some("<b>Call_*\n& so on".repeat(10)), ..done(TEXT) };
        let page = [transcription(TranscriptionStatus::Processing, ""), done(TEXT), titled, done("  ")];
        golden("transcripts_list", |texts| list(texts, &page, false, true));
        golden("transcripts_list_last_page", |texts| list(texts, &page[..1], true, false));
        golden("transcripts_list_emptied_page", |texts| list(texts, &[], true, false));
    }

    #[test]
    fn a_recording_in_each_of_its_states() {
        let show = |name: &str, shown: Transcription| {
            golden(&format!("transcripts_transcript_{name}"), |texts| transcript(texts, &shown));
            if shown.status.is_final() {
                golden(&format!("transcripts_notice_{name}"), |texts| notice(texts, &shown));
            }
        };
        for status in TranscriptionStatus::ALL {
            show(status.as_str(), transcription(*status, TEXT));
        }
        let processing = transcription(TranscriptionStatus::Processing, "");
        show("stopping", Transcription { cancel_requested_at: Some(noon()), ..processing });
        let error = TranscriptionError { code: "unsupported_audio_format".to_owned(), message: String::new() };
        let failed = transcription(TranscriptionStatus::Failed, "");
        show("unreadable", Transcription { error: Some(error), ..failed });
        show("silence", done(""));
        let title = Some("<b>Call_*& so on".repeat(10));
        show("long", Transcription { title, duration_seconds: Some(4000.9), ..done(&"😀 <так> & ".repeat(900)) });
    }

    #[test]
    fn what_is_made_of_a_text() {
        let of = |status, text| {
            let digest =
                |language: &str| Digest { language: Some(language.to_owned()), ..made(DigestKind::Todo, status, text) };
            Transcription { digests: vec![digest("ru"), digest("en")], ..done(TEXT) }
        };
        let show = |name: &str, shown: Transcription| {
            golden(&format!("transcripts_digest_{name}"), |texts| {
                digest(texts, &shown, DigestKind::Todo, digest_of(texts, &shown, DigestKind::Todo))
            });
        };
        let long = "☑️ Call <Bob> & 😀\n".repeat(400);
        show("pending", of(DigestStatus::Pending, None));
        show("completed", of(DigestStatus::Completed, Some("☑️ Call <Bob> & co.")));
        show("long", of(DigestStatus::Completed, Some(&long)));
        show("empty", of(DigestStatus::Completed, Some(" ")));
        show("failed", of(DigestStatus::Failed, None));
        show("none", done(TEXT));
        let ready = of(DigestStatus::Completed, Some("x"));
        golden("transcripts_transcript_digested", |texts| transcript(texts, &ready));
        golden("transcripts_delete", |texts| delete(texts, &done(TEXT)));
    }

    #[test]
    fn lengths_read_like_those_of_a_player() {
        assert_eq!([length(62.5), length(3602.0), length(-1.0), length(f64::NAN)], ["1:02", "1:00:02", "0:00", "0:00"]);
    }
}
