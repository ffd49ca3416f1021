//! Long lists, a page at a time, by keyset: page 5,000 costs what page 1 costs.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// How much of a list is asked for, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// At most so many items.
    pub limit: u8,
    /// The place after which to go on; `None` is the newest.
    pub after: Option<Place>,
}

/// One page, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Place>,
}

/// A place in a list that is sorted by (`created_at`, id), newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The last item's time.
    pub created_at: DateTime<Utc>,
    /// The last item's id, which breaks ties.
    pub id: Uuid,
}

impl Place {
    /// The place as an opaque cursor that only fits the same list with the same filters.
    #[must_use]
    pub fn to_cursor(self, filters: &str) -> String {
        let text = format!("{}.{}.{:08x}", self.created_at.timestamp_micros(), self.id.simple(), fingerprint(filters));
        URL_SAFE_NO_PAD.encode(text)
    }

    /// Reads a cursor back; `None` if it is not one of ours or belongs to other filters.
    #[must_use]
    pub fn from_cursor(cursor: &str, filters: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let mut parts = text.splitn(3, '.');
        let created_at = DateTime::from_timestamp_micros(parts.next()?.parse().ok()?)?;
        let id = Uuid::try_parse(parts.next()?).ok()?;
        let ours = parts.next()? == format!("{:08x}", fingerprint(filters));
        ours.then_some(Self { created_at, id })
    }
}

impl<T> Page<T> {
    /// Makes a page of one item more than was asked for: the surplus item only tells that there is a next page.
    #[must_use]
    pub fn from_surplus(mut items: Vec<T>, request: &PageRequest, place: impl Fn(&T) -> Place) -> Self {
        let limit = usize::from(request.limit);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(place) } else { None };
        Self { items, next }
    }
}

fn fingerprint(filters: &str) -> u32 {
    crc32fast::hash(filters.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_only_with_the_same_filters() {
        let place = Place {
            created_at: DateTime::from_timestamp_micros(1_700_000_000_123_456).expect("a time"),
            id: Uuid::from_u128(7),
        };
        let cursor = place.to_cursor("avatars status=draft");
        assert_eq!(Place::from_cursor(&cursor, "avatars status=draft"), Some(place));
        assert_eq!(Place::from_cursor(&cursor, "avatars status=completed"), None);
        assert_eq!(Place::from_cursor("no cursor", "avatars status=draft"), None);
    }
}
