//! Signed links: good as they were given, and in no other way.

use aisha_api::domain::clock::Clock;
use aisha_tests::harness::{Backend, Person, TestApp, id, pictures, raw_http};
use chrono::{DateTime, DurationRound as _, TimeDelta};
use reqwest::Method;
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

/// What a browser, a cache or fal gets, from whichever store.
async fn a_link_needs_no_key_and_gives_the_bytes_as_they_were_sent(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let bytes = pictures::jpeg(1);
    let report = ann.upload(&avatar, vec![("1.jpg", bytes.clone())]).await.expect(201);
    let photo = &report["results"][0]["photo"];
    let name = format!("photo_{}.jpg", id(photo));
    let content = format!("/v1/photos/{}/content", id(photo));
    let mut tags = Vec::new();
    for method in [Method::GET, Method::HEAD] {
        let moved = ann.send(ann.request(method.clone(), &content)).await;
        let link = moved.header("location").expect("where the bytes are").to_owned();
        let answer = app.stranger().ask(method.clone(), &link, &[]).await;
        assert_eq!(answer.status, 200, "{method}");
        assert_eq!(&answer.bytes[..], if method == Method::HEAD { &[] } else { &bytes[..] });
        assert_eq!(answer.header("content-type"), Some("image/jpeg"));
        assert_eq!(answer.header("content-length"), Some(bytes.len().to_string().as_str()));
        assert_eq!(answer.header("cache-control"), Some("private, max-age=3600, immutable"));
        assert_eq!(answer.header("content-disposition"), Some(format!("inline; filename=\"{name}\"").as_str()));
        // What S3 itself says, too, and the one of these tests does not.
        if backend == Backend::Embedded {
            assert_eq!(answer.header("accept-ranges"), Some("bytes"));
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        }
        tags.push(answer.header("etag").expect("a tag").to_owned());
    }
    assert!(tags[0] == tags[1] && tags[0].starts_with('"'), "{tags:?}");
    app.finish().await;
}

#[tokio::test]
async fn a_link_needs_no_key_and_gives_the_bytes_as_they_were_sent_on_one_machine() {
    a_link_needs_no_key_and_gives_the_bytes_as_they_were_sent(Backend::Embedded).await;
}

#[tokio::test]
async fn a_link_needs_no_key_and_gives_the_bytes_as_they_were_sent_from_s3() {
    a_link_needs_no_key_and_gives_the_bytes_as_they_were_sent(Backend::Production).await;
}

async fn a_part_can_be_asked_for(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    let (link, bytes) = photo(&app.person("ann").await).await;
    let stranger = app.stranger();
    let ask = async |range: &str| stranger.ask(Method::GET, link.as_str(), &[("Range", range)]).await;
    let part = ask("bytes=10-19").await;
    assert_eq!((part.status.as_u16(), &part.bytes[..]), (206, &bytes[10..20]));
    assert_eq!(part.header("content-range"), Some(format!("bytes 10-19/{}", bytes.len()).as_str()));
    let end = ask("bytes=-5").await;
    assert_eq!((end.status.as_u16(), &end.bytes[..]), (206, &bytes[bytes.len() - 5..]));
    let beyond = ask(&format!("bytes={}-", bytes.len())).await;
    assert_eq!(beyond.status, 416);
    if backend == Backend::Embedded {
        assert_eq!(beyond.header("content-range"), Some(format!("bytes */{}", bytes.len()).as_str()));
        assert_eq!(beyond.header("cache-control"), Some("private, no-store"));
        beyond.problem(416, "range_not_satisfiable");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_part_can_be_asked_for_on_one_machine() {
    a_part_can_be_asked_for(Backend::Embedded).await;
}

#[tokio::test]
async fn a_part_can_be_asked_for_from_s3() {
    a_part_can_be_asked_for(Backend::Production).await;
}

/// Ours to answer; a bucket has its own answers, and the one of these tests knows none.
#[tokio::test]
async fn what_a_client_has_is_not_sent_again() {
    let app = TestApp::new().await;
    let (link, bytes) = photo(&app.person("ann").await).await;
    let stranger = app.stranger();
    let ask = async |headers: &[(&str, &str)]| stranger.ask(Method::GET, link.as_str(), headers).await;
    let whole = ask(&[]).await;
    let (tag, date) = (whole.header("etag").expect("a tag"), whole.header("last-modified").expect("a date"));
    let known = ask(&[("If-None-Match", &format!("\"other\", W/{tag}"))]).await;
    assert_eq!((known.status.as_u16(), known.bytes.len()), (304, 0));
    for name in ["etag", "cache-control"] {
        assert_eq!(known.header(name), whole.header(name), "a cache learns how long it may keep it: {name}");
    }
    assert_eq!(ask(&[("If-None-Match", "\"other\"")]).await.status, 200);
    ask(&[("If-Match", "\"other\"")]).await.problem(412, "precondition_failed");
    for (condition, status) in [(tag, 206), (date, 206), ("\"other\"", 200), ("Thu, 01 Jan 1970 00:00:00 GMT", 200)] {
        let part = ask(&[("If-Range", condition), ("Range", "bytes=0-9")]).await;
        assert_eq!(part.status.as_u16(), status, "{condition}");
        assert_eq!(&part.bytes[..], if status == 206 { &bytes[..10] } else { &bytes[..] });
    }
    app.finish().await;
}

#[tokio::test]
async fn a_cache_keeps_nothing_longer_than_its_link_lives() {
    let clock = Clock::held_at(DateTime::from_timestamp(1_800_000_000, 0).expect("a time"));
    let app = TestApp::living_by(clock.clone(), |_| {}).await;
    let (link, _) = photo(&app.person("ann").await).await;
    for (minutes, age) in [(0, 3600), (90, 1800), (29, 60)] {
        clock.advance(TimeDelta::minutes(minutes));
        let answer = app.stranger().follow(link.as_str()).await;
        assert_eq!(answer.header("cache-control"), Some(format!("private, max-age={age}, immutable").as_str()));
    }
    app.finish().await;
}

async fn links_stay_the_same_within_the_hour(backend: Backend) {
    let noon = DateTime::from_timestamp(1_800_000_000, 0).expect("a time").duration_trunc(TimeDelta::hours(1));
    let clock = Clock::held_at(noon.expect("an hour"));
    let Some(app) = TestApp::start_at(clock.clone(), backend, |_| {}).await else { return };
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let photo = format!("/v1/photos/{}", id(&ann.upload_photos(&avatar, 1).await["results"][0]["photo"]));
    let links = async || {
        let photo = ann.get(&photo).await.expect(200);
        ["original_url", "thumbnail_url", "urls_expire_at"].map(|name| photo[name].clone())
    };
    let first = links().await;
    clock.advance(TimeDelta::minutes(59));
    assert_eq!(links().await, first);
    clock.advance(TimeDelta::minutes(1));
    let next = links().await;
    assert!(next.iter().zip(&first).all(|(next, first)| next != first), "{next:?}");
    app.finish().await;
}

#[tokio::test]
async fn links_stay_the_same_within_the_hour_on_one_machine() {
    links_stay_the_same_within_the_hour(Backend::Embedded).await;
}

#[tokio::test]
async fn links_stay_the_same_within_the_hour_from_s3() {
    links_stay_the_same_within_the_hour(Backend::Production).await;
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
