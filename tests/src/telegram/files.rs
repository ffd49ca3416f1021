//! The files that Telegram keeps, and the names it gives them: a `file_id` for each time one is sent, a
//! `file_unique_id` for what it is.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::photos::{Size, develop};
use super::refusal::Refusal;
use super::request::Upload;

/// The most that a bot may download, in bytes.
pub(super) const LARGEST_DOWNLOAD: usize = 20 << 20;
/// The most that a photo may have in an upload, in bytes.
const LARGEST_PHOTO: usize = 10 << 20;

/// What a file is to Telegram. It stays that, however often it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Photo,
    Document,
    Audio,
    Voice,
    Video,
    Sticker,
}

/// A file that is kept.
#[derive(Debug)]
struct Kept {
    kind: Kind,
    path: String,
    unique_id: String,
    bytes: Bytes,
    /// What stands in a message under the name of the kind; all sizes of a photo have the same.
    media: Arc<Value>,
}

#[derive(Debug, Default)]
struct Shelf {
    by_id: HashMap<String, Arc<Kept>>,
    by_path: HashMap<String, Bytes>,
    /// What was developed once is not developed again.
    developed: HashMap<[u8; 32], Arc<Vec<Size>>>,
}

#[derive(Debug, Default)]
pub(super) struct Files {
    shelf: Mutex<Shelf>,
    numbers: AtomicU64,
}

impl Kind {
    /// The field of a message that has it.
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Document => "document",
            Self::Audio => "audio",
            Self::Voice => "voice",
            Self::Video => "video",
            Self::Sticker => "sticker",
        }
    }

    /// How identifiers of such files begin.
    fn prefix(self) -> (&'static str, &'static str) {
        match self {
            Self::Photo => ("AgACAgIAAxkBAAI", "AQAD"),
            Self::Document => ("BQACAgIAAxkBAAI", "AgAD"),
            Self::Audio => ("CQACAgIAAxkBAAI", "AgAD"),
            Self::Voice => ("AwACAgIAAxkBAAI", "AgAD"),
            Self::Video => ("BAACAgIAAxkBAAI", "AgAD"),
            Self::Sticker => ("CAACAgIAAxkBAAI", "AgAD"),
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Photo => "photos",
            Self::Document => "documents",
            Self::Audio => "music",
            Self::Voice => "voice",
            Self::Video => "videos",
            Self::Sticker => "stickers",
        }
    }

    /// What the Bot API calls it in refusals.
    fn title(self) -> &'static str {
        match self {
            Self::Photo => "Photo",
            Self::Document => "Document",
            Self::Audio => "Audio",
            Self::Voice => "VoiceNote",
            Self::Video => "Video",
            Self::Sticker => "Sticker",
        }
    }
}

impl Files {
    fn open(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Identifiers for something new, with the number in its path.
    fn identify(&self, kind: Kind) -> (String, String, u64) {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed) + 1;
        let (id, unique) = kind.prefix();
        let digest = Sha256::digest(number.to_be_bytes());
        let word = |from: usize, to: usize| URL_SAFE_NO_PAD.encode(&digest[from..to]);
        (format!("{id}{}", word(0, 30)), format!("{unique}{}", word(20, 29)), number)
    }

    /// Keeps a photo; gives its list of sizes.
    pub(super) fn keep_photo(&self, file: &Bytes) -> Result<Arc<Value>, Refusal> {
        if file.len() > LARGEST_PHOTO {
            let size = file.len();
            return Err(Refusal::bad_request(&format!(
                "file of size {size} bytes is too big for a photo; the maximum size is {LARGEST_PHOTO} bytes"
            )));
        }
        let key: [u8; 32] = Sha256::digest(file).into();
        let known = self.open().developed.get(&key).cloned();
        let sizes = if let Some(sizes) = known {
            sizes
        } else {
            let sizes = Arc::new(develop(file)?);
            self.open().developed.insert(key, Arc::clone(&sizes));
            sizes
        };
        let names: Vec<_> = sizes.iter().map(|_| self.identify(Kind::Photo)).collect();
        let objects = sizes.iter().zip(&names).map(|(size, (id, unique, _))| {
            json!({ "file_id": id, "file_unique_id": unique, "file_size": size.bytes.len(), "width": size.width,
                "height": size.height })
        });
        let media = Arc::new(Value::Array(objects.collect()));
        let mut stored = self.open();
        for (size, (id, unique_id, number)) in sizes.iter().zip(names) {
            let path = format!("photos/file_{number}.jpg");
            let (bytes, media) = (size.bytes.clone(), Arc::clone(&media));
            stored.by_id.insert(id, Arc::new(Kept { kind: Kind::Photo, path, unique_id, bytes, media }));
        }
        Ok(media)
    }

    /// Keeps any other file; `about` is what its object says beyond the names and the size.
    pub(super) fn keep(&self, kind: Kind, file: &Upload, about: &Value) -> Arc<Value> {
        let (id, unique_id, number) = self.identify(kind);
        let mut object = json!({ "file_id": id, "file_unique_id": unique_id, "file_size": file.bytes.len() });
        let fields = object.as_object_mut().expect("an object");
        fields.extend(about.as_object().cloned().unwrap_or_default());
        if matches!(kind, Kind::Document | Kind::Audio | Kind::Video) && !file.name.is_empty() {
            fields.insert("file_name".to_owned(), json!(file.name));
        }
        if kind != Kind::Sticker {
            let mime = file.mime.clone().unwrap_or_else(|| "application/octet-stream".to_owned());
            fields.insert("mime_type".to_owned(), json!(mime));
        }
        let extension = file.name.rsplit_once('.').map_or("bin", |(_, extension)| extension);
        let path = format!("{}/file_{number}.{extension}", kind.folder());
        let media = Arc::new(object);
        let kept = Kept { kind, path, unique_id, bytes: file.bytes.clone(), media: Arc::clone(&media) };
        self.open().by_id.insert(id, Arc::new(kept));
        media
    }

    /// What stands in a message for a file that is sent again.
    pub(super) fn again(&self, kind: Kind, id: &str) -> Result<Arc<Value>, Refusal> {
        let wrong = || Refusal::bad_request("wrong file identifier/HTTP URL specified");
        let kept = self.open().by_id.get(id).cloned().ok_or_else(wrong)?;
        if kept.kind != kind {
            let (is, wanted) = (kept.kind.title(), kind.title());
            return Err(Refusal::bad_request(&format!("can't use file of type {is} as {wanted}")));
        }
        Ok(Arc::clone(&kept.media))
    }

    /// `getFile`: the `File` object, whose path can be downloaded from then on.
    pub(super) fn get(&self, id: &str) -> Result<Value, Refusal> {
        let mut stored = self.open();
        let invalid = || Refusal::bad_request("invalid file_id");
        let kept = stored.by_id.get(id).cloned().ok_or_else(invalid)?;
        if kept.bytes.len() > LARGEST_DOWNLOAD {
            return Err(Refusal::bad_request("file is too big"));
        }
        stored.by_path.insert(kept.path.clone(), kept.bytes.clone());
        Ok(json!({ "file_id": id, "file_unique_id": kept.unique_id, "file_size": kept.bytes.len(),
            "file_path": kept.path }))
    }

    /// The bytes below a path that `getFile` gave.
    pub(super) fn download(&self, path: &str) -> Option<Bytes> {
        self.open().by_path.get(path).cloned()
    }

    /// The bytes of a file, for who looks at a chat.
    pub(super) fn bytes(&self, id: &str) -> Option<Bytes> {
        self.open().by_id.get(id).map(|kept| kept.bytes.clone())
    }
}
