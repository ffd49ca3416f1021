//! Shares: links that show a generation's pictures to whoever has them, until they end or are taken back.

use chrono::{DateTime, TimeDelta, Utc};

use super::generation::{Generation, Image};
use super::ids::{AvatarId, GenerationId, ShareId, UserId};

/// The shortest life of a link.
pub const SHORTEST: TimeDelta = TimeDelta::minutes(1);
/// The longest.
pub const LONGEST: TimeDelta = TimeDelta::days(30);

/// A link as it is kept: without the word in it, of which there is only a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Its id, which is not in the link.
    pub id: ShareId,
    /// Who made it.
    pub user_id: UserId,
    /// Who is to be seen.
    pub avatar_id: AvatarId,
    /// Whose pictures it shows.
    pub generation_id: GenerationId,
    /// Their numbers, from 1.
    pub images: Vec<u32>,
    /// Whether it shows the prompt.
    pub with_prompt: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it shows nothing any more.
    pub expires_at: DateTime<Utc>,
}

impl Share {
    /// The pictures of its generation that it shows, with their numbers.
    pub fn shown<'a>(&self, generation: &'a Generation) -> impl Iterator<Item = (u32, &'a Image)> {
        pictures(generation).filter(|(number, _)| self.images.contains(number))
    }
}

/// The pictures of a generation that there is anything to see of, with their numbers from 1.
pub fn pictures(generation: &Generation) -> impl Iterator<Item = (u32, &Image)> {
    (1..).zip(&generation.images).filter_map(|(number, image)| Some((number, image.as_ref()?)))
}
