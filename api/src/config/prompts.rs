//! Who works on prompts.

use std::time::Duration;

use super::{ConfigError, Environment};
use crate::prompts::ChatSettings;

/// As long as somebody who waits for a picture may wait for its prompt.
const PATIENCE: Duration = Duration::from_secs(20);

/// The language model, if one is named.
pub(super) fn from_env(env: &Environment) -> Result<Option<ChatSettings>, ConfigError> {
    const URL: &str = "AISHA_PROMPT_URL";
    let (url, key) = (env.url(URL)?, env.secret("AISHA_PROMPT_KEY")?);
    let model = env.text("AISHA_PROMPT_MODEL")?;
    let Some(url) = url else {
        return if key.is_some() || model.is_some() {
            Err(ConfigError::new(URL, "needed because AISHA_PROMPT_KEY or AISHA_PROMPT_MODEL is set"))
        } else {
            Ok(None)
        };
    };
    if key.as_ref().is_some_and(|key| !key.expose().bytes().all(|byte| byte.is_ascii_graphic())) {
        return Err(ConfigError::new("AISHA_PROMPT_KEY", "must be one word of plain letters"));
    }
    let model =
        model.ok_or_else(|| ConfigError::new("AISHA_PROMPT_MODEL", "needed because AISHA_PROMPT_URL is set"))?;
    Ok(Some(ChatSettings { url, key, model, patience: PATIENCE }))
}
