//! What is wrong with an input, and what an input that is right asks for, with the models' own defaults.

use serde_json::{Value, json};

use super::super::fields::{self, Field, Kind, ModelError, field};
use super::Model;

/// A picture with more pixels fits on no card of fal's.
const MOST_PIXELS: i64 = 4096 * 4096;

const PRESETS: [(&str, (u32, u32)); 6] = [
    ("square_hd", (1024, 1024)),
    ("square", (512, 512)),
    ("portrait_4_3", (768, 1024)),
    ("portrait_16_9", (576, 1024)),
    ("landscape_4_3", (1024, 768)),
    ("landscape_16_9", (1024, 576)),
];
const USUAL_SIZE: (u32, u32) = (1024, 768);
/// What a side has in pixels that is left out of a size.
const USUAL_SIDE: u32 = 512;

const LORA: &[Field] =
    &[field("path", Kind::Required), field("scale", Kind::Number(0.0, 4.0)), field("force", Kind::Bool)];

/// What an input asks for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Order {
    pub(super) prompt: String,
    pub(super) negative_prompt: String,
    /// Pixels across and down.
    pub(super) size: (u32, u32),
    pub(super) num_images: u32,
    /// None when fal is to choose one; otherwise as it came, to the last digit.
    pub(super) seed: Option<Value>,
    pub(super) steps: u64,
    pub(super) guidance: f64,
    /// Address and scale.
    pub(super) loras: Vec<(String, f64)>,
    pub(super) is_checked: bool,
    pub(super) format: String,
    /// Whether the pictures are wanted in the output itself.
    pub(super) is_inline: bool,
}

/// Everything that is wrong with an input, as fal's `detail` list.
pub(super) fn check(model: &Model, input: &Value) -> Vec<ModelError> {
    let body = json!(["body"]);
    let mut errors = fields::check(model.fields, input, &body);
    if let Some(size) = input.get("image_size") {
        errors.extend(wrong_size(model, size, &fields::inside(&body, "image_size")));
    }
    if let Some(loras) = input.get("loras") {
        errors.extend(wrong_loras(model, loras, &fields::inside(&body, "loras")));
    }
    errors
}

fn wrong_size(model: &Model, size: &Value, place: &Value) -> Vec<ModelError> {
    if !size.is_object() {
        let is_preset = PRESETS.iter().any(|(name, _)| size == name);
        let error = || fields::not_one_of(place, &PRESETS.map(|(name, _)| name), size);
        return (!is_preset).then(error).into_iter().collect();
    }
    let range = || Kind::Integer(model.sides.0, model.sides.1);
    let errors = fields::check(&[field("width", range()), field("height", range())], size, place);
    let length = |name: &str| size[name].as_i64().unwrap_or(USUAL_SIDE.into());
    if errors.is_empty() && length("width") * length("height") > MOST_PIXELS {
        return vec![fields::wrong(place, "image_too_large", "The image is too large", size, &json!({}))];
    }
    errors
}

fn wrong_loras(model: &Model, loras: &Value, place: &Value) -> Vec<ModelError> {
    let Some(list) = loras.as_array() else {
        return vec![fields::wrong(place, "list_type", "Input should be a valid list", loras, &json!({}))];
    };
    if let Some(most) = model.most_loras.filter(|most| list.len() > *most) {
        let message = format!("List should have at most {most} items");
        return vec![fields::wrong(place, "sequence_too_long", &message, loras, &json!({ "max_length": most }))];
    }
    let wrong = |(index, lora): (usize, &Value)| fields::check(LORA, lora, &fields::inside(place, index));
    list.iter().enumerate().flat_map(wrong).collect()
}

/// What a checked input asks for.
pub(super) fn read(model: &Model, input: &Value) -> Order {
    let text = |name: &str, usual: &str| input[name].as_str().unwrap_or(usual).to_owned();
    let lora =
        |lora: &Value| (lora["path"].as_str().unwrap_or_default().to_owned(), lora["scale"].as_f64().unwrap_or(1.0));
    Order {
        prompt: text("prompt", ""),
        negative_prompt: text("negative_prompt", ""),
        size: size(&input["image_size"]),
        num_images: input["num_images"].as_u64().and_then(|number| number.try_into().ok()).unwrap_or(1),
        seed: Some(input["seed"].clone()).filter(Value::is_number),
        steps: input["num_inference_steps"].as_u64().unwrap_or(28),
        guidance: input["guidance_scale"].as_f64().unwrap_or(model.usual_guidance),
        loras: input["loras"].as_array().into_iter().flatten().map(lora).collect(),
        is_checked: input["enable_safety_checker"].as_bool().unwrap_or(true),
        format: text("output_format", model.usual_format),
        is_inline: input["sync_mode"].as_bool().unwrap_or(false),
    }
}

