//! Asking for pictures, whoever asks: a person at the door, or the service itself when a training has completed.
//!
//! `gate` is what everything that costs money passes; `order` is what is wanted, before it is known of whom; `packs` begins
//! many at once. Here is one generation: what it is made from, what it costs, and its row, its job and its event.

pub mod gate;
pub mod order;
pub mod packs;

use aisha_openapi::vocabulary::{AspectRatio, EventType, GenerationStatus, WarningCode};
use chrono::TimeDelta;

use self::gate::Payer;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::avatar::Avatar;
use crate::domain::generation::{Generation, Wish};
use crate::domain::ids::{GenerationId, PackRunId, TrainingId};
use crate::domain::job::Job;
use crate::domain::run::{Run, attempt_token};
use crate::domain::training::Training;
use crate::fal::generators::{self, Generator, Size};
use crate::storage::{StorageError, Tx, generations};

/// Should its job be lost, the sweep finds it after so long.
const FIRST_LOOK: TimeDelta = TimeDelta::minutes(10);

/// Why pictures are not begun.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// The rules forbid it.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// No generator of this version draws with the weights.
    #[error("nothing makes pictures with the weights of the trainer {0}")]
    NoGenerator(String),
    /// The machine gives no random bytes.
    #[error("the machine gives no random bytes")]
    NoChance,
}

/// What is to be made, and from what.
pub struct Launch {
    /// What is wanted.
    pub wish: Wish,
    /// Pixels across and down.
    pub size: (i32, i32),
    /// In millionths of a US dollar.
    pub cost_microusd: i64,
    /// What of the wish cannot be followed.
    pub warnings: Vec<WarningCode>,
    training_id: TrainingId,
    generator: &'static Generator,
    final_prompt: Option<String>,
    pack_id: Option<PackRunId>,
    repeat_of: Option<GenerationId>,
}

impl Launch {
    /// Makes a wish ready for the generator that goes with a completed training.
    pub fn new(app: &App, training: &Training, wish: Wish) -> Result<Self, LaunchError> {
        if training.lora_key.is_none() {
            return Err(Refusal::AvatarNotTrained.into());
        }
        let trainer = &training.settings.endpoint;
        let generator = generators::for_trainer(trainer).ok_or_else(|| LaunchError::NoGenerator(trainer.clone()))?;
        let size = generator.size(parts(wish.aspect_ratio));
        let images = u8::try_from(wish.num_images).unwrap_or(u8::MAX);
        let ignored = wish.negative_prompt.is_some() && !generator.takes_negative_prompt();
        Ok(Self {
            wish,
            size: pixels(size),
            cost_microusd: app.settings.generator_prices.of(generator).of(size, images),
            warnings: ignored.then_some(WarningCode::NegativePromptUnsupported).into_iter().collect(),
            training_id: training.id,
            generator,
            final_prompt: None,
            pack_id: None,
            repeat_of: None,
        })
    }

    /// It repeats this one. For the same pictures the model is told the same, to the letter; for others somebody may work
    /// on the prompt again.
    #[must_use]
    pub fn repeating(mut self, first: &Generation) -> Self {
        self.repeat_of = Some(first.id);
        if self.wish.seed == first.wish.seed {
            self.final_prompt.clone_from(&first.final_prompt);
            let not_enhanced = first.warnings.iter().filter(|code| **code == WarningCode::PromptNotEnhanced);
            self.warnings.extend(not_enhanced);
        }
        self
    }

    /// It is one of this run of a pack.
    #[must_use]
    pub fn in_pack(self, id: PackRunId) -> Self {
        Self { pack_id: Some(id), ..self }
    }

    /// The endpoint at fal.
    #[must_use]
    pub const fn endpoint(&self) -> &'static str {
        self.generator.endpoint()
    }

    /// The generation that it becomes.
    fn generation(self, app: &App, avatar: &Avatar) -> Result<Generation, LaunchError> {
        let now = app.now();
        Ok(Generation {
            id: app.ids.next(),
            user_id: avatar.user_id,
            avatar_id: avatar.id,
            training_id: self.training_id,
            pack_id: self.pack_id.map(|id| id.0),
            repeat_of: self.repeat_of,
            status: GenerationStatus::Pending,
            status_reason: None,
            size: self.size,
            wish: self.wish,
            final_prompt: self.final_prompt,
            endpoint: self.generator.endpoint().to_owned(),
            warnings: self.warnings,
            is_favourite: false,
            cost_microusd: self.cost_microusd,
            error_code: None,
            error_message: None,
            attempt_token: attempt_token().map_err(|_| LaunchError::NoChance)?,
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
        })
    }
}

/// Begins these for an avatar, all or none: they pass the gate together, and each has its row, its event and its job. The
/// transaction holds the avatar and what the caps are counted for.
pub async fn begin(
    app: &App,
    tx: &mut Tx,
    payer: &Payer,
    avatar: &Avatar,
    launches: Vec<Launch>,
) -> Result<Vec<Generation>, LaunchError> {
    let made: Result<Vec<_>, _> = launches.into_iter().map(|launch| launch.generation(app, avatar)).collect();
    let made = made?;
    let runs: Vec<_> = made.iter().map(|one| (Run::Generation(one.id), one.cost_microusd)).collect();
    gate::pass(app, tx, payer, &runs).await?;
    let now = app.now();
    for generation in &made {
        generations::add(tx, generation, now + FIRST_LOOK).await?;
        app.tell(tx, generation.event(EventType::GenerationCreated, payer.actor)).await?;
        app.enqueue(tx, &Job::SubmitGeneration { generation_id: generation.id }, now).await?;
    }
    Ok(made)
}

fn pixels(size: Size) -> (i32, i32) {
    let pixels = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
    (pixels(size.width), pixels(size.height))
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
