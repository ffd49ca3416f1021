//! Groups, in which the bot is one of many.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::chats::{Chat, Reach};
use super::super::screen::Screen;
use super::super::world::World;
use super::{Person, text};

/// A group that the bot is a member of.
#[derive(Debug, Clone)]
pub struct Group {
    world: Arc<World>,
    chat: Arc<Chat>,
}

impl Group {
    pub(in super::super) fn new(world: Arc<World>, id: i64, title: &str) -> Self {
        let chat = world.open(json!({ "id": id, "type": "supergroup", "title": title }));
        chat.change(|state| state.reach = Reach::Open);
        Self { world, chat }
    }

    /// Somebody writes here; gives the number of the message.
    pub fn say(&self, person: &Person, words: &str) -> i64 {
        let message = self.world.post(&self.chat, &person.user, &text(words), false);
        self.world.updates.push("message", &message);
        message["message_id"].as_i64().expect("a message has a number")
    }

    /// Throws the bot out.
    pub fn kick_bot(&self, by: &Person) {
        self.chat.change(|state| state.reach = Reach::Kicked);
        let member = |status: &str| -> Value { json!({ "status": status, "user": self.world.bot }) };
        let mut kicked = member("kicked");
        kicked["until_date"] = json!(0);
        let update = json!({ "chat": self.chat.object, "from": by.user, "date": self.world.now(),
            "old_chat_member": member("member"), "new_chat_member": kicked });
        self.world.updates.push("my_chat_member", &update);
    }

    /// What is visible here.
    pub fn screen(&self) -> Screen {
        self.chat.look(Screen::of)
    }
}
