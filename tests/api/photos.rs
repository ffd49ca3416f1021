//! Photos: sent in any way a client can send a file, kept byte for byte, and shown small and upright.

use std::time::Duration;

use aisha_api::domain::clock::Clock;
use aisha_api::storage::objects;
use aisha_tests::harness::{Backend, Person, TestApp, app, id, pictures, raw_http};
use chrono::{DateTime, TimeDelta};
use futures_util::future::join_all;
use image::{ImageFormat, Rgb, RgbImage};
use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;

fn path(avatar: &str) -> String {
    format!("/v1/avatars/{avatar}/photos")
}

async fn photos(person: &Person, avatar: &str) -> Vec<Value> {
    person.get(&path(avatar)).await.expect(200)["data"].as_array().expect("photos").clone()
}

async fn status(person: &Person, avatar: &str) -> Value {
    person.get(&format!("/v1/avatars/{avatar}")).await.expect(200)["status"].clone()
}

/// What became of each file: its outcome, or the code of its refusal.
fn outcomes(report: &Value) -> Vec<&str> {
    let results = report["results"].as_array().unwrap_or_else(|| panic!("no report: {report:#}")).iter();
    results
        .map(|result| match result["outcome"].as_str() {
            Some("rejected") => {
                assert!(result["photo"].is_null(), "{result:#}");
                assert!(result["problem"]["detail"].as_str().is_some_and(|text| text.len() > 10), "{result:#}");
                result["problem"]["code"].as_str().expect("a code")
            }
            outcome => {
                assert!(result["photo"].is_object() && result["problem"].is_null(), "{result:#}");
                outcome.expect("an outcome")
            }
        })
        .collect()
}

/// A service that takes files of a megabyte at most.
async fn frugal() -> TestApp {
    TestApp::with(|config| config.photos.max_bytes = 1024 * 1024).await
}

fn flat(width: u32, height: u32) -> RgbImage {
    RgbImage::from_pixel(width, height, Rgb([90, 120, 150]))
}

#[tokio::test]
async fn each_file_of_a_mixed_batch_has_its_own_answer_in_its_place() {
    let app = frugal().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let good = pictures::jpeg(1);
    let files = vec![
        ("good.jpg", good.clone()),
        ("large.jpg", [good.clone(), vec![0; 1024 * 1024]].concat()),
        ("moving.gif", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec()),
        ("cut.jpg", good[..good.len() / 2].to_vec()),
        ("picture.txt", pictures::encode(&flat(512, 700), ImageFormat::Png)),
        ("small.jpg", pictures::encode(&flat(511, 700), ImageFormat::Jpeg)),
        ("wide.png", pictures::encode(&flat(4097, 512), ImageFormat::Png)),
        ("again.jpg", good.clone()),
        ("empty.jpg", Vec::new()),
        ("sticker.jpg", pictures::encode(&flat(600, 600), ImageFormat::WebP)),
    ];
    let names: Vec<String> = files.iter().map(|(name, _)| (*name).to_owned()).collect();
    let report = ann.upload(&avatar, files).await.expect(201);
    let expected = [
        "created",
        "file_too_large",
        "unsupported_format",
        "corrupt_image",
        "created",
        "resolution_too_low",
        "resolution_too_high",
        "duplicate",
        "unsupported_format",
        "created",
    ];
    let mut seen = outcomes(&report);
    if seen[0] == "duplicate" {
        // The two equal files were looked at side by side; either may be the first.
        seen.swap(0, 7);
    }
    assert_eq!(seen, expected);
    let results = report["results"].as_array().expect("results");
    assert_eq!(results.iter().map(|result| &result["filename"]).collect::<Vec<_>>(), names.iter().collect::<Vec<_>>());
    assert_eq!(results[0]["photo"]["id"], results[7]["photo"]["id"]);
    for (place, format) in [(0, "jpeg"), (4, "png"), (9, "webp")] {
        assert_eq!(results[place]["photo"]["format"], format, "told by content");
    }
    let photo = &results[0]["photo"];
    assert_eq!(photo["sha256"], hex::encode(Sha256::digest(&good)));
    assert_eq!(
        (&photo["width"], &photo["height"], &photo["size_bytes"]),
        (&json!(640), &json!(640), &json!(good.len()))
    );
    assert_eq!((&photo["validation_status"], &photo["excluded"]), (&json!("valid"), &json!(false)));
    assert_eq!(photos(&ann, &avatar).await.len(), 3);
    app.finish().await;
}

