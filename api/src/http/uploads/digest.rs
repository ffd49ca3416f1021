//! `Content-Digest` (RFC 9530): what the sender says the bytes hash to, held against the bytes that came.

use aisha_openapi::problem::ProblemCode;
use axum::http::HeaderMap;
use sfv::{BareItem, Dictionary, ListEntry, Parser};
use sha2::digest::Output;
use sha2::{Digest, Sha256, Sha512};

use crate::http::problem::Problem;

/// The digests that were announced, and those of what has come so far. Without the header it asks for nothing.
#[derive(Debug, Default)]
pub(in crate::http) struct DigestCheck {
    sha256: Option<Expected<Sha256>>,
    sha512: Option<Expected<Sha512>>,
}

impl DigestCheck {
    /// Reads the header. Algorithms we do not know are passed over, as the RFC wants it.
    pub(in crate::http) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let lines = headers.get_all("content-digest").iter().map(|line| line.to_str()).collect::<Result<Vec<_>, _>>();
        let lines = lines.map_err(|_| malformed())?;
        if lines.is_empty() {
            return Ok(Self::default());
        }
        let digests: Dictionary = Parser::new(&lines.join(", ")).parse().map_err(|_| malformed())?;
        Ok(Self { sha256: Expected::of(&digests, "sha-256")?, sha512: Expected::of(&digests, "sha-512")? })
    }

    /// Whether anything was announced.
    pub(in crate::http) const fn is_asked(&self) -> bool {
        self.sha256.is_some() || self.sha512.is_some()
    }

    /// Takes the next bytes into account.
    pub(in crate::http) fn update(&mut self, bytes: &[u8]) {
        if let Some(expected) = &mut self.sha256 {
            expected.seen.update(bytes);
        }
        if let Some(expected) = &mut self.sha512 {
            expected.seen.update(bytes);
        }
    }

    /// Whether the bytes were those that were announced.
    pub(in crate::http) fn verify(self) -> Result<(), Problem> {
        if self.sha256.is_none_or(Expected::holds) && self.sha512.is_none_or(Expected::holds) {
            return Ok(());
        }
        let detail = "The bytes that came do not have the `Content-Digest` they were sent with. Send them again.";
        Err(Problem::new(ProblemCode::DigestMismatch, detail))
    }
}

#[derive(Debug)]
struct Expected<D: Digest> {
    announced: Output<D>,
    seen: D,
}

impl<D: Digest> Expected<D> {
    fn of(digests: &Dictionary, algorithm: &str) -> Result<Option<Self>, Problem> {
        let announced = match digests.get(algorithm) {
            None => return Ok(None),
            Some(ListEntry::Item(item)) => match &item.bare_item {
                BareItem::ByteSequence(bytes) => Output::<D>::try_from(&bytes[..]).map_err(|_| malformed())?,
                _ => return Err(malformed()),
            },
            Some(ListEntry::InnerList(_)) => return Err(malformed()),
        };
        Ok(Some(Self { announced, seen: D::new() }))
    }

    fn holds(self) -> bool {
        self.seen.finalize() == self.announced
    }
}

fn malformed() -> Problem {
    let detail = "`Content-Digest` must be such as `sha-256=:<base64>:` or `sha-512=:<base64>:` (RFC 9530).";
    Problem::new(ProblemCode::BadRequest, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `hello`, by RFC 9530's own tools.
    const SHA256: &str = "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:";
    const SHA512: &str =
        "sha-512=:m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw==:";

    fn check(lines: &[&str]) -> Result<DigestCheck, Problem> {
        let lines =
            lines.iter().map(|line| ("content-digest".parse().expect("a name"), line.parse().expect("a value")));
        DigestCheck::of(&lines.collect())
    }

    fn holds(lines: &[&str], pieces: &[&str]) -> bool {
        let mut check = check(lines).expect("a digest");
        assert!(check.is_asked());
        for piece in pieces {
            check.update(piece.as_bytes());
        }
        check.verify().is_ok()
    }

    #[test]
    fn what_was_announced_must_have_come() {
        for lines in [vec![SHA256], vec![SHA512], vec![SHA256, SHA512], vec![&format!("{SHA512}, {SHA256};q=1")]] {
            assert!(holds(&lines, &["hello"]), "{lines:?}");
            assert!(holds(&lines, &["he", "", "llo"]), "{lines:?}");
            assert!(!holds(&lines, &["hello!"]), "{lines:?}");
            assert!(!holds(&lines, &[]), "{lines:?}");
        }
    }

    #[test]
    fn one_wrong_digest_is_enough() {
        let wrong = SHA256.replacen("LPJ", "LPK", 1);
        assert!(!holds(&[&wrong, SHA512], &["hello"]));
    }

    #[test]
    fn unknown_algorithms_ask_for_nothing() {
        for line in ["md5=:AAAA:", "crc32c=:AAAA:", "sha=1, unixsum=30637", ""] {
            let check = check(&[line]).expect("a header that can be read");
            assert!(!check.is_asked() && check.verify().is_ok(), "{line}");
        }
        assert!(!check(&[]).expect("no header").is_asked());
    }

    #[test]
    fn what_is_no_digest_is_refused() {
        let lines = [
            "sha-256",
            "sha-256=LPJ",
            "sha-256=:AAAA:",
            "sha-256=:!:",
            "sha-256=(:AAAA:)",
            "=",
            "sha-512=\"x\"",
            "SHA-256=:AAAA:",
        ];
        for line in lines {
            check(&[line]).expect_err(line);
        }
    }
}
