//! What is said of photos: of each one, of those that look the same, and of the set before money is spent.

use aisha_api::config::Config;
use aisha_api::domain::photo::judgement::{Policy, Strictness};
use aisha_tests::harness::app::with_faces;
use aisha_tests::harness::{Answer, Person, TestApp, id, pictures};
use image::imageops;
use reqwest::Method;
use serde_json::{Value, json};

async fn photos(person: &Person, avatar: &str) -> Vec<Value> {
    let listed = person.get(&format!("/v1/avatars/{avatar}/photos")).await.expect(200);
    listed["data"].as_array().expect("photos").clone()
}

async fn preflight(person: &Person, avatar: &str) -> Value {
    person.post_empty(&format!("/v1/avatars/{avatar}/preflight")).await.expect(200)
}

async fn take(person: &Person, avatar: &str, bytes: Vec<u8>) -> Value {
    person.upload_body(avatar, None, bytes).await.expect(201)["results"][0]["photo"].clone()
}

/// As many photos that look different, each good.
async fn take_scenes(person: &Person, avatar: &str, numbers: std::ops::Range<u32>) {
    for number in numbers {
        take(person, avatar, pictures::jpeg_of(&pictures::scene(900, 700, number), 90)).await;
    }
}

fn codes(issues: &Value) -> Vec<&str> {
    issues.as_array().expect("a list").iter().map(|issue| issue["code"].as_str().expect("a code")).collect()
}

fn strict(config: &mut Config) {
    with_faces(config);
    config.rules.portrait = Policy { faces: Strictness::Reject, quality: Strictness::Warn };
}

async fn in_russian(person: &Person, method: Method, path: &str) -> Answer {
    let request = person.request(method, path).header("Accept-Language", "ru-RU,ru;q=0.9,en;q=0.5");
    person.send(request).await
}

fn is_russian(text: &Value) -> bool {
    text.as_str().expect("a text").chars().any(|letter| ('а'..='я').contains(&letter))
}

#[tokio::test]
async fn a_portrait_is_measured_and_its_face_is_cut_out() {
    let app = TestApp::with(with_faces).await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let photo = take(&ann, &avatar, pictures::portrait()).await;
    assert_eq!((&photo["has_face"], &photo["verdict"], &photo["issues"]), (&json!(true), &json!("ok"), &json!([])));
    let faces = photo["faces"].as_array().expect("faces");
    assert_eq!(faces.len(), 1);
    for side in ["x", "y", "width", "height"] {
        assert!(faces[0][side].as_f64().is_some_and(|share| (0.0..=1.0).contains(&share)), "{}", faces[0]);
    }
    let score = photo["quality_score"].as_f64().expect("a score");
    assert!((0.5..=1.0).contains(&score), "{score}");
    for part in ["sharpness", "exposure", "contrast", "resolution", "cleanness"] {
        let part = &photo["quality"][part];
        assert!(part["value"].is_number() && part["score"].as_f64().is_some_and(|score| score <= 1.0), "{part}");
    }
    let face = ann.follow(photo["face_url"].as_str().expect("a link")).await;
    let face = image::load_from_memory(&face.bytes).expect("a picture");
    assert_eq!(face.width(), face.height());
    let copy = ann.follow(photo["training_url"].as_str().expect("a link")).await;
    let copy = image::load_from_memory(&copy.bytes).expect("a picture");
    assert_eq!((json!(copy.width()), json!(copy.height())), (photo["width"].clone(), photo["height"].clone()));
    for variant in ["face", "training"] {
        let content = ann.get(&format!("/v1/photos/{}/content?variant={variant}", id(&photo))).await;
        assert_eq!(content.status, 307, "{variant}");
    }
    app.finish().await;
}

#[tokio::test]
async fn an_issue_has_a_code_a_number_and_a_fix_in_two_languages() {
    let app = TestApp::with(with_faces).await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let dark = imageops::colorops::brighten(&pictures::scene(900, 700, 1), -100);
    let photo = take(&ann, &avatar, pictures::jpeg_of(&dark, 90)).await;
    assert_eq!((&photo["verdict"], &photo["validation_status"]), (&json!("warn"), &json!("valid")));
    assert!(codes(&photo["issues"]).contains(&"too_dark") && codes(&photo["issues"]).contains(&"no_face"), "{photo:#}");
    let address = format!("/v1/photos/{}", id(&photo));
    let russian = in_russian(&ann, Method::GET, &address).await.expect(200);
    let english = ann.get(&address).await.expect(200);
    for (english, russian) in
        english["issues"].as_array().expect("issues").iter().zip(russian["issues"].as_array().expect("issues"))
    {
        for field in ["code", "severity", "value", "threshold"] {
            assert_eq!(english[field], russian[field]);
        }
        assert!(english["value"].is_number() && english["threshold"].is_number(), "{english}");
        for field in ["detail", "fix"] {
            assert!(!is_russian(&english[field]) && is_russian(&russian[field]), "{english} {russian}");
        }
    }
    let cut = pictures::jpeg(1)[..2000].to_vec();
    let request = ann.request(Method::POST, &format!("/v1/avatars/{avatar}/photos")).header("Accept-Language", "ru");
    let refused = ann.send(request.header("Content-Type", "image/jpeg").body(cut)).await.expect(422);
    let problem = &refused["results"][0]["problem"];
    assert!(problem["code"] == "corrupt_image" && is_russian(&problem["detail"]), "{problem}");
    app.finish().await;
}

