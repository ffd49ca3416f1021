//! What can go wrong between the service and its object store. No message holds a secret, a signed address or a text
//! written by the store itself (some stores quote the request, credentials and all).

use std::{io, time::Duration};

use thiserror::Error;

use super::key::BadKey;

/// An object store did not do what it was asked.
#[derive(Debug, Error)]
pub enum FilesError {
    /// The folder that serves as the store refused.
    #[error("object folder: cannot {doing}: {source}")]
    Folder {
        /// What was tried, as a verb phrase.
        doing: &'static str,
        /// The reason given by the operating system.
        source: io::Error,
    },
    /// The file on this machine that an object comes from or goes to could not be used.
    #[error("local file: cannot {doing}: {source}")]
    Local {
        /// What was tried, as a verb phrase.
        doing: &'static str,
        /// The reason given by the operating system.
        source: io::Error,
    },
    /// The S3 store refused, failed or could not be reached.
    #[error("object store: cannot {doing}: {reason}")]
    Store {
        /// What was tried, as a verb phrase.
        doing: &'static str,
        /// The S3 error code and HTTP status, or how the connection failed.
        reason: String,
        /// Whether the same request may succeed later.
        transient: bool,
    },
    /// The key that signs links is not what this service wrote.
    #[error("object folder: the signing key is damaged; restore it, or remove it to end all links given out so far")]
    SigningKey,
    /// What should be an object's key is not one.
    #[error("not an object key: {0}")]
    Key(#[from] BadKey),
    /// Links cannot be built upon the public address.
    #[error("object folder: the public address must be an http or https URL")]
    PublicAddress,
    /// A link cannot live that long.
    #[error("a signed link lives from one second to seven days, not {0:?}")]
    Lifetime(Duration),
}

impl FilesError {
    /// Whether the store or the disk is at fault, and not what was asked of it: once it is in order again, the same
    /// request will succeed.
    #[must_use]
    pub const fn is_of_the_store(&self) -> bool {
        matches!(self, Self::Folder { .. } | Self::Local { .. } | Self::Store { .. })
    }

    /// Whether the same request may succeed later without anyone repairing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Folder { source, .. } | Self::Local { source, .. } => !needs_repair(source.kind()),
            Self::Store { transient, .. } => *transient,
            Self::SigningKey | Self::Key(_) | Self::PublicAddress | Self::Lifetime(_) => false,
        }
    }
}

/// A full disk empties and a busy one calms down; a missing file or a wrong mode stays until someone comes.
fn needs_repair(kind: io::ErrorKind) -> bool {
    use io::ErrorKind as K;
    matches!(
        kind,
        K::NotFound
            | K::PermissionDenied
            | K::ReadOnlyFilesystem
            | K::NotADirectory
            | K::IsADirectory
            | K::InvalidFilename
            | K::InvalidInput
            | K::Unsupported
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_worth_another_try_and_a_missing_file_is_not() {
        let folder = |kind| FilesError::Folder { doing: "store an object", source: io::Error::from(kind) };
        assert!(folder(io::ErrorKind::StorageFull).is_transient());
        assert!(!folder(io::ErrorKind::NotFound).is_transient());
    }
}