#[tokio::test]
async fn the_status_tells_whether_anything_is_new() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let (one, two, bad) = (pictures::jpeg(1), pictures::jpeg(2), b"bad".to_vec());
    ann.upload(&avatar, vec![("1", one.clone()), ("bad", bad.clone())]).await.expect(201);
    let known = ann.upload(&avatar, vec![("1", one.clone()), ("bad", bad.clone())]).await.expect(200);
    assert_eq!(outcomes(&known), ["duplicate", "unsupported_format"]);
    ann.upload(&avatar, vec![("1", one), ("2", two)]).await.expect(201);
    let none = ann.upload(&avatar, vec![("bad", bad.clone()), ("bad", bad)]).await.expect(422);
    assert_eq!(outcomes(&none), ["unsupported_format", "unsupported_format"]);
    app.finish().await;
}

#[tokio::test]
async fn one_picture_may_be_the_whole_body() {
    let app = frugal().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let kinds = [Some("image/jpeg"), Some("image/png"), Some("IMAGE/X-ODD"), Some("application/octet-stream"), None];
    for (number, kind) in (0..).zip(kinds) {
        let report = ann.upload_body(&avatar, kind, pictures::jpeg(number)).await.expect(201);
        assert_eq!(outcomes(&report), ["created"], "{kind:?}");
        assert_eq!(report["results"][0]["filename"], Value::Null);
    }
    assert_eq!(outcomes(&ann.upload_body(&avatar, None, pictures::jpeg(0)).await.expect(200)), ["duplicate"]);
    assert_eq!(outcomes(&ann.upload_body(&avatar, None, Vec::new()).await.expect(422)), ["unsupported_format"]);
    let large = vec![0; 1024 * 1024 + 1];
    assert_eq!(outcomes(&ann.upload_body(&avatar, None, large).await.expect(422)), ["file_too_large"]);
    for kind in ["text/plain", "application/json", "multipart/mixed; boundary=x", "application/x-www-form-urlencoded"] {
        let answer = ann.upload_body(&avatar, Some(kind), pictures::jpeg(9)).await;
        answer.problem(415, "unsupported_media_type");
    }
    app.finish().await;
}

/// A client that is still sending must hear the answer, not a broken connection.
#[tokio::test]
async fn a_file_far_too_large_is_answered_and_not_cut_off() {
    let app = frugal().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    for _ in 0..4 {
        let report = ann.upload_body(&avatar, Some("image/jpeg"), vec![0xff; 12 * 1024 * 1024]).await.expect(422);
        assert_eq!(outcomes(&report), ["file_too_large"]);
        let files = vec![("large.jpg", vec![0xff; 12 * 1024 * 1024]), ("good.jpg", pictures::jpeg(1))];
        let report = ann.upload(&avatar, files).await;
        assert_eq!(outcomes(&report.body)[0], "file_too_large");
    }
    assert_eq!(photos(&ann, &avatar).await.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn a_form_that_is_none_cannot_be_read() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let send = |kind: &'static str, body: &'static str| ann.upload_body(&avatar, Some(kind), body.into());
    send("multipart/form-data", "--x--\r\n").await.problem(400, "bad_request");
    send("multipart/form-data; boundary=x", "no form").await.problem(400, "bad_request");
    let half = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"1.jpg\"\r\n\r\nhalf";
    send("multipart/form-data; boundary=x", half).await.problem(400, "bad_request");
    let empty = ann.request(Method::POST, &path(&avatar)).multipart(Form::new().text("file", ""));
    ann.send(empty).await.problem(422, "no_photos");
    send("multipart/form-data; boundary=x", "--x--\r\n").await.problem(422, "no_photos");
    assert_eq!(photos(&ann, &avatar).await, [Value::Null; 0]);
    app.finish().await;
}

#[tokio::test]
async fn fifty_files_fit_into_a_form_and_the_next_is_sent_back() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let files = |count| vec![("x", b"no picture".to_vec()); count];
    let fifty = ann.upload(&avatar, files(50)).await.expect(422);
    assert_eq!(outcomes(&fifty), ["unsupported_format"; 50]);
    let more = ann.upload(&avatar, files(51)).await.expect(422);
    assert_eq!(outcomes(&more)[..50], ["unsupported_format"; 50]);
    assert_eq!(outcomes(&more)[50..], ["too_many_photos"]);
    app.finish().await;
}

