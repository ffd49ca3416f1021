//! The fields of the trainers' inputs, with their types and ranges. The only required one is the archive's address.

use serde_json::{Value, json};

use super::super::fields::{self, Field, Kind, ModelError, field};
use crate::fal::trainers::Trainer;

const PORTRAIT: &[Field] = &[
    field("images_data_url", Kind::Required),
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
    field("images_data_url", Kind::Required),
    field("trigger_word", Kind::TextOrNull),
    field("steps", Kind::Integer(1, 10_000)),
    field("is_style", Kind::Bool),
    field("create_masks", Kind::Bool),
    field("is_input_format_already_preprocessed", Kind::Bool),
    field("data_archive_format", Kind::TextOrNull),
];

const TURBO: &[Field] = &[
    field("images_data_url", Kind::Required),
    field("trigger_phrase", Kind::Text),
    field("steps", Kind::Integer(1, 10_000)),
    field("learning_rate", Kind::Number(1e-7, 0.01)),
    field("training_style", Kind::OneOf(&["subject", "style"])),
    field("face_crop", Kind::Bool),
];

/// Everything that is wrong with an input, as fal's `detail` list.
pub(super) fn check(trainer: Trainer, input: &Value) -> Vec<ModelError> {
    fields::check(fields_of(trainer), input, &json!(["body"]))
}

/// The steps of a checked input, or the trainer's default.
pub(super) fn steps(trainer: Trainer, input: &Value) -> u32 {
    let default = if trainer == Trainer::Portrait { 2500 } else { 1000 };
    input["steps"].as_u64().and_then(|steps| steps.try_into().ok()).unwrap_or(default)
}

fn fields_of(trainer: Trainer) -> &'static [Field] {
    match trainer {
        Trainer::Portrait => PORTRAIT,
        Trainer::Fast => FAST,
        Trainer::Turbo => TURBO,
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
