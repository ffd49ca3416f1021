//! What trainers cost, as their model pages say: so much a step, and some bill a least number of steps.

use super::{Trainer, fast, portrait, turbo};

/// What a trainer costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// Millionths of a US dollar for a step.
    pub microusd_per_step: i64,
    /// Fewer steps are billed as so many.
    pub least_steps: u32,
}

impl Price {
    /// What so many steps cost, in millionths of a US dollar.
    #[must_use]
    pub const fn of(self, steps: u32) -> i64 {
        let billed = if steps < self.least_steps { self.least_steps } else { steps };
        billed as i64 * self.microusd_per_step
    }
}

impl Trainer {
    /// The price of late 2026, for when no other is set.
    #[must_use]
    pub const fn usual_price(self) -> Price {
        match self {
            Self::Portrait => portrait::PRICE,
            Self::Fast => fast::PRICE,
            Self::Turbo => turbo::PRICE,
        }
    }
}
