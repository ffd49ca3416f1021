//! The methods of the Bot API that the bot may call, with every parameter that each of them has.

mod edit;
mod media;
mod profile;
mod remove;
mod send;
mod tell;

use serde_json::Value;

use super::refusal::Refusal;
use super::request::Params;
use super::world::World;

/// What a method gives.
pub(super) type Answer = Result<Value, Refusal>;

/// A method.
#[derive(Debug)]
pub(super) struct Method {
    /// As it is documented. On the wire, capitals do not matter.
    pub(super) name: &'static str,
    /// Its parameters, beside those of [`SENDING`] if it has them.
    pub(super) fields: &'static [&'static str],
    /// It puts something into a chat and has the parameters of that.
    pub(super) sends: bool,
    /// What it does; `getUpdates` waits and is done where waiting is possible.
    pub(super) run: fn(&World, &Params) -> Answer,
}

/// What all methods take that put something into a chat.
pub(super) const SENDING: [&str; 9] = [
    "chat_id",
    "business_connection_id",
    "message_thread_id",
    "direct_messages_topic_id",
    "disable_notification",
    "protect_content",
    "allow_paid_broadcast",
    "message_effect_id",
    "reply_parameters",
];

const fn sends(name: &'static str, fields: &'static [&'static str], run: fn(&World, &Params) -> Answer) -> Method {
    Method { name, fields, sends: true, run }
}

const fn does(name: &'static str, fields: &'static [&'static str], run: fn(&World, &Params) -> Answer) -> Method {
    Method { name, fields, sends: false, run }
}

/// All of them.
pub(super) const METHODS: [Method; 28] = [
    does("getMe", &[], |world, _| Ok(profile::get_me(world))),
    does("getUpdates", &["offset", "limit", "timeout", "allowed_updates"], |_, _| unreachable!("it waits")),
    does("deleteWebhook", &["drop_pending_updates"], |world, params| Ok(tell::delete_webhook(world, params))),
    does("getWebhookInfo", &[], |world, _| Ok(tell::webhook_info(world))),
    sends(
        "sendMessage",
        &["text", "parse_mode", "entities", "link_preview_options", "reply_markup", "suggested_post_parameters"],
        send::message,
    ),
    sends(
        "sendPhoto",
        &[
            "photo",
            "caption",
            "parse_mode",
            "caption_entities",
            "show_caption_above_media",
            "has_spoiler",
            "reply_markup",
            "suggested_post_parameters",
        ],
        send::photo,
    ),
    sends(
        "sendDocument",
        &[
            "document",
            "thumbnail",
            "caption",
            "parse_mode",
            "caption_entities",
            "disable_content_type_detection",
            "reply_markup",
            "suggested_post_parameters",
        ],
        send::document,
    ),
    sends(
        "sendAudio",
        &[
            "audio",
            "thumbnail",
            "caption",
            "parse_mode",
            "caption_entities",
            "duration",
            "performer",
            "title",
            "reply_markup",
            "suggested_post_parameters",
        ],
        send::audio,
    ),
    // An album has no keyboard.
    sends("sendMediaGroup", &["media"], send::album),
    does("sendChatAction", &["chat_id", "action", "business_connection_id", "message_thread_id"], tell::action),
    does(
        "editMessageText",
        &[
            "chat_id",
            "message_id",
            "inline_message_id",
            "business_connection_id",
            "text",
            "parse_mode",
            "entities",
            "link_preview_options",
            "reply_markup",
        ],
        edit::text,
    ),
    does(
        "editMessageCaption",
        &[
            "chat_id",
            "message_id",
            "inline_message_id",
            "business_connection_id",
            "caption",
            "parse_mode",
            "caption_entities",
            "show_caption_above_media",
            "reply_markup",
        ],
        edit::caption,
    ),
    does(
        "editMessageMedia",
        &["chat_id", "message_id", "inline_message_id", "business_connection_id", "media", "reply_markup"],
        edit::media,
    ),
    does(
        "editMessageReplyMarkup",
        &["chat_id", "message_id", "inline_message_id", "business_connection_id", "reply_markup"],
        edit::markup,
    ),
    does("deleteMessage", &["chat_id", "message_id"], remove::one),
    does("deleteMessages", &["chat_id", "message_ids"], remove::many),
    does("answerCallbackQuery", &["callback_query_id", "text", "show_alert", "url", "cache_time"], tell::answer_tap),
    does("getFile", &["file_id"], tell::file),
    does("getChat", &["chat_id"], tell::chat),
    does("setMyCommands", &["commands", "scope", "language_code"], profile::set_commands),
    does("getMyCommands", &["scope", "language_code"], profile::get_commands),
    does("deleteMyCommands", &["scope", "language_code"], profile::delete_commands),
    does("setMyName", &["name", "language_code"], profile::set_name),
    does("getMyName", &["language_code"], profile::get_name),
    does("setMyDescription", &["description", "language_code"], profile::set_description),
    does("getMyDescription", &["language_code"], profile::get_description),
    does("getMyShortDescription", &["language_code"], profile::get_short_description),
    does("setMyShortDescription", &["short_description", "language_code"], profile::set_short_description),
];

/// The method of this name, whatever its capitals.
pub(super) fn find(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.name.eq_ignore_ascii_case(name))
}

impl Method {
    /// Whether it takes a parameter of this name.
    pub(super) fn takes(&self, field: &str) -> bool {
        self.fields.contains(&field) || (self.sends && SENDING.contains(&field))
    }

    /// Whether flood control counts it.
    pub(super) fn is_counted(&self) -> bool {
        self.sends || self.name.starts_with("editMessage")
    }
}
