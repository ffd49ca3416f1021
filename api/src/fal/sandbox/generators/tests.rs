use std::time::Duration;

use image::{RgbImage, imageops};

use super::super::super::fixtures::{Receiver, Stage, nowhere, plain, until};
use super::super::super::generators::{self, Generator, Made, Picture, Size};
use super::super::super::{FalError, Outcome, Status};
use super::super::{Fault, FileFault, Rule, RunFault, WebhookFault};
use super::*;

const QUICK: Duration = Duration::from_millis(300);
const FLUX: &str = "fal-ai/flux-lora";

fn generator() -> &'static Generator {
    generators::find(FLUX).expect("a generator")
}

fn picture(prompt: &str, lora_url: &str) -> Picture {
    Picture {
        prompt: prompt.to_owned(),
        negative_prompt: None,
        size: Size { width: 768, height: 1024 },
        num_images: 1,
        seed: 42,
        lora_url: lora_url.to_owned(),
    }
}

async fn outcome(stage: &Stage, endpoint: &str, input: &Value) -> Outcome {
    let request = stage.submit_to(endpoint, input, &nowhere()).await;
    stage.outcome(&request).await
}

async fn made(stage: &Stage, picture: &Picture) -> Made {
    match outcome(stage, FLUX, &generator().input(picture)).await {
        Outcome::Completed(output) => generator().read(&output).expect("pictures"),
        other => panic!("{other:?}"),
    }
}

/// The errors that a failed run tells, as place and type.
async fn errors(stage: &Stage, endpoint: &str, input: &Value) -> Vec<(Value, String)> {
    let Outcome::Failed { raw, .. } = outcome(stage, endpoint, input).await else { panic!("it did not fail") };
    let error = |error: &Value| (error["loc"].clone(), error["type"].as_str().expect("a type").to_owned());
    raw["detail"].as_array().expect("a list").iter().map(error).collect()
}

async fn bytes(url: &str) -> Vec<u8> {
    plain().get(url).send().await.expect("an answer").bytes().await.expect("a file").to_vec()
}

async fn seen(stage: &Stage, picture: &Picture) -> RgbImage {
    let url = made(stage, picture).await.images.remove(0).url;
    image::load_from_memory(&bytes(&url).await).expect("a picture").into_rgb8()
}

/// How far two pictures differ at the same place, from 0 to 255 on average.
fn difference(one: &RgbImage, other: &RgbImage, (left, top, width, height): (u32, u32, u32, u32)) -> f64 {
    let [one, other] = [one, other].map(|image| imageops::crop_imm(image, left, top, width, height).to_image());
    let total: u64 = one.iter().zip(other.iter()).map(|(one, other)| u64::from(one.abs_diff(*other))).sum();
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let (total, samples) = (total as f64, one.len() as f64);
    total / samples
}

const PROMPT_LINE: (u32, u32, u32, u32) = (0, 0, 768, 40);
const FIGURE: (u32, u32, u32, u32) = (200, 330, 360, 360);
const SEED_LINE: (u32, u32, u32, u32) = (0, 944, 768, 40);
const GROUND: (u32, u32, u32, u32) = (0, 200, 180, 600);

#[tokio::test]
async fn prompt_seed_and_avatar_are_each_seen_at_their_place() {
    let stage = Stage::new(QUICK).await;
    let (ann, bob) = (stage.lora("ann_k").await, stage.lora("bob_m").await);
    let first = seen(&stage, &picture("ann_k in Paris", &ann)).await;
    assert_eq!(first.dimensions(), (768, 1024));

    let elsewhere = seen(&stage, &picture("ann_k на крыше в Москве", &ann)).await;
    assert!(difference(&first, &elsewhere, PROMPT_LINE) > 2.0 && difference(&first, &elsewhere, GROUND) > 2.0);
    assert!(difference(&first, &elsewhere, FIGURE) < 1.0, "the same person");

    let other_seed = seen(&stage, &Picture { seed: 43, ..picture("ann_k in Paris", &ann) }).await;
    assert!(difference(&first, &other_seed, SEED_LINE) > 0.1 && difference(&first, &other_seed, GROUND) > 2.0);
    assert!(difference(&first, &other_seed, PROMPT_LINE) < 1.0 && difference(&first, &other_seed, FIGURE) < 1.0);

    let other_person = seen(&stage, &picture("ann_k in Paris", &bob)).await;
    assert!(difference(&first, &other_person, FIGURE) > 20.0, "another person");
}

