//! What a person sends.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::files::Kind;
use super::super::request::Upload;
use super::{Person, text};

impl Person {
    /// Writes something; gives the number of the message, as all of these do.
    pub fn say(&self, words: &str) -> i64 {
        self.post(&text(words))
    }

    /// Sends a command, such as `start` or `start a_123`.
    pub fn command(&self, command: &str) -> i64 {
        self.say(&format!("/{}", command.trim_start_matches('/')))
    }

    /// Writes an answer to a message.
    ///
    /// # Panics
    ///
    /// When the message is not there.
    pub fn reply(&self, to: i64, words: &str) -> i64 {
        let answered = self.chat.look(|state| state.messages.get(&to).map(|posted| posted.object.clone()));
        let mut answered = answered.unwrap_or_else(|| panic!("no message {to}"));
        answered.as_object_mut().expect("an object").remove("reply_to_message");
        let mut content = text(words);
        content["reply_to_message"] = answered;
        self.post(&content)
    }

    /// Changes what a message of theirs says.
    ///
    /// # Panics
    ///
    /// When the message is not there.
    pub fn edit_message(&self, id: i64, words: &str) {
        let now = self.world.now();
        let edited = self.chat.change(|state| {
            let posted = state.messages.get_mut(&id).unwrap_or_else(|| panic!("no message {id}"));
            let object = posted.object.as_object_mut().expect("an object");
            object.remove("entities");
            object.extend(text(words).as_object().cloned().unwrap_or_default());
            object.insert("edit_date".to_owned(), json!(now));
            posted.object.clone()
        });
        self.world.updates.push("edited_message", &edited);
    }

    /// Deletes a message for both sides; the bot is not told.
    pub fn delete_message(&self, id: i64) {
        self.chat.change(|state| state.messages.remove(&id));
    }

    /// Sends a picture as a photo: the app makes a JPEG of at most 1280 pixels of it, without EXIF.
    ///
    /// # Panics
    ///
    /// When it is no picture that an app could send.
    pub fn photo(&self, file: impl Into<Bytes>) -> i64 {
        self.photo_with(file, "")
    }

    /// A photo with words below it.
    ///
    /// # Panics
    ///
    /// When it is no picture that an app could send.
    pub fn photo_with(&self, file: impl Into<Bytes>, caption: &str) -> i64 {
        let mut content = json!({ "photo": *self.developed(&file.into()) });
        if !caption.is_empty() {
            content["caption"] = json!(caption);
        }
        self.post(&content)
    }

    /// Photos as one album: a message each.
    ///
    /// # Panics
    ///
    /// When one is no picture that an app could send.
    pub fn album<T: Into<Bytes>>(&self, files: impl IntoIterator<Item = T>) -> Vec<i64> {
        let files: Vec<_> = files.into_iter().collect();
        let order: Vec<_> = (0..files.len()).collect();
        self.album_arriving(files, &order)
    }

    /// An album whose messages reach the bot in this order, each photo by its place from 0.
    ///
    /// # Panics
    ///
    /// When one is no picture that an app could send, or the order names a place that there is not.
    pub fn album_arriving<T: Into<Bytes>>(&self, files: impl IntoIterator<Item = T>, order: &[usize]) -> Vec<i64> {
        let photos: Vec<_> = files.into_iter().map(|file| self.developed(&file.into())).collect();
        let group = format!("13{:015}", self.world.history.now().as_nanos() % 1_000_000_000_000_000);
        let messages: Vec<_> = photos
            .iter()
            .map(|photo| json!({ "media_group_id": group, "photo": **photo }))
            .map(|content| self.world.post(&self.chat, &self.user, &content, false))
            .collect();
        for place in order {
            self.world.updates.push("message", &messages[*place]);
        }
        messages.iter().filter_map(|message| message["message_id"].as_i64()).collect()
    }

