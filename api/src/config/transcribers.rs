//! Who listens to recordings, and what that costs.

use super::spending::microusd;
use super::{ConfigError, Environment};
use crate::fal::transcribers::{self, Transcriber};

/// Who listens, and for how much.
#[derive(Debug, Clone, Copy)]
pub struct TranscriberConfig {
    /// The transcriber.
    pub transcriber: &'static Transcriber,
    /// Millionths of a US dollar for a begun minute.
    pub microusd_per_minute: i64,
}

impl TranscriberConfig {
    pub(super) fn from_env(env: &Environment) -> Result<Self, ConfigError> {
        const NAME: &str = "AISHA_TRANSCRIBER";
        const PRICE: &str = "AISHA_TRANSCRIBER_PRICE";
        let endpoint = env.text(NAME)?.unwrap_or_else(|| transcribers::ALL[0].endpoint().to_owned());
        let transcriber = transcribers::find(endpoint.trim()).ok_or_else(|| {
            let known = transcribers::ALL.map(Transcriber::endpoint).join(", ");
            ConfigError::new(NAME, format!("must be one of {known}"))
        })?;
        let wrong = || ConfigError::new(PRICE, "must be US dollars a minute of sound, from 0 to 1");
        let price = env.text(PRICE)?.map(|text| microusd(&text, 1.0).ok_or_else(wrong)).transpose()?;
        Ok(Self { transcriber, microusd_per_minute: price.unwrap_or_else(|| transcriber.usual_price()) })
    }

    /// What so many seconds cost, in millionths of a US dollar.
    #[must_use]
    pub const fn price(&self, seconds: i64) -> i64 {
        (seconds.saturating_add(59) / 60).saturating_mul(self.microusd_per_minute)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> TranscriberConfig {
        let env = variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        TranscriberConfig::from_env(&env).expect("a setting")
    }

    #[test]
    fn a_begun_minute_is_a_whole_one() {
        let usual = read(&[]);
        assert_eq!(usual.transcriber.endpoint(), "fal-ai/wizper");
        assert_eq!((usual.price(1), usual.price(60), usual.price(61)), (500, 500, 1000));
        let other = read(&[("AISHA_TRANSCRIBER", "fal-ai/whisper"), ("AISHA_TRANSCRIBER_PRICE", "0.006")]);
        assert_eq!((other.transcriber.endpoint(), other.price(3600)), ("fal-ai/whisper", 360_000));
        assert_eq!(read(&[("AISHA_TRANSCRIBER_PRICE", "0")]).price(3600), 0);
    }
}
