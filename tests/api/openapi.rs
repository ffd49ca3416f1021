//! The document: what is served is what is committed, and it says all that a reader needs.

use std::collections::BTreeSet;

use aisha_openapi::problem::ProblemCode;
use aisha_openapi::vocabulary::GenerationStatus;
use aisha_tests::harness::TestApp;
use serde_json::{Value, json};

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/openapi.json");
const HOW: &str = "run `cargo run -q -p aisha-api -- openapi > openapi/openapi.json` and look at the difference";

fn document() -> Value {
    serde_json::to_value(aisha_api::http::document()).expect("a document")
}

/// Each operation with its address.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().expect("paths").iter();
    paths
        .flat_map(|(path, item)| {
            let item = item.as_object().expect("a path item").iter();
            item.filter(|(method, _)| *method != "parameters")
                .map(move |(method, operation)| (format!("{method} {path}"), operation))
        })
        .collect()
}

fn text<'a>(value: &'a Value, what: &str) -> &'a str {
    value.as_str().filter(|text| !text.trim().is_empty()).unwrap_or_else(|| panic!("{what} is missing: {value}"))
}

#[tokio::test]
async fn what_is_served_is_what_is_committed() {
    let committed = std::fs::read_to_string(COMMITTED).unwrap_or_default();
    let committed: Value = serde_json::from_str(&committed).unwrap_or_default();
    assert!(committed == document(), "openapi/openapi.json is not what the code says: {HOW}");
    let app = TestApp::new().await;
    let answer = app.stranger().get("/openapi.json").await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(answer.expect(200) == committed);
    app.finish().await;
}

/// Every list of words in a part of the document, with its place.
fn word_lists<'a>(place: &str, part: &'a Value, found: &mut Vec<(String, &'a Vec<Value>)>) {
    if let Some(words) = part.get("enum").and_then(Value::as_array) {
        found.push((place.to_owned(), words));
    }
    match part {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, part)| word_lists(&format!("{place}/{name}"), part, found));
        }
        Value::Array(items) => items.iter().for_each(|part| word_lists(place, part, found)),
        _ => {}
    }
}

#[test]
fn words_stand_in_the_document_as_they_stand_on_the_wire() {
    let document = document();
    let words = |name: &str| document["components"]["schemas"][name]["enum"].clone();
    let statuses: Vec<_> = GenerationStatus::ALL.iter().map(|status| status.as_str()).collect();
    assert_eq!(words("GenerationStatus"), json!(statuses));
    let codes: Vec<_> = ProblemCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(words("ProblemCode"), json!(codes));
    let mut lists = Vec::new();
    word_lists("", &document, &mut lists);
    assert!(lists.len() > 20, "only {} lists were found", lists.len());
    for (place, words) in lists {
        for word in words {
            let is_ours =
                |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "_.:".contains(letter);
            assert!(word.as_str().is_some_and(|word| word.chars().all(is_ours)), "{place}: {word}");
        }
    }
}

#[test]
fn every_operation_says_what_it_is_and_how_it_can_fail() {
    let document = document();
    assert!(text(&document["openapi"], "the version").starts_with("3.1"));
    let tags: BTreeSet<&str> =
        document["tags"].as_array().expect("tags").iter().map(|tag| text(&tag["name"], "a tag's name")).collect();
    let mut names = BTreeSet::new();
    for (place, operation) in operations(&document) {
        assert!(names.insert(text(&operation["operationId"], &place)), "{place}: its name is taken");
        text(&operation["summary"], &place);
        let own: Vec<&str> = operation["tags"].as_array().expect("tags").iter().map(|tag| text(tag, &place)).collect();
        assert!(own.len() == 1 && own.iter().all(|tag| tags.contains(tag)), "{place}: {own:?}");
        let security = operation["security"].as_array().unwrap_or_else(|| panic!("{place}: who may call it?"));
        let is_public = *security == [json!({})];
        assert!(is_public || *security == [json!({"api_key": []})], "{place}: {security:?}");
        assert_eq!(!is_public, operation["responses"].get("401").is_some() && !place.contains("/fal/"), "{place}");
        for (status, response) in operation["responses"].as_object().expect("responses") {
            text(&response["description"], &format!("{place} {status}"));
            if !status.starts_with(['2', '3']) && !is_upload_report(&place, status) && !place.ends_with("/readyz") {
                let problem = &response["content"]["application/problem+json"]["schema"]["$ref"];
                assert_eq!(problem, "#/components/schemas/Problem", "{place} {status}");
            }
        }
        assert!(operation["responses"].get("500").is_some(), "{place}");
    }
}