async fn twenty_equal_photos_at_once_leave_one(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let bytes = pictures::jpeg(1);
    let sends = (0..20).map(|_| ann.upload_body(&avatar, Some("image/jpeg"), bytes.clone()));
    let answers = join_all(sends).await;
    let created = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(created, 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    let the_one = photos(&ann, &avatar).await;
    assert_eq!(the_one.len(), 1);
    for answer in answers {
        assert_eq!(answer.body["results"][0]["photo"]["id"], the_one[0]["id"]);
    }
    app.settled().await;
    assert_eq!(objects::list(&app.rooms().db).await.expect("the ledger").len(), 3, "its three pictures");
    app.finish().await;
}

#[tokio::test]
async fn twenty_equal_photos_at_once_leave_one_on_one_machine() {
    twenty_equal_photos_at_once_leave_one(Backend::Embedded).await;
}

#[tokio::test]
async fn twenty_equal_photos_at_once_leave_one_on_postgres_and_s3() {
    twenty_equal_photos_at_once_leave_one(Backend::Production).await;
}

async fn an_avatar_holds_no_more_than_it_may(backend: Backend) {
    let few = |config: &mut aisha_api::config::Config| config.photos.per_avatar = 6;
    let Some(app) = TestApp::start(backend, few).await else { return };
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let answers = join_all((0..12).map(|number| ann.upload_body(&avatar, None, pictures::jpeg(number)))).await;
    let mut seen: Vec<&str> = answers.iter().flat_map(|answer| outcomes(&answer.body)).collect();
    seen.sort_unstable();
    assert_eq!(seen, [["created"; 6], ["too_many_photos"; 6]].concat());
    let there = photos(&ann, &avatar).await;
    assert_eq!(there.iter().map(|photo| &photo["upload_order"]).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    ann.delete(&format!("/v1/photos/{}", id(&there[0]))).await.expect(204);
    ann.upload_body(&avatar, None, pictures::jpeg(99)).await.expect(201);
    let full = ann.upload_body(&avatar, None, pictures::jpeg(99)).await.expect(200);
    assert_eq!(outcomes(&full), ["duplicate"], "what is there needs no place");
    app.finish().await;
}

#[tokio::test]
async fn an_avatar_holds_no_more_than_it_may_on_one_machine() {
    an_avatar_holds_no_more_than_it_may(Backend::Embedded).await;
}

#[tokio::test]
async fn an_avatar_holds_no_more_than_it_may_on_postgres_and_s3() {
    an_avatar_holds_no_more_than_it_may(Backend::Production).await;
}

#[tokio::test]
async fn photos_stand_in_the_order_they_are_given() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let (avatar, other) = (ann.avatar().await, ann.avatar().await);
    ann.upload_photos(&avatar, 4).await;
    let foreign = id(&ann.upload_photos(&other, 1).await["results"][0]["photo"]);
    let mut ids: Vec<String> = photos(&ann, &avatar).await.iter().map(id).collect();
    ids.rotate_left(1);
    ids.swap(0, 2);
    let order = format!("{}/order", path(&avatar));
    let answer = ann.put(&order, json!({"photo_ids": ids})).await.expect(200);
    let listed = answer["data"].as_array().expect("photos");
    assert_eq!(listed.iter().map(id).collect::<Vec<_>>(), ids);
    assert_eq!(photos(&ann, &avatar).await.iter().map(id).collect::<Vec<_>>(), ids);
    assert_eq!(ann.get(&format!("/v1/avatars/{avatar}")).await.expect(200)["cover"], json!(ids[0]));
    let (mut twice, mut strange) = (ids.clone(), ids.clone());
    twice[3] = twice[0].clone();
    strange[3] = foreign;
    for wrong in [&ids[1..], &twice, &strange, &[]] {
        let problem = ann.put(&order, json!({"photo_ids": wrong})).await.problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], "/photo_ids");
    }
    assert_eq!(photos(&ann, &avatar).await.iter().map(id).collect::<Vec<_>>(), ids);
    app.finish().await;
}

