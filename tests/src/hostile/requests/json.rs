//! JSON that is deep, wide, heavy or none, sent to every kind of operation that takes JSON.

use std::fmt::Write as _;

use super::{Request, Sender};

impl Sender<'_> {
    pub(super) fn json(&self) -> Vec<Request> {
        let deep = |open: &str, close: &str| {
            format!("{{\"metadata\":{{\"a\":{}{}}}}}", open.repeat(30_000), close.repeat(30_000))
        };
        let flood = (0..20_000).fold(String::from("{\"name\":\"x\""), |mut text, number| {
            write!(text, ",\"{number}\":0").expect("a text takes more text");
            text
        }) + "}";
        // What is said to the operations on avatars, and to those that have no such fields and read no further.
        let bad = (400, "bad_request");
        let wrong = (422, "validation_failed");
        let heavy = (413, "payload_too_large");
        let bodies = [
            ("lists in lists", deep("[", "]").into(), bad, wrong),
            ("objects in objects", deep("{\"a\":", "0}")[..200_000].into(), bad, wrong),
            ("a list of lists", "[".repeat(200_000).into(), wrong, wrong),
            ("twenty thousand fields", flood.into(), wrong, wrong),
            ("a text of 1 MB", format!("{{\"name\":\"{}\"}}", "x".repeat(1 << 20)).into(), heavy, heavy),
            ("half a letter", b"{\"name\":\"\xD1\"}".to_vec(), bad, wrong),
            ("half a pair", b"{\"name\":\"\\uD800\"}".to_vec(), bad, wrong),
            ("a number beyond all", b"{\"name\":1e999999}".to_vec(), bad, wrong),
            ("nothing", Vec::new(), bad, bad),
        ];
        let routes = [
            ("POST", "/v1/avatars".to_owned(), true),
            ("PATCH", format!("/v1/avatars/{}", self.avatar), true),
            ("POST", format!("/v1/avatars/{}/trainings", self.avatar), false),
            ("PUT", format!("/v1/avatars/{}/photos/order", self.avatar), false),
        ];
        let mut all = Vec::new();
        for (method, path, is_of_avatars) in routes {
            for (number, (what, body, of_avatars, of_others)) in bodies.iter().enumerate() {
                let headers = format!(
                    "Content-Type: application/json\r\nIdempotency-Key: json-{number}\r\nContent-Length: {}\r\n",
                    body.len()
                );
                let (name, bytes) = (format!("{method} {path}: {what}"), self.request(method, &path, &headers, body));
                let (status, code) = if is_of_avatars { *of_avatars } else { *of_others };
                all.push(Request { name, bytes, ends: false, status, code: Some(code) });
            }
        }
        all
    }
}
