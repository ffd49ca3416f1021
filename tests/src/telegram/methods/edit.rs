//! Methods that change a message in its place.

use serde_json::{Map, Value, json};

use super::super::refusal::Refusal;
use super::super::request::Params;
use super::super::rules::{self, Markup};
use super::super::world::World;
use super::{Answer, media, send};

/// What a message says; the rest of it is who, where and when.
const CONTENT: [&str; 12] = [
    "text",
    "entities",
    "link_preview_options",
    "caption",
    "caption_entities",
    "show_caption_above_media",
    "has_media_spoiler",
    "photo",
    "document",
    "audio",
    "voice",
    "video",
];
/// What goes when a caption is replaced.
const CAPTION: [&str; 3] = ["caption", "caption_entities", "show_caption_above_media"];

/// `editMessageText`.
pub(super) fn text(world: &World, params: &Params) -> Answer {
    let text = rules::text(params, &world.history, "MESSAGE_TOO_LONG")?;
    let preview = send::preview(world, params)?;
    edit(world, params, |old| {
        if !old.contains_key("text") {
            return Err(Refusal::bad_request("there is no text in the message to edit"));
        }
        let mut content = Map::new();
        content.insert("text".to_owned(), json!(text.text));
        if !text.entities.is_empty() {
            content.insert("entities".to_owned(), json!(text.entities));
        }
        if let Some(preview) = preview {
            content.insert("link_preview_options".to_owned(), preview);
        }
        Ok(content)
    })
}

/// `editMessageCaption`.
pub(super) fn caption(world: &World, params: &Params) -> Answer {
    let caption = rules::caption_of(params, &world.history)?;
    let above = params.flag("show_caption_above_media");
    edit(world, params, |old| {
        if old.contains_key("text") {
            return Err(Refusal::bad_request("there is no caption in the message to edit"));
        }
        let mut content = old.clone();
        content.retain(|name, _| !CAPTION.contains(&name.as_str()));
        media::put_caption(&mut content, &caption);
        if above {
            content.insert("show_caption_above_media".to_owned(), json!(true));
        }
        Ok(content)
    })
}

/// `editMessageMedia`. A text may become a file; a file never becomes a text.
pub(super) fn media(world: &World, params: &Params) -> Answer {
    let media = params.structure("media", "media")?.ok_or_else(|| Refusal::bad_request("media is empty"))?;
    let (_, content) = media::input(world, params, &media)?;
    edit(world, params, |_| Ok(content))
}

/// `editMessageReplyMarkup`.
pub(super) fn markup(world: &World, params: &Params) -> Answer {
    edit(world, params, |old| Ok(old.clone()))
}

/// Replaces what a message of the bot says, and its keyboard, by what the call says; gives the `Message` object.
fn edit(
    world: &World,
    params: &Params,
    change: impl FnOnce(&Map<String, Value>) -> Result<Map<String, Value>, Refusal>,
) -> Answer {
    if params.fields.contains_key("inline_message_id") {
        world.history.violation("the bot has no inline messages".to_owned());
        return Err(Refusal::bad_request("MESSAGE_ID_INVALID"));
    }
    let markup = rules::markup(params, &world.history)?;
    let chat = world.chat(params)?;
    let id = params.integer("message_id");
    let id = id.ok_or_else(|| Refusal::bad_request("message identifier is not specified"))?;
    chat.admit()?;
    let now = world.now();
    chat.change(|state| {
        let posted = state.messages.get_mut(&id);
        let posted = posted.ok_or_else(|| Refusal::bad_request("message to edit not found"))?;
        if !posted.by_bot || posted.fixed {
            return Err(Refusal::bad_request("message can't be edited"));
        }
        let keyboard = match markup {
            Markup::None => None,
            Markup::Inline(keyboard) => Some(keyboard),
            Markup::Fixed => return Err(Refusal::bad_request("inline keyboard expected")),
        };
        let object = posted.object.as_object_mut().expect("an object");
        let old: Map<_, _> = object
            .iter()
            .filter(|(name, _)| CONTENT.contains(&name.as_str()))
            .map(|(n, v)| (n.clone(), v.clone()))
            .collect();
        let new = change(&old)?;
        let says = |content: &Map<String, Value>| {
            let mut content = content.clone();
            content.remove("link_preview_options");
            content
        };
        if says(&new) == says(&old) && keyboard.as_ref() == object.get("reply_markup") {
            return Err(Refusal::bad_request(
                "message is not modified: specified new message content and reply markup are exactly the same as a \
                 current content and reply markup of the message",
            ));
        }
        object.retain(|name, _| !CONTENT.contains(&name.as_str()) && name != "reply_markup");
        object.extend(new);
        object.extend(keyboard.map(|keyboard| ("reply_markup".to_owned(), keyboard)));
        object.insert("edit_date".to_owned(), json!(now));
        Ok(posted.object.clone())
    })
}
