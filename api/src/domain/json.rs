//! JSON that every database can keep: Postgres has no U+0000 in any text, and SQLite turns a bare number into an integer.

use serde_json::{Map, Value, json};

/// Whether any text in it holds U+0000.
#[must_use]
pub fn holds_nul(object: &Map<String, Value>) -> bool {
    object.iter().any(|(key, value)| key.contains('\0') || value_holds_nul(value))
}

/// Somebody else's answer as it can be kept: without U+0000, and a bare value in an array.
#[must_use]
pub fn keepable(answer: &Value) -> Value {
    let clean = without_nul(answer);
    if clean.is_object() || clean.is_array() { clean } else { json!([clean]) }
}

fn value_holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(value_holds_nul),
        Value::Object(object) => holds_nul(object),
        _ => false,
    }
}

fn without_nul(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace('\0', "")),
        Value::Array(items) => Value::Array(items.iter().map(without_nul).collect()),
        Value::Object(object) => {
            Value::Object(object.iter().map(|(key, value)| (key.replace('\0', ""), without_nul(value))).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_holds_no_nul_and_is_never_bare() {
        assert_eq!(keepable(&json!({"a\u{0}": ["b\u{0}c", {"d": 1}]})), json!({"a": ["bc", {"d": 1}]}));
        assert_eq!(keepable(&json!(7)), json!([7]));
        let object = json!({"deep": [{"text": "a\u{0}"}]});
        assert!(holds_nul(object.as_object().expect("an object")));
        let escaped = json!({"text": "a\\u0000"});
        assert!(!holds_nul(escaped.as_object().expect("an object")));
    }
}
