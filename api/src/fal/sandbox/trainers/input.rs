//! The inputs of the trainers as fal's runners check them: types and ranges of the known fields; unknown fields are
//! ignored, as fal ignores them.

use serde_json::{Value, json};

use super::ModelError;
use crate::fal::trainers::Trainer;

struct Field {
    name: &'static str,
    kind: Kind,
}

enum Kind {
    /// The address of the archive; the only required field.
    Archive,
    Text,
    TextOrNull,
    Bool,
    Integer(i64, i64),
    Number(f64, f64),
    OneOf(&'static [&'static str]),
}

const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind }
}

const PORTRAIT: &[Field] = &[
    field("images_data_url", Kind::Archive),
    field("trigger_phrase", Kind::TextOrNull),
    field("learning_rate", Kind::Number(1e-6, 1e-3)),
    field("steps", Kind::Integer(1, 10_000)),
    field("multiresolution_training", Kind::Bool),
    field("subject_crop", Kind::Bool),
    field("create_masks", Kind::Bool),
    field("data_archive_format", Kind::TextOrNull),
    field("resume_from_checkpoint", Kind::Text),
];

const FAST: &[Field] = &[
    field("images_data_url", Kind::Archive),
    field("trigger_word", Kind::TextOrNull),
    field("steps", Kind::Integer(1, 10_000)),
    field("is_style", Kind::Bool),
    field("create_masks", Kind::Bool),
    field("is_input_format_already_preprocessed", Kind::Bool),
    field("data_archive_format", Kind::TextOrNull),
];

const TURBO: &[Field] = &[
    field("images_data_url", Kind::Archive),
    field("trigger_phrase", Kind::Text),
    field("steps", Kind::Integer(1, 10_000)),
    field("learning_rate", Kind::Number(1e-7, 0.01)),
    field("training_style", Kind::OneOf(&["subject", "style"])),
    field("face_crop", Kind::Bool),
];

/// Everything that is wrong with an input, as fal's `detail` list.
pub(super) fn check(trainer: Trainer, input: &Value) -> Vec<ModelError> {
    if !input.is_object() {
        return vec![json!({ "loc": ["body"], "msg": "Input should be a valid dictionary", "type": "dict_type" })];
    }
    fields(trainer).iter().filter_map(|field| field.error(input.get(field.name))).collect()
}

/// The steps of a checked input, or the trainer's default.
pub(super) fn steps(trainer: Trainer, input: &Value) -> u32 {
    let default = if trainer == Trainer::Portrait { 2500 } else { 1000 };
    input["steps"].as_u64().and_then(|steps| steps.try_into().ok()).unwrap_or(default)
}

fn fields(trainer: Trainer) -> &'static [Field] {
    match trainer {
        Trainer::Portrait => PORTRAIT,
        Trainer::Fast => FAST,
        Trainer::Turbo => TURBO,
    }
}

impl Field {
    fn error(&self, value: Option<&Value>) -> Option<ModelError> {
        let Some(value) = value else {
            return matches!(self.kind, Kind::Archive)
                .then(|| self.wrong("missing", "Field required", &Value::Null, &json!({})));
        };
        let (kind, message) = match self.kind {
            Kind::TextOrNull if value.is_null() => return None,
            Kind::Archive | Kind::Text | Kind::TextOrNull if value.is_string() => return None,
            Kind::Bool if value.is_boolean() => return None,
            Kind::OneOf(words) if value.as_str().is_some_and(|word| words.contains(&word)) => return None,
            Kind::Integer(least, most) => {
                let Some(number) = value.as_i64() else {
                    return Some(self.wrong("int_type", "Input should be a valid integer", value, &json!({})));
                };
                return self.out_of_range(value, number < least, number > most, &json!(least), &json!(most));
            }
            Kind::Number(least, most) => {
                let Some(number) = value.as_f64() else {
                    return Some(self.wrong("float_type", "Input should be a valid number", value, &json!({})));
                };
                return self.out_of_range(value, number < least, number > most, &json!(least), &json!(most));
            }
            Kind::Archive | Kind::Text | Kind::TextOrNull => ("string_type", "Input should be a valid string"),
            Kind::Bool => ("bool_type", "Input should be a valid boolean"),
            Kind::OneOf(words) => {
                return Some(self.wrong(
                    "one_of",
                    "Input is not a permitted value",
                    value,
                    &json!({ "expected": words }),
                ));
            }
        };
        Some(self.wrong(kind, message, value, &json!({})))
    }

    fn out_of_range(&self, value: &Value, low: bool, high: bool, least: &Value, most: &Value) -> Option<ModelError> {
        if low {
            let message = format!("Input should be greater than or equal to {least}");
            return Some(self.wrong("greater_than_equal", &message, value, &json!({ "ge": least })));
        }
        let message = format!("Input should be less than or equal to {most}");
        high.then(|| self.wrong("less_than_equal", &message, value, &json!({ "le": most })))
    }

    fn wrong(&self, kind: &str, message: &str, input: &Value, ctx: &Value) -> ModelError {
        let url = format!("https://docs.fal.ai/errors/#{kind}");
        json!({ "loc": ["body", self.name], "msg": message, "type": kind, "url": url, "ctx": ctx, "input": input })
    }
}

#[cfg(test)]
mod tests {
    use aisha_openapi::vocabulary::Preset;

    use super::*;

    fn types(trainer: Trainer, input: &Value) -> Vec<String> {
        check(trainer, input)
            .iter()
            .map(|error| format!("{}:{}", error["loc"][1].as_str().unwrap_or(""), error["type"].as_str().unwrap_or("")))
            .collect()
    }

    #[test]
    fn what_our_trainers_are_fed_is_accepted() {
        for trainer in Trainer::ALL {
            for preset in Preset::ALL {
                let input = trainer.input(&trainer.plan(*preset), "ann_k", "https://v3.fal.media/files/a/b.zip");
                assert_eq!(types(trainer, &input), [""; 0], "{trainer:?}");
            }
        }
    }

    #[test]
    fn every_wrong_field_is_told_with_fals_own_word() {
        let input =
            json!({"steps": 10_001, "learning_rate": 1.0e-9, "subject_crop": "yes", "trigger_phrase": null, "new": 1});
        assert_eq!(
            types(Trainer::Portrait, &input),
            [
                "images_data_url:missing",
                "learning_rate:greater_than_equal",
                "steps:less_than_equal",
                "subject_crop:bool_type"
            ]
        );
        let input = json!({"images_data_url": 7, "trigger_phrase": null, "steps": 1.5, "training_style": "portrait"});
        assert_eq!(
            types(Trainer::Turbo, &input),
            ["images_data_url:string_type", "trigger_phrase:string_type", "steps:int_type", "training_style:one_of"]
        );
    }

    #[test]
    fn a_body_that_is_no_object_is_one_error() {
        for body in [json!(null), json!([]), json!("x")] {
            assert_eq!(types(Trainer::Fast, &body), [":dict_type"]);
        }
    }
}
