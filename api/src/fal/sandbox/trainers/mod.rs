//! What fal's runners do with a training: check the input, fetch and check the archive, train, and leave two files.
//! Only the training itself is missing; the files are real files of the right format.

mod archive;
mod input;
mod log;
mod lora;

use std::io::Result;

use serde_json::{Value, json};

use super::fields::ModelError;
use super::house::House;
use super::requests::Request;
use super::{clock, files};
use crate::fal::trainers::Trainer;

pub(super) use log::log;

/// Runs a training to its end and gives what the model answers: its output, or its list of errors.
pub(super) async fn run(
    house: &House,
    request: &Request,
    trainer: Trainer,
) -> Result<std::result::Result<Value, Vec<ModelError>>> {
    let errors = input::check(trainer, &request.input);
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    let archive = match &request.archive {
        Some(archive) => archive.clone(),
        None => match archive::check(house, &request.input, trainer.min_images()).await? {
            Ok(digest) => {
                house.requests.update(&request.id, |request| request.archive = Some(digest.clone()))?;
                digest
            }
            Err(error) => return Ok(Err(vec![error])),
        },
    };
    clock::sleep_until(request.ends_at).await;
    output(house, trainer, request, &archive).map(Ok)
}

fn output(house: &House, trainer: Trainer, request: &Request, archive: &str) -> Result<Value> {
    let steps = input::steps(trainer, &request.input);
    let trigger = ["trigger_phrase", "trigger_word"].iter().find_map(|name| request.input[name].as_str()).unwrap_or("");
    let weights = lora::weights(archive, trigger, steps);
    let config = lora::config(trainer, trigger, steps);
    let lora_file =
        files::keep(house, request, "pytorch_lora_weights.safetensors", "application/octet-stream", &weights)?;
    let config_file = files::keep(house, request, "config.json", "application/json", &config)?;
    let mut output = json!({ "diffusers_lora_file": lora_file, "config_file": config_file });
    if trainer == Trainer::Fast {
        output["debug_preprocessed_output"] = Value::Null;
    }
    Ok(output)
}
