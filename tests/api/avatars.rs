//! Avatars: from the first word about one to its end.

use aisha_api::storage::objects;
use aisha_tests::harness::{Backend, Person, TestApp, id};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

/// The ids of a page.
fn ids(page: &Value) -> Vec<String> {
    page["data"].as_array().expect("a list").iter().map(id).collect()
}

async fn status(person: &Person, avatar: &str) -> Value {
    person.get(&format!("/v1/avatars/{avatar}")).await.expect(200)["status"].clone()
}

#[tokio::test]
async fn an_avatar_takes_photos_as_soon_as_its_last_detail_is_known() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let answer = ann.post("/v1/avatars", json!({})).await;
    let location = answer.header("location").expect("where it is").to_owned();
    let draft = answer.expect(201);
    assert_eq!(location, format!("/v1/avatars/{}", id(&draft)));
    assert_eq!((&draft["status"], &draft["name"], &draft["version"]), (&json!("draft"), &json!(null), &json!(1)));
    let details = [("name", "Ann"), ("gender", "female"), ("avatar_type", "character"), ("training_type", "portrait")];
    for (place, (field, value)) in details.into_iter().enumerate() {
        let avatar = ann.patch(&location, json!({ field: value })).await.expect(200);
        assert_eq!(avatar[field], value);
        let expected = if place == 3 { "photos_uploading" } else { "draft" };
        assert_eq!(avatar["status"], expected, "after {field}");
    }
    let whole = ann.get(&location).await.expect(200);
    assert_eq!(whole["version"], 5);
    assert_eq!(
        (&whole["photos_count"], &whole["photos_needed"], &whole["is_main"]),
        (&json!(0), &json!(5), &json!(false))
    );
    for field in ["status_reason", "active_training_id", "latest_training", "cover"] {
        assert_eq!(whole.get(field), Some(&Value::Null), "{field} is there and null");
    }
    app.finish().await;
}

