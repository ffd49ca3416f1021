//! Folders that are there for good. A name in a folder survives a power cut once the folder is flushed; so a new folder
//! costs a flush of the one above it, and an old one, which nearly every object goes to, costs nothing.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// What this process knows to be safe on the disk.
#[derive(Debug, Default)]
pub(super) struct Folders(Mutex<HashSet<PathBuf>>);

/// As many as cost a few megabytes to remember. Those forgotten are flushed once more.
const REMEMBERED: usize = 20_000;

impl Folders {
    /// Makes sure that `folder`, which is `root` or below it, is there and stays there.
    ///
    /// One that another writer has just made counts as unknown until its name was flushed, by that writer or here:
    /// otherwise an object could be acknowledged in a folder that a power cut takes away.
    pub(super) fn make(&self, root: &Path, folder: &Path) -> io::Result<()> {
        if folder == root || (self.knows(folder) && folder.is_dir()) {
            return Ok(());
        }
        let above = folder.parent().unwrap_or(root);
        self.make(root, above)?;
        match fs::create_dir(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists || !folder.is_dir() => return Err(error),
            _ => sync_folder(above)?,
        }
        self.remember(folder);
        Ok(())
    }

    fn knows(&self, folder: &Path) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(folder)
    }

    fn remember(&self, folder: &Path) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(folder.to_owned());
    }
}

/// Makes the names in a folder survive a power cut.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_made_with_those_above_it_and_made_again_when_it_is_gone() {
        let data = tempfile::tempdir().expect("a temporary folder");
        let (folders, deep) = (Folders::default(), data.path().join("a/b/c"));
        for _ in 0..2 {
            folders.make(data.path(), &deep).expect("made");
            assert!(deep.is_dir() && folders.knows(&deep));
            fs::remove_dir_all(data.path().join("a")).expect("removed");
        }
    }

    #[test]
    fn a_file_is_no_folder() {
        let data = tempfile::tempdir().expect("a temporary folder");
        fs::write(data.path().join("a"), "a").expect("written");
        let folders = Folders::default();
        folders.make(data.path(), &data.path().join("a")).expect_err("a file stands there");
        folders.make(data.path(), &data.path().join("a/b")).expect_err("a file stands above");
    }

    #[test]
    fn no_more_is_remembered_than_is_worth_it() {
        let folders = Folders::default();
        for number in 0..=REMEMBERED {
            folders.remember(Path::new(&number.to_string()));
        }
        assert_eq!(folders.0.lock().expect("the names").len(), 1);
    }
}
