//! Styles: what there is to choose from, and pictures in them.

use aisha_api::config::{Config, Environment};
use aisha_tests::harness::{Person, TestApp, id};
use reqwest::Method;
use serde_json::{Value, json};

async fn listed(person: &Person, language: &str) -> Value {
    person.send(person.request(Method::GET, "/v1/styles").header("Accept-Language", language)).await.expect(200)
}

fn liked(list: &Value) -> Vec<&str> {
    let styles = list["styles"].as_array().expect("styles").iter();
    styles.filter(|style| style["is_favourite"] == true).map(|style| style["id"].as_str().expect("an id")).collect()
}

#[tokio::test]
async fn names_are_in_the_language_of_the_request_and_ids_are_not() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let (english, russian) = (listed(&ann, "en").await, listed(&ann, "ru-RU,ru;q=0.9").await);
    for (list, count) in [("categories", 6), ("styles", 25), ("packs", 3)] {
        let (english, russian) = (english[list].as_array().expect("a list"), russian[list].as_array().expect("a list"));
        assert!(english.len() >= count);
        for (one, other) in english.iter().zip(russian) {
            assert_eq!(one["id"], other["id"]);
            let name = other["name"].as_str().expect("a name");
            assert!(name.chars().any(|letter| ('а'..='я').contains(&letter)), "{name}");
            assert_ne!(one["name"], other["name"]);
        }
    }
    let categories: Vec<_> = english["categories"].as_array().expect("a list").iter().map(|one| &one["id"]).collect();
    assert!(english["styles"].as_array().expect("a list").iter().all(|one| categories.contains(&&one["category_id"])));
    let pack =
        english["packs"].as_array().and_then(|packs| packs.iter().find(|pack| pack["id"] == "business_portraits"));
    let pictures = pack.expect("a pack")["pictures"].as_array().expect("pictures");
    assert_eq!(pictures.len(), 12);
    assert!(pictures.iter().all(|picture| picture["aspect_ratio"].is_string()));
    app.finish().await;
}

#[tokio::test]
async fn each_person_likes_their_own_and_the_tag_tells_of_it() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let answer = ann.get("/v1/styles").await;
    assert_eq!(answer.header("vary"), Some("Accept-Language"));
    let tag = answer.header("etag").expect("a tag").to_owned();
    let known = async |language: &str| {
        let request = ann.request(Method::GET, "/v1/styles").header("If-None-Match", &tag);
        ann.send(request.header("Accept-Language", language)).await.status.as_u16()
    };
    assert_eq!((known("en").await, known("ru").await), (304, 200));
    for _ in 0..2 {
        let style = ann.put("/v1/styles/noir/favourite", json!({})).await.expect(200);
        assert_eq!((&style["id"], &style["is_favourite"]), (&json!("noir"), &json!(true)));
    }
    assert_eq!(known("en").await, 200);
    assert_eq!(liked(&listed(&ann, "en").await), ["noir"]);
    assert!(liked(&listed(&bob, "en").await).is_empty());
    for _ in 0..2 {
        assert_eq!(ann.delete("/v1/styles/noir/favourite").await.expect(200)["is_favourite"], false);
    }
    assert_eq!(known("en").await, 304);
    ann.put("/v1/styles/fancy/favourite", json!({})).await.problem(404, "not_found");
    ann.delete("/v1/styles/fancy/favourite").await.problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn a_style_makes_a_prompt_of_few_words_or_none() {
    let app = TestApp::new().await;
    let ann = app.person("ann").await;
    let (avatar, _) = ann.trained_avatar(5).await;
    let trigger = ann.get(&format!("/v1/avatars/{avatar}")).await.expect(200)["trigger_phrase"].clone();
    let trigger = trigger.as_str().expect("a word");
    ann.picture(&avatar, "p-0", json!({"style_id": "fancy", "prompt": "x"})).await.problem(422, "validation_failed");
    let problem = ann.picture(&avatar, "p-0", json!({"style_id": null})).await.problem(422, "validation_failed");
    assert_eq!(problem["errors"][0]["pointer"], "/prompt");

    let alone = ann.picture(&avatar, "p-1", json!({"style_id": "low_key"})).await.expect(202);
    assert_eq!((&alone["prompt"], &alone["style_id"]), (&json!(""), &json!("low_key")));
    assert_eq!((&alone["aspect_ratio"], &alone["warnings"]), (&json!("3:4"), &json!([])), "the style's own shape");
    let words = json!({"style_id": "low_key", "prompt": format!("{trigger} in a red hat"), "aspect_ratio": "16:9"});
    let with_words = ann.picture(&avatar, "p-2", words).await.expect(202);
    assert_eq!(with_words["aspect_ratio"], "16:9");
    let mut made = Vec::new();
    for begun in [&alone, &with_words] {
        let generation = ann.generation_in(&id(begun), "completed").await;
        let prompt = generation["final_prompt"].as_str().expect("a prompt").to_owned();
        assert!(prompt.starts_with(&format!("dramatic low-key portrait photo of {trigger} woman, ")), "{prompt}");
        assert_eq!(prompt.matches(trigger).count(), 1, "{prompt}");
        assert!(!prompt.contains('{') && !prompt.contains(", ,"), "{prompt}");
        made.push(prompt);
    }
    assert!(made[1].contains("woman, in a red hat, single gridded strip light"), "{}", made[1]);
    let listed = ann.get("/v1/generations?style_id=low_key").await.expect(200);
    assert_eq!(listed["data"].as_array().map(Vec::len), Some(2));

    let again = ann.request(Method::POST, &format!("/v1/generations/{}/repeat", id(&alone)));
    let again = ann.send(again.header("Idempotency-Key", "r-1").json(&json!({}))).await.expect(202);
    assert_eq!(again["final_prompt"], made[0], "it is settled from the beginning");
    ann.generation_in(&id(&again), "completed").await;
    app.finish().await;
}

#[tokio::test]
async fn the_operator_may_have_other_styles() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let text = "[[category]]\nid = \"only\"\nname = { en = \"Only\", ru = \"Одна\" }\n\
        [[style]]\nid = \"plain\"\ncategory = \"only\"\nname = { en = \"Plain\", ru = \"Просто\" }\n\
        description = { en = \"Plain\", ru = \"Просто\" }\nprompt = \"{trigger}\"\naspect_ratio = \"9:16\"\n";
    std::fs::write(file.path(), text).expect("a file");
    let env = |path: &str| -> Environment { [("AISHA_STYLES_FILE".to_owned(), path.to_owned())].into_iter().collect() };
    let config = Config::from_env(&env(file.path().to_str().expect("a path"))).expect("styles");
    let app = TestApp::with(|other| other.styles = config.styles).await;
    let list = listed(&app.person("ann").await, "en").await;
    assert_eq!(list["styles"].as_array().map(Vec::len), Some(1));
    assert_eq!((&list["styles"][0]["id"], &list["packs"]), (&json!("plain"), &json!([])));
    app.finish().await;

    std::fs::write(file.path(), text.replace("{trigger}", "{name}")).expect("a file");
    let error = Config::from_env(&env(file.path().to_str().expect("a path"))).expect_err("a broken file");
    assert!(error.to_string().starts_with("AISHA_STYLES: the prompt of the style plain"), "{error}");
}
