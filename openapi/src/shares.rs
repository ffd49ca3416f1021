//! Shares: links that show pictures to whoever has them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::vocabulary::PhotoFormat;

/// A link to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewShare {
    /// How long it shows anything, from a minute to 30 days.
    #[schema(minimum = 60, maximum = 2_592_000, example = 86400)]
    pub expires_in_seconds: i64,
    /// The numbers of the pictures that it shows, from 1; all that are there if you name none.
    #[serde(default)]
    #[schema(example = json!([1, 2]))]
    pub images: Option<Vec<u32>>,
    /// Whether it shows the prompt, too, in the words it was written in.
    #[serde(default)]
    pub with_prompt: bool,
}

/// A link that shows pictures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Share {
    /// Its id, by which it is revoked. It is not in the link.
    pub id: Uuid,
    /// Whose pictures it shows.
    pub generation_id: Uuid,
    /// The numbers of the pictures that it shows.
    pub images: Vec<u32>,
    /// Whether it shows the prompt.
    pub with_prompt: bool,
    /// The link. Only the answer that makes it has it; ever after null stands here, for it is kept nowhere.
    pub url: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it shows nothing any more.
    pub expires_at: DateTime<Utc>,
}

/// A page of links that still show something, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SharePage {
    /// The links.
    pub data: Vec<Share>,
    /// Give it as `cursor` to get the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// What a link shows. Nobody is named in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SharedPictures {
    /// The pictures.
    pub images: Vec<SharedImage>,
    /// What was asked for; null if the link does not show it.
    pub prompt: Option<String>,
    /// When the link shows nothing any more.
    pub expires_at: DateTime<Utc>,
}

/// A picture that a link shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SharedImage {
    /// Its number.
    pub number: u32,
    /// What the content is.
    pub format: PhotoFormat,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// How long the file is, in bytes.
    pub size_bytes: i64,
    /// The picture, for as long as the link is good.
    pub url: String,
    /// A small JPEG of it, in the same way.
    pub thumbnail_url: String,
}
