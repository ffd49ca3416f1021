//! How the service says no, whoever says it: the framework's refusals look like the handlers' own.

use std::collections::BTreeSet;

use aisha_tests::harness::{Answer, Backend, Person, TestApp, id};
use reqwest::Method;
use serde_json::{Value, json};

async fn post_as(person: &Person, content_type: Option<&str>, body: impl Into<reqwest::Body>) -> Answer {
    let request = person.request(Method::POST, "/v1/avatars").body(body);
    person
        .send(match content_type {
            Some(kind) => request.header("Content-Type", kind),
            None => request,
        })
        .await
}

async fn post_json(person: &Person, body: impl Into<reqwest::Body>) -> Answer {
    post_as(person, Some("application/json"), body).await
}

/// The pointers of a 422, after looking that each says a word and a sentence.
#[track_caller]
fn pointers(answer: Answer) -> Vec<String> {
    let body = answer.problem(422, "validation_failed");
    let errors = body["errors"].as_array().expect("errors");
    for error in errors {
        assert!(error["code"].as_str().is_some_and(|code| !code.is_empty()), "{body:#}");
        assert!(error["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{body:#}");
    }
    errors.iter().map(|error| error["pointer"].as_str().expect("a pointer").to_owned()).collect()
}

#[tokio::test]
async fn an_address_that_does_not_exist_is_not_found() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    for path in ["/", "/v1", "/v1/", "/v1/avatar", "/v1/avatars/", "/v2/avatars", "/%ff", "/docs/nothing.js"] {
        ann.get(path).await.problem(404, "not_found");
        app.stranger().get(path).await.problem(404, "not_found");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_method_that_an_address_does_not_take_is_told_which_it_takes() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let cases = [
        (Method::DELETE, "/v1/avatars".to_owned(), vec!["GET", "HEAD", "POST"]),
        (Method::POST, format!("/v1/avatars/{avatar}"), vec!["DELETE", "GET", "HEAD", "PATCH"]),
        (Method::GET, format!("/v1/avatars/{avatar}/finalize"), vec!["POST"]),
        (Method::OPTIONS, "/v1/me".to_owned(), vec!["DELETE", "GET", "HEAD", "PATCH"]),
    ];
    for (method, path, takes) in cases {
        let answer = ann.send(ann.request(method, &path)).await;
        let allow = answer.header("allow").unwrap_or_default().to_owned();
        answer.problem(405, "method_not_allowed");
        let allow: BTreeSet<&str> = allow.split(',').map(str::trim).collect();
        assert_eq!(allow, takes.into_iter().collect(), "{path}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_body_that_is_not_said_to_be_json_is_refused() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    for kind in [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/jsonx")] {
        post_as(&ann, kind, "{}").await.problem(415, "unsupported_media_type");
    }
    for kind in ["application/json", "application/json; charset=utf-8", "Application/JSON"] {
        post_as(&ann, Some(kind), "{}").await.expect(201);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_body_that_is_not_json_cannot_be_read() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let bodies: [&[u8]; 6] =
        [b"", b"{", b"{\"name\": \"Ann\"", b"{\"name\": \"Ann\"} {}", b"{\"name\": \"\xff\"}", b"{name: 1}"];
    for body in bodies {
        post_json(&ann, body.to_vec()).await.problem(400, "bad_request");
    }
    app.finish().await;
}

#[tokio::test]
async fn json_of_ten_thousand_levels_cannot_be_read() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let (deep, end) = (r#"{"a":"#.repeat(10_000), "}".repeat(10_000));
    post_json(&ann, format!(r#"{{"metadata": {deep}1{end}}}"#)).await.problem(400, "bad_request");
    app.finish().await;
}

#[tokio::test]
async fn json_may_have_256_kilobytes_and_no_byte_more() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let body = |length: usize| format!("{{{}}}", " ".repeat(length - 2));
    post_json(&ann, body(256 * 1024)).await.expect(201);
    post_json(&ann, body(256 * 1024 + 1)).await.problem(413, "payload_too_large");
    app.finish().await;
}

#[tokio::test]
async fn each_wrong_field_is_pointed_at() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let cases = [
        (json!({"nmae": "Ann"}), "/nmae"),
        (json!({"name": 7}), "/name"),
        (json!({"gender": "queen"}), "/gender"),
        (json!({"metadata": "text"}), "/metadata"),
        (json!([]), ""),
        (json!(["Ann", "female"]), ""),
        (json!(null), ""),
        (json!("Ann"), ""),
    ];
    for (body, pointer) in cases {
        assert_eq!(pointers(ann.post("/v1/avatars", body.clone()).await), [pointer], "{body}");
        assert_eq!(pointers(ann.patch(&format!("/v1/avatars/{avatar}"), body.clone()).await), [pointer], "{body}");
    }
    let order = json!({"photo_ids": [avatar, "not an id"]});
    assert_eq!(pointers(ann.put(&format!("/v1/avatars/{avatar}/photos/order"), order).await), ["/photo_ids/1"]);
    let training = ann.request(Method::POST, &format!("/v1/avatars/{avatar}/trainings"));
    let training = training.header("Idempotency-Key", "t-1").json(&json!({"preset": "slow"}));
    assert_eq!(pointers(ann.send(training).await), ["/preset"]);
    assert_eq!(ann.get("/v1/avatars").await.expect(200)["data"].as_array().map(Vec::len), Some(1), "none was made");
    app.finish().await;
}

#[tokio::test]
async fn parameters_are_refused_by_name() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    for path in ["/v1/avatars?limit=many", "/v1/avatars?limit=-1", "/v1/events?after=x", "/v1/events?wait=-1"] {
        ann.get(path).await.problem(400, "bad_request");
    }
    let cases = [
        ("/v1/avatars?limit=0", "limit"),
        ("/v1/avatars?limit=101", "limit"),
        ("/v1/avatars?status=happy", "status"),
        ("/v1/events?limit=0", "limit"),
        ("/v1/events?after=-1", "after"),
    ];
    for (path, name) in cases {
        assert_eq!(pointers(ann.get(path).await), [name], "{path}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_cursor_fits_only_the_list_it_was_given_for() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatars = [ann.avatar().await, ann.avatar().await];
    let page = ann.get("/v1/avatars?limit=1").await.expect(200);
    let cursor = page["next_cursor"].as_str().expect("a second page");
    ann.get(&format!("/v1/avatars?limit=1&cursor={cursor}")).await.expect(200);
    let [first, second] = &avatars;
    let timeline = ann.patch(&format!("/v1/avatars/{first}"), json!({"name": "Bea"})).await;
    timeline.expect(200);
    let timeline = ann.get(&format!("/v1/avatars/{first}/timeline?limit=1")).await.expect(200);
    let timeline = timeline["next_cursor"].as_str().expect("a second page of the timeline");
    let others = [
        "/v1/avatars?cursor=nonsense".to_owned(),
        "/v1/avatars?cursor=".to_owned(),
        format!("/v1/avatars?status=draft&cursor={cursor}"),
        format!("/v1/avatars/{first}/trainings?cursor={cursor}"),
        format!("/v1/avatars/{first}/timeline?cursor={cursor}"),
        format!("/v1/avatars/{second}/timeline?cursor={timeline}"),
    ];
    for path in others {
        ann.get(&path).await.problem(400, "invalid_cursor");
    }
    app.finish().await;
}

#[tokio::test]
async fn an_id_that_cannot_be_read_is_the_id_of_nothing() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let without_request_id = |mut body: Value| {
        body["request_id"] = Value::Null;
        body
    };
    for kind in ["avatars", "photos", "trainings"] {
        let missing = ann.get(&format!("/v1/{kind}/01890000-0000-7000-8000-000000000000")).await;
        let missing = without_request_id(missing.problem(404, "not_found"));
        for odd in ["1", "not-an-id", "%00", "%F0%9F%98%80", "01890000-0000-7000-8000-00000000000"] {
            let answer = ann.get(&format!("/v1/{kind}/{odd}")).await;
            assert_eq!(without_request_id(answer.problem(404, "not_found")), missing, "{odd}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_request_keeps_its_name_if_the_name_is_acceptable() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let longest = "x".repeat(64);
    for name in ["a", "018f.3c_5e-7d", longest.as_str()] {
        let answer = ann.send(ann.request(Method::GET, "/v1/nothing").header("X-Request-Id", name)).await;
        assert_eq!(answer.header("x-request-id"), Some(name));
        assert_eq!(answer.problem(404, "not_found")["request_id"], name);
    }
    let too_long = "x".repeat(65);
    for name in ["", "two words", "a/b", "<b>", too_long.as_str()] {
        let answer = ann.send(ann.request(Method::GET, "/v1/me").header("X-Request-Id", name)).await;
        let given = answer.header("x-request-id").expect("a name").to_owned();
        assert!(uuid::Uuid::try_parse(&given).is_ok(), "{name} became {given}");
        answer.expect(200);
    }
    app.finish().await;
}

#[tokio::test]
async fn nobody_on_the_way_keeps_an_answer() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let answers = [
        ann.get("/v1/avatars").await,
        ann.get(&format!("/v1/avatars/{avatar}")).await,
        ann.get("/v1/nothing").await,
        ann.delete("/v1/avatars").await,
        app.stranger().get("/v1/avatars").await,
    ];
    for answer in answers {
        assert_eq!(answer.header("cache-control"), Some("private, no-store"), "{:#}", answer.body);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_problem_has_a_type_and_a_title_of_its_code() {
    let app = TestApp::new().await;
    let problem = app.stranger().get("/v1/me").await.problem(401, "unauthenticated");
    assert_eq!(problem["type"], "/problems/unauthenticated");
    assert_eq!(problem["title"], "No valid credentials");
    assert_eq!(problem["errors"], json!([]));
    app.finish().await;
}

/// Postgres keeps no NUL, neither in a text nor in JSON; the rule is the same on every database.
async fn a_nul_is_refused_where_texts_are_kept(backend: Backend) {
    let Some(app) = TestApp::on(backend).await else { return };
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let photo = id(&ann.upload_photos(&avatar, 1).await["results"][0]["photo"]);
    for body in [json!({"metadata": {"a": [{"b": "x\0"}]}}), json!({"metadata": {"a": {"b\0": 1}}})] {
        assert_eq!(pointers(ann.post("/v1/avatars", body.clone()).await), ["/metadata"]);
        assert_eq!(pointers(ann.patch(&format!("/v1/avatars/{avatar}"), body).await), ["/metadata"]);
    }
    assert_eq!(pointers(ann.post("/v1/avatars", json!({"name": "A\0"})).await), ["/name"]);
    assert_eq!(pointers(ann.patch(&format!("/v1/photos/{photo}"), json!({"caption": "A\0"})).await), ["/caption"]);
    app.finish().await;
}

#[tokio::test]
async fn a_nul_is_refused_on_one_machine() {
    a_nul_is_refused_where_texts_are_kept(Backend::Embedded).await;
}

#[tokio::test]
async fn a_nul_is_refused_on_postgres() {
    a_nul_is_refused_where_texts_are_kept(Backend::Production).await;
}
