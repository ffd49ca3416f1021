//! The inputs of models as fal's runners check them: types and ranges of the known fields; unknown fields are ignored,
//! as fal ignores them.

use serde_json::{Value, json};

/// One entry of fal's `detail` list.
pub(super) type ModelError = Value;

/// A field of an input.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

/// What a field may hold. Every field may be missing, except where it says so.
pub(super) enum Kind {
    /// A text that must be there.
    Required,
    Text,
    TextOrNull,
    Bool,
    /// From and to.
    Integer(i64, i64),
    /// Any whole number of 64 bits, or null.
    IntegerOrNull,
    /// From and to.
    Number(f64, f64),
    OneOf(&'static [&'static str]),
}

pub(super) const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind }
}

/// Everything that is wrong with the object at this place, as fal's `detail` list.
pub(super) fn check(fields: &[Field], object: &Value, place: &Value) -> Vec<ModelError> {
    if !object.is_object() {
        return vec![json!({ "loc": place, "msg": "Input should be a valid dictionary", "type": "dict_type" })];
    }
    fields.iter().filter_map(|field| field.error(object.get(field.name), place)).collect()
}

/// The place of a field or an entry in the object or list at `place`.
pub(super) fn inside(place: &Value, step: impl Into<Value>) -> Value {
    let steps = place.as_array().into_iter().flatten().cloned();
    steps.chain([step.into()]).collect()
}

/// An entry of the `detail` list.
pub(super) fn wrong(place: &Value, kind: &str, message: &str, input: &Value, ctx: &Value) -> ModelError {
    let url = format!("https://docs.fal.ai/errors/#{kind}");
    json!({ "loc": place, "msg": message, "type": kind, "url": url, "ctx": ctx, "input": input })
}

impl Field {
    fn error(&self, value: Option<&Value>, place: &Value) -> Option<ModelError> {
        let place = inside(place, self.name);
        let Some(value) = value else {
            return matches!(self.kind, Kind::Required)
                .then(|| wrong(&place, "missing", "Field required", &Value::Null, &json!({})));
        };
        let (kind, message) = match self.kind {
            Kind::TextOrNull | Kind::IntegerOrNull if value.is_null() => return None,
            Kind::Required | Kind::Text | Kind::TextOrNull if value.is_string() => return None,
            Kind::Bool if value.is_boolean() => return None,
            Kind::IntegerOrNull if value.is_i64() || value.is_u64() => return None,
            Kind::OneOf(words) if value.as_str().is_some_and(|word| words.contains(&word)) => return None,
            Kind::Integer(least, most) => match value.as_i64() {
                Some(number) => {
                    return out_of_range(&place, value, number < least, number > most, &json!(least), &json!(most));
                }
                None => ("int_type", "Input should be a valid integer"),
            },
            Kind::Number(least, most) => match value.as_f64() {
                Some(number) => {
                    return out_of_range(&place, value, number < least, number > most, &json!(least), &json!(most));
                }
                None => ("float_type", "Input should be a valid number"),
            },
            Kind::Required | Kind::Text | Kind::TextOrNull => ("string_type", "Input should be a valid string"),
            Kind::Bool => ("bool_type", "Input should be a valid boolean"),
            Kind::IntegerOrNull => ("int_type", "Input should be a valid integer"),
            Kind::OneOf(words) => return Some(not_one_of(&place, words, value)),
        };
        Some(wrong(&place, kind, message, value, &json!({})))
    }
}

/// The error of a word that is not in the list.
pub(super) fn not_one_of(place: &Value, words: &[&str], input: &Value) -> ModelError {
    wrong(place, "one_of", "Input is not a permitted value", input, &json!({ "expected": words }))
}

fn out_of_range(
    place: &Value,
    value: &Value,
    low: bool,
    high: bool,
    least: &Value,
    most: &Value,
) -> Option<ModelError> {
    if low {
        let message = format!("Input should be greater than or equal to {least}");
        return Some(wrong(place, "greater_than_equal", &message, value, &json!({ "ge": least })));
    }
    let message = format!("Input should be less than or equal to {most}");
    high.then(|| wrong(place, "less_than_equal", &message, value, &json!({ "le": most })))
}