#[tokio::test]
async fn the_same_input_and_seed_give_the_same_files_and_each_picture_is_another() {
    let stage = Stage::new(QUICK).await;
    let lora = stage.lora("ann_k").await;
    let four = Picture { num_images: 4, ..picture("ann_k in Paris", &lora) };
    let files = async || {
        let mut files = Vec::new();
        for image in made(&stage, &four).await.images {
            files.push(bytes(&image.url).await);
        }
        files
    };
    let (once, again) = (files().await, files().await);
    assert_eq!((once.len(), &once), (4, &again));
    for (index, file) in once.iter().enumerate() {
        assert!(once[index + 1..].iter().all(|other| other != file));
    }
}

#[tokio::test]
async fn the_output_has_the_shape_of_its_model_and_the_format_that_was_asked_for() {
    let stage = Stage::new(QUICK).await;
    let lora = json!([{ "path": stage.lora("ann_k").await }]);
    for (endpoint, format, told) in [
        (FLUX, "jpeg", ["url", "width", "height", "content_type"].as_slice()),
        (FLUX, "png", &["url", "width", "height", "content_type"]),
        ("fal-ai/flux-2/lora", "webp", &["url", "width", "height", "content_type", "file_name", "file_size"]),
        (
            "fal-ai/flux-2/klein/9b/base/lora",
            "png",
            &["url", "width", "height", "content_type", "file_name", "file_size"],
        ),
    ] {
        let input = json!({ "prompt": "ann_k", "loras": lora, "image_size": "square", "output_format": format });
        let Outcome::Completed(output) = outcome(&stage, endpoint, &input).await else { panic!("{endpoint}") };
        let names = ["images", "timings", "seed", "has_nsfw_concepts", "prompt"];
        assert!(names.iter().all(|name| output.get(name).is_some()), "{output}");
        let picture = &output["images"][0];
        assert_eq!(picture.as_object().expect("an object").len(), told.len(), "{picture}");
        assert!(told.iter().all(|name| picture.get(name).is_some()), "{picture}");
        assert_eq!(picture["content_type"], json!(format!("image/{format}")));
        let file = bytes(picture["url"].as_str().expect("an address")).await;
        assert_eq!(image::guess_format(&file).expect("a picture").to_mime_type(), picture["content_type"]);
        assert_eq!(image::load_from_memory(&file).expect("a picture").to_rgb8().dimensions(), (512, 512));
    }
}

#[tokio::test]
async fn a_seed_that_is_left_out_is_told_and_one_that_is_given_is_kept() {
    let stage = Stage::new(QUICK).await;
    let of = async |input: Value| match outcome(&stage, FLUX, &input).await {
        Outcome::Completed(output) => generator().read(&output).expect("pictures").seed.expect("a seed"),
        other => panic!("{other:?}"),
    };
    let small = json!({ "prompt": "a tree", "image_size": { "width": 64, "height": 1 } });
    let (one, other) = (of(small.clone()).await, of(small.clone()).await);
    assert!(one != other && i64::try_from(one.max(other)).is_ok());
    let mut given = small;
    for seed in [0, 196_619_188_014_358_660, u64::MAX] {
        given["seed"] = json!(seed);
        assert_eq!(of(given.clone()).await, seed);
    }
}

#[tokio::test]
async fn pictures_in_the_output_itself_and_of_any_size_are_drawn() {
    let stage = Stage::new(QUICK).await;
    for (width, height) in [(1, 1), (7, 300), (2000, 40)] {
        let input =
            json!({ "prompt": "one two three", "sync_mode": true, "image_size": { "width": width, "height": height } });
        let Outcome::Completed(output) = outcome(&stage, FLUX, &input).await else { panic!("{width}x{height}") };
        let url = output["images"][0]["url"].as_str().expect("an address");
        let data = url.strip_prefix("data:image/jpeg;base64,").expect("a picture in the address");
        let file = BASE64_STANDARD.decode(data).expect("base64");
        assert_eq!(image::load_from_memory(&file).expect("a picture").to_rgb8().dimensions(), (width, height));
    }
}

