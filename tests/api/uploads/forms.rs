//! Forms: each file its own answer, and an end to whatever has none.

use std::fmt::Write as _;
use std::time::Duration;

use aisha_tests::harness::{TestApp, pictures, raw_http};
use serde_json::{Value, json};

use super::{count, outcomes, path};

const KIND: &str = "multipart/form-data; boundary=x";

#[tokio::test]
async fn fifty_files_of_every_kind_are_answered_in_their_order() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let known = pictures::jpeg(1000);
    ann.upload_body(&avatar, None, known.clone()).await.expect(201);
    let files: Vec<(String, Vec<u8>, &str)> = (0..50)
        .map(|number| {
            let picture = pictures::jpeg(number);
            let (bytes, outcome) = match number % 5 {
                0 => (known.clone(), "duplicate"),
                1 => (picture[..picture.len() / 2].to_vec(), "corrupt_image"),
                2 => (b"no picture".to_vec(), "unsupported_format"),
                _ => (picture, "created"),
            };
            (format!("{number}.jpg"), bytes, outcome)
        })
        .collect();
    let form = files.iter().map(|(name, bytes, _)| (name.as_str(), bytes.clone())).collect();
    let report = ann.upload(&avatar, form).await.expect(201);
    assert_eq!(outcomes(&report), files.iter().map(|file| file.2).collect::<Vec<_>>());
    for ((name, bytes, outcome), result) in files.iter().zip(report["results"].as_array().expect("results")) {
        assert_eq!(result["filename"], *name);
        if *outcome != "corrupt_image" && *outcome != "unsupported_format" {
            assert_eq!(result["photo"]["size_bytes"], bytes.len());
        }
    }
    assert_eq!(count(&ann, &avatar).await, 21);
    app.spool_is_empty().await;
    app.finish().await;
}

/// A name is told back as one line and without its folders, and never used.
#[tokio::test]
async fn a_file_name_is_told_back_plainly() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let long = "я".repeat(20_000);
    let cases = [
        ("я.jpg", json!("я.jpg")),
        ("a b;c.jpg", json!("a b;c.jpg")),
        ("../../etc/passwd", json!("passwd")),
        ("..\\..\\boot.ini", json!("boot.ini")),
        ("..", Value::Null),
        (&long, json!("я".repeat(255))),
    ];
    for (number, (name, told)) in (0..).zip(cases) {
        let report = ann.upload(&avatar, vec![(name, pictures::jpeg(number))]).await.expect(201);
        assert_eq!(report["results"][0]["filename"], told, "{name:.20}");
    }
    app.finish().await;
}

/// The status and code of what is answered to these bytes.
async fn told(app: &TestApp, request: &[u8]) -> (u16, Value) {
    // Promised for an idle machine, on which it takes a twentieth of that.
    let answer = tokio::time::timeout(Duration::from_secs(2), raw_http::ask(app, request)).await.expect("in time");
    let (head, rest) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a status");
    let body: Option<Value> = serde_json::Deserializer::from_str(rest).into_iter().next().and_then(Result::ok);
    let body = body.unwrap_or_default();
    let first = |body: &Value| body["results"][0]["problem"]["code"].clone();
    (status, if body["code"].is_null() { first(&body) } else { body["code"].clone() })
}

#[tokio::test]
async fn a_form_that_nobody_should_send_is_refused_and_leaves_nothing() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let picture = pictures::jpeg(1);
    let part = |disposition: &[u8], bytes: &[u8]| {
        [b"--x\r\nContent-Disposition: form-data; ", disposition, b"\r\n\r\n", bytes, b"\r\n"].concat()
    };
    let end = b"--x--\r\n";
    let whole = |disposition: &[u8]| [part(disposition, &picture), end.to_vec()].concat();
    let many_headers = (0..100).fold(String::new(), |mut text, number| {
        write!(text, "X-{number}: x\r\n").expect("a text takes more text");
        text
    });
    let nested = b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\nx\r\n--y--\r\n";
    let bodies: Vec<(&str, Vec<u8>, u16, &str)> = vec![
        ("a preamble without an end", vec![b'-'; 400_000], 400, "bad_request"),
        ("a part's head without an end", [b"--x\r\nX: ", &vec![b'x'; 400_000][..]].concat(), 400, "bad_request"),
        ("padding without an end", [b"--x", &vec![b' '; 400_000][..]].concat(), 400, "bad_request"),
        ("a hundred headers", format!("--x\r\n{many_headers}\r\nx\r\n--x--\r\n").into(), 400, "bad_request"),
        ("NUL in a name", whole(b"name=f; filename=\"a\0.jpg\""), 400, "bad_request"),
        ("a line break in a name", whole(b"name=f; filename=\"a\r\nX: y\r\n\r\n.jpg\""), 422, "unsupported_format"),
        ("no end", part(b"name=f; filename=f.jpg", &picture), 400, "bad_request"),
        ("a form in a form", [&nested[..], end].concat(), 422, "unsupported_format"),
        ("ten thousand fields", [part(b"name=f", b"").repeat(10_000), end.to_vec()].concat(), 400, "bad_request"),
        (
            "ten thousand files",
            [part(b"name=f; filename=f", b"f").repeat(10_000), end.to_vec()].concat(),
            422,
            "unsupported_format",
        ),
        ("nothing", Vec::new(), 400, "bad_request"),
        ("only an end", end.to_vec(), 422, "no_photos"),
    ];
    for (what, body, status, code) in bodies {
        let head = raw_http::head(&ann, "POST", &path(&avatar), KIND, body.len());
        let told = told(&app, &[head.as_bytes(), &body].concat()).await;
        assert_eq!(told, (status, json!(code)), "{what}");
    }
    for kind in ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\""] {
        let head = raw_http::head(&ann, "POST", &path(&avatar), kind, 4);
        let told = told(&app, &[head.as_bytes(), b"--\r\n"].concat()).await;
        assert_eq!(told, (400, json!("bad_request")), "{kind}");
    }
    assert_eq!(count(&ann, &avatar).await, 0);
    app.spool_is_empty().await;
    app.finish().await;
}
