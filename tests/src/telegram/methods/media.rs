//! Files in calls: uploaded with them, or named by an identifier.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::files::Kind;
use super::super::html::Formatted;
use super::super::refusal::Refusal;
use super::super::request::{LARGEST_UPLOAD, Params, Upload};
use super::super::rules;
use super::super::world::World;

/// What an `InputMedia` object may have.
const FIELDS: [&str; 16] = [
    "type",
    "media",
    "thumbnail",
    "caption",
    "parse_mode",
    "caption_entities",
    "show_caption_above_media",
    "has_spoiler",
    "disable_content_type_detection",
    "duration",
    "performer",
    "title",
    "width",
    "height",
    "supports_streaming",
    "cover",
];

/// The file that a parameter of a call speaks of, as it stands in a message.
pub(super) fn parameter(world: &World, params: &Params, kind: Kind, about: &Value) -> Result<Arc<Value>, Refusal> {
    let field = kind.field();
    if let Some(upload) = params.uploads.get(field) {
        return uploaded(world, kind, upload, about);
    }
    let name = params.text(field).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| Refusal::bad_request(&format!("there is no {field} in the request")))?;
    named(world, params, kind, &name, about)
}

/// The file that a text speaks of: an upload, an identifier or an address.
fn named(world: &World, params: &Params, kind: Kind, name: &str, about: &Value) -> Result<Arc<Value>, Refusal> {
    if let Some(upload) = name.strip_prefix("attach://") {
        let upload = params.uploads.get(upload);
        let upload = upload.ok_or_else(|| Refusal::bad_request("file must be non-empty"))?;
        return uploaded(world, kind, upload, about);
    }
    if name.starts_with("http://") || name.starts_with("https://") {
        // What is served to a test cannot be reached by Telegram.
        world.history.violation(format!("Telegram was sent to fetch {name}"));
        return Err(Refusal::bad_request("failed to get HTTP URL content"));
    }
    world.files.again(kind, name)
}

fn uploaded(world: &World, kind: Kind, upload: &Upload, about: &Value) -> Result<Arc<Value>, Refusal> {
    if upload.bytes.is_empty() {
        return Err(Refusal::bad_request("file must be non-empty"));
    }
    if upload.bytes.len() > LARGEST_UPLOAD {
        return Err(Refusal::new(413, "Request Entity Too Large"));
    }
    match kind {
        Kind::Photo => world.files.keep_photo(&upload.bytes),
        _ => Ok(world.files.keep(kind, upload, about)),
    }
}

/// What an `InputMedia` object puts into a message, and the kind of file that it is.
pub(super) fn input(world: &World, params: &Params, media: &Value) -> Result<(Kind, Map<String, Value>), Refusal> {
    let unreadable = |what: &str| Refusal::bad_request(&format!("can't parse InputMedia: {what}"));
    let fields = media.as_object().ok_or_else(|| unreadable("Object expected"))?;
    world.history.check_names("InputMedia", media, &FIELDS);
    let kind = match fields.get("type").and_then(Value::as_str) {
        Some("photo") => Kind::Photo,
        Some("document") => Kind::Document,
        Some("audio") => Kind::Audio,
        Some("video") => Kind::Video,
        _ => return Err(unreadable("Field \"type\" must be one of animation, audio, document, photo, video")),
    };
    let name = fields.get("media").and_then(Value::as_str).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| Refusal::bad_request("media not found"))?;
    let caption = rules::caption(media, &world.history)?;
    let file = named(world, params, kind, name, &about(kind, media))?;
    let mut content = Map::new();
    content.insert(kind.field().to_owned(), (*file).clone());
    put_caption(&mut content, &caption);
    for (asked, told) in
        [("show_caption_above_media", "show_caption_above_media"), ("has_spoiler", "has_media_spoiler")]
    {
        if media[asked] == true {
            content.insert(told.to_owned(), json!(true));
        }
    }
    Ok((kind, content))
}

/// What the object of a file says beyond its names and its size.
pub(super) fn about(kind: Kind, from: &Value) -> Value {
    let number = |name: &str| {
        let text = from[name].as_str().and_then(|text| text.parse().ok());
        from[name].as_i64().or(text).unwrap_or(0)
    };
    let mut about = Map::new();
    match kind {
        Kind::Audio => {
            about.insert("duration".to_owned(), json!(number("duration")));
            for name in ["performer", "title"] {
                if from[name].is_string() {
                    about.insert(name.to_owned(), from[name].clone());
                }
            }
        }
        Kind::Video => {
            about.extend(["duration", "width", "height"].map(|name| (name.to_owned(), json!(number(name)))));
        }
        _ => {}
    }
    Value::Object(about)
}

/// Puts a caption into a message, if there is one.
pub(super) fn put_caption(content: &mut Map<String, Value>, caption: &Formatted) {
    if caption.text.is_empty() {
        return;
    }
    content.insert("caption".to_owned(), json!(caption.text));
    if !caption.entities.is_empty() {
        content.insert("caption_entities".to_owned(), json!(caption.entities));
    }
}
