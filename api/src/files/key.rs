//! The name of an object. The whitelist is what a file name, an S3 key and a URL path all carry unescaped, so a key is
//! the same text in each of them and none can climb out of its folder.

use std::fmt;

use thiserror::Error;

/// A valid object key: segments of `[A-Za-z0-9._-]` joined by `/`, 512 bytes at most. No segment is empty, begins with
/// a dot (which rules out `.`, `..` and the store's own hidden files) or is longer than a file name may be.
///
/// No key may be a folder of another one (`a` beside `a/b`): a bucket would allow it, a folder cannot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

/// A text that is not an object key; says which rule it breaks and does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not an object key: {0}")]
pub struct BadKey(&'static str);

impl Key {
    /// The longest key, in bytes. S3 allows 1024; half of it leaves room for a prefix.
    pub const LONGEST: usize = 512;

    /// Takes a text as a key when it keeps the rules.
    pub fn parse(text: impl Into<String>) -> Result<Self, BadKey> {
        let text = text.into();
        if text.len() > Self::LONGEST {
            return Err(BadKey("longer than 512 bytes"));
        }
        for segment in text.split('/') {
            check_segment(segment)?;
        }
        Ok(Self(text))
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The media type its extension stands for; `application/octet-stream` when it says nothing.
    #[must_use]
    pub fn content_type(&self) -> &'static str {
        match self.0.rsplit_once('.').map(|(_, extension)| extension) {
            Some("jpg") => "image/jpeg",
            Some("png") => "image/png",
            Some("webp") => "image/webp",
            Some("mp3") => "audio/mpeg",
            Some("m4a") => "audio/mp4",
            Some("ogg") => "audio/ogg",
            Some("wav") => "audio/wav",
            Some("webm") => "audio/webm",
            Some("flac") => "audio/flac",
            Some("zip") => "application/zip",
            Some("json") => "application/json",
            Some("txt") => "text/plain; charset=utf-8",
            // `.safetensors` has no registered media type.
            _ => "application/octet-stream",
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The longest file name of every common file system.
const LONGEST_SEGMENT: usize = 255;

fn check_segment(segment: &str) -> Result<(), BadKey> {
    if segment.is_empty() {
        return Err(BadKey("an empty segment"));
    }
    if segment.starts_with('.') {
        return Err(BadKey("a segment that begins with a dot"));
    }
    if segment.len() > LONGEST_SEGMENT {
        return Err(BadKey("a segment longer than 255 bytes"));
    }
    if !segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')) {
        return Err(BadKey("a character outside A-Z a-z 0-9 . _ - /"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_of_every_room_are_accepted() {
        for text in ["a", "photos/0193/original.jpg", "weights/x_y-z/lora.v2.safetensors", "A-Z/0.9"] {
            assert_eq!(Key::parse(text).expect(text).as_str(), text);
        }
    }

    #[test]
    fn texts_that_climb_hide_or_escape_are_refused() {
        let dots = ["..", "../a", "a/..", "a/../b", ".", "a/./b", ".tmp/a", "a/.hidden"];
        let shapes = ["", "/", "/a", "a/", "a//b"];
        let letters = ["a b", "a\\b", "a\0b", "a%2e", "é", "a?b", "a#b", "a\nb", "a:b", "a+b", "~"];
        for text in dots.into_iter().chain(shapes).chain(letters) {
            assert!(Key::parse(text).is_err(), "{text:?} was accepted");
        }
    }

    #[test]
    fn length_is_limited_to_512_bytes_and_255_a_segment() {
        let longest = format!("{}/{}/{}", "a".repeat(255), "b".repeat(255), "");
        assert!(Key::parse(longest).is_err(), "an empty last segment");
        assert!(Key::parse(format!("{}/{}", "a".repeat(255), "b".repeat(255))).is_ok());
        assert!(Key::parse("a".repeat(256)).is_err());
        assert!(Key::parse(vec!["a"; 256].join("/")).is_ok_and(|key| key.as_str().len() == 511));
        assert!(Key::parse(vec!["a"; 257].join("/")).is_err());
    }

    #[test]
    fn the_extension_names_the_media_type() {
        let types = [
            ("a.jpg", "image/jpeg"),
            ("a.png", "image/png"),
            ("a.webp", "image/webp"),
            ("a.mp3", "audio/mpeg"),
            ("a.m4a", "audio/mp4"),
            ("a.ogg", "audio/ogg"),
            ("a.zip", "application/zip"),
            ("a.safetensors", "application/octet-stream"),
            ("a.json", "application/json"),
            ("a.txt", "text/plain; charset=utf-8"),
            ("a.exe", "application/octet-stream"),
            ("a.jpg/plain", "application/octet-stream"),
        ];
        for (key, expected) in types {
            assert_eq!(Key::parse(key).expect(key).content_type(), expected, "{key}");
        }
    }

    proptest! {
        #[test]
        fn an_accepted_key_stays_below_its_folder(text in "[a./_\\-Z9]{0,24}") {
            if let Ok(key) = Key::parse(text) {
                let path = std::path::Path::new("/root").join(key.as_str());
                let plain = path.components().skip(2).all(|part| matches!(part, std::path::Component::Normal(_)));
                prop_assert!(path.starts_with("/root") && plain);
            }
        }
    }
}
