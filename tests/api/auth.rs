//! Who is calling, and for whom.

use std::collections::BTreeSet;

use aisha_api::accounts::NewKey;
use aisha_api::domain::api_key::KeyText;
use aisha_api::domain::clock::Clock;
use aisha_api::storage::api_keys;
use aisha_openapi::vocabulary::Scope;
use aisha_tests::harness::{Backend, Person, TestApp, id};
use chrono::{DateTime, TimeDelta};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

const BOT: &str = "telegram:4242";

async fn bot(app: &TestApp) -> Person {
    let scopes = vec![Scope::ActAs, Scope::AvatarsRead, Scope::AvatarsWrite, Scope::TrainingsStart, Scope::EventsRead];
    app.person_with("bot", scopes, Some(BOT)).await
}

#[tokio::test]
async fn a_key_that_is_not_whole_and_ours_opens_nothing() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let key = ann.key().to_owned();
    let stranger = app.stranger();
    let nobody = KeyText::generate(app.rooms().ids.next()).expect("random bytes").to_secret();
    let without_crc = key.rsplit_once('_').expect("a checksum").0.to_owned();
    let half = key[..key.len() / 2].to_owned();
    let changed = key.replacen('_', "-", 1);
    let shown = [half, without_crc, changed, format!("{key}0"), String::new(), nobody.expose().to_owned()];
    for shown in shown {
        stranger.showing(&shown).get("/v1/me").await.problem(401, "unauthenticated");
    }
    let answer = stranger.get("/v1/me").await;
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    answer.problem(401, "unauthenticated");
    for value in [format!("Basic {key}"), key.clone(), format!("Bearer{key}")] {
        let request = stranger.request(Method::GET, "/v1/me").header("Authorization", value);
        stranger.send(request).await.problem(401, "unauthenticated");
    }
    // The name of the scheme may be written in either case (RFC 9110).
    let request = stranger.request(Method::GET, "/v1/me").header("Authorization", format!("bearer {key}"));
    stranger.send(request).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a_key_that_was_taken_back_opens_nothing() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let me = ann.get("/v1/me").await.expect(200);
    let user: uuid::Uuid = id(&me).parse().expect("a UUID");
    let key = KeyText::parse(ann.key()).expect("a whole key").id;
    let rooms = app.rooms();
    let mut tx = rooms.begin().await.expect("a transaction");
    assert!(api_keys::revoke(&mut tx, user.into(), key, rooms.now()).await.expect("revoked"));
    rooms.commit(tx).await.expect("committed");
    ann.get("/v1/me").await.problem(401, "unauthenticated");
    app.person("ann").await.get("/v1/me").await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a_key_opens_until_the_moment_it_ends() {
    let clock = Clock::held_at(DateTime::from_timestamp(1_800_000_000, 0).expect("a time"));
    let app = TestApp::living_by(clock.clone(), |_| {}).await;
    let new = NewKey {
        account: "ann".to_owned(),
        name: "for a day".to_owned(),
        scopes: vec![Scope::AvatarsRead],
        issuer: None,
        expires_at: Some(clock.now() + TimeDelta::days(1)),
    };
    let ann = app.person_of(new).await;
    clock.advance(TimeDelta::days(1) - TimeDelta::seconds(1));
    ann.get("/v1/me").await.expect(200);
    clock.advance(TimeDelta::seconds(1));
    ann.get("/v1/me").await.problem(401, "unauthenticated");
    app.finish().await;
}