#[tokio::test]
async fn a_photo_can_be_described_and_left_out() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let photo = id(&ann.upload_photos(&avatar, 5).await["results"][0]["photo"]);
    let photo = format!("/v1/photos/{photo}");
    let longest = "я".repeat(500);
    for (sent, kept) in
        [("  Ann on a bicycle ", json!("Ann on a bicycle")), ("", json!(null)), (&longest, json!(longest))]
    {
        assert_eq!(ann.patch(&photo, json!({"caption": sent})).await.expect(200)["caption"], kept);
    }
    let problem = ann.patch(&photo, json!({"caption": "я".repeat(501)})).await.problem(422, "validation_failed");
    assert_eq!(problem["errors"][0]["pointer"], "/caption");

    ann.post_empty(&format!("/v1/avatars/{avatar}/finalize")).await.expect(200);
    let tag = ann.get(&photo).await.header("etag").expect("a tag").to_owned();
    let left_out = ann.patch(&photo, json!({"excluded": true})).await.expect(200);
    assert_eq!((&left_out["excluded"], &left_out["caption"]), (&json!(true), &json!(longest)));
    let whole = ann.get(&format!("/v1/avatars/{avatar}")).await.expect(200);
    assert_eq!(whole["status"], "photos_uploading", "four are too few");
    assert_eq!((&whole["photos_count"], &whole["usable_photos_count"]), (&json!(5), &json!(4)));
    ann.post_empty(&format!("/v1/avatars/{avatar}/finalize")).await.problem(409, "not_enough_photos");

    let late = ann.request(Method::PATCH, &photo).header("If-Match", &tag).json(&json!({"excluded": false}));
    ann.send(late).await.problem(412, "precondition_failed");
    let late = ann.request(Method::DELETE, &photo).header("If-Match", &tag);
    ann.send(late).await.problem(412, "precondition_failed");
    ann.patch(&photo, json!({"excluded": false})).await.expect(200);
    ann.post_empty(&format!("/v1/avatars/{avatar}/finalize")).await.expect(200);
    let tag = ann.get(&photo).await.header("etag").expect("a tag").to_owned();
    let known = ann.send(ann.request(Method::GET, &photo).header("If-None-Match", &tag)).await;
    assert_eq!((known.status.as_u16(), known.bytes.len()), (304, 0));
    app.finish().await;
}

#[tokio::test]
async fn a_deleted_photo_is_gone_with_its_bytes() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let report = ann.upload_photos(&avatar, 5).await;
    ann.post_empty(&format!("/v1/avatars/{avatar}/finalize")).await.expect(200);
    let photo = &report["results"][2]["photo"];
    let address = format!("/v1/photos/{}", id(photo));
    ann.delete(&address).await.expect(204);
    for answer in [ann.get(&address).await, ann.delete(&address).await, ann.get(&format!("{address}/content")).await] {
        answer.problem(404, "not_found");
    }
    assert_eq!(status(&ann, &avatar).await, "photos_uploading", "four are too few");
    app.settled().await;
    ann.follow(photo["original_url"].as_str().expect("a link")).await.problem(404, "not_found");
    assert_eq!(objects::list(&app.rooms().db).await.expect("the ledger").len(), 12, "three of each photo");
    ann.upload(&avatar, vec![("again", pictures::jpeg(2))]).await.expect(201);
    app.finish().await;
}

