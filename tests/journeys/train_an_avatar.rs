//! From nothing to a trained avatar.

use aisha_tests::harness::app::with_faces;
use aisha_tests::harness::{Backend, TestApp};
use serde_json::json;

async fn from_photos_to_weights(backend: Backend) {
    let Some(app) = TestApp::start(backend, with_faces).await else { return };
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let report = ann.upload_photos(&avatar, 5).await;
    let outcomes: Vec<_> = report["results"].as_array().expect("results").iter().map(|file| &file["outcome"]).collect();
    assert_eq!(outcomes, vec!["created"; 5]);

    let training = ann.train(&avatar, "t-1").await.expect(202);
    let event = ann.event("training.completed", 0).await;
    assert_eq!(event["resource"], json!({"type": "training", "id": training["id"]}));

    let training = ann.get(&format!("/v1/trainings/{}", training["id"].as_str().expect("an id"))).await.expect(200);
    assert_eq!((&training["status"], &training["progress"]), (&json!("completed"), &json!(100)));
    let weights = training["diffusers_lora_file_url"].as_str().expect("a link");
    let weights = reqwest::get(weights).await.expect("the store answers").error_for_status().expect("the link works");
    assert!(weights.bytes().await.expect("the weights").len() > 8);

    let avatar = ann.get(&format!("/v1/avatars/{avatar}")).await.expect(200);
    assert_eq!((&avatar["status"], &avatar["is_main"]), (&json!("completed"), &json!(true)));
    assert_eq!(avatar["active_training_id"], training["id"]);
    app.finish().await;
}

#[tokio::test]
async fn photos_become_weights_on_one_machine() {
    from_photos_to_weights(Backend::Embedded).await;
}

#[tokio::test]
async fn photos_become_weights_on_postgres_and_s3() {
    from_photos_to_weights(Backend::Production).await;
}
