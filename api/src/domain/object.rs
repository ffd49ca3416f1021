//! Objects in the store, and the ledger that knows of them.

/// How an object can stand on one side only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// It lies in the store and the ledger does not know it.
    Stray,
    /// A row needs it and it does not lie in the store.
    Missing,
}

impl Difference {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Stray, Self::Missing];

    /// The word in the database and in metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stray => "stray",
            Self::Missing => "missing",
        }
    }
}
