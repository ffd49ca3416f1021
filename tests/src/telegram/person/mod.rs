//! People with their apps: what they write, send and tap, and what they see.

mod group;
mod seeing;
mod sending;

use std::sync::Arc;

use serde_json::{Value, json};

use super::chats::{self, Chat, Reach};
use super::html::Formatted;
use super::rules::detected;
use super::world::World;

pub use self::group::Group;

/// A person in their private chat with the bot. Clones are the same person.
#[derive(Debug, Clone)]
pub struct Person {
    world: Arc<World>,
    chat: Arc<Chat>,
    user: Value,
}

/// A tap on a button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tap {
    /// Its identifier, which the bot answers.
    pub id: String,
    /// The update that tells of it.
    pub update: i64,
    /// The message that it was made on.
    pub message: i64,
    /// The data of the button.
    pub data: String,
}

impl Person {
    pub(super) fn new(world: Arc<World>, id: i64, language: &str, name: &str) -> Self {
        let user = chats::user(id, name, language);
        let chat = world.open(chats::private_chat(&user));
        Self { world, chat, user }
    }

    /// Their number, which is that of the chat as well.
    pub fn id(&self) -> i64 {
        self.chat.id
    }

    /// Puts something of theirs into the chat and tells the bot; gives the number of the message.
    fn post(&self, content: &Value) -> i64 {
        let message = self.world.post(&self.chat, &self.user, content, false);
        self.world.updates.push("message", &message);
        message["message_id"].as_i64().expect("a message has a number")
    }

    /// Taps a button, by its whole label, by its data, or by words in its label, on the newest message that has it.
    ///
    /// # Panics
    ///
    /// When no message of the bot has such a button, or it only leads somewhere.
    pub fn tap(&self, button: &str) -> Tap {
        let screen = self.screen();
        let message = screen.from_bot().rfind(|message| message.button(button).is_some());
        let message = message.unwrap_or_else(|| panic!("no button `{button}` in\n{screen}"));
        self.tap_on(message.id, button)
    }

    /// Taps a button on this message.
    ///
    /// # Panics
    ///
    /// When the message is not there or has no such button, or it only leads somewhere.
    pub fn tap_on(&self, message: i64, button: &str) -> Tap {
        let screen = self.screen();
        let found = screen.message(message).and_then(|message| message.button(button));
        let found = found.unwrap_or_else(|| panic!("no button `{button}` on #{message} in\n{screen}"));
        let data = found.data.clone().unwrap_or_else(|| panic!("`{button}` tells the bot nothing"));
        self.tap_data(message, &data)
    }

    /// Taps what their screen still shows though it is no longer so: any data, on any message of the past.
    pub fn tap_data(&self, message: i64, data: &str) -> Tap {
        let shown = self.chat.look(|state| state.messages.get(&message).map(|posted| posted.object.clone()));
        // Of a message that is gone the bot learns the number alone.
        let shown = shown.unwrap_or_else(|| json!({ "message_id": message, "chat": self.chat.object, "date": 0 }));
        let id = self.world.tap(&self.chat);
        let query = json!({ "id": id, "from": self.user, "message": shown, "chat_instance": self.chat.instance(),
            "data": data });
        let update = self.world.updates.push("callback_query", &query);
        Tap { id, update, message, data: data.to_owned() }
    }

    /// The app sends a tap again because it was not answered: the same button, as a new tap in a new update.
    pub fn tap_again(&self, tap: &Tap) -> Tap {
        self.tap_data(tap.message, &tap.data)
    }

    /// Blocks the bot.
    pub fn block(&self) {
        self.set_membership(Reach::Blocked);
    }

    /// Lets the bot write again.
    pub fn unblock(&self) {
        self.set_membership(Reach::Open);
    }

    /// Deletes their account: the bot is not told and finds out when it writes.
    pub fn deactivate(&self) {
        self.chat.change(|state| state.reach = Reach::Deactivated);
    }

    fn set_membership(&self, reach: Reach) {
        self.chat.change(|state| state.reach = reach);
        let member = json!({ "status": "member", "user": self.world.bot });
        let kicked = json!({ "status": "kicked", "user": self.world.bot, "until_date": 0 });
        let (old, new) = if reach == Reach::Blocked { (member, kicked) } else { (kicked, member) };
        let update = json!({ "chat": self.chat.object, "from": self.user, "date": self.world.now(),
            "old_chat_member": old, "new_chat_member": new });
        self.world.updates.push("my_chat_member", &update);
    }
}

/// A text with what Telegram finds in it, as the fields of a message.
fn text(words: &str) -> Value {
    let text = detected(Formatted { text: words.trim().to_owned(), entities: Vec::new() });
    let mut content = json!({ "text": text.text });
    if !text.entities.is_empty() {
        content["entities"] = json!(text.entities);
    }
    content
}
