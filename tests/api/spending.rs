//! What may be spent: caps that hold however many start at once, and the switch that stops it all.

use aisha_api::config::Config;
use aisha_api::domain::clock::Clock;
use aisha_api::domain::spending::{Caps, day_after};
use aisha_api::fal::sandbox::{Fault, Rule, RunFault};
use aisha_api::storage::spending;
use aisha_openapi::vocabulary::Scope;
use aisha_tests::harness::app::unreachable_fal;
use aisha_tests::harness::{Answer, Backend, Person, TestApp, id};
use chrono::{DateTime, TimeDelta};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

/// What a training with the fastest preset costs.
const PRICE: i64 = 2_400_000;
/// Starts at once.
const STARTS: usize = 16;

fn trainings(most: i64) -> Caps {
    Caps { trainings: Some(most), ..Caps::default() }
}

fn money(most: i64) -> Caps {
    Caps { microusd: Some(most), ..Caps::default() }
}

async fn ready(person: &Person) -> String {
    let avatar = person.avatar().await;
    person.upload_photos(&avatar, 5).await;
    avatar
}

async fn cancel(person: &Person, training: &str) {
    person.post_empty(&format!("/v1/trainings/{training}/cancel")).await.expect(202);
}

/// Starts a training for each of these people at once, and gives the answers of those who were refused.
async fn start_at_once(people: &[Person], allowed: usize) -> Vec<Answer> {
    let mut avatars = Vec::new();
    for person in people {
        avatars.push(ready(person).await);
    }
    let starts = people.iter().zip(&avatars).map(|(person, avatar)| person.train(avatar, avatar));
    let (begun, refused): (Vec<_>, Vec<_>) =
        join_all(starts).await.into_iter().partition(|answer| answer.status == 202);
    assert_eq!((begun.len(), refused.len()), (allowed, people.len() - allowed));
    refused
}

#[track_caller]
fn assert_opens_tomorrow(answer: Answer, code: &str) {
    let wait: i64 = answer.header("retry-after").expect("a time").parse().expect("seconds");
    let problem = answer.problem(429, code);
    let now = Clock::system().now();
    let opens_at = day_after(now);
    // The test may run at midnight.
    let days = [opens_at - TimeDelta::days(1), opens_at, opens_at + TimeDelta::days(1)];
    assert!(days.iter().any(|day| (*day - now - TimeDelta::seconds(wait)).num_seconds().abs() < 60), "{wait}");
    let detail = problem["detail"].as_str().expect("a sentence");
    assert!(detail.contains("T00:00:00Z") && detail.contains("a day for"), "{detail}");
}

async fn one_persons_caps_hold(backend: Backend) {
    let caps = |config: &mut Config| config.spending.user = money(3 * PRICE + PRICE / 2);
    let Some(app) = TestApp::start(backend, caps).await else { return };
    let ann = app.person("ann").await;
    for answer in start_at_once(&vec![ann; STARTS], 3).await {
        assert_opens_tomorrow(answer, "user_spending_cap");
    }
    let bob = app.person("bob").await;
    bob.train(&ready(&bob).await, "t-1").await.expect(202);
    app.finish().await;
}

#[tokio::test]
async fn one_persons_caps_hold_when_many_start_at_once_on_one_machine() {
    one_persons_caps_hold(Backend::Embedded).await;
}

#[tokio::test]
async fn one_persons_caps_hold_when_many_start_at_once_on_postgres() {
    one_persons_caps_hold(Backend::Production).await;
}

async fn a_keys_caps_hold(backend: Backend) {
    let Some(app) = TestApp::start(backend, |config| config.spending.key = trainings(4)).await else { return };
    let scopes: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| *scope != Scope::Admin).collect();
    let bot = app.person_with("bot", scopes, Some("telegram:4242")).await;
    let people: Vec<Person> = (0..STARTS).map(|number| bot.acting_for(&format!("telegram:{number}"))).collect();
    for answer in start_at_once(&people, 4).await {
        assert_opens_tomorrow(answer, "key_trainings_cap");
    }
    let ann = app.person("ann").await;
    ann.train(&ready(&ann).await, "t-1").await.expect(202);
    app.finish().await;
}

#[tokio::test]
async fn a_keys_caps_hold_for_all_it_acts_for_on_one_machine() {
    a_keys_caps_hold(Backend::Embedded).await;
}

#[tokio::test]
async fn a_keys_caps_hold_for_all_it_acts_for_on_postgres() {
    a_keys_caps_hold(Backend::Production).await;
}

