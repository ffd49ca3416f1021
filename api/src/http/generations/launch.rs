//! What every way to ask for pictures shares: the run, its job and its event in one transaction, and the price that is
//! told before.

use aisha_openapi::generations::GenerationQuote;
use aisha_openapi::vocabulary::{AspectRatio, EventType, GenerationStatus, WarningCode};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::event;
use super::show::{show, warnings};
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::avatar::Avatar;
use crate::domain::generation::{Generation, Wish};
use crate::domain::ids::{GenerationId, TrainingId};
use crate::domain::job::Job;
use crate::domain::principal::Principal;
use crate::domain::run::{Run, attempt_token};
use crate::domain::training::Training;
use crate::fal::generators::{self, Generator, Size};
use crate::http::idempotency::{IdempotencyKey, Reply};
use crate::http::problem::{Problem, internal};
use crate::http::spending::{self, usd};
use crate::storage::{Tx, generations};

/// Should its job be lost, the sweep finds it after so long.
const FIRST_LOOK: TimeDelta = TimeDelta::minutes(10);

/// How to begin.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LaunchQuery {
    /// `true` makes nothing and tells what it would cost.
    #[param(default = false)]
    pub(super) dry_run: Option<bool>,
}

/// What is to be made, and from what.
pub(super) struct Launch {
    wish: Wish,
    training_id: TrainingId,
    generator: &'static Generator,
    size: Size,
    cost_microusd: i64,
    warnings: Vec<WarningCode>,
    pack_id: Option<Uuid>,
    repeat_of: Option<GenerationId>,
}

/// Which training's weights an avatar is pictured with: the one that is named, else the active one.
pub(super) fn training_of(avatar: &Avatar, named: Option<Uuid>) -> Result<TrainingId, Refusal> {
    named.map(TrainingId).or(avatar.active_training_id).ok_or(Refusal::AvatarNotTrained)
}

impl Launch {
    /// Makes a wish ready for the generator that goes with a completed training.
    pub(super) fn new(app: &App, training: &Training, wish: Wish) -> Result<Self, Problem> {
        if training.lora_key.is_none() {
            return Err(Refusal::AvatarNotTrained.into());
        }
        let generator = generators::for_trainer(&training.settings.endpoint).ok_or_else(|| {
            tracing::error!(training.id = %training.id, "nothing makes pictures with the weights of this trainer");
            internal()
        })?;
        let size = generator.size(parts(wish.aspect_ratio));
        let images = u8::try_from(wish.num_images).unwrap_or(u8::MAX);
        let cost_microusd = app.settings.generator_prices.of(generator).of(size, images);
        let ignored = wish.negative_prompt.is_some() && !generator.takes_negative_prompt();
        let warnings = ignored.then_some(WarningCode::NegativePromptUnsupported).into_iter().collect();
        let training_id = training.id;
        Ok(Self { wish, training_id, generator, size, cost_microusd, warnings, pack_id: None, repeat_of: None })
    }

    /// It repeats this one.
    pub(super) fn repeating(self, id: GenerationId) -> Self {
        Self { repeat_of: Some(id), ..self }
    }

    /// What it would cost.
    pub(super) fn quote(&self) -> GenerationQuote {
        let (width, height) = self.pixels();
        GenerationQuote {
            endpoint: self.generator.endpoint().to_owned(),
            width,
            height,
            num_images: self.wish.num_images,
            cost_estimate_usd: usd(self.cost_microusd),
            warnings: warnings(&self.warnings),
        }
    }

    /// Begins it for an avatar that this transaction holds, as it does what the caps are counted for, keeps the answer
    /// under the caller's key, and commits.
    pub(super) async fn begin(
        self,
        app: &App,
        mut tx: Tx,
        me: &Principal,
        key: &IdempotencyKey,
        avatar: &Avatar,
    ) -> Result<Response, Problem> {
        let generation = self.add(app, &mut tx, me, avatar).await?;
        let location = format!("/v1/generations/{}", generation.id);
        let reply = Reply::new(StatusCode::ACCEPTED, &show(app, &generation).await?)?.at(location);
        key.keep(&mut tx, me, &reply).await?;
        app.commit(tx).await?;
        let mut response = reply.into_response();
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        Ok(response)
    }

    /// Writes the run with its job and its event.
    pub(super) async fn add(
        self,
        app: &App,
        tx: &mut Tx,
        me: &Principal,
        avatar: &Avatar,
    ) -> Result<Generation, Problem> {
        let now = app.now();
        let generation = Generation {
            id: app.ids.next(),
            user_id: me.subject,
            avatar_id: avatar.id,
            training_id: self.training_id,
            pack_id: self.pack_id,
            repeat_of: self.repeat_of,
            status: GenerationStatus::Pending,
            status_reason: None,
            size: self.pixels(),
            wish: self.wish,
            final_prompt: None,
            endpoint: self.generator.endpoint().to_owned(),
            warnings: self.warnings,
            is_favourite: false,
            cost_microusd: self.cost_microusd,
            error_code: None,
            error_message: None,
            attempt_token: attempt_token().map_err(|_| internal())?,
            submitted_at: None,
            cancel_requested_at: None,
            deadline_at: None,
            last_status_check: None,
            fal_ended_at: None,
            request: None,
            images: Vec::new(),
            created_at: now,
            updated_at: now,
            started_at: None,
            completed_at: None,
        };
        spending::pass(app, tx, me, Run::Generation(generation.id), generation.cost_microusd).await?;
        generations::add(tx, &generation, now + FIRST_LOOK).await?;
        app.tell(tx, event(EventType::GenerationCreated, me, &generation)).await?;
        app.enqueue(tx, &Job::SubmitGeneration { generation_id: generation.id }, now).await?;
        Ok(generation)
    }

    fn pixels(&self) -> (i32, i32) {
        let pixels = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
        (pixels(self.size.width), pixels(self.size.height))
    }
}

/// The shape as parts across and down.
const fn parts(ratio: AspectRatio) -> (u32, u32) {
    match ratio {
        AspectRatio::Square => (1, 1),
        AspectRatio::Portrait => (3, 4),
        AspectRatio::Landscape => (4, 3),
        AspectRatio::Tall => (9, 16),
        AspectRatio::Wide => (16, 9),
    }
}
