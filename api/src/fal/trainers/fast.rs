//! `fal-ai/flux-lora-fast-training`, used for styles: with `is_style` it neither captions nor masks, because a style is
//! the whole picture.

use aisha_openapi::vocabulary::{FinetuneType, Preset};
use serde_json::{Value, json};

use super::{Plan, Price};

pub(super) const ENDPOINT: &str = "fal-ai/flux-lora-fast-training";
pub(super) const PRICE: Price = Price { microusd_per_step: 2_000, least_steps: 1 };

pub(super) const fn plan(preset: Preset) -> Plan {
    let (steps, minutes) = match preset {
        Preset::Fast => (500, (3, 6)),
        Preset::Balanced => (1000, (5, 10)),
        Preset::Quality => (2000, (10, 20)),
    };
    Plan {
        steps,
        // It takes no learning rate.
        learning_rate: None,
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
        "trigger_word": trigger_phrase,
        "steps": plan.steps,
        "is_style": true,
        "create_masks": plan.create_masks,
    })
}
