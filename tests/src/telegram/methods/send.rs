//! Methods that put something into a chat.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::chats::Chat;
use super::super::files::Kind;
use super::super::refusal::Refusal;
use super::super::request::Params;
use super::super::rules::{self, Markup};
use super::super::world::World;
use super::{Answer, media};

/// What `LinkPreviewOptions` may have.
const PREVIEW_FIELDS: [&str; 5] = ["is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text"];
/// What `ReplyParameters` may have.
const REPLY_FIELDS: [&str; 9] = [
    "message_id",
    "chat_id",
    "allow_sending_without_reply",
    "quote",
    "quote_parse_mode",
    "quote_entities",
    "quote_position",
    "checklist_task_id",
    "poll_option_id",
];

/// `sendMessage`.
pub(super) fn message(world: &World, params: &Params) -> Answer {
    let text = rules::text(params, &world.history, "message is too long")?;
    let mut content = Map::new();
    content.insert("text".to_owned(), json!(text.text));
    if !text.entities.is_empty() {
        content.insert("entities".to_owned(), json!(text.entities));
    }
    if let Some(preview) = preview(world, params)? {
        content.insert("link_preview_options".to_owned(), preview);
    }
    send(world, params, content)
}

/// How links of a text are shown, if the call says so.
pub(super) fn preview(world: &World, params: &Params) -> Result<Option<Value>, Refusal> {
    let preview = params.structure("link_preview_options", "link preview options")?;
    if let Some(preview) = &preview {
        world.history.check_names("LinkPreviewOptions", preview, &PREVIEW_FIELDS);
    }
    Ok(preview)
}

/// `sendPhoto`.
pub(super) fn photo(world: &World, params: &Params) -> Answer {
    file(world, params, Kind::Photo)
}

/// `sendDocument`.
pub(super) fn document(world: &World, params: &Params) -> Answer {
    file(world, params, Kind::Document)
}

/// `sendAudio`.
pub(super) fn audio(world: &World, params: &Params) -> Answer {
    file(world, params, Kind::Audio)
}

fn file(world: &World, params: &Params, kind: Kind) -> Answer {
    let caption = rules::caption_of(params, &world.history)?;
    // Nothing is kept of a file for a chat that is closed.
    world.chat(params)?.admit()?;
    rules::markup(params, &world.history)?;
    let file = media::parameter(world, params, kind, &media::about(kind, &params.told()))?;
    let mut content = Map::new();
    content.insert(kind.field().to_owned(), (*file).clone());
    media::put_caption(&mut content, &caption);
    if params.flag("show_caption_above_media") {
        content.insert("show_caption_above_media".to_owned(), json!(true));
    }
    if params.flag("has_spoiler") {
        content.insert("has_media_spoiler".to_owned(), json!(true));
    }
    send(world, params, content)
}

/// `sendMediaGroup`.
pub(super) fn album(world: &World, params: &Params) -> Answer {
    let items = params.structure("media", "media")?.unwrap_or_default();
    let items = items.as_array().map(Vec::as_slice).unwrap_or_default();
    match items.len() {
        0 => return Err(Refusal::bad_request("there are no messages to send")),
        1 => world.history.violation("an album has 2 to 10 items, not one".to_owned()),
        2..=10 => {}
        _ => return Err(Refusal::bad_request("too many messages to send as an album")),
    }
    let chat = world.chat(params)?;
    chat.admit()?;
    let contents: Vec<_> = items.iter().map(|item| media::input(world, params, item)).collect::<Result<_, _>>()?;
    for (alone, name) in [(Kind::Document, "document"), (Kind::Audio, "audio")] {
        let such = contents.iter().filter(|(kind, _)| *kind == alone).count();
        if such > 0 && such < contents.len() {
            return Err(Refusal::bad_request(&format!("{name} can't be mixed with other media types")));
        }
    }
    let group = format!("14{:015}", world.history.now().as_nanos() % 1_000_000_000_000_000);
    let posted = contents.into_iter().map(|(_, mut content)| {
        content.insert("media_group_id".to_owned(), json!(group));
        deliver(world, params, &chat, content, false)
    });
    Ok(Value::Array(posted.collect::<Result<_, _>>()?))
}

/// Puts a message into the chat of a call, with the keyboard of the call.
fn send(world: &World, params: &Params, mut content: Map<String, Value>) -> Answer {
    let markup = rules::markup(params, &world.history)?;
    let chat = world.chat(params)?;
    chat.admit()?;
    let fixed = markup == Markup::Fixed;
    if let Markup::Inline(keyboard) = markup {
        content.insert("reply_markup".to_owned(), keyboard);
    }
    deliver(world, params, &chat, content, fixed)
}

fn deliver(world: &World, params: &Params, chat: &Arc<Chat>, mut content: Map<String, Value>, fixed: bool) -> Answer {
    if let Some(reply) = params.structure("reply_parameters", "reply parameters")? {
        world.history.check_names("ReplyParameters", &reply, &REPLY_FIELDS);
        let to = reply["message_id"].as_i64().unwrap_or_default();
        let answered = chat.look(|state| state.messages.get(&to).map(|posted| posted.object.clone()));
        match answered {
            Some(mut answered) => {
                answered.as_object_mut().expect("an object").remove("reply_to_message");
                content.insert("reply_to_message".to_owned(), answered);
            }
            None if reply["allow_sending_without_reply"] == true => {}
            None => return Err(Refusal::bad_request("message to be replied not found")),
        }
    }
    if params.flag("protect_content") {
        content.insert("has_protected_content".to_owned(), json!(true));
    }
    Ok(world.post(chat, &world.bot, &Value::Object(content), fixed))
}