fn size(size: &Value) -> (u32, u32) {
    let preset = PRESETS.iter().find(|(name, _)| size == name).map(|(_, size)| *size);
    let length = |name: &str| size[name].as_u64().and_then(|length| length.try_into().ok()).unwrap_or(USUAL_SIDE);
    preset.unwrap_or_else(|| if size.is_object() { (length("width"), length("height")) } else { USUAL_SIZE })
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::*;
    use crate::fal::generators::{self, Picture};

    fn model(endpoint: &str) -> &'static Model {
        find(endpoint).expect("a model")
    }

    fn types(endpoint: &str, input: &Value) -> Vec<String> {
        let name = |error: &Value| {
            let steps = error["loc"].as_array().expect("a place").iter().skip(1);
            let place: Vec<String> = steps.map(|step| step.to_string().replace('"', "")).collect();
            format!("{}:{}", place.join("."), error["type"].as_str().unwrap_or_default())
        };
        check(model(endpoint), input).iter().map(name).collect()
    }

    #[test]
    fn what_our_generators_are_fed_is_accepted_and_means_what_was_meant() {
        for generator in generators::ALL {
            for ratio in [(1, 1), (3, 4), (4, 3), (9, 16), (16, 9)] {
                let picture = Picture {
                    prompt: "ann_k".into(),
                    negative_prompt: Some("a crowd".into()),
                    size: generator.size(ratio),
                    num_images: 4,
                    seed: i64::MAX,
                    lora_url: "http://127.0.0.1:1/lora".into(),
                };
                let input = generator.input(&picture);
                assert_eq!(types(generator.endpoint(), &input), [""; 0], "{generator:?}");
                let order = read(model(generator.endpoint()), &input);
                assert_eq!(order.size, (picture.size.width, picture.size.height));
                assert_eq!(order.seed, Some(json!(i64::MAX)));
                assert_eq!(order.loras, [(picture.lora_url, 1.0)]);
            }
        }
    }

    #[test]
    fn every_wrong_field_is_told_with_fals_own_word() {
        let input = json!({"num_images": 5, "num_inference_steps": 51, "seed": "7", "guidance_scale": 35.5,
            "output_format": "webp", "acceleration": "high", "enable_safety_checker": 1, "sync_mode": null, "new": 1,
            "image_size": "huge", "loras": [{"scale": 4.1, "force": "x"}, "a/b", {"path": 7}]});
        assert_eq!(
            types("fal-ai/flux-lora", &input),
            [
                "prompt:missing",
                "num_inference_steps:less_than_equal",
                "seed:int_type",
                "guidance_scale:less_than_equal",
                "num_images:less_than_equal",
                "enable_safety_checker:bool_type",
                "output_format:one_of",
                "acceleration:one_of",
                "sync_mode:bool_type",
                "image_size:one_of",
                "loras.0.path:missing",
                "loras.0.scale:less_than_equal",
                "loras.0.force:bool_type",
                "loras.1:dict_type",
                "loras.2.path:string_type",
            ]
        );
        for body in [json!(null), json!([]), json!("x")] {
            assert_eq!(types("fal-ai/flux-lora", &body), [":dict_type"]);
        }
    }

    #[test]
    fn models_differ_in_what_they_take() {
        let of = |endpoint, name: &str, value: Value| {
            let mut input = json!({"prompt": "ann_k"});
            input[name] = value;
            types(endpoint, &input)
        };
        let (first, second, klein) = ("fal-ai/flux-lora", "fal-ai/flux-2/lora", "fal-ai/flux-2/klein/9b/base/lora");
        let loras = json!(vec![json!({"path": "http://127.0.0.1:1/lora"}); 4]);
        assert_eq!(
            (of(first, "loras", loras.clone()).len(), of(second, "loras", loras)[0].as_str()),
            (0, "loras:sequence_too_long")
        );
        assert_eq!(of(second, "num_inference_steps", json!(3)), ["num_inference_steps:greater_than_equal"]);
        assert_eq!(of(second, "guidance_scale", json!(21)), ["guidance_scale:less_than_equal"]);
        assert_eq!(of(klein, "negative_prompt", json!(7)), ["negative_prompt:string_type"]);
        assert_eq!(of(second, "negative_prompt", json!(7)), [""; 0], "it does not know the field");
        let small = json!({"width": 511, "height": 2049});
        assert_eq!(of(first, "image_size", small.clone()), [""; 0]);
        assert_eq!(
            of(klein, "image_size", small),
            ["image_size.width:greater_than_equal", "image_size.height:less_than_equal"]
        );
        assert_eq!(of(first, "image_size", json!({"width": 0})), ["image_size.width:greater_than_equal"]);
        assert_eq!(of(first, "image_size", json!({"width": 14_142, "height": 14_142})), ["image_size:image_too_large"]);
    }

    #[test]
    fn what_is_left_out_is_as_usual_and_a_seed_may_have_64_bits() {
        let order = read(model("fal-ai/flux-2/lora"), &json!({"prompt": "ann_k", "seed": u64::MAX}));
        assert_eq!((order.size, order.num_images, order.format.as_str()), ((1024, 768), 1, "png"));
        assert_eq!(order.seed, Some(json!(u64::MAX)));
        let order = read(model("fal-ai/flux-lora"), &json!({"prompt": "ann_k", "image_size": {"width": 300}}));
        assert_eq!((order.size, order.seed, order.is_checked), ((300, 512), None, true));
        for (name, size) in PRESETS {
            assert_eq!(read(model("fal-ai/flux-lora"), &json!({"image_size": name})).size, size);
        }
    }
}
