//! `fal-ai/flux-2/lora`: FLUX.2 with weights of its two trainers. It takes no negative prompt.

use serde_json::{Value, json};

use super::{Generator, Picture, PicturePrice};

pub(super) static GENERATOR: Generator = Generator {
    endpoint: "fal-ai/flux-2/lora",
    trainers: &["fal-ai/flux-2-trainer", "fal-ai/flux-2-trainer-v2"],
    price: PicturePrice { microusd_per_megapixel: 21_000 },
    takes_negative_prompt: false,
    sides: (512, 2048),
    input,
};

fn input(picture: &Picture) -> Value {
    json!({
        "prompt": picture.prompt,
        "image_size": { "width": picture.size.width, "height": picture.size.height },
        "num_images": picture.num_images,
        "seed": picture.seed,
        "num_inference_steps": 28,
        "guidance_scale": 2.5,
        "acceleration": "regular",
        // The prompt that is shown is the one that is drawn.
        "enable_prompt_expansion": false,
        "loras": [{ "path": picture.lora_url, "scale": 1 }],
        "enable_safety_checker": true,
        "output_format": "jpeg",
    })
}
