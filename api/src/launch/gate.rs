//! The gate before everything that costs money: the operator's switch, and the caps of the person and of the key.

use super::LaunchError;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::ids::{KeyId, UserId};
use crate::domain::run::Run;
use crate::domain::spending::{Expense, Holder, Spent, Stop, day_of};
use crate::storage::{StorageError, Tx, api_keys, spending, users};

/// By whose caps something is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payer {
    /// The person it is for.
    pub user_id: UserId,
    /// The key through which it was begun.
    pub key_id: KeyId,
    /// The same key where somebody asks with it; `None` when the service acts by itself.
    pub actor: Option<KeyId>,
}

/// Holds what the caps are counted for until the transaction ends, so that many starts at once are counted one after the
/// other. The person comes before any avatar of theirs.
pub async fn hold(app: &App, tx: &mut Tx, payer: &Payer) -> Result<(), StorageError> {
    users::lock(tx, payer.user_id).await?;
    // A key may act for many, who need not wait for each other without a reason.
    if app.settings.spending.key.is_any() {
        api_keys::lock(tx, payer.key_id).await?;
    }
    Ok(())
}

/// Whether money may be spent at all: the operator has not stopped it.
pub async fn open(app: &App, tx: &mut Tx) -> Result<(), LaunchError> {
    let stop = spending::find_stop(tx).await?;
    match stop.or_else(|| app.settings.spending.stop()) {
        Some(Stop { reason, .. }) => Err(Refusal::SpendingStopped { reason }.into()),
        None => Ok(()),
    }
}

/// Lets runs through at their prices, in millionths of a US dollar, all or none, and writes them down. The payer is held.
pub async fn pass(app: &App, tx: &mut Tx, payer: &Payer, runs: &[(Run, i64)]) -> Result<(), LaunchError> {
    let (caps, now) = (&app.settings.spending, app.now());
    open(app, tx).await?;
    let wanted = runs.iter().map(|&(run, price)| Spent::of(run, price)).sum();
    if caps.user.is_any() {
        let spent = spending::of_user(tx, payer.user_id, day_of(now)).await?;
        caps.user.admit(Holder::User, spent, wanted, now)?;
    }
    if caps.key.is_any() {
        let spent = spending::of_key(tx, payer.key_id, day_of(now)).await?;
        caps.key.admit(Holder::Key, spent, wanted, now)?;
    }
    for &(run, cost_microusd) in runs {
        let Payer { user_id, key_id, .. } = *payer;
        spending::add(tx, &Expense { run, user_id, key_id, cost_microusd, started_at: now }).await?;
    }
    Ok(())
}
