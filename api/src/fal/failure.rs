//! Reading fal's error bodies. Their `detail` is a list of objects for model errors, a text for infrastructure errors,
//! sometimes one object, and partner models bring shapes of their own; every one of them gives a code and a message.

use serde_json::Value;

/// Longer texts are cut: a message is for people and for one column.
const LONGEST_MESSAGE: usize = 500;

/// The code and the message found in an error body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// fal's own word, such as `face_detection_error`; `http_<status>` where the body gives none.
    pub(super) code: String,
    pub(super) message: String,
}

/// Reads an error body of any known shape.
pub(super) fn read(status: u16, body: &Value) -> Failure {
    let first = match body.get("detail") {
        Some(Value::Array(items)) => items.first(),
        Some(Value::Null) | None => body.get("error"),
        other => other,
    };
    let code = first
        .and_then(|detail| text(detail, &["type", "code"]))
        .or_else(|| text(body, &["error_type", "type", "code"]))
        .map_or_else(|| format!("http_{status}"), str::to_owned);
    let message = first
        .and_then(|detail| detail.as_str().or_else(|| text(detail, &["msg", "message"])))
        .or_else(|| text(body, &["message", "msg", "title"]))
        .or_else(|| body.as_str())
        .map_or_else(|| format!("fal answered {status}"), clean);
    Failure { code, message }
}

/// A text of fal as it may be shown and logged: addresses lose their query string, which may be a signature.
pub(super) fn clean(text: &str) -> String {
    let mut cleaned = String::new();
    for word in text.split_inclusive(char::is_whitespace) {
        match (word.contains("://"), word.split_once('?')) {
            (true, Some((address, query))) => {
                cleaned.push_str(address);
                cleaned.push_str("?…");
                cleaned.extend(query.chars().last().filter(|last| last.is_whitespace()));
            }
            _ => cleaned.push_str(word),
        }
    }
    cleaned.chars().take(LONGEST_MESSAGE).collect()
}

fn text<'a>(object: &'a Value, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| object.get(name)?.as_str()).filter(|found| !found.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pair(status: u16, body: &Value) -> (String, String) {
        let Failure { code, message } = read(status, body);
        (code, message)
    }

    #[test]
    fn a_list_of_details_gives_its_first_type_and_message() {
        let body = json!({"detail": [
            {"loc": ["body", "images_data_url"], "msg": "not an archive", "type": "invalid_archive"},
            {"loc": ["body", "steps"], "msg": "too many", "type": "less_than_equal"},
        ]});
        assert_eq!(pair(422, &body), ("invalid_archive".into(), "not an archive".into()));
    }

    #[test]
    fn a_text_detail_takes_its_code_from_the_error_type() {
        let body = json!({"detail": "Runner is gone", "error_type": "runner_disconnected"});
        assert_eq!(pair(503, &body), ("runner_disconnected".into(), "Runner is gone".into()));
        assert_eq!(pair(400, &json!({"detail": "No"})), ("http_400".into(), "No".into()));
    }

    #[test]
    fn one_object_and_foreign_shapes_are_understood() {
        let one = json!({"detail": {"msg": "blocked", "type": "content_policy_violation"}});
        assert_eq!(pair(422, &one), ("content_policy_violation".into(), "blocked".into()));
        let partner = json!({"error": {"message": "busy", "code": "overloaded"}});
        assert_eq!(pair(500, &partner), ("overloaded".into(), "busy".into()));
        assert_eq!(pair(500, &json!({"error": "busy"})), ("http_500".into(), "busy".into()));
    }

    #[test]
    fn a_body_without_any_known_word_still_gives_a_failure() {
        for body in [json!(null), json!({}), json!({"detail": []}), json!({"detail": 7}), json!([1])] {
            assert_eq!(pair(502, &body), ("http_502".into(), "fal answered 502".into()), "{body}");
        }
    }

    #[test]
    fn signed_addresses_lose_their_query_in_messages() {
        let body = json!({"detail": "Failed to download https://s3.example/a.zip?X-Sig=abc&b=c now"});
        assert_eq!(read(422, &body).message, "Failed to download https://s3.example/a.zip?… now");
    }
}