#[tokio::test]
async fn a_rejected_photo_is_kept_and_not_used_until_the_kind_of_avatar_allows_it() {
    let app = TestApp::with(strict).await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    take_scenes(&ann, &avatar, 0..5).await;
    let photo = &photos(&ann, &avatar).await[0];
    assert_eq!((&photo["verdict"], &photo["validation_status"]), (&json!("reject"), &json!("invalid")));
    assert_eq!(photo["issues"][0]["severity"], "reject");
    let address = format!("/v1/avatars/{avatar}");
    assert_eq!(ann.get(&address).await.expect(200)["usable_photos_count"], 0);
    ann.post_empty(&format!("{address}/finalize")).await.problem(409, "not_enough_photos");
    let advice = preflight(&ann, &avatar).await;
    assert_eq!((&advice["ready"], &advice["count"]["rejected"]), (&json!(false), &json!(5)));

    let changed = ann.patch(&address, json!({"training_type": "style"})).await.expect(200);
    assert_eq!(changed["usable_photos_count"], 5);
    ann.post_empty(&format!("{address}/finalize")).await.expect(200);
    let back = ann.patch(&address, json!({"training_type": "portrait"})).await.expect(200);
    assert_eq!((&back["usable_photos_count"], &back["status"]), (&json!(0), &json!("photos_uploading")));
    app.finish().await;
}

#[tokio::test]
async fn photos_that_look_the_same_are_found_and_left_out_and_taken_back() {
    let app = TestApp::with(with_faces).await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let scene = pictures::scene(1200, 900, 1);
    let best = id(&take(&ann, &avatar, pictures::jpeg_of(&scene, 95)).await);
    let soft = imageops::blur(&scene, 2.0);
    let mirrored = imageops::flip_horizontal(&imageops::blur(&scene, 1.5));
    let small = imageops::resize(&soft, 800, 600, imageops::FilterType::Triangle);
    let mut twins = Vec::new();
    for (picture, quality) in [(&soft, 60), (&mirrored, 80), (&small, 90)] {
        let twin = take(&ann, &avatar, pictures::jpeg_of(picture, quality)).await;
        assert_eq!(twin["near_duplicate_of"], json!(best));
        assert!(codes(&twin["issues"]).contains(&"near_duplicate"));
        twins.push(id(&twin));
    }
    take_scenes(&ann, &avatar, 2..7).await;
    let dedupe = format!("/v1/avatars/{avatar}/photos/dedupe");
    let asked = ann.post_empty(&dedupe).await.expect(200);
    assert_eq!((&asked["applied"], &asked["excluded"]), (&json!(false), &json!(twins)));
    assert_eq!(asked["clusters"][0]["keep"], json!(best));
    assert!(photos(&ann, &avatar).await.iter().all(|photo| photo["excluded"] == false));

    let done = ann.post_empty(&format!("{dedupe}?apply=true")).await.expect(200);
    assert_eq!((&done["applied"], &done["excluded"]), (&json!(true), &json!(twins)));
    for photo in photos(&ann, &avatar).await {
        assert_eq!(photo["excluded"], json!(twins.contains(&id(&photo))));
    }
    let again = ann.post_empty(&format!("{dedupe}?apply=true")).await.expect(200);
    assert_eq!((&again["clusters"], &again["excluded"]), (&json!([]), &json!([])));
    let whole = ann.get(&format!("/v1/avatars/{avatar}")).await.expect(200);
    assert_eq!((&whole["photos_count"], &whole["usable_photos_count"]), (&json!(9), &json!(6)));
    let back = ann.patch(&format!("/v1/photos/{}", twins[0]), json!({"excluded": false})).await.expect(200);
    assert_eq!(back["excluded"], false);
    app.finish().await;
}

