//! Transcriptions: what may be sent and what is answered, history, cancelling, deleting, and money.

use aisha_api::config::Config;
use aisha_api::domain::spending::Caps;
use aisha_api::fal::sandbox::{Fault, Rule, RunFault};
use aisha_openapi::vocabulary::Scope;
use aisha_tests::harness::{Answer, Backend, Person, TestApp, id, sounds};
use futures_util::future::join_all;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

const PATH: &str = "/v1/transcriptions";

/// A fault at the model that listens, and nowhere else.
fn listening(fault: Fault) -> Rule {
    Rule { endpoint: Some("fal-ai/wizper".to_owned()), ..Rule::new(fault) }
}

async fn send_form(person: &Person, key: &str, form: Form) -> Answer {
    person.send(person.request(Method::POST, PATH).header("Idempotency-Key", key).multipart(form)).await
}

fn file(bytes: Vec<u8>, name: &str) -> Form {
    Form::new().part("file", Part::bytes(bytes).file_name(name.to_owned()))
}

async fn heard(person: &Person, key: &str, bytes: Vec<u8>) -> Value {
    let begun = person.transcribe(key, bytes).await.expect(202);
    person.transcription_in(&id(&begun), "completed").await
}

#[tokio::test]
async fn a_recording_becomes_text_with_times_and_a_voice_message_does_too() {
    for backend in [Backend::Embedded, Backend::Production] {
        let Some(app) = TestApp::on(backend).await else { continue };
        let ann = app.person("ann").await;
        let form = file(sounds::ogg(12), "voice.ogg").text("language", "ru");
        let answer = send_form(&ann, "t-1", form).await;
        assert_eq!(answer.header("retry-after"), Some("2"));
        let begun = answer.clone().expect(202);
        assert_eq!(answer.header("location"), Some(format!("{PATH}/{}", id(&begun)).as_str()));
        assert_eq!(
            (&begun["status"], &begun["transcript"], &begun["digests"]),
            (&json!("pending"), &json!(null), &json!([]))
        );
        assert_eq!(
            (&begun["title"], &begun["format"], &begun["language"]),
            (&json!("voice.ogg"), &json!("ogg"), &json!("ru"))
        );

        let done = ann.transcription_in(&id(&begun), "completed").await;
        let segments = done["transcript"]["segments"].as_array().expect("segments");
        let times: Vec<_> =
            segments.iter().map(|one| (one["start_seconds"].as_f64(), one["end_seconds"].as_f64())).collect();
        assert_eq!(times, [(Some(0.0), Some(5.0)), (Some(5.0), Some(10.0)), (Some(10.0), Some(12.0))]);
        assert_eq!((&done["languages"], &done["duration_seconds"]), (&json!(["ru"]), &json!(12.0)));
        let joined: Vec<_> = segments.iter().filter_map(|one| one["text"].as_str()).collect();
        assert_eq!(done["transcript"]["text"], joined.join(" "));
        assert_eq!(done["error"], json!(null));

        let event = ann.event("transcription.completed", 0).await;
        assert_eq!((&event["resource"]["id"], &event["details"]["languages"]), (&done["id"], &json!(["ru"])));
        // The same sound says the same.
        let again = heard(&ann, "t-2", sounds::wav(3, 1)).await;
        assert_eq!(heard(&ann, "t-3", sounds::wav(3, 1)).await["transcript"], again["transcript"]);
        assert_eq!(again["languages"], json!(["en"]), "left to the model");
        app.finish().await;
    }
}

