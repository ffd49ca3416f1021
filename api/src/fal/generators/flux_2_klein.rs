//! `fal-ai/flux-2/klein/9b/base/lora`: the small FLUX.2, undistilled, with weights of its own trainer. It takes a
//! negative prompt.

use serde_json::{Value, json};

use super::{Generator, Picture, PicturePrice};

pub(super) static GENERATOR: Generator = Generator {
    endpoint: "fal-ai/flux-2/klein/9b/base/lora",
    trainers: &["fal-ai/flux-2-klein-9b-base-trainer"],
    price: PicturePrice { microusd_per_megapixel: 20_000 },
    takes_negative_prompt: true,
    sides: (512, 2048),
    input,
};

fn input(picture: &Picture) -> Value {
    json!({
        "prompt": picture.prompt,
        "negative_prompt": picture.negative_prompt.as_deref().unwrap_or_default(),
        "image_size": { "width": picture.size.width, "height": picture.size.height },
        "num_images": picture.num_images,
        "seed": picture.seed,
        "num_inference_steps": 28,
        "guidance_scale": 5,
        "acceleration": "regular",
        "loras": [{ "path": picture.lora_url, "scale": 1 }],
        "enable_safety_checker": true,
        "output_format": "jpeg",
    })
}
