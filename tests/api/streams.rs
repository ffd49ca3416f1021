//! Events as a stream, beside the long poll.

use std::collections::BTreeSet;

use aisha_openapi::vocabulary::Scope;
use aisha_tests::harness::sse::EventStream;
use aisha_tests::harness::{Backend, Person, TestApp};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_stream_tells_what_the_list_tells() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let first = ann.avatar().await;
    let mut stream = EventStream::open(&ann, "", None).await;
    let old = stream.next().await.expect("what was there");
    assert_eq!(old["avatar_id"], json!(first));
    ann.upload_photos(&first, 1).await;
    let new = stream.next().await.expect("what comes");
    assert_eq!(new["type"], "photo.created");
    let list = ann.get("/v1/events").await.expect(200);
    assert_eq!(list["data"], json!([old, new]));

    let mut behind = EventStream::open(&ann, "after=0", old["seq"].as_i64()).await;
    assert_eq!(behind.next().await, Some(new.clone()), "the header wins over `after`");
    let mut kinds = EventStream::open(&ann, "types=photo.created", None).await;
    assert_eq!(kinds.next().await, Some(new));
    app.finish().await;
}

#[tokio::test]
async fn a_stream_holds_what_concerns_one_thing() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let (one, other) = (ann.avatar().await, ann.avatar().await);
    let mut of_other = EventStream::open(&ann, &format!("avatar_id={other}"), None).await;
    assert_eq!(of_other.next().await.expect("it was made")["avatar_id"], json!(other));
    let photo = ann.upload_photos(&one, 1).await["results"][0]["photo"]["id"].clone();
    ann.upload_photos(&other, 1).await;
    assert_eq!(of_other.next().await.expect("its photo")["avatar_id"], json!(other));
    let of_photo = format!("resource_id={}", photo.as_str().expect("an id"));
    let told = EventStream::open(&ann, &of_photo, None).await.next().await.expect("an event");
    assert_eq!(told["resource"], json!({"type": "photo", "id": photo}));
    let list = ann.get(&format!("/v1/events?wait=20&{of_photo}")).await.expect(200);
    assert_eq!(list["data"], json!([told]));
    app.finish().await;
}

#[tokio::test]
async fn who_acts_for_many_hears_of_them_all_and_nobody_of_others() {
    let app = TestApp::new().await;
    let bot =
        app.person_with("bot", vec![Scope::AvatarsWrite, Scope::EventsRead, Scope::ActAs], Some("telegram:4")).await;
    let (ann, stranger) = (bot.acting_for("telegram:1"), app.person("stranger").await);
    let mut all = EventStream::open(&bot, "", None).await;
    let mut of_ann = EventStream::open(&ann, "", None).await;
    stranger.avatar().await;
    let of_ben = bot.acting_for("telegram:2").avatar().await;
    let own = ann.avatar().await;
    assert_eq!(all.next().await.expect("Ben's")["avatar_id"], json!(of_ben));
    assert_eq!(all.next().await.expect("Ann's")["subject"]["external_id"], "1");
    assert_eq!(of_ann.next().await.expect("her own")["avatar_id"], json!(own));
    app.finish().await;
}

#[tokio::test]
async fn a_stream_that_cannot_begin_says_why() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let ask = async |person: &Person, query: &str, id: &str| {
        let request = person.request(Method::GET, &format!("/v1/events{query}")).header("Accept", "text/event-stream");
        person.send(request.header("Last-Event-ID", id)).await
    };
    ask(&app.stranger(), "", "1").await.problem(401, "unauthenticated");
    ask(&ann, "?types=sky.fell", "1").await.problem(422, "validation_failed");
    ask(&ann, "?consumer=nobody", "").await.problem(404, "not_found");
    for id in ["seven", "-1", "1.5"] {
        ask(&ann, "", id).await.problem(400, "bad_request");
    }
    let lacking = app.person_with("reader", vec![Scope::AvatarsRead], None).await;
    ask(&lacking, "", "1").await.problem(403, "forbidden");
    app.finish().await;
}

