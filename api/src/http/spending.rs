//! The gate before everything that costs money: the operator's switch, and the caps of the person and of the key.

use crate::app::App;
use crate::domain::Refusal;
use crate::domain::principal::Principal;
use crate::domain::run::Run;
use crate::domain::spending::{Expense, Holder, Stop, day_of};
use crate::http::problem::Problem;
use crate::storage::{Tx, api_keys, spending, users};

/// Holds what the caps are counted for until the transaction ends, so that many starts at once are counted one after the
/// other. Taken before any avatar.
pub(super) async fn hold(app: &App, tx: &mut Tx, me: &Principal) -> Result<(), Problem> {
    users::lock(tx, me.subject).await?;
    // A key may act for many, who need not wait for each other without a reason.
    if app.settings.spending.key.is_any() {
        api_keys::lock(tx, me.key_id).await?;
    }
    Ok(())
}

/// Lets a run through at its price, in millionths of a US dollar, and writes it down. The caller's person and key are
/// held.
pub(super) async fn pass(app: &App, tx: &mut Tx, me: &Principal, run: Run, price: i64) -> Result<(), Problem> {
    let (caps, now) = (&app.settings.spending, app.now());
    let stop = spending::find_stop(tx).await?;
    if let Some(Stop { reason, .. }) = stop.or_else(|| caps.stop()) {
        return Err(Refusal::SpendingStopped { reason }.into());
    }
    if caps.user.is_any() {
        let spent = spending::of_user(tx, me.subject, day_of(now)).await?;
        caps.user.admit(Holder::User, spent, run, price, now).map_err(|refusal| refused(app, refusal))?;
    }
    if caps.key.is_any() {
        let spent = spending::of_key(tx, me.key_id, day_of(now)).await?;
        caps.key.admit(Holder::Key, spent, run, price, now).map_err(|refusal| refused(app, refusal))?;
    }
    let expense = Expense { run, user_id: me.subject, key_id: me.key_id, cost_microusd: price, started_at: now };
    spending::add(tx, &expense).await?;
    Ok(())
}

/// A cap that is reached says when it opens again.
fn refused(app: &App, refusal: Refusal) -> Problem {
    let opens_at = if let Refusal::CapReached { opens_at, .. } = &refusal { Some(*opens_at) } else { None };
    let problem = Problem::from(refusal);
    match opens_at {
        // The next second, so that nobody comes back a moment too early.
        Some(time) => problem.retry_after(u32::try_from((time - app.now()).num_seconds() + 1).unwrap_or(1)),
        None => problem,
    }
}

/// Millionths of a dollar as dollars, for showing only.
#[expect(clippy::cast_precision_loss, reason = "prices are far below 2^52 millionths of a dollar")]
pub(super) fn usd(microusd: i64) -> f64 {
    microusd as f64 / 1_000_000.0
}
