//! Requests that break HTTP, the form or the JSON rather than the picture, as bytes for a socket.

mod forms;
mod framing;
mod json;

use crate::harness::Person;

/// A request, and what must be answered to it.
pub struct Request {
    /// What is wrong with it.
    pub name: String,
    /// What is sent.
    pub bytes: Vec<u8>,
    /// Whether the sender then says that nothing more comes, though more was promised.
    pub ends: bool,
    /// The status of the answer.
    pub status: u16,
    /// The code of the problem, or of the first file's. HTTP that cannot be read has none.
    pub code: Option<&'static str>,
}

/// All of them, sent by this person to an avatar of theirs.
pub fn all(person: &Person, avatar: &str) -> Vec<Request> {
    let sender = Sender { person, uploads: format!("/v1/avatars/{avatar}/photos"), avatar };
    let mut all = sender.forms();
    all.extend(sender.names());
    all.extend(sender.lengths());
    all.extend(sender.digests());
    all.extend(sender.heads());
    all.extend(sender.json());
    all
}

struct Sender<'a> {
    person: &'a Person,
    uploads: String,
    avatar: &'a str,
}

impl Sender<'_> {
    /// A request with a body, whose length and kind stand in `headers`.
    fn request(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
        let key = self.person.key();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: aisha\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n{headers}\r\n"
        );
        [head.as_bytes(), body].concat()
    }

    /// An upload with these headers.
    fn upload(&self, name: impl Into<String>, headers: &str, body: &[u8], status: u16, code: &'static str) -> Request {
        let bytes = self.request("POST", &self.uploads, headers, body);
        Request { name: name.into(), bytes, ends: false, status, code: Some(code) }
    }

    /// An upload of a form with this content type.
    fn form(&self, name: impl Into<String>, kind: &str, body: &[u8], status: u16, code: &'static str) -> Request {
        let headers = format!("Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
        self.upload(name, &headers, body, status, code)
    }
}
