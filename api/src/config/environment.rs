//! The environment, read in one place.

use std::collections::BTreeMap;
use std::str::FromStr;

use url::Url;

use super::ConfigError;
use crate::domain::secret::Secret;

/// The variables the service was started with.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, Secret>,
}

impl Environment {
    /// The variables of this process. An empty variable counts as absent, as it does to compose files.
    #[must_use]
    pub fn of_process() -> Self {
        std::env::vars().collect()
    }

    /// The text of a variable; of `NAME_FILE`, the content of the file it names.
    pub fn text(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        Ok(self.secret(name)?.map(|secret| secret.expose().to_owned()))
    }

    /// Like `text`, for what must not be shown.
    pub fn secret(&self, name: &'static str) -> Result<Option<Secret>, ConfigError> {
        let file = self.variables.get(&format!("{name}_FILE"));
        match (self.variables.get(name), file) {
            (Some(_), Some(_)) => Err(ConfigError::new(name, format!("set either {name} or {name}_FILE, not both"))),
            (Some(text), None) => Ok(Some(text.clone())),
            (None, None) => Ok(None),
            (None, Some(path)) => match std::fs::read_to_string(path.expose()) {
                Ok(text) if text.trim().is_empty() => {
                    Err(ConfigError::new(name, format!("the file in {name}_FILE is empty")))
                }
                Ok(text) => Ok(Some(Secret::new(text.trim()))),
                Err(error) => Err(ConfigError::new(name, format!("the file in {name}_FILE cannot be read: {error}"))),
            },
        }
    }

    /// A variable that others make necessary.
    pub fn required(&self, name: &'static str, because: &str) -> Result<Secret, ConfigError> {
        self.secret(name)?.ok_or_else(|| ConfigError::new(name, format!("needed because {because}")))
    }

    /// A variable read as a number, an address or the like; `otherwise` if it is absent.
    pub fn parsed<T: FromStr>(&self, name: &'static str, what: &str, otherwise: T) -> Result<T, ConfigError> {
        match self.text(name)? {
            None => Ok(otherwise),
            Some(text) => text.parse().map_err(|_| ConfigError::new(name, format!("must be {what}"))),
        }
    }

    /// A variable read as a number within bounds.
    pub fn number(&self, name: &'static str, otherwise: u32, least: u32, most: u32) -> Result<u32, ConfigError> {
        let what = format!("a whole number from {least} to {most}");
        let number = self.parsed(name, &what, otherwise)?;
        if (least..=most).contains(&number) {
            Ok(number)
        } else {
            Err(ConfigError::new(name, format!("must be {what}")))
        }
    }

    /// A variable read as a decimal number within bounds.
    pub fn decimal(&self, name: &'static str, otherwise: f64, least: f64, most: f64) -> Result<f64, ConfigError> {
        let what = format!("a number from {least} to {most}");
        let number = self.parsed(name, &what, otherwise)?;
        if (least..=most).contains(&number) {
            Ok(number)
        } else {
            Err(ConfigError::new(name, format!("must be {what}")))
        }
    }

    /// A variable read as an `http` or `https` URL without query or user.
    pub fn url(&self, name: &'static str) -> Result<Option<Url>, ConfigError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let refuse = || ConfigError::new(name, "must be a URL such as https://aisha.example".to_owned());
        let url = Url::parse(&text).map_err(|_| refuse())?;
        let plain = matches!(url.scheme(), "http" | "https")
            && url.host().is_some()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none();
        if plain { Ok(Some(url)) } else { Err(refuse()) }
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        let variables = variables.into_iter().filter(|(_, text)| !text.trim().is_empty());
        Self { variables: variables.map(|(name, text)| (name, Secret::new(text.trim()))).collect() }
    }
}
