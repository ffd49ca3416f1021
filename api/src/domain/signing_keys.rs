//! The keys that outgoing webhooks are signed with, by Standard Webhooks: a secret shared with the receiver (`v1`, HMAC
//! with SHA-256), and a pair of which the receiver needs the public half only (`v1a`, Ed25519).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{Ed25519KeyPair, KeyPair as _};

use super::secret::Secret;

const SECRET: &str = "whsec_";
const PRIVATE: &str = "whsk_";
const PUBLIC: &str = "whpk_";
const KEY_BYTES: usize = 32;

/// Both keys of an endpoint, as texts with the prefixes of the standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKeys {
    /// `whsec_` and the shared secret in base64.
    pub secret: Secret,
    /// `whsk_` and the seed of the pair in base64. It never leaves the service.
    pub private_key: Secret,
}

/// A key that is not one of ours, whole and unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a signing key cannot be read")]
pub struct BadSigningKey;

impl SigningKeys {
    /// New keys. Fails only if the machine gives no random bytes.
    pub fn generate() -> Result<Self, ring::error::Unspecified> {
        let random = |prefix: &str| {
            let mut bytes = [0; KEY_BYTES];
            SystemRandom::new().fill(&mut bytes)?;
            Ok::<_, ring::error::Unspecified>(Secret::new(format!("{prefix}{}", STANDARD.encode(bytes))))
        };
        Ok(Self { secret: random(SECRET)?, private_key: random(PRIVATE)? })
    }

    /// What the receiver checks `v1a` with: `whpk_` and the public key in base64.
    pub fn public_key(&self) -> Result<String, BadSigningKey> {
        Ok(format!("{PUBLIC}{}", STANDARD.encode(self.pair()?.public_key())))
    }

    /// Both signatures of a message, as they stand in `webhook-signature`.
    pub fn sign(&self, id: &str, timestamp: i64, body: &str) -> Result<String, BadSigningKey> {
        let message = format!("{id}.{timestamp}.{body}");
        let secret = hmac::Key::new(hmac::HMAC_SHA256, &bytes(&self.secret, SECRET)?);
        let shared = STANDARD.encode(hmac::sign(&secret, message.as_bytes()));
        let own = STANDARD.encode(self.pair()?.sign(message.as_bytes()));
        Ok(format!("v1,{shared} v1a,{own}"))
    }

    fn pair(&self) -> Result<Ed25519KeyPair, BadSigningKey> {
        let seed = bytes(&self.private_key, PRIVATE)?;
        Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| BadSigningKey)
    }
}

fn bytes(key: &Secret, prefix: &str) -> Result<Vec<u8>, BadSigningKey> {
    let text = key.expose().strip_prefix(prefix).ok_or(BadSigningKey)?;
    STANDARD.decode(text).map_err(|_| BadSigningKey)
}

#[cfg(test)]
mod tests {
    use ring::signature::{ED25519, UnparsedPublicKey};

    use super::*;

    #[test]
    fn a_signature_is_that_of_the_standard() {
        // The example of the reference implementations.
        let keys = SigningKeys {
            secret: Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
            ..SigningKeys::generate().expect("random bytes")
        };
        let signed = keys.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        let signed = signed.expect("good keys");
        let (shared, own) = signed.split_once(' ').expect("two signatures");
        assert_eq!(shared, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let public = keys.public_key().expect("a good key");
        let public = STANDARD.decode(public.strip_prefix(PUBLIC).expect("its prefix")).expect("base64");
        let own = STANDARD.decode(own.strip_prefix("v1a,").expect("its prefix")).expect("base64");
        let message = br#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#;
        UnparsedPublicKey::new(&ED25519, public).verify(message, &own).expect("the signature holds");
    }

    #[test]
    fn keys_differ_and_do_not_print() {
        let (one, other) = (SigningKeys::generate().expect("bytes"), SigningKeys::generate().expect("bytes"));
        assert_ne!(one, other);
        assert!(!format!("{one:?}").contains("wh"), "{one:?}");
        let broken = SigningKeys { private_key: Secret::new("whsk_AAAA"), ..one };
        assert_eq!(broken.public_key(), Err(BadSigningKey));
    }
}
