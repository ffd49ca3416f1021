//! Tells fal what to draw, once. As with trainings the intent is written before the call, and a lost answer is never
//! taken for a refusal: fal's webhook names the request.

use chrono::TimeDelta;

use super::collect_generation::{SUBMISSION_WINDOW, ending, is_late};
use super::error::JobError;
use super::insist::insist;
use super::outcome;
use crate::app::App;
use crate::domain::generation::{Ending, Generation, PATIENCE, weave};
use crate::domain::ids::GenerationId;
use crate::domain::job::Job;
use crate::domain::run::FalRequest;
use crate::fal::generators::{self, Picture, Size};
use crate::fal::{FalError, Submitted};
use crate::storage::{StorageError, Tx, avatars, generations, trainings};

/// When to ask for the first time after a submission.
const FIRST_LOOK: TimeDelta = TimeDelta::seconds(2);
/// After so long without another attempt, which is more than any pause between two, the sweep sees to one.
const NEXT_ATTEMPT: TimeDelta = TimeDelta::minutes(10);
/// How often it is looked whether money may be spent again.
const STOP_PAUSE: TimeDelta = TimeDelta::seconds(20);

/// Settles the prompt, submits, and writes down what fal answered.
pub(super) async fn run(app: &App, id: GenerationId) -> Result<(), JobError> {
    let Some(generation) = generations::find_for_job(&app.db, id).await? else { return Ok(()) };
    let generation = match (generation.status.is_final(), &generation.request, generation.submitted_at) {
        (false, None, None) => generation,
        // A run of this job was killed between its call and its note: fal may have it.
        (false, None, Some(_)) => return answer_lost(app, &generation).await,
        _ => return Ok(()),
    };
    if generation.cancel_requested_at.is_some() {
        return ending::end(app, &generation, &Ending::Cancelled).await;
    }
    let training = trainings::find_for_job(&app.db, generation.training_id).await?;
    let Some((training, lora_key)) = training.and_then(|training| Some((training.clone(), training.lora_key?))) else {
        return fail(app, &generation, "weights_missing", "the weights of the training are gone").await;
    };
    let generator = generators::find(&generation.endpoint)
        .ok_or_else(|| JobError::fail("this version does not know the generator"))?;
    let prompt = settle_prompt(app, &generation, &training.settings.trigger_phrase).await?;
    let input = generator.input(&picture(&generation, prompt, app.link(&lora_key).await?)?);
    let webhook = app.fal_webhook(&generation.attempt_token).map_err(JobError::fail)?;

    let mut tx = app.begin().await?;
    let now = app.now();
    if app.is_spending_stopped(&mut tx).await? {
        return wait(app, tx, &generation).await;
    }
    if !generations::begin_submission(&mut tx, id, now + SUBMISSION_WINDOW, now).await? {
        return Ok(());
    }
    app.commit(tx).await?;
    match app.fal.submit(generator.endpoint(), &input, &webhook, None).await {
        Ok(submitted) => note(app, &generation, &submitted).await,
        Err(error) if error.is_uncertain() => {
            tracing::warn!(generation.id = %id, %error, "the answer to a submission was lost");
            answer_lost(app, &generation).await
        }
        Err(error) => {
            // A certain refusal is no attempt, and costs nothing.
            let mut tx = app.begin().await?;
            let now = app.now();
            generations::withdraw_submission(&mut tx, id, now + NEXT_ATTEMPT, now + PATIENCE, now).await?;
            app.commit(tx).await?;
            match error.is_transient() {
                false => refused(app, &generation, &error).await,
                true if is_late(&generation, now) => {
                    fail(app, &generation, "submission_failed", &error.to_string()).await
                }
                true => Err(JobError::retry(error)),
            }
        }
    }
}

/// What fal is told: the person's words with the avatar's trigger phrase in them.
async fn settle_prompt(app: &App, generation: &Generation, trigger_phrase: &str) -> Result<String, JobError> {
    if let Some(prompt) = &generation.final_prompt {
        return Ok(prompt.clone());
    }
    let prompt = weave(trigger_phrase, &generation.wish.prompt);
    let mut tx = app.begin().await?;
    generations::write_prompt(&mut tx, generation.id, &prompt, &generation.warnings, app.now()).await?;
    tx.commit().await?;
    Ok(prompt)
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

/// Leaves a generation where it is until money may be spent again.
async fn wait(app: &App, mut tx: Tx, generation: &Generation) -> Result<(), JobError> {
    let now = app.now();
    generations::wait(&mut tx, generation.id, "spending_stopped", now + NEXT_ATTEMPT, now).await?;
    app.enqueue(&mut tx, &Job::SubmitGeneration { generation_id: generation.id }, now + STOP_PAUSE).await?;
    app.commit(tx).await?;
    Ok(())
}

/// Writes down what fal answered.
async fn note(app: &App, generation: &Generation, submitted: &Submitted) -> Result<(), JobError> {
    let request = FalRequest {
        id: submitted.request_id.clone(),
        status_url: submitted.status_url.to_string(),
        response_url: submitted.response_url.to_string(),
        cancel_url: submitted.cancel_url.to_string(),
    };
    insist(|| write_note(app, generation, &request)).await?;
    tracing::info!(generation.id = %generation.id, fal.request_id = request.id, "a generation was submitted");
    Ok(())
}

async fn write_note(app: &App, generation: &Generation, request: &FalRequest) -> Result<(), StorageError> {
    let now = app.now();
    let mut tx = app.begin().await?;
    let id = generation.id;
    let avatar = avatars::lock(&mut tx, generation.user_id, generation.avatar_id).await?;
    let found = generations::lock(&mut tx, generation.user_id, id).await?;
    let known = found.as_ref().map(|found| found.request.as_ref());
    let is_another = known.is_some_and(|known| known.is_some_and(|known| known.id != request.id));
    if avatar.is_none() || known.is_none() || is_another {
        // While fal was being called it was deleted, or the webhook of an earlier attempt came after all. Nobody else
        // knows of this request.
        let (endpoint, request_id) = (generation.endpoint.clone(), request.id.clone());
        app.enqueue(&mut tx, &Job::AbandonRequest { endpoint, request_id }, now).await?;
        return app.commit(tx).await;
    }
    // If the webhook came first the request is known already, and there is nothing to write.
    generations::submitted(&mut tx, id, request, now + FIRST_LOOK, now + PATIENCE, now).await?;
    app.enqueue(&mut tx, &Job::CollectGeneration { generation_id: id }, now + FIRST_LOOK).await?;
    // The owner may have given it up while fal was being called; the job does nothing if not.
    app.enqueue(&mut tx, &Job::CancelGeneration { generation_id: id }, now).await?;
    app.commit(tx).await
}

/// Whether fal has it is not known.
async fn answer_lost(app: &App, generation: &Generation) -> Result<(), JobError> {
    let now = app.now();
    let mut tx = app.begin().await?;
    let begun = generation.submitted_at.unwrap_or(now);
    generations::lose_answer(&mut tx, generation.id, begun + SUBMISSION_WINDOW, now).await?;
    app.commit(tx).await?;
    Ok(())
}

/// fal will not take it, now or later.
async fn refused(app: &App, generation: &Generation, error: &FalError) -> Result<(), JobError> {
    fail(app, generation, outcome::refusal(error), &error.to_string()).await
}

async fn fail(app: &App, generation: &Generation, code: &str, message: &str) -> Result<(), JobError> {
    let ending = Ending::Failed { code: code.to_owned(), message: message.to_owned(), response: None };
    ending::end(app, generation, &ending).await
}
