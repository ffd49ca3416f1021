//! `fal-ai/flux-lora`: FLUX.1 with weights of the portrait, the fast and the turbo trainer. It takes no negative prompt.

use serde_json::{Value, json};

use super::{Generator, Picture, PicturePrice};
use crate::fal::trainers::Trainer;

pub(super) static GENERATOR: Generator = Generator {
    endpoint: "fal-ai/flux-lora",
    trainers: &[Trainer::Portrait.endpoint(), Trainer::Fast.endpoint(), Trainer::Turbo.endpoint()],
    price: PicturePrice { microusd_per_megapixel: 35_000 },
    takes_negative_prompt: false,
    sides: (1, 14_142),
    input,
};

/// What could be left to fal's defaults is said all the same: a picture is repeated with the input it was made with.
fn input(picture: &Picture) -> Value {
    json!({
        "prompt": picture.prompt,
        "image_size": { "width": picture.size.width, "height": picture.size.height },
        "num_images": picture.num_images,
        "seed": picture.seed,
        "num_inference_steps": 28,
        "guidance_scale": 3.5,
        "loras": [{ "path": picture.lora_url, "scale": 1 }],
        "enable_safety_checker": true,
        "output_format": "jpeg",
    })
}