#[tokio::test]
async fn indecent_pictures_are_black_and_told_unless_nobody_checks() {
    let stage = Stage::new(QUICK).await;
    let lora = stage.lora("ann_k").await;
    let is_black = async |url: &str| {
        let image = image::load_from_memory(&bytes(url).await).expect("a picture").into_rgb8();
        image.iter().all(|sample| *sample == 0)
    };
    for (prompt, flags) in
        [("ann_k sandbox:nsfw", [true, true]), ("sandbox:nsfw:2 ann_k", [false, true]), ("ann_k nsfw", [false, false])]
    {
        let two = Picture { num_images: 2, ..picture(prompt, &lora) };
        for (image, flag) in made(&stage, &two).await.images.iter().zip(flags) {
            assert_eq!((image.is_flagged, is_black(&image.url).await), (flag, flag), "{prompt}");
        }
    }
    let mut unchecked = generator().input(&picture("ann_k sandbox:nsfw", &lora));
    unchecked["enable_safety_checker"] = json!(false);
    let Outcome::Completed(output) = outcome(&stage, FLUX, &unchecked).await else { panic!("not completed") };
    assert_eq!(output["has_nsfw_concepts"], json!([false]));
}

#[tokio::test]
async fn a_wrong_input_is_accepted_and_fails_as_fal_has_it() {
    let stage = Stage::new(QUICK).await;
    let receiver = Receiver::new(&[]).await;
    let request = stage.submit_to(FLUX, &json!({ "num_images": 9 }), &receiver.url).await;
    let Outcome::Failed { code, raw, .. } = stage.outcome(&request).await else { panic!("it did not fail") };
    assert_eq!((code.as_str(), raw["detail"][1]["loc"].clone()), ("missing", json!(["body", "num_images"])));
    let Status::Completed { error, .. } = stage.fal.status(&request).await.expect("a status") else { panic!("open") };
    assert_eq!(error.as_deref(), Some("Invalid status code: 422"));
    let delivery: Value = serde_json::from_slice(&receiver.delivery(0).await.1).expect("JSON");
    assert_eq!((&delivery["status"], &delivery["error"]), (&json!("ERROR"), &json!("Invalid status code: 422")));
    assert_eq!(delivery["payload"], raw);
}

#[tokio::test]
async fn weights_that_cannot_be_had_or_are_none_fail_the_run() {
    let stage = Stage::new(QUICK).await;
    let good = stage.lora("ann_k").await;
    let photos = stage.photos(5).await;
    let gone = good.replace("/files/", "/gone/");
    for (path, kind) in [
        (gone.as_str(), "file_download_error"),
        ("http://127.0.0.1:1/lora", "file_download_error"),
        ("someone/some-lora", "file_download_error"),
        ("file:///etc/passwd", "file_download_error"),
        (photos.as_str(), "value_error"),
    ] {
        let input = json!({ "prompt": "ann_k", "loras": [{ "path": good }, { "path": path }] });
        let place = json!(["body", "loras", 1, "path"]);
        assert_eq!(errors(&stage, FLUX, &input).await, [(place, kind.to_owned())], "{path}");
    }
}

#[tokio::test]
async fn a_run_is_short_and_its_log_tells_the_steps() {
    let stage = Stage::new(Duration::from_hours(1)).await;
    let request = stage.submit_to(FLUX, &json!({ "prompt": "a tree", "image_size": "square" }), &nowhere()).await;
    assert!(matches!(stage.outcome(&request).await, Outcome::Completed(_)));
    let Status::Completed { logs, .. } = stage.fal.status(&request).await.expect("a status") else { panic!("open") };
    assert!(logs.last().is_some_and(|line| line.message.ends_with("28/28")), "{logs:?}");
}

#[tokio::test]
async fn a_sandbox_that_is_started_again_goes_on_with_its_pictures() {
    let stage = Stage::new(QUICK).await;
    let lora = stage.lora("ann_k").await;
    stage.misbehave(&[Rule::new(Fault::Run(RunFault::StuckInProgress)).times(1).ms(1500)]).await;
    let input = generator().input(&picture("ann_k in Paris", &lora));
    let request = stage.submit_to(FLUX, &input, &nowhere()).await;
    until(async || matches!(stage.fal.status(&request).await, Ok(Status::InProgress { .. })).then_some(())).await;
    let Stage { folder, sandbox, .. } = stage;
    sandbox.stop().await;
    let stage = Stage::in_folder(folder, QUICK).await;
    let Outcome::Completed(output) = stage.outcome(&request).await else { panic!("not completed") };
    let made = generator().read(&output).expect("pictures");
    assert_eq!((made.seed, bytes(&made.images[0].url).await.is_empty()), (Some(42), false));
}