#[tokio::test]
async fn a_quiet_stream_has_a_heartbeat_that_moves_its_place_and_ends_with_the_service() {
    let mut app = TestApp::new().await;
    let (ann, ben) = (app.person("ann").await, app.person("ben").await);
    ann.avatar().await;
    let mut stream = EventStream::open(&ann, "", None).await;
    let own = stream.next().await.expect("her own")["seq"].as_i64();
    ben.avatar().await;
    let of_ben = ben.event("avatar.created", 0).await["seq"].as_i64();
    assert!(own < of_ben);
    let beat = stream.message().await.expect("a heartbeat");
    assert_eq!((beat.comments, beat.id, beat.data), (1, of_ben, Value::Null));
    app.restart().await;
    assert_eq!(stream.next().await, None, "ended in order");
    app.finish().await;
}

/// Reads until there are so many, coming back a hundred times at least: in turns by long poll and on a stream, each time
/// leaving after a few events in the middle of whatever comes.
async fn read_with_interruptions(ann: &Person, count: usize, come_back: usize) -> Vec<Value> {
    let (mut seen, mut last, mut connections) = (Vec::<Value>::new(), 0, 0);
    while seen.len() < count || connections < come_back {
        let few = (connections * 5) % 7 + 1;
        if connections % 2 == 0 {
            let page = ann.get(&format!("/v1/events?after={last}&limit={few}&wait=1")).await.expect(200);
            seen.extend(page["data"].as_array().expect("events").iter().cloned());
            last = page["next_after"].as_i64().expect("a number");
        } else {
            let mut stream = EventStream::open(ann, "", Some(last)).await;
            for _ in 0..few.min(count - seen.len()) {
                let event = stream.next().await.expect("an event");
                last = event["seq"].as_i64().expect("a number");
                seen.push(event);
            }
        }
        connections += 1;
    }
    seen
}

/// No reader of events misses or doubles one (R8).
async fn nothing_is_missed_or_doubled(backend: Backend) {
    const WRITERS: usize = 32;
    const EACH: usize = 12;
    const CONNECTIONS: usize = 100;
    let Some(app) = TestApp::on(backend).await else { return };
    let ann = app.person("ann").await;
    let reader = ann.clone();
    let reading = tokio::spawn(async move { read_with_interruptions(&reader, WRITERS * EACH, CONNECTIONS).await });
    let mut whole = EventStream::open(&ann, "", None).await;
    let writers = (0..WRITERS).map(|_| async {
        let mut made = Vec::new();
        for _ in 0..EACH {
            made.push(ann.avatar().await);
        }
        made
    });
    let made: BTreeSet<String> = join_all(writers).await.into_iter().flatten().collect();
    let seen = reading.await.expect("the reader is well");
    let mut streamed = Vec::new();
    while streamed.len() < WRITERS * EACH {
        streamed.push(whole.next().await.expect("an event"));
    }
    for seen in [seen, streamed] {
        let numbers: Vec<i64> = seen.iter().map(|event| event["seq"].as_i64().expect("a number")).collect();
        assert!(numbers.is_sorted_by(|one, next| one < next), "in order, none double: {numbers:?}");
        let avatars = seen.iter().map(|event| event["avatar_id"].as_str().expect("an avatar").to_owned());
        assert_eq!(avatars.collect::<BTreeSet<_>>(), made, "none missed");
    }
    app.finish().await;
}

#[tokio::test]
async fn nothing_is_missed_or_doubled_on_one_machine() {
    nothing_is_missed_or_doubled(Backend::Embedded).await;
}

#[tokio::test]
async fn nothing_is_missed_or_doubled_on_postgres() {
    nothing_is_missed_or_doubled(Backend::Production).await;
}
