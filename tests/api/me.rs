//! The caller.

use aisha_openapi::vocabulary::Scope;
use aisha_tests::harness::TestApp;
use serde_json::json;

#[tokio::test]
async fn a_caller_is_told_who_they_are_and_what_they_may() {
    let app = TestApp::new().await;
    let ann = app.person_with("ann", vec![Scope::AvatarsRead, Scope::EventsRead], None).await;
    let me = ann.get("/v1/me").await.expect(200);
    assert_eq!((&me["name"], &me["issuer"], &me["external_id"]), (&json!("ann"), &json!(null), &json!(null)));
    assert_eq!(me["scopes"], json!(["avatars:read", "events:read"]));
    assert!(me["created_at"].as_str().is_some_and(|time| time.ends_with('Z')), "{me:#}");
    let same = app.person_with("ann", vec![Scope::AvatarsRead], None).await.get("/v1/me").await.expect(200);
    assert_eq!(same["id"], me["id"], "two keys of one account are one person");
    app.finish().await;
}
