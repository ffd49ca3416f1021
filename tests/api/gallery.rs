//! The gallery over HTTP: filters, pages, favourites.

use aisha_tests::harness::{Person, TestApp, id};
use serde_json::{Value, json};

async fn made(ann: &Person, avatar: &str, key: &str, wish: Value) -> String {
    let made = id(&ann.picture(avatar, key, wish).await.expect(202));
    ann.generation_in(&made, "completed").await;
    made
}

async fn found(ann: &Person, query: &str) -> Vec<String> {
    let page = ann.get(&format!("/v1/generations?{query}")).await.expect(200);
    page["data"].as_array().expect("a list").iter().map(id).collect()
}

#[tokio::test]
async fn the_gallery_is_filtered_and_paged() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let (avatar, _) = ann.trained_avatar(5).await;
    let (other, _) = ann.trained_avatar(5).await;
    let one = made(&ann, &avatar, "p-1", json!({"prompt": "x"})).await;
    let two = made(&ann, &avatar, "p-2", json!({"prompt": "x", "aspect_ratio": "16:9"})).await;
    let three = made(&ann, &other, "p-3", json!({"prompt": "x"})).await;
    assert_eq!(found(&ann, "").await, [three.as_str(), &two, &one]);
    assert_eq!(found(&ann, &format!("avatar_id={avatar}")).await, [two.as_str(), &one]);
    assert_eq!(found(&ann, "aspect_ratio=16:9").await, [two.as_str()]);
    assert_eq!(found(&ann, "status=failed").await, [] as [&str; 0]);
    let time =
        ann.get(&format!("/v1/generations/{two}")).await.expect(200)["created_at"].as_str().expect("a time").to_owned();
    assert_eq!(found(&ann, &format!("after={time}")).await, [three.as_str(), &two]);
    assert_eq!(found(&ann, &format!("before={time}")).await, [one.as_str()]);

    assert_eq!(found(&ann, "favourite=true").await, [] as [&str; 0]);
    for _ in 0..2 {
        let liked = ann.put(&format!("/v1/generations/{two}/favourite"), json!({})).await.expect(200);
        assert_eq!(liked["is_favourite"], true);
    }
    assert_eq!(found(&ann, "favourite=true").await, [two.as_str()]);
    assert_eq!(found(&ann, "favourite=false").await, [three.as_str(), &one]);
    let unliked = ann.delete(&format!("/v1/generations/{two}/favourite")).await.expect(200);
    assert_eq!(unliked["is_favourite"], false);

    let first = ann.get("/v1/generations?limit=2").await.expect(200);
    let cursor = first["next_cursor"].as_str().expect("more").to_owned();
    assert_eq!(found(&ann, &format!("limit=2&cursor={cursor}")).await, [one.as_str()]);
    ann.get(&format!("/v1/generations?favourite=true&cursor={cursor}")).await.problem(400, "invalid_cursor");
    for query in ["status=done", "aspect_ratio=2:1"] {
        ann.get(&format!("/v1/generations?{query}")).await.problem(422, "validation_failed");
    }
    for query in ["after=yesterday", "avatar_id=x", "favourite=maybe"] {
        ann.get(&format!("/v1/generations?{query}")).await.problem(400, "bad_request");
    }
    app.finish().await;
}
