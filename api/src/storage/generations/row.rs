//! How a generation lies in its table.

use aisha_openapi::vocabulary::{AspectRatio, GenerationStatus, WarningCode};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::generation::{Generation, Image, Wish};
use crate::domain::ids::{AvatarId, GenerationId, TrainingId, UserId};
use crate::storage::db::Word;
use crate::storage::fal_requests::RequestRow;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select g.id, g.user_id, g.avatar_id, g.training_id, g.pack_id, g.repeat_of, g.status, g.status_reason, \
             g.prompt, g.styled_prompt, g.final_prompt, g.negative_prompt, g.style_id, g.aspect_ratio, g.width, g.height, \
             g.num_images, g.seed, g.endpoint, g.warnings, g.is_favourite, g.cost_microusd, g.error_code, \
             g.error_message, g.attempt_token, g.submitted_at, g.cancel_requested_at, g.deadline_at, \
             g.last_status_check, g.fal_ended_at, g.fal_request_id, g.fal_status_url, g.fal_response_url, \
             g.fal_cancel_url, g.images, g.created_at, g.updated_at, g.started_at, g.completed_at from generations g ",
            $rest
        )
    };
}
pub(super) use select;

#[derive(FromRow)]
pub(super) struct Row {
    id: Uuid,
    user_id: Uuid,
    avatar_id: Uuid,
    training_id: Uuid,
    pack_id: Option<Uuid>,
    repeat_of: Option<Uuid>,
    status: Word<GenerationStatus>,
    status_reason: Option<String>,
    final_prompt: Option<String>,
    width: i32,
    height: i32,
    endpoint: String,
    warnings: Json<Vec<WarningCode>>,
    is_favourite: bool,
    cost_microusd: i64,
    error_code: Option<String>,
    error_message: Option<String>,
    attempt_token: String,
    submitted_at: Option<DateTime<Utc>>,
    cancel_requested_at: Option<DateTime<Utc>>,
    deadline_at: Option<DateTime<Utc>>,
    last_status_check: Option<DateTime<Utc>>,
    fal_ended_at: Option<DateTime<Utc>>,
    images: Json<Vec<Option<Image>>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    completed_at: Option<DateTime<Utc>>,
    #[sqlx(flatten)]
    wish: WishRow,
    #[sqlx(flatten)]
    request: RequestRow,
}

#[derive(FromRow)]
struct WishRow {
    prompt: String,
    styled_prompt: Option<String>,
    negative_prompt: Option<String>,
    style_id: Option<String>,
    aspect_ratio: Word<AspectRatio>,
    num_images: i32,
    seed: i64,
}

impl From<WishRow> for Wish {
    fn from(row: WishRow) -> Self {
        Self {
            prompt: row.prompt,
            styled_prompt: row.styled_prompt,
            negative_prompt: row.negative_prompt,
            style_id: row.style_id,
            aspect_ratio: row.aspect_ratio.0,
            num_images: row.num_images,
            seed: row.seed,
        }
    }
}

impl From<Row> for Generation {
    fn from(row: Row) -> Self {
        Self {
            id: GenerationId(row.id),
            user_id: UserId(row.user_id),
            avatar_id: AvatarId(row.avatar_id),
            training_id: TrainingId(row.training_id),
            pack_id: row.pack_id,
            repeat_of: row.repeat_of.map(GenerationId),
            status: row.status.0,
            status_reason: row.status_reason,
            wish: row.wish.into(),
            final_prompt: row.final_prompt,
            size: (row.width, row.height),
            endpoint: row.endpoint,
            warnings: row.warnings.0,
            is_favourite: row.is_favourite,
            cost_microusd: row.cost_microusd,
            error_code: row.error_code,
            error_message: row.error_message,
            attempt_token: row.attempt_token,
            submitted_at: row.submitted_at,
            cancel_requested_at: row.cancel_requested_at,
            deadline_at: row.deadline_at,
            last_status_check: row.last_status_check,
            fal_ended_at: row.fal_ended_at,
            request: row.request.into_request(),
            images: row.images.0,
            created_at: row.created_at,
            updated_at: row.updated_at,
            started_at: row.started_at,
            completed_at: row.completed_at,
        }
    }
}
