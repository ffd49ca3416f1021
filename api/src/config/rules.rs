//! What photos are judged by, and how strictly.

use super::{ConfigError, Environment};
use crate::domain::photo::judgement::{Policy, Rules, Strictness, Thresholds};

/// Reads the limits and the policy of each kind of avatar.
pub(super) fn from_env(env: &Environment) -> Result<Rules, ConfigError> {
    let usual = Rules::default();
    let limits = usual.thresholds;
    Ok(Rules {
        thresholds: Thresholds {
            sharpness: env.decimal("AISHA_PHOTO_MIN_SHARPNESS", limits.sharpness, 0.0, 100.0)?,
            darkest: env.decimal("AISHA_PHOTO_MIN_BRIGHTNESS", limits.darkest, 0.0, 255.0)?,
            brightest: env.decimal("AISHA_PHOTO_MAX_BRIGHTNESS", limits.brightest, 0.0, 255.0)?,
            contrast: env.decimal("AISHA_PHOTO_MIN_CONTRAST", limits.contrast, 0.0, 128.0)?,
            noise: env.decimal("AISHA_PHOTO_MAX_NOISE", limits.noise, 0.0, 255.0)?,
            score: env.decimal("AISHA_PHOTO_MIN_SCORE", limits.score, 0.0, 1.0)?,
            face: env.decimal("AISHA_PHOTO_MIN_FACE", limits.face, 0.0, 1.0)?,
            near_duplicate: env.number("AISHA_NEAR_DUPLICATE_BITS", limits.near_duplicate, 0, 64)?,
        },
        portrait: policy(env, "AISHA_PHOTO_POLICY_PORTRAIT", usual.portrait)?,
        style: policy(env, "AISHA_PHOTO_POLICY_STYLE", usual.style)?,
        object: policy(env, "AISHA_PHOTO_POLICY_OBJECT", usual.object)?,
    })
}

/// A policy such as `faces=reject,quality=warn`; a group that is not named keeps its usual strictness.
fn policy(env: &Environment, name: &'static str, usual: Policy) -> Result<Policy, ConfigError> {
    let Some(text) = env.text(name)? else { return Ok(usual) };
    let wrong = || ConfigError::new(name, "must be such as faces=reject,quality=warn with off, warn or reject");
    let mut policy = usual;
    for part in text.split(',') {
        let (group, strictness) = part.split_once('=').ok_or_else(wrong)?;
        let strictness = match strictness.trim() {
            "off" => Strictness::Off,
            "warn" => Strictness::Warn,
            "reject" => Strictness::Reject,
            _ => return Err(wrong()),
        };
        match group.trim() {
            "faces" => policy.faces = strictness,
            "quality" => policy.quality = strictness,
            _ => return Err(wrong()),
        }
    }
    Ok(policy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, value: &str) -> Rules {
        let env = [(name.to_owned(), value.to_owned())].into_iter().collect();
        from_env(&env).expect("a policy")
    }

    #[test]
    fn a_group_that_is_not_named_keeps_its_usual_strictness() {
        assert_eq!(from_env(&Environment::default()), Ok(Rules::default()));
        let portrait = read("AISHA_PHOTO_POLICY_PORTRAIT", "faces=reject").portrait;
        assert_eq!(portrait, Policy { faces: Strictness::Reject, quality: Strictness::Warn });
        let object = read("AISHA_PHOTO_POLICY_OBJECT", "quality = off , faces = warn").object;
        assert_eq!(object, Policy { faces: Strictness::Warn, quality: Strictness::Off });
    }
}
