//! HTTP itself: lengths that are not true, chunks that are none, heads without an end, and addresses that lead nowhere.

use super::{Request, Sender};
use crate::harness::pictures;
use crate::hostile::Dice;

impl Sender<'_> {
    pub(super) fn lengths(&self) -> Vec<Request> {
        let picture = pictures::jpeg(1);
        let of = |length: &str| format!("Content-Type: image/jpeg\r\nContent-Length: {length}\r\n");
        let chunked = "Content-Type: image/jpeg\r\nTransfer-Encoding: chunked\r\n";
        let (longer, shorter) = (of(&(picture.len() + 1).to_string()), of(&(picture.len() - 1).to_string()));
        let extended = [b"5;", &vec![b'x'; 1 << 16][..], b"\r\nhello\r\n0\r\n\r\n"].concat();
        let bad = "bad_request";
        let unfinished = |request| Request { ends: true, ..request };
        let mut all = vec![
            unfinished(self.upload("a length too long", &longer, &picture, 400, bad)),
            self.upload("a length too short", &shorter, &picture, 422, "corrupt_image"),
            self.upload("a length of nothing", &of("0"), &picture, 422, "unsupported_format"),
            self.upload("a chunk whose size is no number", chunked, b"zz\r\nhello\r\n0\r\n\r\n", 400, bad),
            self.upload("a chunk longer than its size", chunked, b"3\r\nhello\r\n0\r\n\r\n", 400, bad),
            unfinished(self.upload("a chunk cut off", chunked, b"ffff\r\nhello", 400, bad)),
            self.upload("a chunk of more bytes than there are", chunked, b"fffffffffffffffff\r\nhello", 400, bad),
            self.upload("a chunk with a remark of 64 KB", chunked, &extended, 400, bad),
            unfinished(self.upload("chunks without a last one", chunked, b"5\r\nhello\r\n", 400, bad)),
        ];
        let unreadable =
            |name: &str, headers: &str| Request { code: None, ..self.upload(name, headers, &picture, 400, "") };
        let length = picture.len();
        all.extend([
            unreadable("a negative length", &of("-1")),
            unreadable("a length that is no number", &of("many")),
            unreadable("a length of more bytes than there are", &of("99999999999999999999999")),
            unreadable("two lengths", &format!("{}Content-Length: 5\r\n", of(&length.to_string()))),
            unreadable("another transfer coding", "Transfer-Encoding: gzip\r\n"),
        ]);
        all
    }

    pub(super) fn heads(&self) -> Vec<Request> {
        let many = (0..200).fold(String::new(), |headers, number| headers + &format!("X-{number}: x\r\n"));
        let me = |name: &str, method: &str, path: &str, headers: &str, status, code| Request {
            name: name.to_owned(),
            bytes: self.request(method, path, headers, b""),
            ends: false,
            status,
            code,
        };
        let raw = |name: &str, bytes: &[u8]| Request {
            name: name.to_owned(),
            bytes: bytes.to_vec(),
            ends: true,
            status: 400,
            code: None,
        };
        let long = "x".repeat(100_000);
        vec![
            me("two hundred headers", "GET", "/v1/me", &many, 431, None),
            me("a header of 1 MB", "GET", "/v1/me", &format!("X: {}\r\n", "x".repeat(1 << 20)), 431, None),
            me("an address of 100 KB", "GET", &format!("/v1/{long}"), "", 414, None),
            me("an address that climbs", "GET", "/v1/photos/../../etc/passwd", "", 404, Some("not_found")),
            me("an address with NUL", "GET", "/v1/photos/%00", "", 404, Some("not_found")),
            me("an address that is no text", "GET", "/v1/photos/%FF%FE", "", 404, Some("not_found")),
            me("a method that does not exist", "BREW", "/v1/me", "", 405, Some("method_not_allowed")),
            me("a header with NUL", "GET", "/v1/me", "X: a\0b\r\n", 400, None),
            me("a header without a colon", "GET", "/v1/me", "nonsense\r\n", 400, None),
            raw("no HTTP", b"\x16\x03\x01\x02\0\x01\0\x01\xFC\x03\x03\r\n\r\n"),
            raw("HTTP of the future", b"GET / HTTP/9.9\r\n\r\n"),
            raw("noise", &Dice::new(1).bytes(4096)),
        ]
    }
}
