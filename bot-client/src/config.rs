//! What the bot is told by its environment; nobody else reads it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{fmt, io};

use secrecy::{ExposeSecret, SecretString};
use tracing_subscriber::EnvFilter;
use url::Url;

/// The variables the bot was started with.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<String, SecretString>);

impl Environment {
    /// The variables of this process. An empty variable counts as absent, as it does to compose files.
    #[must_use]
    pub fn of_process() -> Self {
        std::env::vars().collect()
    }

    /// The text of a variable; of `NAME_FILE`, the content of the file it names.
    fn text(&self, name: &'static str) -> Result<Option<SecretString>, ConfigError> {
        match (self.0.get(name), self.0.get(&format!("{name}_FILE"))) {
            (Some(_), Some(_)) => Err(ConfigError::new(name, format!("set either {name} or {name}_FILE, not both"))),
            (Some(text), None) => Ok(Some(text.clone())),
            (None, None) => Ok(None),
            (None, Some(path)) => match std::fs::read_to_string(path.expose_secret()) {
                Ok(text) if text.trim().is_empty() => Err(ConfigError::new(name, "its file is empty")),
                Ok(text) => Ok(Some(text.trim().into())),
                Err(error) => Err(ConfigError::new(name, format!("its file cannot be read: {error}"))),
            },
        }
    }

    /// A variable without which nothing goes.
    fn needed(&self, name: &'static str, what: &str) -> Result<SecretString, ConfigError> {
        self.text(name)?.ok_or_else(|| ConfigError::new(name, format!("is needed: {what}")))
    }

    /// An address.
    fn address(name: &'static str, text: &SecretString) -> Result<Url, ConfigError> {
        let url = Url::parse(text.expose_secret()).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        url.ok_or_else(|| ConfigError::new(name, "must be an address such as http://127.0.0.1:8080"))
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(variables: T) -> Self {
        let mut set: BTreeMap<String, SecretString> =
            variables.into_iter().map(|(name, text)| (name, text.into())).collect();
        set.retain(|_, text| !text.expose_secret().is_empty());
        Self(set)
    }
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{name} {what}")]
pub struct ConfigError {
    name: &'static str,
    what: String,
}

impl ConfigError {
    fn new(name: &'static str, what: impl Into<String>) -> Self {
        Self { name, what: what.into() }
    }
}

/// The token of a bot: its id, a colon, and a secret. It prints as the id alone.
#[derive(Clone)]
pub struct BotToken(SecretString);

impl BotToken {
    /// Takes what `@BotFather` gives: digits, a colon, and 30 or more letters, digits, `-` and `_`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.split_once(':')?;
        let digits = (1..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
        let word = secret.len() >= 30 && secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        (digits && word).then(|| Self(text.into()))
    }

    /// The bot's id at Telegram.
    #[must_use]
    pub fn bot_id(&self) -> &str {
        self.0.expose_secret().split(':').next().unwrap_or_default()
    }

    /// The whole token, for the addresses of the Bot API.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for BotToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:***", self.bot_id())
    }
}

/// All settings of the bot.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the service is.
    pub api_url: Url,
    /// A key of the service that may act for the users of this bot.
    pub api_key: SecretString,
    /// Who the bot is.
    pub token: BotToken,
    /// Where the Bot API is: Telegram's own, or a server of one's own.
    pub telegram_url: Url,
    /// Where the bot keeps what it has heard and not yet done.
    pub data_dir: PathBuf,
}

impl Config {
    /// Reads and checks the settings.
    pub fn from_env(env: &Environment) -> Result<Self, ConfigError> {
        let token = env.needed("TELEGRAM_BOT_TOKEN", "the token that @BotFather gives you")?;
        let token = BotToken::parse(token.expose_secret()).ok_or_else(|| {
            ConfigError::new(
                "TELEGRAM_BOT_TOKEN",
                "is not a token: @BotFather's look like 123456789:AAF…, in one piece",
            )
        })?;
        let api_url = env.needed("AISHA_API_URL", "the address of the service, such as http://127.0.0.1:8080")?;
        let telegram_url = env.text("TELEGRAM_API_URL")?.unwrap_or_else(|| "https://api.telegram.org".into());
        let data_dir = env.text("AISHA_BOT_DATA_DIR")?.unwrap_or_else(|| "data/bot".into());
        Ok(Self {
            api_url: Environment::address("AISHA_API_URL", &api_url)?,
            api_key: env.needed(
                "AISHA_API_KEY",
                "make one with `aisha-api keys create --user bot --act-as telegram:<bot id>`",
            )?,
            token,
            telegram_url: Environment::address("TELEGRAM_API_URL", &telegram_url)?,
            data_dir: data_dir.expose_secret().into(),
        })
    }

    /// Begins to log, on standard error: `AISHA_LOG` is the filter, `AISHA_LOG_FORMAT` text or json.
    pub fn log(&self, env: &Environment) -> Result<(), ConfigError> {
        let filter = env.text("AISHA_LOG")?.unwrap_or_else(|| "info".into());
        let filter = EnvFilter::try_new(filter.expose_secret());
        let filter =
            filter.map_err(|_| ConfigError::new("AISHA_LOG", "must be a filter such as info or aisha_bot=debug"))?;
        let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_target(false);
        let format = env.text("AISHA_LOG_FORMAT")?;
        // A second call in a process does nothing.
        let _ = match format.as_ref().map(ExposeSecret::expose_secret) {
            None | Some("text") => log.with_ansi(false).compact().try_init(),
            Some("json") => log.json().try_init(),
            Some(_) => return Err(ConfigError::new("AISHA_LOG_FORMAT", "must be text or json")),
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(changes: &[(&str, &str)]) -> Environment {
        let whole = [
            ("AISHA_API_URL", "http://127.0.0.1:8080"),
            ("AISHA_API_KEY", "aisha_key"),
            ("TELEGRAM_BOT_TOKEN", "4242:AAFzK0aY2gq1b3c4d5e6f7g8h9i0jKlMnOp"),
        ];
        whole.iter().chain(changes).map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn each_wrong_setting_is_named_and_its_text_is_not_told() {
        for (name, wrong) in [
            ("TELEGRAM_BOT_TOKEN", "hunter2-canary"),
            ("TELEGRAM_BOT_TOKEN", "4242:short-canary"),
            ("TELEGRAM_BOT_TOKEN", "x4242:AAFzK0aY2gq1b3c4d5e6f7g8h9i0j-canary"),
            ("TELEGRAM_BOT_TOKEN", ""),
            ("AISHA_API_URL", "canary"),
            ("AISHA_API_URL", "ftp://canary"),
            ("AISHA_API_KEY", ""),
            ("TELEGRAM_API_URL", "canary"),
        ] {
            let told = Config::from_env(&env(&[(name, wrong)])).unwrap_err().to_string();
            assert!(told.starts_with(name), "{told}");
            assert!(!told.contains("canary"), "{told}");
        }
    }

    #[test]
    fn a_secret_does_not_print() {
        let config = Config::from_env(&env(&[])).unwrap();
        let told = format!("{config:?}");
        assert!(told.contains("4242:***"), "{told}");
        assert!(!told.contains("AAFz") && !told.contains("aisha_key"), "{told}");
    }
}
