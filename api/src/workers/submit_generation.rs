//! Tells fal what to draw, once; see `errand`.

use aisha_openapi::vocabulary::WarningCode;

use super::errand;
use super::error::JobError;
use crate::app::App;
use crate::domain::generation::{Generation, weave};
use crate::domain::ids::GenerationId;
use crate::fal::generators::{self, Picture, Size};
use crate::storage::{generations, trainings};

/// Settles the prompt, and submits it.
pub(super) async fn run(app: &App, id: GenerationId) -> Result<(), JobError> {
    let Some(generation) = errand::begin::<Generation>(app, id).await? else { return Ok(()) };
    let training = trainings::find_for_job(&app.db, generation.training_id).await?;
    let Some((training, lora_key)) = training.and_then(|training| Some((training.clone(), training.lora_key?))) else {
        return errand::fail(app, &generation, "weights_missing", "the weights of the training are gone").await;
    };
    let generator = generators::find(&generation.endpoint)
        .ok_or_else(|| JobError::fail("this version does not know the generator"))?;
    let prompt = settle_prompt(app, &generation, &training.settings.trigger_phrase).await?;
    let input = generator.input(&picture(&generation, prompt, app.link(&lora_key).await?)?);
    let webhook = app.fal_webhook(&generation.attempt_token).map_err(JobError::fail)?;

    errand::send(app, &generation, &input, &webhook).await
}

/// What fal is told: the person's words, in their style, with the avatar's trigger phrase in them.
async fn settle_prompt(app: &App, generation: &Generation, trigger_phrase: &str) -> Result<String, JobError> {
    if let Some(prompt) = &generation.final_prompt {
        return Ok(prompt.clone());
    }
    let (prompt, warnings) = work_on_prompt(app, generation, trigger_phrase).await;
    let prompt = weave(trigger_phrase, &prompt);
    let mut tx = app.begin().await?;
    let is_first = generations::write_prompt(&mut tx, generation.id, &prompt, &warnings, app.now()).await?;
    tx.commit().await?;
    if is_first {
        return Ok(prompt);
    }
    // Another run of this job was faster, and what it has written is what is shown.
    let written = generations::find_for_job(&app.db, generation.id).await?;
    written.and_then(|written| written.final_prompt).ok_or_else(|| JobError::retry("the prompt is not settled"))
}

/// Has somebody work on the prompt, if there is anybody and a person's words are in it: what comes with the service is
/// written for the model, and two versions are compared by exactly the same. A picture is not held up by a failure.
async fn work_on_prompt(app: &App, generation: &Generation, trigger_phrase: &str) -> (String, Vec<WarningCode>) {
    let Generation { id, wish, pack_id, .. } = generation;
    let mut warnings = generation.warnings.clone();
    let prompt = wish.styled_prompt.as_ref().unwrap_or(&wish.prompt).clone();
    if wish.prompt.is_empty() || pack_id.is_some() {
        return (prompt, warnings);
    }
    match app.prompts.enhance(&prompt, Some(trigger_phrase)).await {
        None => (prompt, warnings),
        Some(Ok(enhanced)) => (enhanced, warnings),
        Some(Err(error)) => {
            tracing::warn!(generation.id = %id, %error, "a prompt goes out as it was written");
            warnings.push(WarningCode::PromptNotEnhanced);
            (prompt, warnings)
        }
    }
}

fn picture(generation: &Generation, prompt: String, lora_url: String) -> Result<Picture, JobError> {
    let wish = &generation.wish;
    let (width, height) = generation.size;
    Ok(Picture {
        prompt,
        negative_prompt: wish.negative_prompt.clone(),
        size: Size {
            width: u32::try_from(width).map_err(JobError::fail)?,
            height: u32::try_from(height).map_err(JobError::fail)?,
        },
        num_images: u8::try_from(wish.num_images).map_err(JobError::fail)?,
        seed: wish.seed,
        lora_url,
    })
}
