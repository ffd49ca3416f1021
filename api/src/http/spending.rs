//! The gate before everything that costs money, at the door: see `launch::gate`.

use crate::app::App;
use crate::domain::Refusal;
use crate::domain::principal::Principal;
use crate::domain::run::Run;
use crate::http::problem::{Problem, internal};
use crate::launch::LaunchError;
use crate::launch::gate::{self, Payer};
use crate::storage::Tx;

/// By whose caps is paid what the caller asks for.
pub(super) const fn payer(me: &Principal) -> Payer {
    Payer { user_id: me.subject, key_id: me.key_id, actor: Some(me.key_id) }
}

/// Holds what the caps are counted for until the transaction ends. Taken before any avatar.
pub(super) async fn hold(app: &App, tx: &mut Tx, me: &Principal) -> Result<(), Problem> {
    Ok(gate::hold(app, tx, &payer(me)).await?)
}

/// Whether money may be spent at all, for what has no price of ours.
pub(super) async fn open(app: &App, tx: &mut Tx) -> Result<(), Problem> {
    gate::open(app, tx).await.map_err(|error| refused(app, error))
}

/// Lets a run through at its price, in millionths of a US dollar, and writes it down. The caller's person and key are
/// held.
pub(super) async fn pass(app: &App, tx: &mut Tx, me: &Principal, run: Run, price: i64) -> Result<(), Problem> {
    gate::pass(app, tx, &payer(me), &[(run, price)]).await.map_err(|error| refused(app, error))
}

/// Why it is not begun. A cap that is reached says when it opens again.
pub(super) fn refused(app: &App, error: LaunchError) -> Problem {
    match error {
        LaunchError::Refused(refusal) => {
            let opens_at = if let Refusal::CapReached { opens_at, .. } = &refusal { Some(*opens_at) } else { None };
            let problem = Problem::from(refusal);
            match opens_at {
                // The next second, so that nobody comes back a moment too early.
                Some(time) => problem.retry_after(u32::try_from((time - app.now()).num_seconds() + 1).unwrap_or(1)),
                None => problem,
            }
        }
        LaunchError::Storage(error) => error.into(),
        LaunchError::NoGenerator(_) | LaunchError::NoChance => {
            tracing::error!(%error, "pictures cannot be begun");
            internal()
        }
    }
}

/// Millionths of a dollar as dollars, for showing only.
#[expect(clippy::cast_precision_loss, reason = "prices are far below 2^52 millionths of a dollar")]
pub(super) fn usd(microusd: i64) -> f64 {
    microusd as f64 / 1_000_000.0
}
