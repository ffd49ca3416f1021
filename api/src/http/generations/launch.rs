//! What every way to ask for pictures shares at the door: the price that is told before, and the answer that is kept.

use aisha_openapi::generations::GenerationQuote;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::show::{show, warnings};
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::avatar::Avatar;
use crate::domain::ids::TrainingId;
use crate::domain::principal::Principal;
use crate::http::idempotency::{IdempotencyKey, Reply};
use crate::http::problem::{Problem, internal};
use crate::http::spending::{self, usd};
use crate::launch::{self, Launch};
use crate::storage::Tx;

/// How to begin.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct LaunchQuery {
    /// `true` makes nothing and tells what it would cost.
    #[param(default = false)]
    pub(in crate::http) dry_run: Option<bool>,
}

/// Which training's weights an avatar is pictured with: the one that is named, else the active one.
pub(in crate::http) fn training_of(avatar: &Avatar, named: Option<Uuid>) -> Result<TrainingId, Refusal> {
    named.map(TrainingId).or(avatar.active_training_id).ok_or(Refusal::AvatarNotTrained)
}

/// What it would cost.
pub(super) fn quote(launch: &Launch) -> GenerationQuote {
    let (width, height) = launch.size;
    GenerationQuote {
        endpoint: launch.endpoint().to_owned(),
        width,
        height,
        num_images: launch.wish.num_images,
        cost_estimate_usd: usd(launch.cost_microusd),
        warnings: warnings(&launch.warnings),
    }
}

/// Begins it for an avatar that this transaction holds, as it does what the caps are counted for, keeps the answer under
/// the caller's key, and commits.
pub(super) async fn begin(
    app: &App,
    mut tx: Tx,
    me: &Principal,
    key: &IdempotencyKey,
    avatar: &Avatar,
    launch: Launch,
) -> Result<Response, Problem> {
    let begun = launch::begin(app, &mut tx, &spending::payer(me), avatar, vec![launch]).await;
    let begun = begun.map_err(|error| spending::refused(app, error))?;
    let generation = begun.first().ok_or_else(internal)?;
    let location = format!("/v1/generations/{}", generation.id);
    let reply = Reply::new(StatusCode::ACCEPTED, &show(app, generation).await?)?.at(location);
    key.keep(&mut tx, me, &reply).await?;
    app.commit(tx).await?;
    let mut response = reply.into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    Ok(response)
}
