//! What pictures cost.

use std::collections::BTreeMap;

use super::spending::microusd;
use super::{ConfigError, Environment};
use crate::fal::generators::{self, Generator, PicturePrice};

/// What each generator costs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GeneratorPrices(BTreeMap<&'static str, PicturePrice>);

impl GeneratorPrices {
    pub(super) fn from_env(env: &Environment) -> Result<Self, ConfigError> {
        const NAME: &str = "AISHA_GENERATOR_PRICES";
        let mut prices = BTreeMap::new();
        let Some(text) = env.text(NAME)? else { return Ok(Self(prices)) };
        let wrong = || {
            ConfigError::new(
                NAME,
                "must be such as fal-ai/flux-lora=0.035, US dollars a megapixel from 0 to 1, separated by commas",
            )
        };
        for part in text.split(',') {
            let (endpoint, price) = part.split_once('=').ok_or_else(wrong)?;
            let generator = generators::find(endpoint.trim()).ok_or_else(|| {
                let known = generators::ALL.map(Generator::endpoint).join(", ");
                ConfigError::new(NAME, format!("may name only {known}"))
            })?;
            let microusd_per_megapixel = microusd(price, 1.0).ok_or_else(wrong)?;
            prices.insert(generator.endpoint(), PicturePrice { microusd_per_megapixel });
        }
        Ok(Self(prices))
    }

    /// What this generator costs.
    #[must_use]
    pub fn of(&self, generator: &Generator) -> PicturePrice {
        self.0.get(generator.endpoint()).copied().unwrap_or_else(|| generator.usual_price())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generator_that_is_not_named_keeps_its_usual_price() {
        let setting = ("AISHA_GENERATOR_PRICES".to_owned(), "fal-ai/flux-2/lora = 0.03, fal-ai/flux-lora=0".to_owned());
        let prices = GeneratorPrices::from_env(&[setting].into_iter().collect()).expect("prices");
        let price = |endpoint| prices.of(generators::find(endpoint).expect("a generator")).microusd_per_megapixel;
        assert_eq!((price("fal-ai/flux-2/lora"), price("fal-ai/flux-lora")), (30_000, 0));
        assert_eq!(price("fal-ai/flux-2/klein/9b/base/lora"), 20_000);
    }
}