#[tokio::test]
async fn a_key_does_only_what_its_scopes_say() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let photo = id(&ann.upload_photos(&avatar, 1).await["results"][0]["photo"]);
    let operations = [
        (Scope::AvatarsRead, Method::GET, "/v1/avatars".to_owned(), Value::Null),
        (Scope::AvatarsRead, Method::GET, format!("/v1/avatars/{avatar}/photos"), Value::Null),
        (Scope::AvatarsRead, Method::GET, format!("/v1/photos/{photo}/content"), Value::Null),
        (Scope::AvatarsWrite, Method::POST, "/v1/avatars".to_owned(), json!({})),
        (Scope::AvatarsWrite, Method::PATCH, format!("/v1/photos/{photo}"), json!({})),
        (Scope::TrainingsStart, Method::POST, format!("/v1/avatars/{avatar}/trainings?dry_run=true"), json!({})),
        (Scope::EventsRead, Method::GET, "/v1/events".to_owned(), Value::Null),
        (Scope::KeysManage, Method::GET, "/v1/api-keys".to_owned(), Value::Null),
        (Scope::AvatarsWrite, Method::PATCH, "/v1/me".to_owned(), json!({})),
    ];
    let all: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| *scope != Scope::ActAs).collect();
    for (scope, method, path, body) in operations {
        let others = all.iter().copied().filter(|other| ![scope, Scope::Admin].contains(other)).collect();
        let lacking = app.person_with("ann", others, None).await;
        let problem = lacking.send(lacking.request(method.clone(), &path).json(&body)).await.problem(403, "forbidden");
        assert!(problem["detail"].as_str().is_some_and(|text| text.contains(scope.as_str())), "{problem:#}");
        for having in [scope, Scope::Admin] {
            let having = app.person_with("ann", vec![having], None).await;
            let answer = having.send(having.request(method.clone(), &path).json(&body)).await;
            assert!(answer.status.as_u16() < 400, "{path}: {:#}", answer.body);
        }
    }
    app.person_with("ann", vec![], None).await.get("/v1/me").await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a_key_that_acts_for_others_must_say_for_whom() {
    let app = TestApp::new().await;
    let bot = bot(&app).await;
    bot.get("/v1/me").await.problem(400, "act_as_required");
    bot.post("/v1/avatars", json!({})).await.problem(400, "act_as_required");
    for foreign in ["web:777", "whatsapp:777", "Telegram:777"] {
        bot.acting_for(foreign).get("/v1/me").await.problem(403, "forbidden");
    }
    let too_long = format!("telegram:{}", "7".repeat(65));
    for odd in ["", "777", "telegram:", "telegram:7 7", "telegram:777:1", "telegram:../7", too_long.as_str()] {
        bot.acting_for(odd).get("/v1/me").await.problem(400, "bad_request");
    }
    let ann = app.person("ann").await;
    ann.acting_for("telegram:777").get("/v1/me").await.problem(403, "forbidden");
    let admin = app.person_with("root", vec![Scope::Admin], None).await;
    admin.acting_for("telegram:777").get("/v1/me").await.problem(403, "forbidden");
    app.finish().await;
}

async fn twenty_first_requests_make_one_person(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    let person = bot(&app).await.acting_for("telegram:777");
    let seen = join_all((0..20).map(|_| person.get("/v1/me"))).await;
    let seen: BTreeSet<String> = seen.into_iter().map(|answer| id(&answer.expect(200))).collect();
    assert_eq!(seen.len(), 1, "{seen:?}");
    let me = person.get("/v1/me").await.expect(200);
    assert_eq!((&me["issuer"], &me["external_id"]), (&json!(BOT), &json!("777")));
    app.finish().await;
}

#[tokio::test]
async fn twenty_first_requests_make_one_person_on_one_machine() {
    twenty_first_requests_make_one_person(Backend::Embedded).await;
}

#[tokio::test]
async fn twenty_first_requests_make_one_person_on_postgres() {
    twenty_first_requests_make_one_person(Backend::Production).await;
}

#[tokio::test]
async fn the_same_name_at_another_issuer_is_another_person() {
    let app = TestApp::new().await;
    let one = bot(&app).await.acting_for("telegram:777");
    let scopes = vec![Scope::ActAs, Scope::AvatarsRead, Scope::AvatarsWrite];
    let other = app.person_with("bot", scopes, Some("telegram:1")).await.acting_for("telegram:777");
    let avatar = one.avatar().await;
    assert_ne!(id(&one.get("/v1/me").await.expect(200)), id(&other.get("/v1/me").await.expect(200)));
    other.get(&format!("/v1/avatars/{avatar}")).await.problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn a_key_reads_the_events_of_all_for_whom_it_acts() {
    let app = TestApp::new().await;
    let bot = bot(&app).await;
    let (ann, ben) = (bot.acting_for("telegram:1"), bot.acting_for("telegram:2"));
    let (of_ann, of_ben) = (ann.avatar().await, ben.avatar().await);
    app.person("somebody else").await.avatar().await;
    ann.get(&format!("/v1/avatars/{of_ben}")).await.problem(404, "not_found");

    let mut seen = Vec::new();
    let mut after = 0;
    while seen.len() < 2 {
        let page = bot.get(&format!("/v1/events?after={after}&wait=10")).await.expect(200);
        after = page["next_after"].as_i64().expect("a number");
        let events = page["data"].as_array().expect("events").clone();
        assert!(!events.is_empty(), "waited in vain after {seen:?}");
        for event in events {
            let who = event["subject"]["external_id"].as_str().expect("an external id").to_owned();
            seen.push((who, event["avatar_id"].as_str().expect("an avatar").to_owned()));
        }
    }
    assert_eq!(seen, [("1".to_owned(), of_ann.clone()), ("2".to_owned(), of_ben)]);
    let own = ann.get("/v1/events").await.expect(200);
    let own: Vec<&Value> = own["data"].as_array().expect("events").iter().map(|event| &event["avatar_id"]).collect();
    assert_eq!(own, [&json!(of_ann)]);
    bot.acting_for("web:1").get("/v1/events").await.problem(403, "forbidden");
    app.finish().await;
}
