//! API keys: how they look, how they are checked, what is kept of them.

use aisha_openapi::vocabulary::Scope;
use chrono::{DateTime, Utc};
use ring::rand::{SecureRandom, SystemRandom};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::ids::{KeyId, UserId};
use super::secret::Secret;

/// A key as it is kept: never the secret, only its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id, which also stands in the key itself.
    pub id: KeyId,
    /// Whose key it is.
    pub user_id: UserId,
    /// What its owner calls it.
    pub name: String,
    /// SHA-256 of the secret, in hex. A 256-bit random secret needs no slow hash.
    pub secret_sha256: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The only issuer whose users it may act for.
    pub issuer: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last shown, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl ApiKey {
    /// When a key that is made with this one ends, if that is asked for: with this one at the latest. The inner value is
    /// `None` if it never does, the outer one if it would outlive this key.
    #[must_use]
    pub fn end_of_another(&self, wanted: Option<DateTime<Utc>>) -> Option<Option<DateTime<Utc>>> {
        match (wanted, self.expires_at) {
            (Some(wanted), Some(own)) if wanted > own => None,
            (None, own) => Some(own),
            (wanted, _) => Some(wanted),
        }
    }

    /// Whether the key is good at this time.
    #[must_use]
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// A key as its holder shows it: `aisha_<id>_<secret>_<crc>`. The id finds the row, the checksum tells a typing error
/// from a wrong key without asking the database.
#[derive(Clone)]
pub struct KeyText {
    /// Which key.
    pub id: KeyId,
    secret: [u8; 32],
}

impl KeyText {
    /// Makes the text of a new key. Fails only if the machine gives no random bytes.
    pub fn generate(id: KeyId) -> Result<Self, ring::error::Unspecified> {
        let mut secret = [0; 32];
        SystemRandom::new().fill(&mut secret)?;
        Ok(Self { id, secret })
    }

    /// Reads a key; `None` if it is not one of ours, whole and unchanged.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (body, crc) = text.rsplit_once('_')?;
        if u32::from_str_radix(crc, 16).ok()? != crc32fast::hash(body.as_bytes()) {
            return None;
        }
        let (id, secret) = body.strip_prefix("aisha_")?.split_once('_')?;
        let id: [u8; 16] = bs58::decode(id).into_vec().ok()?.try_into().ok()?;
        let secret = bs58::decode(secret).into_vec().ok()?.try_into().ok()?;
        Some(Self { id: KeyId(Uuid::from_bytes(id)), secret })
    }

    /// The text to hand to the holder, once.
    #[must_use]
    pub fn to_secret(&self) -> Secret {
        let id = bs58::encode(self.id.0.as_bytes()).into_string();
        let body = format!("aisha_{id}_{}", bs58::encode(&self.secret).into_string());
        let crc = crc32fast::hash(body.as_bytes());
        Secret::new(format!("{body}_{crc:08x}"))
    }

    /// What is kept to know the secret again.
    #[must_use]
    pub fn secret_sha256(&self) -> String {
        hex::encode(Sha256::digest(self.secret))
    }

    /// Whether this is the text of that key. Hashes are compared, so the time taken tells nothing of the secret.
    #[must_use]
    pub fn opens(&self, key: &ApiKey) -> bool {
        self.id == key.id && self.secret_sha256() == key.secret_sha256
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_and_a_changed_one_does_not() {
        let key = KeyText::generate(KeyId(Uuid::from_u128(99))).expect("random bytes");
        let text = key.to_secret().expose().to_owned();
        let read = KeyText::parse(&text).expect("our own key");
        assert_eq!(read.id, key.id);
        assert_eq!(read.secret_sha256(), key.secret_sha256());
        for place in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[place] = if changed[place] == b'2' { b'3' } else { b'2' };
            assert!(KeyText::parse(&String::from_utf8(changed).expect("ascii")).is_none(), "changed at {place}");
        }
    }

    #[test]
    fn a_key_never_prints_its_text() {
        let key = KeyText::generate(KeyId(Uuid::from_u128(99))).expect("random bytes");
        assert_eq!(format!("{:?}", key.to_secret()), "***");
    }
}