async fn the_bytes_come_back_as_they_were_sent(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let files = [
        ("image/jpeg", pictures::encode(&pictures::picture(800, 600, 1), ImageFormat::Jpeg), (320, 240)),
        ("image/png", pictures::encode(&flat(512, 1024), ImageFormat::Png), (160, 320)),
        ("image/webp", pictures::encode(&flat(600, 600), ImageFormat::WebP), (320, 320)),
    ];
    for (kind, bytes, small) in files {
        let report = ann.upload_body(&avatar, Some(kind), bytes.clone()).await.expect(201);
        let photo = &report["results"][0]["photo"];
        let address = format!("/v1/photos/{}/content", id(photo));
        let moved = async |path: &str| {
            let answer = ann.get(path).await;
            assert_eq!(answer.status, 307);
            answer.header("location").expect("where the bytes are").to_owned()
        };
        let originals = [moved(&address).await, moved(&format!("{address}?variant=original")).await];
        for link in originals.iter().map(String::as_str).chain(photo["original_url"].as_str()) {
            let original = app.stranger().follow(link).await;
            assert_eq!((original.status.as_u16(), &original.bytes), (200, &bytes.clone().into()));
            assert_eq!(original.header("content-type"), Some(kind));
        }
        let link = moved(&format!("{address}?variant=thumbnail")).await;
        for link in [link.as_str(), photo["thumbnail_url"].as_str().expect("a link")] {
            let thumbnail = app.stranger().follow(link).await;
            assert_eq!(thumbnail.header("content-type"), Some("image/jpeg"));
            let picture = image::load_from_memory_with_format(&thumbnail.bytes, ImageFormat::Jpeg).expect("a JPEG");
            assert_eq!((picture.width(), picture.height()), small);
        }
        ann.get(&format!("{address}?variant=face")).await.problem(404, "not_found");
        let problem = ann.get(&format!("{address}?variant=nose")).await.problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], "variant");
        let expires = photo["urls_expire_at"].as_str().expect("an end");
        let expires = DateTime::parse_from_rfc3339(expires).expect("a time").to_utc();
        let left = expires - app.rooms().now();
        if backend == Backend::Embedded {
            let end = format!("expires={}&", expires.timestamp());
            assert!(photo["original_url"].as_str().is_some_and(|link| link.contains(&end)), "{photo:#}");
        }
        assert!(left > TimeDelta::minutes(59) && left <= TimeDelta::hours(2), "{left}");
    }
    app.finish().await;
}

#[tokio::test]
async fn the_bytes_come_back_as_they_were_sent_on_one_machine() {
    the_bytes_come_back_as_they_were_sent(Backend::Embedded).await;
}

#[tokio::test]
async fn the_bytes_come_back_as_they_were_sent_from_s3() {
    the_bytes_come_back_as_they_were_sent(Backend::Production).await;
}

