//! What people read: nothing technical, and all of it in their language.

use std::collections::BTreeSet;

use aisha_tests::telegram::{Call, Person};
use serde_json::Value;
use uuid::Uuid;

/// What stands nowhere in any text.
const TECHNICAL: [&str; 9] = ["sandbox", "http", "://", "json", "webhook", "idempot", "endpoint", "fal-ai", "wizper"];
/// The same as whole words. Of the words for states those are missing that people use, too.
const TECHNICAL_WORDS: [&str; 14] = [
    "fal",
    "api",
    "null",
    "uuid",
    "id",
    "status",
    "error",
    "pending",
    "processing",
    "queued",
    "submitting",
    "moderated",
    "stalled",
    "undefined",
];
/// What is written in Latin letters in Russian, too.
const LATIN: [&str; 16] = [
    "JPEG", "PNG", "WebP", "HEIC", "Telegram", "MP3", "M4A", "OGG", "WAV", "WebM", "FLAC", "TXT", "SRT", "VTT",
    "English", "b",
];

/// Everything that a person was shown by these calls: texts, captions and labels.
pub(crate) fn shown(calls: &[Call], person: &Person) -> Vec<String> {
    let mut texts = Vec::new();
    for call in calls.iter().filter(|call| call.chat == Some(person.id())) {
        collect(&call.params, &mut texts);
    }
    texts
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
        Value::Object(fields) => {
            let is_label = fields.contains_key("callback_data");
            for (name, value) in fields {
                match value {
                    // A label is no HTML.
                    Value::String(text) if name == "text" && is_label => texts.push(text.clone()),
                    Value::String(text) if matches!(name.as_str(), "text" | "caption") => texts.push(plain(text)),
                    // In a form with files, lists and objects are JSON in a text.
                    Value::String(text) if text.starts_with(['{', '[']) => {
                        collect(&serde_json::from_str(text).unwrap_or_default(), texts);
                    }
                    value => collect(value, texts),
                }
            }
        }
        _ => {}
    }
}

/// A text of Telegram's HTML as it is read.
fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '/')).filter(|word| !word.is_empty())
}

/// Whether there is a Russian letter in it.
pub(crate) fn is_russian(text: &str) -> bool {
    text.chars().any(|c| matches!(c, 'а'..='я' | 'А'..='Я' | 'ё' | 'Ё'))
}

/// Looks whether a text holds anything technical. `own` are the texts that come from the person.
#[track_caller]
pub(crate) fn assert_plain(texts: &[String], own: &[&str]) {
    for text in texts {
        let said = own.iter().fold(text.clone(), |text, own| text.replace(own, ""));
        let lower = said.to_lowercase();
        for technical in TECHNICAL {
            assert!(!lower.contains(technical), "`{technical}` stands in\n{text}");
        }
        for word in words(&said) {
            assert!(!TECHNICAL_WORDS.contains(&word.to_lowercase().as_str()), "`{word}` stands in\n{text}");
            assert!(!word.contains('_'), "`{word}` stands in\n{text}");
        }
        let is_id = |word: &str| Uuid::parse_str(word.trim_matches(|c: char| !c.is_ascii_hexdigit())).is_ok();
        assert!(!said.split_whitespace().any(is_id), "an id stands in\n{text}");
    }
}

/// Looks whether Russian texts are Russian throughout. Words of `own` come from the person.
#[track_caller]
pub(crate) fn assert_russian(texts: &[String], own: &[&str]) {
    let own: BTreeSet<&str> = own.iter().flat_map(|own| words(own)).collect();
    for text in texts {
        let foreign = words(text).find(|word| {
            let latin = word.chars().filter(char::is_ascii_alphabetic).count();
            latin > 0 && !word.starts_with('/') && !LATIN.contains(word) && !own.contains(word)
        });
        assert_eq!(foreign, None, "a foreign word stands in\n{text}");
    }
}

/// Looks whether English texts have no Russian in them, but the name of the language.
#[track_caller]
pub(crate) fn assert_english(texts: &[String], own: &[&str]) {
    for text in texts {
        let said = own.iter().fold(text.replace("Русский", ""), |text, own| text.replace(own, ""));
        assert!(!is_russian(&said), "a foreign word stands in\n{text}");
    }
}