    /// Sends once more what stands in a message of theirs: the same file, and no new upload.
    ///
    /// # Panics
    ///
    /// When the message is not there.
    pub fn send_again(&self, id: i64) -> i64 {
        let object = self.chat.look(|state| state.messages.get(&id).map(|posted| posted.object.clone()));
        let mut content = object.unwrap_or_else(|| panic!("no message {id}"));
        let fields = content.as_object_mut().expect("an object");
        for own in ["message_id", "from", "chat", "date", "edit_date", "media_group_id", "reply_to_message"] {
            fields.remove(own);
        }
        self.post(&content)
    }

    /// Sends a file as it is.
    pub fn document(&self, name: &str, mime: &str, file: impl Into<Bytes>) -> i64 {
        self.file(Kind::Document, name, mime, file, &json!({}))
    }

    /// Sends a file with words below it.
    pub fn document_with(&self, name: &str, mime: &str, file: impl Into<Bytes>, caption: &str) -> i64 {
        let kept = self.kept(Kind::Document, name, mime, file.into(), &json!({}));
        self.post(&json!({ "document": *kept, "caption": caption }))
    }

    /// Sends a voice message: Opus in Ogg, so many seconds long.
    pub fn voice(&self, file: impl Into<Bytes>, seconds: u32) -> i64 {
        self.file(Kind::Voice, "voice.oga", "audio/ogg", file, &json!({ "duration": seconds }))
    }

    /// Forwards a voice message of somebody else.
    pub fn forwarded_voice(&self, file: impl Into<Bytes>, seconds: u32) -> i64 {
        let voice = self.kept(Kind::Voice, "voice.oga", "audio/ogg", file.into(), &json!({ "duration": seconds }));
        let origin = json!({ "type": "hidden_user", "date": self.world.now(), "sender_user_name": "Somebody" });
        self.post(&json!({ "voice": *voice, "forward_origin": origin }))
    }

    /// Sends music.
    pub fn audio(&self, name: &str, mime: &str, file: impl Into<Bytes>, seconds: u32) -> i64 {
        let about = json!({ "duration": seconds, "performer": "Somebody", "title": name });
        self.file(Kind::Audio, name, mime, file, &about)
    }

    /// Sends a video.
    pub fn video(&self, file: impl Into<Bytes>, seconds: u32) -> i64 {
        let about = json!({ "width": 720, "height": 1280, "duration": seconds });
        self.file(Kind::Video, "video.mp4", "video/mp4", file, &about)
    }

    /// Sends a sticker.
    pub fn sticker(&self) -> i64 {
        let about = json!({ "type": "regular", "width": 512, "height": 512, "is_animated": false, "is_video": false,
            "emoji": "👋", "set_name": "HotCherry" });
        self.file(Kind::Sticker, "sticker.webp", "image/webp", Bytes::from_static(b"RIFF\0\0\0\0WEBP"), &about)
    }

    /// Sends their own contact.
    pub fn contact(&self) -> i64 {
        let name = &self.user["first_name"];
        self.post(&json!({ "contact": { "phone_number": "+4915112345678", "first_name": name, "user_id": self.id() } }))
    }

    /// Sends where they are.
    pub fn location(&self) -> i64 {
        self.post(&json!({ "location": { "latitude": 52.516_27, "longitude": 13.377_7 } }))
    }

    fn file(&self, kind: Kind, name: &str, mime: &str, file: impl Into<Bytes>, about: &Value) -> i64 {
        let kept = self.kept(kind, name, mime, file.into(), about);
        self.post(&Value::Object([(kind.field().to_owned(), (*kept).clone())].into_iter().collect()))
    }

    fn kept(&self, kind: Kind, name: &str, mime: &str, bytes: Bytes, about: &Value) -> Arc<Value> {
        let upload = Upload { name: name.to_owned(), mime: Some(mime.to_owned()), bytes };
        self.world.files.keep(kind, &upload, about)
    }

    fn developed(&self, file: &Bytes) -> Arc<Value> {
        let kept = self.world.files.keep_photo(file);
        kept.unwrap_or_else(|refusal| panic!("no app would send this photo: {}", refusal.description))
    }
}
