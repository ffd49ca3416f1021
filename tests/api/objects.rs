//! Signed links: good as they were given, and in no other way.

use aisha_api::domain::clock::Clock;
use aisha_tests::harness::{Person, TestApp, pictures, raw_http};
use chrono::{DateTime, TimeDelta};
use serde_json::json;
use url::Url;

/// The link of a fresh photo, and the bytes behind it.
async fn photo(ann: &Person) -> (Url, Vec<u8>) {
    let bytes = pictures::jpeg(1);
    let avatar = ann.avatar().await;
    let report = ann.upload(&avatar, vec![("1.jpg", bytes.clone())]).await.expect(201);
    let link = report["results"][0]["photo"]["original_url"].as_str().expect("a link");
    (link.parse().expect("a URL"), bytes)
}

#[tokio::test]
async fn a_link_needs_no_key_and_gives_the_bytes_as_they_were_sent() {
    let app = TestApp::new().await;
    let (link, bytes) = photo(&app.person("ann").await).await;
    let answer = app.stranger().follow(link.as_str()).await;
    assert_eq!((answer.status.as_u16(), &answer.bytes[..]), (200, &bytes[..]));
    assert_eq!(answer.header("content-type"), Some("image/jpeg"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("accept-ranges"), Some("bytes"));
    let cache = answer.header("cache-control").expect("a rule for caches").to_owned();
    let (age, rest) = cache.strip_prefix("private, max-age=").and_then(|age| age.split_once(',')).expect("an age");
    assert_eq!(rest.trim(), "immutable");
    assert!((3600..=7200).contains(&age.parse::<u32>().expect("seconds")), "{cache}");
    app.finish().await;
}

#[tokio::test]
async fn a_part_can_be_asked_for() {
    let app = TestApp::new().await;
    let (link, bytes) = photo(&app.person("ann").await).await;
    let stranger = app.stranger();
    let ask = |range: &str| {
        let path = format!("{}?{}", link.path(), link.query().expect("a signature"));
        stranger.send(stranger.request(reqwest::Method::GET, &path).header("Range", range))
    };
    let part = ask("bytes=10-19").await;
    assert_eq!((part.status.as_u16(), &part.bytes[..]), (206, &bytes[10..20]));
    assert_eq!(part.header("content-range"), Some(format!("bytes 10-19/{}", bytes.len()).as_str()));
    let end = ask("bytes=-5").await;
    assert_eq!((end.status.as_u16(), &end.bytes[..]), (206, &bytes[bytes.len() - 5..]));
    let beyond = ask(&format!("bytes={}-", bytes.len())).await;
    assert_eq!(beyond.header("content-range"), Some(format!("bytes */{}", bytes.len()).as_str()));
    assert_eq!(beyond.header("cache-control"), Some("private, no-store"));
    beyond.problem(416, "range_not_satisfiable");
    app.finish().await;
}

#[tokio::test]
async fn a_link_that_was_changed_is_refused() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let ((link, _), (other, _)) = (photo(&ann).await, photo(&ann).await);
    let (expires, signature) = {
        let part = |name: &str| link.query_pairs().find(|(known, _)| known == name).expect("a part").1.into_owned();
        (part("expires"), part("signature"))
    };
    let path = link.path();
    let later = expires.parse::<i64>().expect("seconds") + 3600;
    let short = &signature[..signature.len() - 1];
    let changed = [
        format!("{path}?expires={later}&signature={signature}"),
        format!("{path}?expires={expires}0&signature={signature}"),
        format!("{path}?expires=%20{expires}&signature={signature}"),
        format!("{path}?expires=&signature="),
        format!("{path}?expires={expires}&signature={short}"),
        format!("{path}?expires={expires}&signature={}", signature.chars().rev().collect::<String>()),
        format!("{}?expires={expires}&signature={signature}", other.path()),
        format!("{}?expires={expires}&signature={signature}", path.replace("/original/", "/thumbnails/")),
    ];
    for link in changed {
        ann.get(&link).await.problem(403, "link_invalid");
    }
    for link in [path.to_owned(), format!("{path}?expires={expires}"), format!("{path}?signature={signature}")] {
        ann.get(&link).await.problem(400, "bad_request");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_link_ends_at_its_time() {
    let clock = Clock::held_at(DateTime::from_timestamp(1_800_000_000, 0).expect("a time"));
    let app = TestApp::living_by(clock.clone(), |_| {}).await;
    let (link, _) = photo(&app.person("ann").await).await;
    let (_, expires) = link.query_pairs().find(|(name, _)| name == "expires").expect("an end");
    let left = TimeDelta::seconds(expires.parse::<i64>().expect("seconds") - clock.now().timestamp());
    assert!(left >= TimeDelta::hours(1) && left <= TimeDelta::hours(2), "{left}");
    clock.advance(left - TimeDelta::seconds(1));
    app.stranger().follow(link.as_str()).await.expect(200);
    clock.advance(TimeDelta::seconds(1));
    app.stranger().follow(link.as_str()).await.problem(403, "link_expired");
    app.finish().await;
}

/// What a client would tidy up on its way is sent as it stands.
#[tokio::test]
async fn no_path_leads_out_of_the_store() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let (link, _) = photo(&ann).await;
    let query = link.query().expect("a signature");
    let name = link.path().strip_prefix("/v1/objects/").expect("an object");
    let tricks = [
        "../signing-key".to_owned(),
        "..%2fsigning-key".to_owned(),
        "%2e%2e/%2e%2e/etc/passwd".to_owned(),
        "/etc/passwd".to_owned(),
        "%2fetc%2fpasswd".to_owned(),
        format!("x/../{name}"),
        format!("./{name}"),
        format!("{name}%00.jpg"),
        format!("{name}/"),
        format!("{name}/."),
        name.replace('/', "\\"),
        name.replacen('/', "//", 1),
        ".tmp/x".to_owned(),
    ];
    for trick in tricks {
        let request = format!("GET /v1/objects/{trick}?{query} HTTP/1.1\r\nHost: aisha\r\nConnection: close\r\n\r\n");
        let answer = raw_http::exchange(&app, request.as_bytes()).await;
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
        let refusal: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
        assert!(head.starts_with("HTTP/1.1 403 ") || head.starts_with("HTTP/1.1 404 "), "{trick}: {head}");
        assert!([json!("link_invalid"), json!("not_found")].contains(&refusal["code"]), "{trick}: {body}");
    }
    app.finish().await;
}