#[tokio::test]
async fn what_is_no_recording_is_refused_with_what_would_help() {
    let app = TestApp::with(|config: &mut Config| config.audio.max_bytes = 1024 * 1024).await;
    let ann = app.person("ann").await;
    for (number, (bytes, code)) in [
        (Vec::new(), "audio_empty"),
        (sounds::wav(0, 0)[..44].to_vec(), "audio_empty"),
        (b"%PDF-1.7 a letter".to_vec(), "unsupported_audio"),
        (b"\xff\xd8\xff\xe0 a picture".to_vec(), "unsupported_audio"),
        (sounds::wav(200, 0), "file_too_large"),
    ]
    .into_iter()
    .enumerate()
    {
        ann.transcribe(&format!("t-{number}"), bytes.clone()).await.problem(422, code);
        send_form(&ann, &format!("f-{number}"), file(bytes, "voice.mp3")).await.problem(422, code);
    }
    let good = || sounds::wav(1, 0);
    send_form(&ann, "f", Form::new().text("title", "x")).await.problem(422, "no_audio");
    for (form, pointer) in [
        (file(good(), "a").text("language", "tlh"), "language"),
        (file(good(), "a").text("title", "x".repeat(201)), "title"),
        (file(good(), "a").text("title", "a\nb"), "title"),
        (file(good(), "a").text("titel", "x"), "titel"),
        (file(good(), "a").part("file", Part::bytes(good()).file_name("b")), "file"),
    ] {
        let problem = send_form(&ann, "f", form).await.problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem:#}");
    }
    let text = ann.request(Method::POST, PATH).header("Idempotency-Key", "f").header("Content-Type", "text/html");
    ann.send(text.body("x")).await.problem(415, "unsupported_media_type");
    ann.send(ann.request(Method::POST, PATH).body(good())).await.problem(400, "idempotency_key_required");
    let wrong = ann.request(Method::POST, PATH).header("Idempotency-Key", "f");
    let wrong = wrong.header("Content-Digest", "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:");
    ann.send(wrong.body(good())).await.problem(400, "digest_mismatch");
    let reader = app.person_with("reader", vec![Scope::AvatarsRead], None).await;
    reader.transcribe("t", good()).await.problem(403, "forbidden");
    assert_eq!(ann.get(PATH).await.expect(200)["data"], json!([]));
    app.spool_is_empty().await;
    app.finish().await;
}

#[tokio::test]
async fn the_price_is_told_before_and_nothing_is_kept_for_that() {
    let app = TestApp::with(|config: &mut Config| config.transcriber.microusd_per_minute = 6000).await;
    let ann = app.person("ann").await;
    let quote = async |bytes: Vec<u8>| {
        ann.send(ann.request(Method::POST, &format!("{PATH}?dry_run=true")).body(bytes)).await.expect(200)
    };
    let told = quote(sounds::ogg(61)).await;
    assert_eq!((&told["estimated_seconds"], &told["cost_estimate_usd"]), (&json!(61), &json!(0.012)));
    assert_eq!((&told["endpoint"], &told["format"]), (&json!("fal-ai/wizper"), &json!("ogg")));
    let webm = [&b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm"[..], &vec![0; 400_000]].concat();
    assert_eq!(quote(webm).await["estimated_seconds"], 101, "as long as it can be");
    assert_eq!(ann.get(PATH).await.expect(200)["data"], json!([]));
    app.finish().await;
}

#[tokio::test]
async fn the_same_key_makes_a_text_once() {
    for backend in [Backend::Embedded, Backend::Production] {
        let Some(app) = TestApp::on(backend).await else { continue };
        let ann = app.person("ann").await;
        let sends = (0..8).map(|_| ann.transcribe("t-1", sounds::wav(2, 1)));
        let ids: std::collections::BTreeSet<_> =
            join_all(sends).await.into_iter().map(|answer| id(&answer.expect(202))).collect();
        assert_eq!(ids.len(), 1);
        ann.transcribe("t-1", sounds::wav(2, 2)).await.problem(422, "idempotency_key_reused");
        send_form(&ann, "t-1", file(sounds::wav(2, 1), "another.wav")).await.problem(422, "idempotency_key_reused");
        ann.transcription_in(ids.first().expect("one"), "completed").await;
        assert_eq!(ann.get(PATH).await.expect(200)["data"].as_array().map(Vec::len), Some(1));
        // What the repeats had stored is gone again.
        app.finish().await;
    }
}

#[tokio::test]
async fn history_comes_by_pages_and_without_texts() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.insert(0, id(&heard(&ann, &format!("t-{number}"), sounds::wav(2, number)).await));
    }
    let (mut listed, mut path) = (Vec::new(), format!("{PATH}?limit=2&status=completed"));
    loop {
        let page = ann.get(&path).await.expect(200);
        for one in page["data"].as_array().expect("a page") {
            assert_eq!((&one["transcript"], &one["digests"]), (&json!(null), &json!([])));
            assert!(one["excerpt"].as_str().is_some_and(|text| !text.is_empty()));
            listed.push(id(one));
        }
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("{PATH}?limit=2&status=completed&cursor={cursor}");
    }
    assert_eq!(listed, ids);
    assert_eq!(ann.get(&format!("{PATH}?status=failed")).await.expect(200)["data"], json!([]));
    assert_eq!(ann.get(&format!("{PATH}?before=2020-01-01T00:00:00Z")).await.expect(200)["data"], json!([]));
    assert_eq!(
        ann.get(&format!("{PATH}?after=2020-01-01T00:00:00Z")).await.expect(200)["data"].as_array().map(Vec::len),
        Some(5)
    );
    ann.get(&format!("{PATH}?status=heard")).await.problem(422, "validation_failed");
    let cursor =
        ann.get(&format!("{PATH}?limit=1")).await.expect(200)["next_cursor"].as_str().expect("more").to_owned();
    ann.get(&format!("{PATH}?status=failed&cursor={cursor}")).await.problem(400, "invalid_cursor");
    app.finish().await;
}

