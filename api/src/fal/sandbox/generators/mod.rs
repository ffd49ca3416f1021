//! What fal's runners do with a picture: check the input, fetch and check the weights, and draw. Only the drawing is
//! not a model's: it shows what was asked for, and the same for the same input with the same seed.
//!
//! A prompt with the word `sandbox:nsfw` is one that fal's safety checker minds, for all pictures; with
//! `sandbox:nsfw:2` for the second alone.

mod canvas;
mod encoding;
mod input;
mod models;
mod scene;
mod weights;

use std::io::{Error, Result};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use embedded_graphics::pixelcolor::{Rgb888, RgbColor};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::{Value, json};

use super::fields::ModelError;
use super::house::House;
use super::requests::Request;
use super::runners::line;
use super::{clock, files};
use canvas::Canvas;
use input::Order;
use scene::Scene;
use weights::Weights;

pub(super) use models::Model;

/// The word in a prompt that the safety checker minds.
const INDECENT: &str = "sandbox:nsfw";
/// In how many lines a run tells its progress.
const LINES: i32 = 4;

/// The model behind an endpoint; `None` when it is none that makes pictures.
pub(super) fn find(endpoint: &str) -> Option<&'static Model> {
    models::MODELS.into_iter().find(|model| model.endpoint == endpoint)
}

/// Makes the pictures and gives what the model answers: its output, or its list of errors.
pub(super) async fn run(
    house: &House,
    request: &Request,
    model: &Model,
) -> Result<std::result::Result<Value, Vec<ModelError>>> {
    let errors = input::check(model, &request.input);
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    let order = input::read(model, &request.input);
    let mut weights = Vec::new();
    for (index, (url, _)) in order.loras.iter().enumerate() {
        match weights::fetch(house, url, &json!(["body", "loras", index, "path"])).await {
            Ok(fetched) => weights.push(fetched),
            Err(error) => return Ok(Err(vec![error])),
        }
    }
    let seed = order.seed.clone().map_or_else(any_seed, Ok)?;
    let indecent: Vec<bool> = (1..=order.num_images).map(|number| is_indecent(&order, number)).collect();
    let pictures = draw(order.clone(), weights, seed.to_string(), indecent.clone()).await?;
    clock::sleep_until(request.ends_at).await;
    let pictures = pictures.iter().map(|picture| file(house, request, model, &order, picture));
    let seconds = (request.ends_at - request.starts_at).as_seconds_f64();
    Ok(Ok(json!({
        "images": pictures.collect::<Result<Vec<Value>>>()?,
        "timings": { "inference": seconds },
        "seed": seed,
        "has_nsfw_concepts": indecent,
        "prompt": order.prompt,
    })))
}

/// The log of a run as far as the time has come.
pub(super) fn log(request: &Request, now: DateTime<Utc>) -> Value {
    let Some(model) = find(&request.endpoint).filter(|model| input::check(model, &request.input).is_empty()) else {
        return json!([]);
    };
    let (steps, run) = (input::read(model, &request.input).steps, request.ends_at - request.starts_at);
    let mut lines = vec![line(request.starts_at, "Loading LoRA weights")];
    for number in 1..=LINES {
        let at = request.starts_at + run * number / LINES;
        if at <= now {
            let done = steps * u64::from(number.unsigned_abs()) / u64::from(LINES.unsigned_abs());
            lines.push(line(at, &format!("{:3}%| {done}/{steps}", done * 100 / steps)));
        }
    }
    json!(lines)
}

/// The files of all pictures.
async fn draw(order: Order, weights: Vec<Weights>, seed: String, indecent: Vec<bool>) -> Result<Vec<Vec<u8>>> {
    let drawing = move || {
        let scene = Scene { order: &order, weights: &weights, seed };
        let black = Canvas::new(order.size, Rgb888::BLACK);
        let picture = |(number, indecent)| {
            let picture = if indecent { &black } else { &scene.draw(number) };
            encoding::encode(picture, &order.format)
        };
        (1..).zip(indecent).map(picture).collect()
    };
    tokio::task::spawn_blocking(drawing).await.map_err(Error::other)?
}

/// A picture as the output tells of it.
fn file(house: &House, request: &Request, model: &Model, order: &Order, content: &[u8]) -> Result<Value> {
    let content_type = format!("image/{}", order.format);
    let mut file = if order.is_inline {
        json!({ "url": format!("data:{content_type};base64,{}", BASE64_STANDARD.encode(content)) })
    } else {
        files::keep(house, request, &format!("picture.{}", order.format), &content_type, content)?
    };
    if !model.tells_files {
        file = json!({ "url": file["url"] });
    }
    (file["width"], file["height"]) = (json!(order.size.0), json!(order.size.1));
    file["content_type"] = json!(content_type);
    Ok(file)
}

fn is_indecent(order: &Order, number: u32) -> bool {
    let minds = |word: &str| match word.strip_prefix(INDECENT) {
        Some("") => true,
        Some(only) => only.strip_prefix(':').is_some_and(|only| only.parse() == Ok(number)),
        None => false,
    };
    order.is_checked && order.prompt.split_whitespace().any(minds)
}

/// Any number that a signed integer of 64 bits holds, from 0.
fn any_seed() -> Result<Value> {
    let mut bytes = [0; 8];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Error::other("no chance to be had"))?;
    Ok(json!(u64::from_le_bytes(bytes) >> 1))
}

#[cfg(test)]
mod tests;
