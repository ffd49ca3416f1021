//! `fal-ai/flux-lora-portrait-trainer`: people. It finds and crops the face itself and needs no captions.

use aisha_openapi::vocabulary::{FinetuneType, Preset};
use serde_json::{Value, json};

use super::{Plan, Price};

pub(super) const ENDPOINT: &str = "fal-ai/flux-lora-portrait-trainer";
pub(super) const PRICE: Price = Price { microusd_per_step: 2_400, least_steps: 1000 };

pub(super) const fn plan(preset: Preset) -> Plan {
    let (steps, learning_rate, minutes) = match preset {
        // Under 1000 steps nothing gets cheaper; a higher rate makes up for the steps left out.
        Preset::Fast => (1000, 0.0002, (7, 12)),
        Preset::Balanced => (2500, 0.00009, (15, 25)),
        Preset::Quality => (4000, 0.00009, (25, 40)),
    };
    Plan {
        steps,
        learning_rate: Some(learning_rate),
        multiresolution_training: true,
        subject_crop: true,
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
        "learning_rate": plan.learning_rate.unwrap_or(0.00009),
        "multiresolution_training": plan.multiresolution_training,
        "subject_crop": plan.subject_crop,
        "create_masks": plan.create_masks,
    })
}