#[tokio::test]
async fn a_text_is_downloaded_in_three_ways_and_the_recording_as_it_came() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let done = heard(&ann, "t-1", sounds::wav(7, 1)).await;
    let path = format!("{PATH}/{}", id(&done));
    let read = async |format: &str| {
        let answer = ann.get(&format!("{path}/transcript{format}")).await;
        assert_eq!(answer.status, 200);
        let kind = answer.header("content-type").expect("a type").to_owned();
        assert!(answer.header("content-disposition").is_some_and(|name| name.starts_with("attachment; ")));
        (kind, String::from_utf8(answer.bytes.to_vec()).expect("text"))
    };
    let segment = |number: usize| done["transcript"]["segments"][number]["text"].as_str().expect("a text");
    let text = format!("{}\n", done["transcript"]["text"].as_str().expect("a text"));
    assert_eq!(read("").await, ("text/plain; charset=utf-8".to_owned(), text));
    let srt = format!(
        "1\n00:00:00,000 --> 00:00:05,000\n{}\n\n2\n00:00:05,000 --> 00:00:07,000\n{}\n\n",
        segment(0),
        segment(1)
    );
    assert_eq!(read("?format=srt").await, ("application/x-subrip; charset=utf-8".to_owned(), srt));
    let vtt = format!(
        "WEBVTT\n\n1\n00:00:00.000 --> 00:00:05.000\n{}\n\n2\n00:00:05.000 --> 00:00:07.000\n{}\n\n",
        segment(0),
        segment(1)
    );
    assert_eq!(read("?format=vtt").await, ("text/vtt; charset=utf-8".to_owned(), vtt));
    ann.get(&format!("{path}/transcript?format=doc")).await.problem(422, "validation_failed");

    let link = ann.get(&format!("{path}/audio")).await;
    assert_eq!(link.status, 307);
    let audio = ann.follow(link.header("location").expect("a link")).await;
    assert_eq!((audio.status.as_u16(), audio.header("content-type")), (200, Some("audio/wav")));
    assert_eq!(audio.bytes, sounds::wav(7, 1));
    app.finish().await;
}

#[tokio::test]
async fn what_fal_does_not_end_can_be_given_up_and_deleted() {
    let app = TestApp::new().await;
    app.break_fal(listening(Fault::Run(RunFault::StuckInProgress))).await;
    let ann = app.person("ann").await;
    let stuck = id(&ann.transcribe("t-1", sounds::wav(1, 1)).await.expect(202));
    ann.transcription_in(&stuck, "processing").await;
    ann.get(&format!("{PATH}/{stuck}/transcript")).await.problem(409, "transcription_state");
    let given_up = ann.post_empty(&format!("{PATH}/{stuck}/cancel")).await.expect(202);
    assert!(given_up["cancel_requested_at"].is_string());
    ann.transcription_in(&stuck, "cancelled").await;
    ann.post_empty(&format!("{PATH}/{stuck}/cancel")).await.problem(409, "transcription_state");
    ann.event("transcription.cancelled", 0).await;

    let other = id(&ann.transcribe("t-2", sounds::wav(1, 2)).await.expect(202));
    ann.transcription_in(&other, "processing").await;
    assert_eq!(ann.delete(&format!("{PATH}/{other}")).await.status, 204);
    ann.get(&format!("{PATH}/{other}")).await.problem(404, "not_found");
    ann.delete(&format!("{PATH}/{other}")).await.problem(404, "not_found");
    assert_eq!(ann.event("transcription.deleted", 0).await["resource"]["id"], json!(other));
    app.finish().await;
}