#[tokio::test]
async fn an_output_that_cannot_be_used_is_told_by_rule_or_by_prompt() {
    let stage = Stage::new(QUICK).await;
    for fault in [RunFault::WrongTypes, RunFault::MissingLora, RunFault::ForeignHost] {
        let input = json!({ "prompt": format!("a tree sandbox:run={}", fault.as_str()), "image_size": "square",
            "num_images": 2 });
        let Outcome::Completed(by_prompt) = outcome(&stage, FLUX, &input).await else { panic!("{fault:?}") };
        stage.misbehave(&[Rule { endpoint: Some(FLUX.to_owned()), ..Rule::new(Fault::Run(fault)).times(1) }]).await;
        let input = json!({ "prompt": "a tree", "image_size": "square" });
        let Outcome::Completed(by_rule) = outcome(&stage, FLUX, &input).await else { panic!("{fault:?}") };
        for output in [by_prompt, by_rule] {
            let read = generator().read(&output);
            assert_eq!(read.is_ok(), fault == RunFault::ForeignHost, "{fault:?}: {output}");
            if let Ok(made) = read {
                let refused = stage.fal.download(&made.images[0].url, &stage.folder.path().join("x"), 99).await;
                assert!(matches!(refused, Err(FalError::ForeignHost { .. })));
            }
        }
    }
}

#[tokio::test]
async fn a_fault_in_a_prompt_acts_on_its_own_request_and_a_wrong_word_is_told() {
    let stage = Stage::new(QUICK).await;
    let receiver = Receiver::new(&[]).await;
    let ask = |prompt: &str| json!({ "prompt": prompt, "image_size": { "width": 16, "height": 16 } });
    let lost = stage.submit_to(FLUX, &ask("a tree sandbox:webhook=lost"), &receiver.url).await;
    let failed = stage.submit_to(FLUX, &ask("sandbox:run=completed_with_error"), &nowhere()).await;
    assert!(matches!(stage.outcome(&lost).await, Outcome::Completed(_)));
    assert!(matches!(stage.outcome(&failed).await, Outcome::Failed { .. }));
    let told = stage.submit_to(FLUX, &ask("a tree"), &receiver.url).await;
    let delivery: Value = serde_json::from_slice(&receiver.delivery(0).await.1).expect("JSON");
    assert_eq!(delivery["request_id"], json!(told.request_id), "the first was lost");
    let rules = stage.rules().await;
    assert_eq!(rules[0].fault, Fault::Webhook(WebhookFault::Lost));
    assert_eq!(rules[0].request_id.as_ref(), Some(&lost.request_id));

    let rare = stage.submit_to(FLUX, &ask("sandbox:file=slow,ms=700,times=2 on a hill"), &nowhere()).await;
    let rule = stage.rules().await.pop().expect("a rule");
    assert_eq!(
        rule,
        Rule { request_id: Some(rare.request_id), ..Rule::new(Fault::File(FileFault::Slow)).ms(700).times(2) }
    );

    for wrong in ["sandbox:webhook=lsot", "sandbox:webhook=lost,often=1", "sandbox:webhook=lost,times=x"] {
        let wrong = stage.fal.submit(FLUX, &ask(wrong), &nowhere(), None).await.expect_err("refused");
        assert!(matches!(wrong, FalError::Refused { status: 422, .. }), "{wrong}");
    }
    let prose = stage.fal.submit(FLUX, &ask("a sandbox: with=sand"), &nowhere(), None).await;
    assert!(prose.is_ok(), "it is no word of ours");
}

#[tokio::test]
async fn a_download_is_bounded_and_whole() {
    let stage = Stage::new(QUICK).await;
    let lora = stage.lora("ann_k").await;
    let url = made(&stage, &picture("ann_k", &lora)).await.images.remove(0).url;
    let to = stage.folder.path().join("picture");
    let size = stage.fal.download_picture(&url, &to, 10_000_000).await.expect("the picture");
    assert_eq!(tokio::fs::read(&to).await.expect("the file").len() as u64, size);
    assert!(matches!(stage.fal.download_picture(&url, &to, size - 1).await, Err(FalError::TooLarge { .. })));
    for fault in [FileFault::Endless, FileFault::Empty] {
        stage.misbehave(&[Rule::new(Fault::File(fault)).times(1)]).await;
        let refused = stage.fal.download_picture(&url, &to, u64::MAX).await;
        assert!(matches!(refused, Err(FalError::Unreadable(_))), "{fault:?}: {refused:?}");
    }
    assert!(!to.exists());
}
