//! Forms that nobody should send, names that would do harm, and digests that do not hold.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use super::{Request, Sender};
use crate::harness::pictures;

const FORM: &str = "multipart/form-data; boundary=x";
const END: &[u8] = b"--x--\r\n";

impl Sender<'_> {
    pub(super) fn forms(&self) -> Vec<Request> {
        let file = part("name=f; filename=f.jpg", "", b"no picture");
        let whole = [&file[..], END].concat();
        let long = "x".repeat(10_000);
        let of_long = format!(
            "--{long}\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\nno picture\r\n--{long}--\r\n"
        );
        let headers = (0..100).fold(String::new(), |headers, number| headers + &format!("X-{number}: x\r\n"));
        let nested = part("name=f", "Content-Type: multipart/mixed; boundary=y\r\n", b"--y\r\n\r\nx\r\n--y--");
        let many = |part: Vec<u8>| [&part.repeat(10_000)[..], END].concat();
        let bad = "bad_request";
        let no_photo = "unsupported_format";
        vec![
            self.form("ten thousand files", FORM, &many(file.clone()), 422, no_photo),
            self.form("ten thousand empty files", FORM, &many(part("name=f; filename=f", "", b"")), 422, no_photo),
            self.form("ten thousand fields", FORM, &many(part("name=f", "", b"")), 400, bad),
            self.form("ten thousand parts without a head", FORM, &many(b"--x\r\n\r\n\r\n".to_vec()), 422, no_photo),
            self.form("no boundary", "multipart/form-data", &whole, 400, bad),
            self.form("an empty boundary", "multipart/form-data; boundary=\"\"", &whole, 400, bad),
            self.form("another boundary", "multipart/form-data; boundary=y", &whole, 400, bad),
            self.form("two boundaries", "multipart/form-data; boundary=y; boundary=x", &whole, 400, bad),
            self.form(
                "a boundary of 10 KB",
                &format!("multipart/form-data; boundary={long}"),
                of_long.as_bytes(),
                422,
                no_photo,
            ),
            self.form(
                "a boundary of 10 KB that does not come",
                &format!("multipart/form-data; boundary={long}"),
                &whole,
                400,
                bad,
            ),
            self.form("a form of nothing", FORM, b"", 400, bad),
            self.form("a form of its end", FORM, END, 422, "no_photos"),
            self.form("a form without an end", FORM, &file, 400, bad),
            self.form("only empty fields", FORM, &[&part("name=a", "", b"").repeat(3), END].concat(), 422, "no_photos"),
            self.form(
                "a field that is no file",
                FORM,
                &[&part("name=note", "", b"hello")[..], END].concat(),
                422,
                no_photo,
            ),
            self.form("a part without a name", FORM, &[b"--x\r\n\r\nhello\r\n", END].concat(), 400, bad),
            self.form("a form in a form", FORM, &[&nested, END].concat(), 422, no_photo),
            self.form(
                "a part with a hundred headers",
                FORM,
                &[&part("name=f", &headers, b"x"), END].concat(),
                400,
                bad,
            ),
            self.form("a preamble of 1 MB", FORM, &[&[b'-'; 1 << 20], &whole[..]].concat(), 400, bad),
            self.form("a head of 1 MB", FORM, &[b"--x\r\nX: ", &[b'x'; 1 << 20][..]].concat(), 400, bad),
            self.form(
                "line ends of one byte",
                FORM,
                &whole.iter().copied().filter(|&byte| byte != b'\r').collect::<Vec<_>>(),
                400,
                bad,
            ),
            self.form("a form that says it is a text", "text/plain", &whole, 415, "unsupported_media_type"),
            self.form("a form that says it is a picture", "image/jpeg", &whole, 422, no_photo),
        ]
    }

    pub(super) fn names(&self) -> Vec<Request> {
        let (long, longer) = ("я".repeat(32_768), "я".repeat(100_000));
        let names = [
            ("a name with ../", "../../../../etc/passwd", 422, "unsupported_format"),
            ("a name with ..\\", "..\\..\\boot.ini", 422, "unsupported_format"),
            ("an absolute name", "/etc/passwd", 422, "unsupported_format"),
            ("a name with NUL", "a\0.jpg", 400, "bad_request"),
            ("a name with CRLF", "a\r\nX-Evil: 1\r\n\r\n.jpg", 422, "unsupported_format"),
            ("a name of 64 KB", &long, 422, "unsupported_format"),
            ("a name of 200 KB", &longer, 400, "bad_request"),
        ];
        let form = |(what, name, status, code)| {
            let part = part(&format!("name=f; filename=\"{name}\""), "", b"no picture");
            self.form(what, FORM, &[&part, END].concat(), status, code)
        };
        names.map(form).into()
    }

    pub(super) fn digests(&self) -> Vec<Request> {
        let picture = pictures::jpeg(2);
        let wrong = BASE64_STANDARD.encode(Sha256::digest(b"another"));
        let digest = |value: &str| {
            format!("Content-Type: image/jpeg\r\nContent-Length: {}\r\nContent-Digest: {value}\r\n", picture.len())
        };
        let of_part = part("name=f; filename=f.jpg", &format!("Content-Digest: sha-256=:{wrong}:\r\n"), &picture);
        vec![
            self.upload("a wrong digest", &digest(&format!("sha-256=:{wrong}:")), &picture, 400, "digest_mismatch"),
            self.upload("a digest that is none", &digest("sha-256=:AAAA:"), &picture, 400, "bad_request"),
            self.upload("a digest of 64 KB", &digest(&"a, ".repeat(20_000)), &picture, 400, "bad_request"),
            self.form("a wrong digest of a part", FORM, &[&of_part, END].concat(), 422, "digest_mismatch"),
        ]
    }
}

/// A part of a form.
fn part(disposition: &str, headers: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!("--x\r\nContent-Disposition: form-data; {disposition}\r\n{headers}\r\n");
    [head.as_bytes(), bytes, b"\r\n"].concat()
}
