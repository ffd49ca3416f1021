//! What a list costs the database: as many queries for a hundred things as for one.

use aisha_tests::harness::{Backend, TestApp, id, queries, rows};
use reqwest::Method;
use serde_json::json;

const THINGS: i64 = 30;

async fn a_list_costs_the_same_for_one_and_for_a_hundred(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let me = id(&ann.get("/v1/me").await.expect(200));
    rows::generations(&app.rooms().db, me.parse().expect("an id"), avatar.parse().expect("an id"), 120).await;
    let generation = id(&ann.get("/v1/generations?status=completed").await.expect(200)["data"][0]);
    for _ in 0..THINGS {
        ann.avatar().await;
        let share = json!({"expires_in_seconds": 60});
        ann.post(&format!("/v1/generations/{generation}/shares"), share).await.expect(201);
    }
    for path in ["/v1/generations", "/v1/avatars", "/v1/shares"] {
        let mut counts = Vec::new();
        for limit in [1, 100] {
            let request = ann.request(Method::GET, &format!("{path}?limit={limit}"));
            let (answer, queries) = queries::count(&ann, request).await;
            let length = answer.expect(200)["data"].as_array().expect("a list").len();
            counts.push((length, queries));
        }
        println!("{path}: {counts:?}");
        let (one, many) = (counts[0], counts[1]);
        assert!(one.0 == 1 && many.0 >= 30, "{path}: {counts:?}");
        assert!((2..=4).contains(&one.1), "{path}: {counts:?}: are the queries seen at all?");
        assert_eq!(one.1, many.1, "{path}: {counts:?}");
    }
    app.finish_without_looking().await;
}

#[tokio::test]
async fn a_list_costs_the_same_for_one_and_for_a_hundred_on_one_machine() {
    a_list_costs_the_same_for_one_and_for_a_hundred(Backend::Embedded).await;
}

#[tokio::test]
async fn a_list_costs_the_same_for_one_and_for_a_hundred_on_postgres() {
    a_list_costs_the_same_for_one_and_for_a_hundred(Backend::Production).await;
}