#[tokio::test]
async fn a_cap_opens_with_the_next_day_and_for_what_was_never_at_fal() {
    let clock = Clock::held_at(day_after(Clock::system().now()) - TimeDelta::hours(1));
    let settings = |config: &mut Config| {
        unreachable_fal(config);
        config.spending.user = trainings(1);
    };
    let app = TestApp::living_by(clock.clone(), settings).await;
    let ann = app.person("ann").await;
    let (avatar, other) = (ready(&ann).await, ready(&ann).await);
    let first = id(&ann.train(&avatar, "t-1").await.expect(202));
    let answer = ann.train(&other, "t-2").await;
    assert_eq!(answer.header("retry-after"), Some("3601"));
    answer.problem(429, "user_trainings_cap");
    cancel(&ann, &first).await;
    let second = id(&ann.train(&other, "t-2").await.expect(202));
    ann.train(&avatar, "t-3").await.problem(429, "user_trainings_cap");
    clock.advance(TimeDelta::hours(1));
    let third = id(&ann.train(&avatar, "t-3").await.expect(202));
    for training in [&second, &third] {
        cancel(&ann, training).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn retries_and_comparisons_are_counted_and_a_deleted_avatar_gives_nothing_back() {
    let app = TestApp::with(|config| config.spending.key = money(2 * PRICE + 6_000_000)).await;
    let ann = app.person("ann").await;
    let (avatar, first) = ann.trained_avatar(5).await;
    let fal = Person::new(format!("{}/", app.fal_url()), None);
    let fails = Rule::new(Fault::Run(RunFault::CompletedWithError)).times(1);
    fal.post("sandbox/faults", json!([fails])).await.expect(200);
    let compare = async |key: &str| {
        let request = ann.request(Method::POST, &format!("/v1/avatars/{avatar}/trainings"));
        let body = json!({"preset": "balanced", "compare_with": first});
        ann.send(request.header("Idempotency-Key", key).json(&body)).await
    };
    let second = id(&compare("c-1").await.expect(202));
    ann.training_in(&second, "failed").await;
    compare("c-2").await.problem(429, "key_spending_cap");
    let retry = ann.request(Method::POST, &format!("/v1/trainings/{second}/retry"));
    ann.send(retry.header("Idempotency-Key", "r-1")).await.problem(429, "key_spending_cap");
    ann.delete(&format!("/v1/avatars/{avatar}")).await.expect(202);
    let other = ready(&ann).await;
    let third = id(&ann.train(&other, "t-3").await.expect(202));
    ann.training_in(&third, "completed").await;
    ann.train(&other, "t-4").await.problem(429, "key_spending_cap");
    app.finish().await;
}

#[tokio::test]
async fn what_no_day_allows_is_refused_for_good() {
    for caps in [trainings(0), money(0), money(PRICE - 1)] {
        let app = TestApp::with(|config| config.spending.user = caps).await;
        let ann = app.person("ann").await;
        let avatar = ready(&ann).await;
        let answer = ann.train(&avatar, "t-1").await;
        assert_eq!(answer.header("retry-after"), None);
        answer.problem(403, "above_cap");
        let quote = format!("/v1/avatars/{avatar}/trainings?dry_run=true");
        assert_eq!(ann.post(&quote, json!({"preset": "fast"})).await.expect(200)["cost_estimate_usd"], 2.4);
        app.finish().await;
    }
}

#[tokio::test]
async fn the_price_is_the_operators_to_say() {
    let env = [("AISHA_TRAINER_PRICES".to_owned(), "fal-ai/flux-lora-portrait-trainer=0.0031:1".to_owned())];
    let prices = Config::from_env(&env.into_iter().collect()).expect("a price").prices;
    let app = TestApp::with(|config| config.prices = prices).await;
    let ann = app.person("ann").await;
    let avatar = ready(&ann).await;
    let preflight = ann.post_empty(&format!("/v1/avatars/{avatar}/preflight")).await.expect(200);
    let training = ann.train(&avatar, "t-1").await.expect(202);
    assert_eq!(
        (&preflight["presets"][0]["cost_estimate_usd"], &training["cost_estimate_usd"]),
        (&json!(3.1), &json!(3.1))
    );
    ann.training_in(&id(&training), "completed").await;
    app.finish().await;
}

async fn the_switch_stops_every_start(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    let ann = app.person("ann").await;
    let avatar = ready(&ann).await;
    let db = &app.rooms().db;
    spending::stop(db, Some("the month is over"), DateTime::UNIX_EPOCH).await.expect("the switch");
    let problem = ann.train(&avatar, "t-1").await.problem(409, "spending_stopped");
    assert!(problem["detail"].as_str().is_some_and(|text| text.contains("the month is over")), "{problem:#}");
    let quote = format!("/v1/avatars/{avatar}/trainings?dry_run=true");
    ann.post(&quote, json!({})).await.expect(200);
    assert!(spending::resume(db).await.expect("the switch"));
    let training = id(&ann.train(&avatar, "t-1").await.expect(202));
    ann.training_in(&training, "completed").await;
    app.finish().await;
}

#[tokio::test]
async fn the_switch_stops_every_start_on_one_machine() {
    the_switch_stops_every_start(Backend::Embedded).await;
}

#[tokio::test]
async fn the_switch_stops_every_start_on_postgres() {
    the_switch_stops_every_start(Backend::Production).await;
}

#[tokio::test]
async fn the_setting_stops_every_start_too() {
    let app = TestApp::with(|config| config.spending.is_stopped = true).await;
    let ann = app.person("ann").await;
    ann.train(&ready(&ann).await, "t-1").await.problem(409, "spending_stopped");
    app.finish().await;
}
