//! Statistics: of a person, of an avatar, and of the whole service for its operator.

use aisha_api::domain::clock::Clock;
use aisha_openapi::vocabulary::Scope;
use aisha_tests::harness::{Backend, TestApp, id};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// What a training with the fastest preset costs, and a picture of a square megapixel.
const COSTS: (f64, f64) = (2.4, 0.035);

async fn everything_is_counted(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    let ann = app.person("ann").await;
    let (avatar, _) = ann.trained_avatar(5).await;
    let (other, _) = ann.trained_avatar(6).await;
    let kept = id(&ann.picture(&avatar, "p-1", json!({"prompt": "x", "num_images": 2})).await.expect(202));
    let gone = id(&ann.picture(&avatar, "p-2", json!({"prompt": "x"})).await.expect(202));
    for generation in [&kept, &gone] {
        ann.generation_in(generation, "completed").await;
    }
    ann.put(&format!("/v1/generations/{kept}/favourite"), json!({})).await.expect(200);
    ann.delete(&format!("/v1/generations/{gone}")).await.expect(204);
    app.settled().await;

    let mine = ann.get("/v1/me/statistics").await.expect(200);
    assert_eq!((&mine["avatars"], &mine["photos"]), (&json!(2), &json!({"total": 11, "by_status": {"valid": 11}})));
    let trainings = &mine["trainings"];
    assert_eq!((&trainings["by_status"], &trainings["success_rate"]), (&json!({"completed": 2}), &json!(1.0)));
    let seconds = |name: &str| trainings["duration"][name].as_i64().expect("seconds");
    assert!((1..60).contains(&seconds("average_seconds")) && seconds("shortest_seconds") <= seconds("longest_seconds"));
    assert_eq!(mine["generations"], json!({"total": 1, "by_status": {"completed": 1}, "pictures": 2, "favourites": 1}));
    assert_cents(&mine["spent_usd"], 2.0 * COSTS.0 + 3.0 * COSTS.1);
    assert!(mine["stored_bytes"].as_i64().is_some_and(|bytes| bytes > 100_000), "{mine:#}");

    let one = ann.get(&format!("/v1/avatars/{avatar}/statistics")).await.expect(200);
    assert_eq!(
        (&one["avatars"], &one["photos"]["total"], &one["trainings"]["total"]),
        (&json!(1), &json!(5), &json!(1))
    );
    assert_eq!(one["generations"], mine["generations"]);
    assert_cents(&one["spent_usd"], COSTS.0 + 2.0 * COSTS.1);
    let two = ann.get(&format!("/v1/avatars/{other}/statistics")).await.expect(200);
    let bytes = |statistics: &Value| statistics["stored_bytes"].as_i64().expect("bytes");
    assert_eq!(bytes(&one) + bytes(&two), bytes(&mine));

    let bob = app.person("bob").await;
    bob.get(&format!("/v1/avatars/{avatar}/statistics")).await.problem(404, "not_found");
    let nothing = bob.get("/v1/me/statistics").await.expect(200);
    assert_eq!((&nothing["avatars"], &nothing["trainings"]["success_rate"]), (&json!(0), &Value::Null));
    app.finish().await;
}

fn assert_cents(value: &Value, expected: f64) {
    let value = value.as_f64().expect("dollars");
    assert!((value - expected).abs() < 1e-6, "{value} instead of {expected}");
}

#[tokio::test]
async fn everything_is_counted_on_one_machine() {
    everything_is_counted(Backend::Embedded).await;
}

#[tokio::test]
async fn everything_is_counted_in_production() {
    everything_is_counted(Backend::Production).await;
}

#[tokio::test]
async fn the_operator_sees_each_day_and_whoever_is_no_operator_does_not() {
    let clock = Clock::held_at("2026-03-01T23:59:00Z".parse().expect("a time"));
    let app = TestApp::living_by(clock.clone(), |_| {}).await;
    let (ann, root) = (app.person("ann").await, app.person_with("root", vec![Scope::Admin], None).await);
    let avatar = ann.avatar().await;
    ann.upload_photos(&avatar, 5).await;
    clock.advance(TimeDelta::minutes(1));
    ann.train(&avatar, "t-1").await.expect(202);
    let usage = root.get("/v1/admin/statistics?from=2026-02-28&to=2026-03-02").await.expect(200);
    let days = usage["data"].as_array().expect("days");
    let dates: Vec<_> = days.iter().map(|day| day["date"].as_str().expect("a date")).collect();
    assert_eq!(dates, ["2026-02-28", "2026-03-01", "2026-03-02"]);
    let of = |field: &str| days.iter().map(|day| day[field].as_i64().expect("a count")).collect::<Vec<_>>();
    // Ann, root, and the developer whom the service made at its start.
    assert_eq!((of("people"), of("avatars"), of("photos")), (vec![0, 3, 0], vec![0, 1, 0], vec![0, 5, 0]));
    assert_eq!(of("trainings_started"), [0, 0, 1]);
    assert_cents(&days[2]["cost_usd"], COSTS.0);
    assert!(of("bytes")[1] > 10_000);
    assert_eq!(root.get("/v1/admin/statistics").await.expect(200)["data"].as_array().map(Vec::len), Some(30));
    for query in ["from=2026-03-02&to=2026-03-01", "from=2025-03-01&to=2026-03-02"] {
        root.get(&format!("/v1/admin/statistics?{query}")).await.problem(422, "validation_failed");
    }
    root.get("/v1/admin/statistics?from=yesterday").await.problem(400, "bad_request");
    root.get("/v1/admin/trainings?status=lost").await.problem(422, "validation_failed");
    for path in ["/v1/admin/statistics", "/v1/admin/trainings"] {
        ann.get(path).await.problem(403, "forbidden");
    }
    app.finish_without_looking().await;
}

#[tokio::test]
async fn the_operator_sees_the_trainings_that_need_an_eye_and_nothing_personal() {
    let app = TestApp::with(aisha_tests::harness::app::unreachable_fal).await;
    let (ann, root) = (app.person("ann").await, app.person_with("root", vec![Scope::Admin], None).await);
    let avatar = ann.avatar().await;
    ann.upload_photos(&avatar, 5).await;
    let training = id(&ann.train(&avatar, "t-1").await.expect(202));
    let watched = root.get("/v1/admin/trainings").await.expect(200);
    assert_eq!((id(&watched["data"][0]), &watched["next_cursor"]), (training.clone(), &Value::Null));
    let trigger = ann.get(&format!("/v1/avatars/{avatar}")).await.expect(200)["trigger_phrase"].clone();
    for personal in ["Ann", "ann", trigger.as_str().expect("a word")] {
        assert!(!watched.to_string().contains(personal), "{watched:#}");
    }
    assert_eq!(root.get("/v1/admin/trainings?status=failed").await.expect(200)["data"], json!([]));
    ann.post_empty(&format!("/v1/trainings/{training}/cancel")).await.expect(202);
    app.finish_without_looking().await;
}
