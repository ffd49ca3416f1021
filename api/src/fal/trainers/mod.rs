//! The trainers: what each is fed, costs and gives back. Their field names differ (`trigger_phrase` here,
//! `trigger_word` there), so each has a file of its own and the rest of the service sees only [`Plan`] and [`Weights`].
//! Prices and ranges are those of fal's model pages in late 2026.

mod fast;
mod portrait;
mod price;
mod progress;
mod turbo;
mod weights;

use aisha_openapi::vocabulary::{FinetuneType, Preset, TrainingType};
use serde_json::Value;

pub use price::Price;
pub use progress::progress;
pub use weights::Weights;

use super::error::FalError;

/// A trainer of fal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trainer {
    /// `fal-ai/flux-lora-portrait-trainer`: crops to the face, wants no captions.
    Portrait,
    /// `fal-ai/flux-lora-fast-training`, used for styles.
    Fast,
    /// `fal-ai/turbo-flux-trainer`, used for objects.
    Turbo,
}

/// What one training is asked to do.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the trainers and a column of its own; there is no state machine in them"
)]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// How many steps are trained.
    pub steps: u32,
    /// The learning rate, where the trainer takes one.
    pub learning_rate: Option<f64>,
    /// Whether it learns at several resolutions.
    pub multiresolution_training: bool,
    /// Whether pictures are cropped to the subject.
    pub subject_crop: bool,
    /// Whether what surrounds the subject is masked out.
    pub create_masks: bool,
    /// Whether the trainer writes captions for pictures that have none.
    pub captioning: bool,
    /// How the base model is tuned.
    pub finetune_type: FinetuneType,
    /// From and to how many minutes it usually takes. An estimate: fal publishes none.
    pub minutes: (u32, u32),
}

impl Trainer {
    /// All trainers.
    pub const ALL: [Self; 3] = [Self::Portrait, Self::Fast, Self::Turbo];

    /// The trainer used for this kind of avatar when the settings name no other.
    #[must_use]
    pub const fn default_for(training_type: TrainingType) -> Self {
        match training_type {
            TrainingType::Portrait => Self::Portrait,
            TrainingType::Style => Self::Fast,
            TrainingType::Object => Self::Turbo,
        }
    }

    /// The trainer behind an endpoint id.
    #[must_use]
    pub fn from_endpoint(endpoint: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trainer| trainer.endpoint() == endpoint)
    }

    /// The endpoint id at fal.
    #[must_use]
    pub const fn endpoint(self) -> &'static str {
        match self {
            Self::Portrait => portrait::ENDPOINT,
            Self::Fast => fast::ENDPOINT,
            Self::Turbo => turbo::ENDPOINT,
        }
    }

    /// The fewest pictures it takes.
    #[must_use]
    pub const fn min_images(self) -> usize {
        // fal states this number for `Fast` only; fewer pictures make no usable model with the others either.
        4
    }

    /// What a training with this preset does.
    #[must_use]
    pub const fn plan(self, preset: Preset) -> Plan {
        match self {
            Self::Portrait => portrait::plan(preset),
            Self::Fast => fast::plan(preset),
            Self::Turbo => turbo::plan(preset),
        }
    }

    /// The input to submit. `images_url` is the address of a ZIP archive that fal can read without a key.
    #[must_use]
    pub fn input(self, plan: &Plan, trigger_phrase: &str, images_url: &str) -> Value {
        match self {
            Self::Portrait => portrait::input(plan, trigger_phrase, images_url),
            Self::Fast => fast::input(plan, trigger_phrase, images_url),
            Self::Turbo => turbo::input(plan, trigger_phrase, images_url),
        }
    }

    /// The files in the output of a completed training.
    pub fn weights(self, output: &Value) -> Result<Weights, FalError> {
        match self {
            // All three name their files alike; a newer trainer will not.
            Self::Portrait | Self::Fast | Self::Turbo => weights::read(output, "diffusers_lora_file", "config_file"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const URL: &str = "https://v3.fal.media/files/a/photos.zip";

    fn input(trainer: Trainer, preset: Preset) -> Value {
        trainer.input(&trainer.plan(preset), "ann_k", URL)
    }

    #[test]
    fn each_trainer_is_fed_under_its_own_field_names() {
        assert_eq!(
            input(Trainer::Portrait, Preset::Balanced),
            json!({"images_data_url": URL, "trigger_phrase": "ann_k", "steps": 2500, "learning_rate": 0.00009,
                "multiresolution_training": true, "subject_crop": true, "create_masks": false})
        );
        assert_eq!(
            input(Trainer::Fast, Preset::Balanced),
            json!({"images_data_url": URL, "trigger_word": "ann_k", "steps": 1000, "is_style": true,
                "create_masks": false})
        );
        assert_eq!(
            input(Trainer::Turbo, Preset::Balanced),
            json!({"images_data_url": URL, "trigger_phrase": "ann_k", "steps": 1000, "learning_rate": 0.00115,
                "training_style": "subject", "face_crop": false})
        );
    }

    #[test]
    fn a_better_preset_never_costs_or_trains_less() {
        for trainer in Trainer::ALL {
            let plans = Preset::ALL.iter().map(|preset| trainer.plan(*preset)).collect::<Vec<_>>();
            for pair in plans.windows(2) {
                let price = |plan: &Plan| trainer.usual_price().of(plan.steps);
                assert!(pair[0].steps < pair[1].steps && price(&pair[0]) < price(&pair[1]), "{trainer:?}");
                assert!(pair[0].minutes.0 <= pair[0].minutes.1 && pair[0].minutes.1 <= pair[1].minutes.1);
            }
            assert!(plans.iter().all(|plan| (1..=10_000).contains(&plan.steps)), "fal takes 1 to 10000 steps");
        }
    }

    #[test]
    fn prices_are_those_of_the_model_pages() {
        let balanced = |trainer: Trainer| trainer.usual_price().of(trainer.plan(Preset::Balanced).steps);
        assert_eq!(Trainer::ALL.map(balanced), [6_000_000, 2_000_000, 2_400_000]);
        let least = Price { microusd_per_step: 2_400, least_steps: 1000 };
        assert_eq!(least.of(10), 2_400_000, "fewer steps than the least are billed as the least");
    }

    #[test]
    fn an_endpoint_names_its_trainer_and_back() {
        for trainer in Trainer::ALL {
            assert_eq!(Trainer::from_endpoint(trainer.endpoint()), Some(trainer));
        }
        assert_eq!(Trainer::from_endpoint("fal-ai/flux-lora"), None);
        for training_type in TrainingType::ALL {
            assert!(Trainer::ALL.contains(&Trainer::default_for(*training_type)));
        }
    }
}
