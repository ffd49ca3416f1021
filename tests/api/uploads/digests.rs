//! `Content-Digest`: nothing is taken in that is not what its sender meant.

use aisha_tests::harness::{Answer, Person, TestApp, pictures};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::multipart::{Form, Part};
use sha2::{Digest as _, Sha256, Sha512};

use super::{count, outcomes, path};

fn sha256(bytes: &[u8]) -> String {
    format!("sha-256=:{}:", BASE64_STANDARD.encode(Sha256::digest(bytes)))
}

fn sha512(bytes: &[u8]) -> String {
    format!("sha-512=:{}:", BASE64_STANDARD.encode(Sha512::digest(bytes)))
}

async fn send(person: &Person, avatar: &str, kind: &str, digest: &str, body: Vec<u8>) -> Answer {
    let request = person.request(Method::POST, &path(avatar)).header("Content-Type", kind);
    person.send(request.header("Content-Digest", digest).body(body)).await
}

#[tokio::test]
async fn a_whole_body_is_what_it_was_announced_to_be() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let (one, two) = (pictures::jpeg(1), pictures::jpeg(2));
    for wrong in [sha256(&two), sha512(&two), format!("{}, {}", sha256(&one), sha512(&two))] {
        send(&ann, &avatar, "image/jpeg", &wrong, one.clone()).await.problem(400, "digest_mismatch");
    }
    for malformed in ["sha-256=:AAAA:", "sha-256", "sha-256=:", "="] {
        send(&ann, &avatar, "image/jpeg", malformed, one.clone()).await.problem(400, "bad_request");
    }
    assert_eq!(count(&ann, &avatar).await, 0);
    app.spool_is_empty().await;
    for (number, right) in (3..).zip([sha256 as fn(&[u8]) -> String, sha512, |_| "md5=:AAAA:".to_owned()]) {
        let body = pictures::jpeg(number);
        let report = send(&ann, &avatar, "image/jpeg", &right(&body), body).await.expect(201);
        assert_eq!(outcomes(&report), ["created"]);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_part_that_is_not_what_it_was_announced_to_be_is_refused_alone() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let (one, two, three) = (pictures::jpeg(1), pictures::jpeg(2), pictures::jpeg(3));
    let part = |bytes: &[u8], digest: &str| {
        let headers =
            HeaderMap::from_iter([("content-digest".parse().unwrap(), HeaderValue::from_str(digest).unwrap())]);
        Part::bytes(bytes.to_vec()).file_name("x.jpg").headers(headers)
    };
    let form = Form::new()
        .part("file", part(&one, &sha256(&one)))
        .part("file", part(&two, &sha256(&one)))
        .part("file", part(&two, "sha-512=?1"))
        .part("file", part(&three, &format!("crc=:AA==:, {}", sha512(&three))))
        .part("file", Part::bytes(two.clone()).file_name("y.jpg"));
    let report = ann.send(ann.request(Method::POST, &path(&avatar)).multipart(form)).await.expect(201);
    assert_eq!(outcomes(&report), ["created", "digest_mismatch", "bad_request", "created", "created"]);
    assert_eq!(report["results"][1]["problem"]["status"], 400);
    app.finish().await;
}

fn form(files: &[Vec<u8>]) -> Vec<u8> {
    let head = b"--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f.jpg\"\r\n\r\n";
    let mut body = b"preamble\r\n".to_vec();
    for file in files {
        body.extend_from_slice(&[head, &file[..], b"\r\n"].concat());
    }
    [&body[..], b"--x--\r\nepilogue"].concat()
}

#[tokio::test]
async fn nothing_of_a_form_is_taken_in_before_the_whole_of_it_is_what_it_was_announced_to_be() {
    const KIND: &str = "multipart/form-data; boundary=x";
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let files: Vec<_> = (1..=6).map(pictures::jpeg).chain([b"no picture".to_vec()]).collect();
    let body = form(&files);
    let other = [&body[..], b"!"].concat();
    send(&ann, &avatar, KIND, &sha256(&other), body.clone()).await.problem(400, "digest_mismatch");
    send(&ann, &avatar, KIND, &sha256(&body), other).await.problem(400, "digest_mismatch");
    app.spool_is_empty().await;
    assert_eq!(count(&ann, &avatar).await, 0);
    let report = send(&ann, &avatar, KIND, &sha256(&body), body.clone()).await.expect(201);
    assert_eq!(outcomes(&report)[..6], ["created"; 6]);
    assert_eq!(outcomes(&report)[6..], ["unsupported_format"]);
    app.finish().await;
}
