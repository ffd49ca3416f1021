//! What is told or sent beside the cards, as the outbox keeps it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::screens::Parcel;

/// Something that is told or sent beside the cards. News names what it is about and is read anew when it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// How a training ended, or that it stalls.
    Training(Uuid),
    /// The pictures of a generation, or why there are none.
    Generation(Uuid),
    /// The pictures of a pack.
    Pack(Uuid),
    /// What was written down.
    Transcript(Uuid),
    /// A file somebody asked for.
    Parcel(Parcel),
    /// What was refused, or may or may not have arrived: it is not sent again but told on the card.
    Doubtful(Box<Delivery>),
}

impl Delivery {
    /// The text of it.
    #[must_use]
    pub fn write(&self) -> String {
        serde_json::to_string(self).expect("a delivery is plain data")
    }

    /// The thing whose own card tells it as well: nobody needs it twice. The end of a training is told in any case.
    #[must_use]
    pub const fn told_by_card(&self) -> Option<Uuid> {
        match self {
            Self::Generation(id) | Self::Pack(id) | Self::Transcript(id) => Some(*id),
            Self::Training(_) | Self::Parcel(_) | Self::Doubtful(_) => None,
        }
    }

    /// A delivery out of its text; `None` if no version of ours has written it.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}
