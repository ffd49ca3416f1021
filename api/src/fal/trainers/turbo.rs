//! `fal-ai/turbo-flux-trainer`, used for objects: without the crop to a face, which an object does not have.

use aisha_openapi::vocabulary::{FinetuneType, Preset};
use serde_json::{Value, json};

use super::{Plan, Price};

pub(super) const ENDPOINT: &str = "fal-ai/turbo-flux-trainer";
pub(super) const PRICE: Price = Price { microusd_per_step: 2_400, least_steps: 1 };

pub(super) const fn plan(preset: Preset) -> Plan {
    let (steps, minutes) = match preset {
        Preset::Fast => (500, (3, 6)),
        Preset::Balanced => (1000, (5, 10)),
        Preset::Quality => (2000, (10, 20)),
    };
    Plan {
        steps,
        learning_rate: Some(0.00115),
        multiresolution_training: false,
        subject_crop: false,
        create_masks: false,
        captioning: false,
        finetune_type: FinetuneType::Lora,
        minutes,
    }
}

pub(super) fn input(plan: &Plan, trigger_phrase: &str, images_url: &str) -> Value {
    json!({
        "images_data_url": images_url,
        "trigger_phrase": trigger_phrase,
        "steps": plan.steps,
        "learning_rate": plan.learning_rate.unwrap_or(0.00115),
        "training_style": "subject",
        "face_crop": plan.subject_crop,
    })
}
