//! What is logged, and how.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use super::{ConfigError, Environment};

/// The log of the process: lines for people, or JSON for machines, on standard error.
#[derive(Debug)]
pub struct LogConfig {
    filter: EnvFilter,
    json: bool,
}

impl LogConfig {
    /// Reads the settings; `level` is what is logged if none is set.
    pub fn from_env(env: &Environment, level: &str) -> Result<Self, ConfigError> {
        let filter = env.text("AISHA_LOG")?.unwrap_or_else(|| level.to_owned());
        let filter = EnvFilter::try_new(filter);
        let filter =
            filter.map_err(|_| ConfigError::new("AISHA_LOG", "must be a filter such as info or aisha_api=debug"))?;
        let json = match env.text("AISHA_LOG_FORMAT")?.as_deref() {
            None | Some("text") => false,
            Some("json") => true,
            Some(_) => return Err(ConfigError::new("AISHA_LOG_FORMAT", "must be text or json")),
        };
        Ok(Self { filter, json })
    }

    /// Begins to log. A second call in a process does nothing.
    pub fn install(self) {
        let log = fmt().with_env_filter(self.filter).with_writer(io::stderr).with_target(false);
        // Colours are for terminals; in a file or a journal they are noise.
        let log = if io::stderr().is_terminal() { log } else { log.with_ansi(false) };
        let _ = if self.json { log.json().try_init() } else { log.compact().try_init() };
    }
}
