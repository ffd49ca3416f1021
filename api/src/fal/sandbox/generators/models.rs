//! The models: what each takes and tells, as its schema says.

use super::super::fields::{Field, Kind, field};

/// A model that makes pictures.
pub(in crate::fal::sandbox) struct Model {
    pub(super) endpoint: &'static str,
    pub(super) fields: &'static [Field],
    /// From and to how many pixels a side of a picture has.
    pub(super) sides: (i64, i64),
    /// How many weights it takes at once; without it, any number.
    pub(super) most_loras: Option<usize>,
    pub(super) usual_format: &'static str,
    pub(super) usual_guidance: f64,
    /// Whether it tells of a picture all that fal tells of a file, and not its size in pixels and type alone.
    pub(super) tells_files: bool,
}

const PROMPT: Field = field("prompt", Kind::Required);
const SEED: Field = field("seed", Kind::IntegerOrNull);
const NUM_IMAGES: Field = field("num_images", Kind::Integer(1, 4));
const SAFETY: Field = field("enable_safety_checker", Kind::Bool);
const SYNC: Field = field("sync_mode", Kind::Bool);

static FLUX_LORA: Model = Model {
    endpoint: "fal-ai/flux-lora",
    fields: &[
        PROMPT,
        field("num_inference_steps", Kind::Integer(1, 50)),
        SEED,
        field("guidance_scale", Kind::Number(0.0, 35.0)),
        NUM_IMAGES,
        SAFETY,
        field("output_format", Kind::OneOf(&["jpeg", "png"])),
        field("acceleration", Kind::OneOf(&["none", "regular"])),
        SYNC,
    ],
    sides: (1, 14_142),
    most_loras: None,
    usual_format: "jpeg",
    usual_guidance: 3.5,
    tells_files: false,
};

static FLUX_2: Model = Model {
    endpoint: "fal-ai/flux-2/lora",
    fields: &[
        PROMPT,
        field("num_inference_steps", Kind::Integer(4, 50)),
        SEED,
        field("guidance_scale", Kind::Number(0.0, 20.0)),
        NUM_IMAGES,
        SAFETY,
        field("enable_prompt_expansion", Kind::Bool),
        field("output_format", Kind::OneOf(&["jpeg", "png", "webp"])),
        field("acceleration", Kind::OneOf(&["none", "regular", "high"])),
        SYNC,
    ],
    sides: (512, 2048),
    most_loras: Some(3),
    usual_format: "png",
    usual_guidance: 2.5,
    tells_files: true,
};

static FLUX_2_KLEIN: Model = Model {
    endpoint: "fal-ai/flux-2/klein/9b/base/lora",
    fields: &[
        PROMPT,
        field("negative_prompt", Kind::Text),
        field("num_inference_steps", Kind::Integer(4, 50)),
        SEED,
        field("guidance_scale", Kind::Number(0.0, 20.0)),
        NUM_IMAGES,
        SAFETY,
        field("output_format", Kind::OneOf(&["jpeg", "png", "webp"])),
        field("acceleration", Kind::OneOf(&["none", "regular", "high"])),
        SYNC,
    ],
    sides: (512, 2048),
    most_loras: Some(3),
    usual_format: "png",
    usual_guidance: 5.0,
    tells_files: true,
};

pub(super) static MODELS: [&Model; 3] = [&FLUX_LORA, &FLUX_2, &FLUX_2_KLEIN];
