//! A listing that comes page by page, so that memory does not grow with the store.

use std::path::PathBuf;

use super::{FilesError, Folder, Key, S3};

/// The keys with one prefix, page after page, in no order. Objects that come or go meanwhile may be in it or not.
#[derive(Debug)]
pub struct Pages {
    prefix: String,
    place: Place,
}

/// What is still to be listed.
#[derive(Debug)]
enum Place {
    /// Folders that were not looked into yet.
    Folder(Folder, Vec<PathBuf>),
    /// The page after this one; `None` is the first.
    S3(S3, Option<String>),
    Over,
}

impl Pages {
    pub(super) fn of_folder(folder: &Folder, prefix: &str) -> Self {
        let start = folder.start_of(prefix).into_iter().collect();
        Self { prefix: prefix.to_owned(), place: Place::Folder(folder.clone(), start) }
    }

    pub(super) fn of_s3(s3: &S3, prefix: &str) -> Self {
        Self { prefix: prefix.to_owned(), place: Place::S3(s3.clone(), None) }
    }

    /// The next keys, which may be none; `None` when there are no more.
    pub async fn next(&mut self) -> Result<Option<Vec<Key>>, FilesError> {
        match &mut self.place {
            Place::Folder(folder, ahead) => {
                let Some(next) = ahead.pop() else { return Ok(None) };
                let (keys, below) = folder.list_one(next, &self.prefix).await?;
                ahead.extend(below);
                Ok(Some(keys))
            }
            Place::S3(s3, after) => {
                let (keys, next) = s3.list_page(&self.prefix, after.take()).await?;
                match next {
                    Some(next) => *after = Some(next),
                    None => self.place = Place::Over,
                }
                Ok(Some(keys))
            }
            Place::Over => Ok(None),
        }
    }
}