#[tokio::test]
async fn caps_the_switch_and_statistics_know_of_texts() {
    let capped = |config: &mut Config| {
        config.spending.user = Caps { transcriptions: Some(2), ..Caps::default() };
        config.transcriber.microusd_per_minute = 10_000;
    };
    let app = TestApp::with(capped).await;
    let ann = app.person("ann").await;
    let keys: Vec<_> = (0..6).map(|number| format!("t-{number}")).collect();
    let sends = keys.iter().zip(0..).map(|(key, number)| ann.transcribe(key, sounds::wav(1, number)));
    let (begun, refused): (Vec<_>, Vec<_>) = join_all(sends).await.into_iter().partition(|answer| answer.status == 202);
    assert_eq!((begun.len(), refused.len()), (2, 4));
    for answer in refused {
        assert!(answer.header("retry-after").is_some());
        answer.problem(429, "user_transcriptions_cap");
    }
    for answer in begun {
        ann.transcription_in(&id(&answer.body), "completed").await;
    }
    let statistics = ann.get("/v1/me/statistics").await.expect(200);
    assert_eq!(statistics["transcriptions"], json!({"total": 2, "by_status": {"completed": 2}}));
    assert_eq!(statistics["spent_usd"], 0.02);
    assert_eq!(statistics["stored_bytes"], 2 * (44 + 8000));
    let root = app.person_with("root", vec![Scope::Admin], None).await;
    let days = root.get("/v1/admin/statistics").await.expect(200);
    let today = days["data"].as_array().and_then(|days| days.last()).expect("today").clone();
    assert_eq!((&today["transcriptions"], &today["transcriptions_completed"]), (&json!(2), &json!(2)));
    assert_eq!(today["cost_usd"], 0.02);

    let ben = app.person("ben").await;
    let rooms = app.rooms();
    aisha_api::storage::spending::stop(&rooms.db, Some("the month is over"), rooms.now()).await.expect("the switch");
    ben.transcribe("t", sounds::wav(1, 1)).await.problem(409, "spending_stopped");
    app.finish().await;
}

#[tokio::test]
async fn whoever_goes_takes_recordings_and_texts_along() {
    for backend in [Backend::Embedded, Backend::Production] {
        let Some(app) = TestApp::on(backend).await else { continue };
        let scopes: Vec<_> = Scope::ALL.iter().copied().filter(|scope| *scope != Scope::Admin).collect();
        let bot = app.person_with("bot", scopes, Some("telegram:4242")).await;
        let (ann, ben) = (bot.acting_for("telegram:1"), bot.acting_for("telegram:2"));
        let mine = id(&heard(&ann, "t-1", sounds::ogg(3)).await);
        app.break_fal(listening(Fault::Run(RunFault::StuckInProgress))).await;
        let open = id(&ann.transcribe("t-2", sounds::wav(1, 2)).await.expect(202));
        ann.transcription_in(&open, "processing").await;
        let kept = id(&ben.transcribe("t-3", sounds::wav(1, 2)).await.expect(202));
        ben.transcription_in(&kept, "processing").await;
        let receipt = ann.delete("/v1/me").await.expect(202);
        assert_eq!(receipt["things"].as_array().map(Vec::len), Some(2), "{receipt:#}");
        for gone in [&mine, &open] {
            ann.get(&format!("{PATH}/{gone}")).await.problem(404, "not_found");
        }
        ben.get(&format!("{PATH}/{kept}")).await.expect(200);
        ben.post_empty(&format!("{PATH}/{kept}/cancel")).await.expect(202);
        ben.transcription_in(&kept, "cancelled").await;
        app.finish().await;
    }
}
