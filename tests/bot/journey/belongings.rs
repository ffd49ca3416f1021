//! What a person does with what is theirs: avatars, recordings, settings, and in the end everything.

use std::io::{Cursor, Read as _};

use aisha_bot::buttons::{Button, Door};
use aisha_bot::screens::{avatars, settings, transcripts};
use aisha_openapi::vocabulary::{AspectRatio, Locale, TranscriptFormat};
use aisha_tests::harness::{id, sounds};
use aisha_tests::telegram::Message;
use serde_json::{Value, json};
use zip::ZipArchive;

use super::way::{FIRST_NAME, Way};
use crate::hands::{card_below, press, says};
use crate::words::is_russian;

/// What an avatar is called in the end.
pub(crate) const NEW_NAME: &str = "Аня & Ко";

/// Where the person lives: none of the places that have a button.
pub(crate) const CITY: &str = "Buenos Aires";

/// Renames an avatar, looks at its numbers and versions, and has another one be the main one.
pub(crate) async fn avatars(way: &Way, avatar: &str) {
    let ann = &way.ann;
    let (second, _) = way.service.trained_avatar(5).await;
    ann.wait_for(|screen| screen.last().is_some_and(|last| last.text.starts_with('🎉'))).await;
    way.told(2).await;
    let wanted = ann.command("/avatars");
    card_below(ann, wanted).await;
    let is =
        |avatar: &str, button: &Button| matches!(button, Button::Door(Door::Avatar(id)) if id.to_string() == avatar);
    crate::hands::presses(ann, "the first avatar", |button| is(avatar, button)).await;
    press!(ann, Button::Avatars(avatars::Tap::Rename));
    says(ann, NEW_NAME).await;
    assert_eq!(way.get(&format!("/v1/avatars/{avatar}")).await["name"], NEW_NAME);
    let screen = press!(ann, Button::Avatars(avatars::Tap::Statistics));
    assert!(screen.says(NEW_NAME), "{screen}");
    press!(ann, Button::Back);
    press!(ann, Button::Avatars(avatars::Tap::Versions));
    press!(ann, Button::Back);
    press!(ann, Button::Back);
    crate::hands::presses(ann, "the second avatar", |button| is(&second, button)).await;
    press!(ann, Button::Avatars(avatars::Tap::Main));
    let main: Vec<Value> =
        way.list("/v1/avatars").await.into_iter().filter(|avatar| avatar["is_main"] == true).collect();
    assert_eq!(main.iter().map(id).collect::<Vec<_>>(), [second]);
}

/// The text of a file beside the card, of those the last.
fn file(way: &Way, message: &Message) -> (String, bytes::Bytes) {
    let media = message.media.clone().expect("a file");
    (media.name.expect("a name"), way.telegram.file(&media.file_id))
}

/// Has a voice message written down, takes the text along, and deletes it; gives what was said.
pub(crate) async fn voice(way: &Way) -> String {
    let ann = &way.ann;
    let documents = 1;
    let cards = way.telegram.calls_of("sendMessage").len();
    ann.voice(sounds::ogg(12), 12);
    // The card that it is being listened to, and one that can be heard when it is done.
    way.telegram.called("sendMessage", cards + 2).await;
    let screen = ann.wait_for(|screen| crate::hands::find(screen, is_download).is_some()).await;
    let heard = way.list("/v1/transcriptions").await.remove(0);
    let heard = way.get(&format!("/v1/transcriptions/{}", id(&heard))).await;
    let text = heard["transcript"]["text"].as_str().expect("a text").to_owned();
    assert!(screen.says(&text), "{screen}");
    press!(ann, Button::Transcripts(transcripts::Tap::Download(TranscriptFormat::Txt)));
    let (name, bytes) = file(way, &way.arrived("document", documents + 1).await[documents]);
    assert_eq!((name.as_str(), std::str::from_utf8(&bytes).expect("a text").trim()), ("transcript.txt", text.as_str()));
    press!(ann, Button::Transcripts(transcripts::Tap::Download(TranscriptFormat::Srt)));
    let (name, bytes) = file(way, &way.arrived("document", documents + 2).await[documents + 1]);
    assert_eq!(name, "transcript.srt");
    assert!(std::str::from_utf8(&bytes).expect("a text").contains("00:00:00,000 --> 00:00:05,000"));
    press!(ann, Button::Transcripts(transcripts::Tap::Delete));
    press!(ann, Button::Transcripts(transcripts::Tap::ReallyDelete));
    assert!(way.list("/v1/transcriptions").await.is_empty());
    text
}

