//! A first look at what a training has learned: a small pack that the service makes by itself, in the transaction that
//! completes the training, so that there is one for each and never two. It is paid like any other, by the caps of whoever
//! started the training; where those or the operator's switch refuse it there is none.

use super::error::JobError;
use crate::app::App;
use crate::domain::avatar::Avatar;
use crate::domain::run::Run;
use crate::domain::training::{Training, Weights};
use crate::launch::LaunchError;
use crate::launch::gate::{self, Payer};
use crate::launch::packs::{PackLaunch, Set};
use crate::storage::{Tx, spending};

/// One image of each picture shows enough.
const IMAGES: i32 = 1;

/// Begins it for a training that completes with these weights. The person and the avatar are held.
pub(super) async fn begin(
    app: &App,
    tx: &mut Tx,
    avatar: &Avatar,
    training: &Training,
    weights: &Weights,
) -> Result<(), JobError> {
    let kind = training.settings.training_type;
    let mut packs = app.settings.preview.iter().filter_map(|id| app.settings.styles.pack(id));
    let Some(pack) = packs.find(|pack| pack.training_type.is_none_or(|of| of == kind)) else { return Ok(()) };
    let Some(key_id) = spending::key_of(tx, Run::Training(training.id)).await? else { return Ok(()) };
    let payer = Payer { user_id: training.user_id, key_id, actor: None };
    // The person is held already, and before any avatar; two people's trainings meet at the key alone.
    gate::hold(app, tx, &payer).await?;
    let trained = Training { lora_key: Some(weights.lora_key.clone()), ..training.clone() };
    let begun = match PackLaunch::new(app, avatar, &trained, &Set::Preview(pack), None, IMAGES) {
        Ok(launch) => launch.begin(app, tx, &payer, avatar, &trained).await,
        Err(error) => Err(error),
    };
    match begun {
        Ok(run) => tracing::info!(training.id = %training.id, pack_run.id = %run.id, "a preview is begun"),
        Err(LaunchError::Storage(error)) => return Err(error.into()),
        Err(error @ LaunchError::NoChance) => return Err(JobError::retry(error)),
        Err(error) => tracing::info!(training.id = %training.id, %error, "there is no preview of a training"),
    }
    Ok(())
}