/// The one refusal with a body of its own: an entry a file.
fn is_upload_report(place: &str, status: &str) -> bool {
    place == "post /v1/avatars/{avatar_id}/photos" && status == "422"
}

#[test]
fn every_json_body_has_an_example_that_fits_its_schema() {
    let document = document();
    for (place, operation) in operations(&document) {
        let Some(body) = operation.get("requestBody") else { continue };
        assert_eq!(body["required"], true, "{place}");
        let Some(json) = body["content"].get("application/json") else { continue };
        let example = json.get("example").unwrap_or_else(|| panic!("{place} has no example"));
        let Some(schema) = json["schema"]["$ref"].as_str().and_then(|name| document.pointer(&name[1..])) else {
            continue;
        };
        assert_eq!(schema["additionalProperties"], false, "{place}: unknown fields are refused");
        for field in example.as_object().expect("an object").keys() {
            assert!(schema["properties"].get(field).is_some(), "{place}: there is no `{field}`");
        }
        for field in schema["required"].as_array().into_iter().flatten() {
            assert!(example.get(text(field, &place)).is_some(), "{place}: `{field}` is required");
        }
    }
}

#[test]
fn every_parameter_and_field_is_described() {
    let document = document();
    for (place, operation) in operations(&document) {
        let mut described = BTreeSet::new();
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = text(&parameter["name"], &place);
            text(&parameter["description"], &format!("{place}: {name}"));
            assert!(described.insert((name, text(&parameter["in"], name))), "{place}: `{name}` twice");
        }
        for name in place.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
            assert!(described.contains(&(name, "path")), "{place}: `{name}`");
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            let nullable = property["oneOf"].as_array().into_iter().flatten();
            let has_own = nullable.chain([property]).any(|schema| schema.get("description").is_some());
            assert!(has_own, "{name}.{field} has no description: {property}");
        }
    }
}

#[test]
fn every_field_of_an_answer_is_always_there() {
    let document = document();
    for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
        let Some(properties) = schema["properties"].as_object() else { continue };
        if schema["additionalProperties"] == false {
            continue;
        }
        let required: BTreeSet<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        assert_eq!(required, properties.keys().map(String::as_str).collect(), "{name}");
    }
}

#[tokio::test]
async fn the_docs_are_read_without_help_from_elsewhere() {
    let app = TestApp::new().await;
    let reader = app.stranger();
    let moved = reader.get("/docs").await;
    let page = if moved.status.is_redirection() {
        assert_eq!(moved.header("location"), Some("/docs/"));
        reader.get("/docs/").await
    } else {
        moved
    };
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")));
    let html = String::from_utf8(page.bytes.to_vec()).expect("text");
    let links: Vec<&str> = ["src=\"", "href=\""]
        .iter()
        .flat_map(|attribute| html.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()))
        .collect();
    assert!(links.len() >= 3, "{links:?}");
    for link in links {
        assert!(!link.contains("//"), "{link} leads away");
        let asset = reader.get(&format!("/docs/{}", link.trim_start_matches("./"))).await;
        assert_eq!(asset.status, 200, "{link}");
        assert!(!asset.bytes.is_empty());
    }
    app.finish().await;
}