#[tokio::test]
async fn details_have_limits() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let hundred = "я".repeat(100);
    let metadata = json!({"text": "x".repeat(16 * 1024 - r#"{"text":""}"#.len())});
    let good = [
        json!({"name": hundred}),
        json!({"name": "  Ann  "}),
        json!({"trigger_phrase": "a1"}),
        json!({"trigger_phrase": format!("a{}", "_".repeat(39))}),
        json!({"metadata": metadata}),
        json!({"metadata": {}}),
    ];
    for body in good {
        let avatar = ann.post("/v1/avatars", body.clone()).await.expect(201);
        if body["name"] == "  Ann  " {
            assert_eq!(avatar["name"], "Ann");
        }
    }
    let too_much = json!({"text": "x".repeat(16 * 1024 + 1 - r#"{"text":""}"#.len())});
    let bad = [
        (json!({"name": ""}), vec!["/name"]),
        (json!({"name": "   "}), vec!["/name"]),
        (json!({"name": "я".repeat(101)}), vec!["/name"]),
        (json!({"name": "A\nnn"}), vec!["/name"]),
        (json!({"trigger_phrase": "a"}), vec!["/trigger_phrase"]),
        (json!({"trigger_phrase": "1a"}), vec!["/trigger_phrase"]),
        (json!({"trigger_phrase": "an n"}), vec!["/trigger_phrase"]),
        (json!({"trigger_phrase": "a".repeat(41)}), vec!["/trigger_phrase"]),
        (json!({"metadata": too_much}), vec!["/metadata"]),
        (
            json!({"name": "", "trigger_phrase": "", "metadata": too_much}),
            vec!["/name", "/trigger_phrase", "/metadata"],
        ),
    ];
    for (body, expected) in bad {
        let problem = ann.post("/v1/avatars", body).await.problem(422, "validation_failed");
        let errors = problem["errors"].as_array().expect("errors");
        assert_eq!(errors.iter().map(|error| &error["pointer"]).collect::<Vec<_>>(), expected);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_change_of_what_has_changed_since_is_refused() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let path = format!("/v1/avatars/{avatar}");
    let read = ann.get(&path).await;
    let tag = read.header("etag").expect("a tag").to_owned();
    let change =
        |tag: &str, name: &str| ann.request(Method::PATCH, &path).header("If-Match", tag).json(&json!({"name": name}));
    let changed = ann.send(change(&tag, "Bea")).await;
    let new_tag = changed.header("etag").expect("a new tag").to_owned();
    assert_ne!(new_tag, tag);
    changed.expect(200);
    ann.send(change(&tag, "Cid")).await.problem(412, "precondition_failed");
    ann.send(ann.request(Method::DELETE, &path).header("If-Match", &tag)).await.problem(412, "precondition_failed");
    assert_eq!(ann.get(&path).await.expect(200)["name"], "Bea");
    ann.send(change("*", "Dan")).await.expect(200);
    let tag = ann.get(&path).await.header("etag").expect("a tag").to_owned();
    ann.send(ann.request(Method::DELETE, &path).header("If-Match", &tag)).await.expect(202);
    app.finish().await;
}

#[tokio::test]
async fn of_many_who_change_the_same_version_one_does() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let path = format!("/v1/avatars/{avatar}");
    let tag = ann.get(&path).await.header("etag").expect("a tag").to_owned();
    let changes = (0..12).map(|number| {
        let name = json!({"name": format!("Ann {number}")});
        ann.send(ann.request(Method::PATCH, &path).header("If-Match", &tag).json(&name))
    });
    let statuses: Vec<u16> = join_all(changes).await.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 11, "{statuses:?}");
    app.finish().await;
}

#[tokio::test]
async fn an_avatar_that_is_known_is_not_sent_again() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let path = format!("/v1/avatars/{}", ann.avatar().await);
    let tag = ann.get(&path).await.header("etag").expect("a tag").to_owned();
    for known in [tag.clone(), format!("W/{tag}"), format!("\"0\", {tag}"), "*".to_owned()] {
        let answer = ann.send(ann.request(Method::GET, &path).header("If-None-Match", &known)).await;
        assert_eq!((answer.status.as_u16(), answer.bytes.len()), (304, 0), "{known}");
        assert_eq!(answer.header("etag"), Some(tag.as_str()));
    }
    ann.patch(&path, json!({"name": "Bea"})).await.expect(200);
    ann.send(ann.request(Method::GET, &path).header("If-None-Match", &tag)).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a_walk_over_forty_five_avatars_meets_each_once_while_others_are_added() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    app.person("ben").await.avatar().await;
    let mut made = Vec::new();
    for _ in 0..45 {
        made.push(id(&ann.post("/v1/avatars", json!({})).await.expect(201)));
    }
    made.reverse();
    let mut walked = Vec::new();
    let mut path = "/v1/avatars?limit=7".to_owned();
    loop {
        let page = ann.get(&path).await.expect(200);
        walked.extend(ids(&page));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        assert_eq!(page["data"].as_array().map(Vec::len), Some(7));
        ann.post("/v1/avatars", json!({})).await.expect(201);
        path = format!("/v1/avatars?limit=7&cursor={cursor}");
    }
    assert_eq!(walked, made, "newest first, each once, those added meanwhile not at all");
    assert_eq!(ids(&ann.get("/v1/avatars").await.expect(200)).len(), 20, "twenty, unless another limit is given");
    app.finish().await;
}

async fn a_list_shows_only_what_was_asked_for(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    let ann = app.person("ann").await;
    let mut drafts = Vec::new();
    for _ in 0..3 {
        drafts.push(id(&ann.post("/v1/avatars", json!({})).await.expect(201)));
        ann.avatar().await;
    }
    drafts.reverse();
    let first = ann.get("/v1/avatars?status=draft&limit=2").await.expect(200);
    assert_eq!(ids(&first), drafts[..2]);
    let cursor = first["next_cursor"].as_str().expect("a second page");
    let second = ann.get(&format!("/v1/avatars?status=draft&limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!((ids(&second), &second["next_cursor"]), (drafts[2..].to_vec(), &Value::Null));
    assert_eq!(ids(&ann.get("/v1/avatars?status=completed").await.expect(200)), [""; 0]);
    app.finish().await;
}

#[tokio::test]
async fn a_list_shows_only_what_was_asked_for_on_one_machine() {
    a_list_shows_only_what_was_asked_for(Backend::Embedded).await;
}

#[tokio::test]
async fn a_list_shows_only_what_was_asked_for_on_postgres() {
    a_list_shows_only_what_was_asked_for(Backend::Production).await;
}

#[tokio::test]
async fn a_set_is_confirmed_only_when_it_is_enough() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let draft = id(&ann.post("/v1/avatars", json!({"name": "Ann", "gender": "female"})).await.expect(201));
    let finalize = format!("/v1/avatars/{draft}/finalize");
    let problem = ann.post_empty(&finalize).await.problem(409, "avatar_incomplete");
    let detail = problem["detail"].as_str().expect("a sentence");
    assert!(
        detail.contains("avatar_type") && detail.contains("training_type") && !detail.contains("gender"),
        "{detail}"
    );
    let rest = json!({"avatar_type": "custom", "training_type": "object"});
    ann.patch(&format!("/v1/avatars/{draft}"), rest).await.expect(200);
    ann.upload_photos(&draft, 4).await;
    ann.post_empty(&finalize).await.problem(409, "not_enough_photos");
    assert_eq!(status(&ann, &draft).await, "photos_uploading");
    ann.upload_photos(&draft, 5).await;
    assert_eq!(ann.post_empty(&finalize).await.expect(200)["status"], "ready_for_training");
    let again = ann.post_empty(&finalize).await.expect(200);
    assert_eq!(again["status"], "ready_for_training");
    assert_eq!(ann.get(&format!("/v1/avatars/{draft}")).await.expect(200)["version"], again["version"]);
    app.finish().await;
}

#[tokio::test]
async fn an_avatar_that_was_given_up_stays_so() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    for _ in 0..2 {
        let given_up = ann.post_empty(&format!("/v1/avatars/{avatar}/cancel")).await.expect(200);
        assert_eq!(given_up["status"], "cancelled");
        assert!(given_up["status_reason"].is_string());
    }
    ann.post_empty(&format!("/v1/avatars/{avatar}/finalize")).await.problem(409, "avatar_state");
    ann.train(&avatar, "t-1").await.problem(409, "avatar_state");
    ann.upload(&avatar, vec![("1.jpg", b"x".to_vec())]).await.problem(409, "avatar_state");
    ann.post_empty(&format!("/v1/avatars/{avatar}/main")).await.problem(409, "main_needs_completion");
    app.finish().await;
}

#[tokio::test]
async fn a_completed_avatar_is_not_given_up_and_the_main_mark_moves() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let ((first, _), (second, _)) = tokio::join!(ann.trained_avatar(5), ann.trained_avatar(5));
    let draft = ann.avatar().await;
    ann.post_empty(&format!("/v1/avatars/{first}/cancel")).await.problem(409, "avatar_state");
    ann.post_empty(&format!("/v1/avatars/{draft}/main")).await.problem(409, "main_needs_completion");
    let is_main = async |avatar: &str| ann.get(&format!("/v1/avatars/{avatar}")).await.expect(200)["is_main"] == true;
    assert!(is_main(&first).await != is_main(&second).await, "the first to complete became the main one");
    for avatar in [&first, &second, &second] {
        assert_eq!(ann.post_empty(&format!("/v1/avatars/{avatar}/main")).await.expect(200)["is_main"], true);
        assert_eq!((is_main(&first).await, is_main(&second).await), (*avatar == first, *avatar == second));
    }
    app.finish().await;
}

#[tokio::test]
async fn two_who_choose_a_main_avatar_at_once_leave_one() {
    let Some(app) = TestApp::on(Backend::Production).await else { return };
    let ann = app.person("ann").await;
    let (one, two, three) = tokio::join!(ann.trained_avatar(5), ann.trained_avatar(5), ann.trained_avatar(5));
    let avatars = [one.0, two.0, three.0];
    for _ in 0..8 {
        let wishes = avatars.iter().cycle().take(9).map(|avatar| {
            let path = format!("/v1/avatars/{avatar}/main");
            let ann = ann.clone();
            async move { ann.post_empty(&path).await }
        });
        for answer in join_all(wishes).await {
            answer.expect(200);
        }
        let list = ann.get("/v1/avatars").await.expect(200);
        let main = list["data"].as_array().expect("a list").iter().filter(|avatar| avatar["is_main"] == true).count();
        assert_eq!(main, 1, "{list:#}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_deleted_avatar_leaves_neither_rows_nor_objects() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let (avatar, training) = ann.trained_avatar(5).await;
    let photo = ann.get(&format!("/v1/avatars/{avatar}/photos")).await.expect(200)["data"][0].clone();
    let link = photo["original_url"].as_str().expect("a link").to_owned();
    app.stranger().follow(&link).await.expect(200);
    ann.delete(&format!("/v1/avatars/{avatar}")).await.expect(202);
    ann.delete(&format!("/v1/avatars/{avatar}")).await.problem(404, "not_found");
    for path in [
        format!("/v1/avatars/{avatar}"),
        format!("/v1/avatars/{avatar}/photos"),
        format!("/v1/avatars/{avatar}/timeline"),
        format!("/v1/photos/{}", id(&photo)),
        format!("/v1/trainings/{training}"),
    ] {
        ann.get(&path).await.problem(404, "not_found");
    }
    assert_eq!(ids(&ann.get("/v1/avatars").await.expect(200)), [""; 0]);
    app.settled().await;
    assert_eq!(objects::list(&app.rooms().db).await.expect("the ledger"), []);
    app.stranger().follow(&link).await.problem(404, "not_found");
    let gone = ann.event("avatar.deleted", 0).await;
    assert_eq!(gone["avatar_id"], json!(avatar), "the event outlives what it tells of");
    app.finish().await;
}

/// An upload that an avatar's end overtakes must not leave its files behind.
#[tokio::test]
async fn an_avatar_deleted_under_its_uploads_leaves_nothing() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    for round in 0..12 {
        let avatar = ann.avatar().await;
        let path = format!("/v1/avatars/{avatar}");
        let delete = async {
            // Not a time that must pass: each round meets the uploads at another point.
            tokio::time::sleep(std::time::Duration::from_millis(4 * round)).await;
            ann.delete(&path).await.expect(202);
        };
        let upload =
            |number| ann.upload_body(&avatar, Some("image/jpeg"), aisha_tests::harness::pictures::jpeg(number));
        let (one, two, three, ()) = tokio::join!(upload(1), upload(2), upload(3), delete);
        for answer in [one, two, three] {
            assert!(matches!(answer.status.as_u16(), 201 | 404 | 422), "{:#}", answer.body);
        }
        ann.get(&path).await.problem(404, "not_found");
    }
    app.settled().await;
    assert_eq!(objects::list(&app.rooms().db).await.expect("the ledger"), []);
    app.finish().await;
}

#[tokio::test]
async fn a_timeline_tells_who_did_what_newest_first() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let photos = ann.upload_photos(&avatar, 5).await;
    let photo = id(&photos["results"][0]["photo"]);
    ann.patch(&format!("/v1/photos/{photo}"), json!({"caption": "Ann"})).await.expect(200);
    let training = id(&ann.train(&avatar, "t-1").await.expect(202));
    ann.event("avatar.completed", 0).await;
    let mut told = Vec::new();
    let mut path = format!("/v1/avatars/{avatar}/timeline?limit=4");
    loop {
        let page = ann.get(&path).await.expect(200);
        told.extend(page["data"].as_array().expect("events").clone());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/avatars/{avatar}/timeline?limit=4&cursor={cursor}");
    }
    told.reverse();
    let kinds: Vec<&str> = told.iter().filter_map(|event| event["type"].as_str()).collect();
    let photos = ["photo.created"; 5];
    let (before, after) = (["avatar.created"], ["photo.updated", "avatar.ready_for_training", "training.started"]);
    assert_eq!(kinds[..9], [&before[..], &photos, &after].concat());
    let mut end = kinds[9..].to_vec();
    end.sort_unstable();
    assert_eq!(end, ["avatar.completed", "training.completed"]);
    for event in &told {
        let by_hand = !event["type"].as_str().expect("a type").ends_with("completed");
        assert_eq!(event["actor_key_id"].is_string(), by_hand, "a person or the service itself: {event:#}");
        assert_eq!(event["avatar_id"], json!(avatar));
    }
    let ended = told.iter().find(|event| event["type"] == "training.completed").expect("its end");
    assert_eq!(ended["resource"], json!({"type": "training", "id": training}));
    app.finish().await;
}
