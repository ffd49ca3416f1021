use serde_json::json;

use super::*;
use crate::fal::Trainer;

fn picture() -> Picture {
    Picture {
        prompt: "ann_k in Paris".into(),
        negative_prompt: Some("a crowd".into()),
        size: Size { width: 768, height: 1024 },
        num_images: 2,
        seed: i64::MAX,
        lora_url: "https://aisha.example/weights?signature=x".into(),
    }
}

#[test]
fn each_generator_is_fed_what_it_takes() {
    let common = json!({"prompt": "ann_k in Paris", "image_size": {"width": 768, "height": 1024}, "num_images": 2,
        "seed": 9_223_372_036_854_775_807_i64, "num_inference_steps": 28,
        "loras": [{"path": "https://aisha.example/weights?signature=x", "scale": 1}], "enable_safety_checker": true,
        "output_format": "jpeg"});
    for (endpoint, own) in [
        ("fal-ai/flux-lora", json!({"guidance_scale": 3.5})),
        (
            "fal-ai/flux-2/lora",
            json!({"guidance_scale": 2.5, "acceleration": "regular", "enable_prompt_expansion": false}),
        ),
        (
            "fal-ai/flux-2/klein/9b/base/lora",
            json!({"guidance_scale": 5, "acceleration": "regular", "negative_prompt": "a crowd"}),
        ),
    ] {
        let mut expected = common.clone();
        for (name, value) in own.as_object().expect("an object") {
            expected[name] = value.clone();
        }
        assert_eq!(find(endpoint).expect("a generator").input(&picture()), expected, "{endpoint}");
    }
}

#[test]
fn only_a_generator_that_takes_a_negative_prompt_is_given_one() {
    for generator in ALL {
        let input = generator.input(&picture());
        assert_eq!(input.get("negative_prompt").is_some(), generator.takes_negative_prompt(), "{generator:?}");
    }
}

#[test]
fn a_seed_leaves_with_all_its_digits() {
    for generator in ALL {
        assert!(generator.input(&picture()).to_string().contains("\"seed\":9223372036854775807"), "{generator:?}");
    }
}

#[test]
fn every_ratio_has_its_true_size() {
    for generator in ALL {
        for (ratio, width, height) in
            [((1, 1), 1024, 1024), ((3, 4), 768, 1024), ((4, 3), 1024, 768), ((9, 16), 576, 1024), ((16, 9), 1024, 576)]
        {
            assert_eq!(generator.size(ratio), Size { width, height }, "{generator:?}");
        }
    }
}

#[test]
fn odd_ratios_stay_within_what_is_drawn() {
    for generator in ALL {
        let (shortest, longest) = generator.sides;
        for ratio in [(0, 0), (0, 1), (1, 100), (2, 3), (21, 9), (u32::MAX, 1), (u32::MAX, u32::MAX)] {
            let Size { width, height } = generator.size(ratio);
            for side in [width, height].map(u64::from) {
                assert!((shortest..=longest).contains(&side) && side % BLOCK == 0, "{generator:?} {ratio:?}");
            }
        }
    }
}

#[test]
fn prices_are_those_of_the_model_pages() {
    let square = Size { width: 1024, height: 1024 };
    let prices = ALL.map(|generator| generator.usual_price().of(square, 1));
    assert_eq!(prices, [35_000, 21_000, 20_000]);

    let price = PicturePrice { microusd_per_megapixel: 35_000 };
    assert_eq!(price.of(Size { width: 576, height: 1024 }, 4), 140_000, "a begun megapixel is billed as a whole one");
    assert_eq!(price.of(Size { width: 1040, height: 1024 }, 1), 70_000);
    assert_eq!(price.of(square, 0), 0);
}

#[test]
fn every_trainer_of_ours_has_a_generator() {
    for trainer in Trainer::ALL {
        let generator = for_trainer(trainer.endpoint()).expect("a generator");
        assert_eq!(generator.endpoint(), "fal-ai/flux-lora");
    }
    for (trainer, endpoint) in [
        ("fal-ai/flux-2-trainer-v2", "fal-ai/flux-2/lora"),
        ("fal-ai/flux-2-klein-9b-base-trainer", "fal-ai/flux-2/klein/9b/base/lora"),
    ] {
        assert_eq!(for_trainer(trainer).map(Generator::endpoint), Some(endpoint));
    }
    assert!(for_trainer("fal-ai/krea-2-trainer").is_none() && for_trainer("fal-ai/flux-lora").is_none());
}

#[test]
fn an_endpoint_names_its_generator_and_back() {
    for generator in ALL {
        assert_eq!(find(generator.endpoint()).map(Generator::endpoint), Some(generator.endpoint()));
    }
    assert!(find("fal-ai/flux-lora-portrait-trainer").is_none());
}