fn is_download(button: &Button) -> bool {
    matches!(button, Button::Transcripts(transcripts::Tap::Download(_)))
}

/// Changes the language for a moment; gives the calls in between by their places.
pub(crate) async fn languages(way: &Way) -> std::ops::Range<usize> {
    let ann = &way.ann;
    let wanted = ann.command("/settings");
    card_below(ann, wanted).await;
    let other = if way.locale == Locale::Ru { Locale::En } else { Locale::Ru };
    press!(ann, Button::Settings(settings::Tap::Languages));
    let begin = way.telegram.calls().len();
    for locale in [other, way.locale] {
        let screen = press!(ann, Button::Settings(settings::Tap::Language(chosen)) if *chosen == locale);
        assert_eq!(way.get("/v1/me").await["locale"], locale.as_str());
        let card = screen.card().expect("a card");
        assert_eq!(is_russian(&card.text.replace("Русский", "")), locale == Locale::Ru, "{card}");
        if locale == other {
            press!(ann, Button::Settings(settings::Tap::Languages));
        }
    }
    begin..way.telegram.calls().len()
}

/// Chooses a time zone, and how pictures are made.
pub(crate) async fn choices(way: &Way) {
    let ann = &way.ann;
    press!(ann, Button::Settings(settings::Tap::Zones));
    press!(ann, Button::Settings(settings::Tap::Zone(_)));
    assert!(way.get("/v1/me").await["timezone"].as_str().is_some_and(|zone| zone.contains('/')));
    press!(ann, Button::Settings(settings::Tap::Zones));
    says(ann, CITY).await;
    assert!(way.get("/v1/me").await["timezone"].as_str().is_some_and(|zone| zone.ends_with("Buenos_Aires")));
    press!(ann, Button::Settings(settings::Tap::Defaults));
    press!(ann, Button::Settings(settings::Tap::Ratio(AspectRatio::Tall)));
    press!(ann, Button::Settings(settings::Tap::Count(2)));
    assert_eq!(way.get("/v1/me").await["settings"]["bot"], json!({"ratio": "9:16", "count": 2}));
    press!(ann, Button::Back);
    press!(ann, Button::Settings(settings::Tap::Statistics));
    press!(ann, Button::Back);
}

/// Takes everything along, and then deletes everything.
pub(crate) async fn leave(way: &Way) {
    let ann = &way.ann;
    press!(ann, Button::Settings(settings::Tap::Export));
    let (name, bytes) = file(way, way.arrived("document", 4).await.last().expect("four files"));
    assert_eq!(name, "aisha.zip");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("a whole archive");
    let mut document = String::new();
    archive.by_name("export.json").expect("a document").read_to_string(&mut document).expect("a text");
    let document: Value = serde_json::from_str(&document).expect("a JSON document");
    assert_eq!(document["avatars"].as_array().map(Vec::len), Some(2));

    press!(ann, Button::Settings(settings::Tap::Delete));
    press!(ann, Button::Settings(settings::Tap::DeleteSurely));
    let screen = press!(ann, Button::Settings(settings::Tap::DeleteNow));
    assert!(screen.says("👋"), "{screen}");
    for path in ["/v1/avatars", "/v1/generations", "/v1/packs", "/v1/transcriptions"] {
        assert!(way.list(path).await.is_empty(), "{path}");
    }
    assert_eq!(way.get("/v1/me").await["settings"], json!({}));
    // Whoever goes on is somebody new, and is spoken to as before.
    let screen = press!(ann, Button::Door(Door::Home));
    assert!(screen.says(FIRST_NAME), "{screen}");
    assert_eq!(way.get("/v1/me").await["locale"], json!(way.locale));
}