#[tokio::test]
async fn advice_is_free_and_the_same_every_time() {
    let app = TestApp::with(with_faces).await;
    let ann = app.person("ann").await;
    let avatar = ann.avatar().await;
    let few = preflight(&ann, &avatar).await;
    assert_eq!((&few["ready"], codes(&few["recommendations"])), (&json!(false), vec!["add_photos"]));
    take_scenes(&ann, &avatar, 0..5).await;
    take(&ann, &avatar, pictures::jpeg_of(&pictures::scene(900, 700, 0), 40)).await;
    let address = format!("/v1/avatars/{avatar}");
    let before = (ann.get(&address).await.body, photos(&ann, &avatar).await.len());
    let first = preflight(&ann, &avatar).await;
    assert_eq!(first["ready"], true);
    let count = |total: i64| json!({"total": total, "usable": total, "excluded": 0, "rejected": 0, "minimum": 5, "advised": 12});
    assert_eq!(first["count"], count(6));
    assert_eq!(first["near_duplicates"][0]["others"].as_array().map(Vec::len), Some(1));
    assert_eq!(first["photos"].as_array().map(Vec::len), Some(6));
    let presets = first["presets"].as_array().expect("presets");
    assert_eq!(presets.iter().map(|preset| &preset["preset"]).collect::<Vec<_>>(), ["fast", "balanced", "quality"]);
    assert!(presets.iter().all(|preset| preset["cost_estimate_usd"].as_f64().is_some_and(|price| price > 0.0)));
    let advice = codes(&first["recommendations"]);
    assert_eq!(advice[..3], ["exclude_near_duplicates", "replace_weak", "add_more_photos"]);
    assert_eq!(preflight(&ann, &avatar).await, first);
    assert_eq!((ann.get(&address).await.body, photos(&ann, &avatar).await.len()), before, "it changes nothing");

    let russian = in_russian(&ann, Method::POST, &format!("{address}/preflight")).await.expect(200);
    assert_eq!(codes(&russian["recommendations"]), advice);
    assert!(russian["recommendations"].as_array().expect("advice").iter().all(|advice| is_russian(&advice["detail"])));
    app.person("bob").await.post_empty(&format!("{address}/preflight")).await.problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn a_photo_that_another_avatar_has_too_is_told_and_nobody_elses() {
    let app = TestApp::with(with_faces).await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let (avatar, other, bobs) = (ann.avatar().await, ann.avatar().await, bob.avatar().await);
    let scene = pictures::scene(900, 700, 3);
    let mine = id(&take(&ann, &avatar, pictures::jpeg_of(&scene, 90)).await);
    take(&bob, &bobs, pictures::jpeg_of(&scene, 85)).await;
    assert_eq!(preflight(&ann, &avatar).await["elsewhere"], json!([]));
    let copy = id(&take(&ann, &other, pictures::jpeg_of(&scene, 80)).await);
    let advice = preflight(&ann, &avatar).await;
    let found = &advice["elsewhere"][0];
    assert_eq!((&found["photo_id"], &found["other_photo_id"]), (&json!(mine), &json!(copy)));
    assert_eq!(found["avatar_id"], json!(other));
    assert!(codes(&advice["recommendations"]).contains(&"used_elsewhere"));
    app.finish().await;
}

#[tokio::test]
async fn what_is_said_of_a_photo_depends_on_neither_its_name_nor_its_place() {
    let app = TestApp::with(with_faces).await;
    let ann = app.person("ann").await;
    let (avatar, turned) = (ann.avatar().await, ann.avatar().await);
    let names = ["я.jpg", "../../x", "IMG_0001.JPG", "4.png", "e"];
    let files: Vec<_> =
        (0..5).map(|number| pictures::jpeg_of(&pictures::scene(800 + number * 40, 700, number), 90)).collect();
    let forwards = names.iter().copied().zip(files.clone()).collect();
    let backwards = names.iter().copied().zip(files.into_iter().rev()).collect();
    ann.upload(&avatar, forwards).await.expect(201);
    ann.upload(&turned, backwards).await.expect(201);
    let told = async |avatar: &str| {
        let mut told: Vec<_> = photos(&ann, avatar)
            .await
            .iter()
            .map(|photo| {
                let [hash, issues, quality, faces] =
                    ["sha256", "issues", "quality", "faces"].map(|field| photo[field].clone());
                (hash.to_string(), issues, quality, faces)
            })
            .collect();
        told.sort_by(|one, other| one.0.cmp(&other.0));
        told
    };
    assert_eq!(told(&avatar).await, told(&turned).await);
    app.finish().await;
}

#[tokio::test]
async fn the_cover_is_a_photo_of_the_avatar() {
    let app = TestApp::with(with_faces).await;
    let ann = app.person("ann").await;
    let (avatar, other) = (ann.avatar().await, ann.avatar().await);
    ann.upload_photos(&avatar, 3).await;
    ann.upload_photos(&other, 1).await;
    let ids: Vec<String> = photos(&ann, &avatar).await.iter().map(id).collect();
    let foreign = id(&photos(&ann, &other).await[0]);
    let address = format!("/v1/avatars/{avatar}");
    assert_eq!(ann.get(&address).await.expect(200)["cover"], json!(ids[0]), "the first, until one is chosen");
    assert_eq!(ann.patch(&address, json!({"cover": ids[2]})).await.expect(200)["cover"], json!(ids[2]));
    let problem = ann.patch(&address, json!({"cover": foreign})).await.problem(422, "validation_failed");
    assert_eq!(problem["errors"][0]["pointer"], "/cover");
    ann.delete(&format!("/v1/photos/{}", ids[2])).await.expect(204);
    assert_eq!(ann.get(&address).await.expect(200)["cover"], json!(ids[0]));
    app.finish().await;
}
