//! Whoever asks too often is told when to go on, and nobody else has to wait.

use aisha_api::config::{Config, Rate};
use aisha_api::domain::clock::Clock;
use aisha_openapi::vocabulary::Scope;
use aisha_tests::harness::{Answer, TestApp};
use chrono::{DateTime, TimeDelta};

fn clock() -> Clock {
    Clock::held_at(DateTime::from_timestamp(1_800_000_000, 0).expect("a time"))
}

fn is_refused(answer: Answer, seconds: &str) {
    assert_eq!(answer.header("retry-after"), Some(seconds));
    answer.problem(429, "rate_limited");
}

#[tokio::test]
async fn a_key_has_its_burst_and_then_its_rate() {
    let clock = clock();
    let settings = |config: &mut Config| config.requests.key = Rate { per_second: 1, burst: 3 };
    let app = TestApp::living_by(clock.clone(), settings).await;
    let (ann, other) = (app.person("ann").await, app.person("ann").await);
    for _ in 0..3 {
        ann.get("/v1/me").await.expect(200);
    }
    is_refused(ann.get("/v1/me").await, "1");
    is_refused(ann.get("/v1/events").await, "1");
    other.get("/v1/me").await.expect(200);
    app.stranger().get("/v1/me").await.problem(401, "unauthenticated");
    for path in ["/livez", "/readyz", "/metrics", "/openapi.json", "/docs/"] {
        for _ in 0..5 {
            assert_eq!(ann.get(path).await.status, 200, "{path}");
        }
    }
    clock.advance(TimeDelta::seconds(1));
    ann.get("/v1/me").await.expect(200);
    is_refused(ann.get("/v1/me").await, "1");
    app.finish().await;
}

#[tokio::test]
async fn a_person_has_an_allowance_over_all_keys_and_one_that_acts_for_many_one_for_each() {
    let settings = |config: &mut Config| config.requests.user = Rate { per_second: 1, burst: 2 };
    let app = TestApp::living_by(clock(), settings).await;
    let (ann, other) = (app.person("ann").await, app.person("ann").await);
    ann.get("/v1/me").await.expect(200);
    other.get("/v1/me").await.expect(200);
    is_refused(ann.get("/v1/me").await, "1");
    is_refused(other.get("/v1/me").await, "1");
    let scopes = vec![Scope::ActAs, Scope::AvatarsRead, Scope::EventsRead];
    let bot = app.person_with("bot", scopes, Some("telegram:4242")).await;
    let (one, two) = (bot.acting_for("telegram:1"), bot.acting_for("telegram:2"));
    for _ in 0..2 {
        one.get("/v1/avatars").await.expect(200);
    }
    is_refused(one.get("/v1/avatars").await, "1");
    two.get("/v1/avatars").await.expect(200);
    bot.get("/v1/events").await.expect(200);
    app.finish().await;
}
