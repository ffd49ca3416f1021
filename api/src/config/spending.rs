//! What may be spent in a day, and what trainings cost.

use chrono::{DateTime, Utc};

use super::{ConfigError, Environment};
use crate::domain::spending::{Caps, Stop};
use crate::fal::{Price, Trainer};

/// The caps, and whether spending is stopped by a setting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SpendingConfig {
    /// For each person.
    pub user: Caps,
    /// For each key.
    pub key: Caps,
    /// Whether nothing may be spent while the service runs.
    pub is_stopped: bool,
}

/// What each trainer costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prices {
    portrait: Price,
    fast: Price,
    turbo: Price,
}

impl SpendingConfig {
    pub(super) fn from_env(env: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            user: Caps {
                trainings: number(env, "AISHA_USER_TRAININGS_PER_DAY")?,
                generations: number(env, "AISHA_USER_GENERATIONS_PER_DAY")?,
                transcriptions: number(env, "AISHA_USER_TRANSCRIPTIONS_PER_DAY")?,
                microusd: money(env, "AISHA_USER_USD_PER_DAY")?,
            },
            key: Caps {
                trainings: number(env, "AISHA_KEY_TRAININGS_PER_DAY")?,
                generations: number(env, "AISHA_KEY_GENERATIONS_PER_DAY")?,
                transcriptions: number(env, "AISHA_KEY_TRANSCRIPTIONS_PER_DAY")?,
                microusd: money(env, "AISHA_KEY_USD_PER_DAY")?,
            },
            is_stopped: env.parsed("AISHA_SPENDING_STOPPED", "true or false", false)?,
        })
    }

    /// The stop that the setting makes.
    #[must_use]
    pub fn stop(&self) -> Option<Stop> {
        self.is_stopped.then_some(Stop { reason: None, stopped_at: DateTime::<Utc>::UNIX_EPOCH })
    }
}

impl Prices {
    pub(super) fn from_env(env: &Environment) -> Result<Self, ConfigError> {
        const NAME: &str = "AISHA_TRAINER_PRICES";
        let mut prices = Self::default();
        let Some(text) = env.text(NAME)? else { return Ok(prices) };
        let wrong = || {
            ConfigError::new(
                NAME,
                "must be such as fal-ai/turbo-flux-trainer=0.0024:1000, US dollars a \
            step from 0 to 1 and the fewest steps that are billed, separated by commas",
            )
        };
        for part in text.split(',') {
            let (endpoint, price) = part.split_once('=').ok_or_else(wrong)?;
            let trainer = Trainer::from_endpoint(endpoint.trim()).ok_or_else(|| {
                let known = Trainer::ALL.map(Trainer::endpoint).join(", ");
                ConfigError::new(NAME, format!("may name only {known}"))
            })?;
            let (step, least) = price.split_once(':').unwrap_or((price, "1"));
            let microusd_per_step = microusd(step, 1.0).ok_or_else(wrong)?;
            let least_steps = least.trim().parse().ok().filter(|least| (1..=10_000).contains(least));
            let price = Price { microusd_per_step, least_steps: least_steps.ok_or_else(wrong)? };
            match trainer {
                Trainer::Portrait => prices.portrait = price,
                Trainer::Fast => prices.fast = price,
                Trainer::Turbo => prices.turbo = price,
            }
        }
        Ok(prices)
    }

    /// What this trainer costs.
    #[must_use]
    pub const fn of(&self, trainer: Trainer) -> Price {
        match trainer {
            Trainer::Portrait => self.portrait,
            Trainer::Fast => self.fast,
            Trainer::Turbo => self.turbo,
        }
    }
}

impl Default for Prices {
    fn default() -> Self {
        Self {
            portrait: Trainer::Portrait.usual_price(),
            fast: Trainer::Fast.usual_price(),
            turbo: Trainer::Turbo.usual_price(),
        }
    }
}

fn number(env: &Environment, name: &'static str) -> Result<Option<i64>, ConfigError> {
    if env.text(name)?.is_none() {
        return Ok(None);
    }
    Ok(Some(env.number(name, 0, 0, 1_000_000)?.into()))
}

fn money(env: &Environment, name: &'static str) -> Result<Option<i64>, ConfigError> {
    const MOST: f64 = 1_000_000.0;
    let Some(text) = env.text(name)? else { return Ok(None) };
    let wrong = || ConfigError::new(name, "must be US dollars, a number from 0 to 1000000");
    microusd(&text, MOST).map(Some).ok_or_else(wrong)
}

/// Dollars as millionths of a dollar.
#[expect(clippy::cast_possible_truncation, reason = "rounded, and `most` is far below 2^63 millionths")]
pub(super) fn microusd(dollars: &str, most: f64) -> Option<i64> {
    let dollars: f64 = dollars.trim().parse().ok()?;
    (0.0..=most).contains(&dollars).then(|| (dollars * 1_000_000.0).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(name: &str, value: &str) -> Environment {
        [(name.to_owned(), value.to_owned())].into_iter().collect()
    }

    #[test]
    fn without_settings_there_is_no_cap_and_prices_are_the_usual_ones() {
        assert_eq!(SpendingConfig::from_env(&Environment::default()), Ok(SpendingConfig::default()));
        let prices = Prices::from_env(&Environment::default()).expect("prices");
        for trainer in Trainer::ALL {
            assert_eq!(prices.of(trainer), trainer.usual_price());
        }
    }

    #[test]
    fn no_money_is_a_cap_too() {
        let config = SpendingConfig::from_env(&env("AISHA_USER_USD_PER_DAY", "0")).expect("a cap");
        assert_eq!(config.user.microusd, Some(0));
        let config = SpendingConfig::from_env(&env("AISHA_KEY_USD_PER_DAY", "12.345678")).expect("a cap");
        assert_eq!(config.key.microusd, Some(12_345_678));
    }

    #[test]
    fn a_trainer_that_is_not_named_keeps_its_usual_price() {
        let text = "fal-ai/flux-lora-portrait-trainer=0.003:500, fal-ai/turbo-flux-trainer = 0.0011";
        let prices = Prices::from_env(&env("AISHA_TRAINER_PRICES", text)).expect("prices");
        assert_eq!(prices.of(Trainer::Portrait), Price { microusd_per_step: 3_000, least_steps: 500 });
        assert_eq!(prices.of(Trainer::Turbo), Price { microusd_per_step: 1_100, least_steps: 1 });
        assert_eq!(prices.of(Trainer::Fast), Trainer::Fast.usual_price());
    }
}