#[tokio::test]
async fn a_picture_lying_on_its_side_is_shown_upright() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    // Red in the stored top left corner: turned to the right by EXIF it is seen at the top right.
    let picture =
        RgbImage::from_fn(800, 600, |x, y| if x < 400 && y < 300 { Rgb([250, 0, 0]) } else { Rgb([0, 0, 250]) });
    let sent = pictures::jpeg_turned(&picture, 6);
    let report = ann.upload_body(&avatar, Some("image/jpeg"), sent.clone()).await.expect(201);
    let photo = &report["results"][0]["photo"];
    assert_eq!((&photo["width"], &photo["height"]), (&json!(600), &json!(800)));
    let thumbnail = ann.follow(photo["thumbnail_url"].as_str().expect("a link")).await;
    let thumbnail = image::load_from_memory(&thumbnail.bytes).expect("a picture").to_rgb8();
    assert_eq!(thumbnail.dimensions(), (240, 320));
    let is_red = |x, y| thumbnail.get_pixel(x, y).0[0] > 128;
    assert_eq!([is_red(20, 20), is_red(220, 20), is_red(20, 300), is_red(220, 300)], [false, true, false, false]);
    assert_eq!(ann.follow(photo["original_url"].as_str().expect("a link")).await.bytes, sent, "and kept as it was");
    app.finish().await;
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_nothing_behind() {
    let clock = Clock::held_at(DateTime::from_timestamp(1_800_000_000, 0).expect("a time"));
    let often = |config: &mut aisha_api::config::Config| config.sweep_interval = Duration::from_millis(200);
    let app = TestApp::living_by(clock.clone(), often).await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let (whole, half) = (pictures::jpeg(1), &pictures::jpeg(2)[..20_000]);
    let kind = "multipart/form-data; boundary=x";
    let part = |bytes: &[u8]| {
        let head = b"--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f.jpg\"\r\n\r\n";
        [&head[..], bytes, b"\r\n"].concat()
    };
    for _ in 0..10 {
        let mut socket = raw_http::connect(&app).await;
        let head = raw_http::head(&ann, "POST", &path(&avatar), kind, 10_000_000);
        socket.write_all(head.as_bytes()).await.expect("the head is read");
        socket.write_all(&[part(&whole), part(half)].concat()).await.expect("the files are read");
    }
    let mut socket = raw_http::connect(&app).await;
    let head = raw_http::head(&ann, "POST", &path(&avatar), "image/jpeg", whole.len() + 1);
    socket.write_all(&[head.as_bytes(), &whole].concat()).await.expect("all but the last byte is read");
    drop(socket);
    // Each upload holds room in the spool until it is given up.
    app.spool_is_empty().await;
    // An hour later they cannot be under way any more.
    clock.advance(TimeDelta::hours(1) + TimeDelta::seconds(1));
    let swept = async {
        while objects::list(&app.rooms().db).await.expect("the ledger").iter().any(|(_, state)| state != "live") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(app::PATIENCE, swept).await.expect("the sweep takes what nobody claimed");
    let there = photos(&ann, &avatar).await;
    assert!(there.len() <= 1, "the whole file may have become a photo, the halves not: {there:#?}");
    app.finish().await;
}

/// The status and body of an answer read from the socket.
fn read(answer: &str) -> (u16, Value) {
    let (head, rest) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a status");
    let body = serde_json::Deserializer::from_str(rest).into_iter().next().and_then(Result::ok);
    (status, body.unwrap_or_default())
}

#[tokio::test]
async fn a_length_that_is_not_true_takes_nothing_in() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let picture = pictures::jpeg(1);
    let send = |length: usize, kind: &str, body: &[u8]| {
        let head = raw_http::head(&ann, "POST", &path(&avatar), kind, length);
        [head.as_bytes(), body].concat()
    };
    let too_long = send(picture.len() + 1, "image/jpeg", &picture);
    let (status, body) = read(&raw_http::exchange(&app, &too_long).await);
    assert_eq!((status, &body["code"]), (400, &json!("bad_request")));
    let too_short = send(picture.len() - 1, "image/jpeg", &picture);
    let (status, body) = read(&raw_http::exchange(&app, &too_short).await);
    assert_eq!((status, outcomes(&body)), (422, vec!["corrupt_image"]));
    let json = raw_http::head(&ann, "POST", "/v1/avatars", "application/json", 100);
    let (status, body) = read(&raw_http::exchange(&app, format!("{json}{{}}").as_bytes()).await);
    assert_eq!((status, &body["code"]), (400, &json!("bad_request")));
    assert_eq!(photos(&ann, &avatar).await, [Value::Null; 0]);
    app.finish().await;
}
