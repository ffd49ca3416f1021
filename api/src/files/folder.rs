//! A folder as an object store: an object is a plain file whose path below the root is its key. A write goes to a
//! hidden temporary file first and is renamed into place once it is safe on the disk, so a reader sees a whole object
//! or none, and a killed process leaves nothing but a temporary file, which a later start removes.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use tempfile::NamedTempFile;
use tokio::task::spawn_blocking;
use url::Url;

use super::{
    FilesError, Key, LinkError, Reading,
    folders::{Folders, sync_folder},
    links::Links,
};

/// Objects as plain files below one folder of this machine.
#[derive(Debug, Clone)]
pub struct Folder(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    root: PathBuf,
    folders: Folders,
    links: Links,
}

/// What a good link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// The object.
    pub key: Key,
    /// Its file.
    pub path: PathBuf,
    /// When the link ends.
    pub until: DateTime<Utc>,
}

impl Folder {
    /// Opens the folder at `root`, made when it is not there, whose objects the service serves below
    /// `{base}/v1/objects/`. The key that signs their links stands beside it as `signing-key`.
    ///
    /// Temporary files which have not been written to for a day are removed: their writer is dead.
    pub fn start(root: &Path, base: &Url, now: DateTime<Utc>) -> Result<Self, FilesError> {
        let failed = |source| FilesError::Folder { doing: "open the folder", source };
        fs::create_dir_all(root.join(TEMPORARY)).map_err(failed)?;
        // The names inside are flushed as objects come; the folder's own name is nobody else's care.
        sync_folder(root.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new(".")))
            .map_err(failed)?;
        sweep(&root.join(TEMPORARY), now - TimeDelta::days(1)).map_err(failed)?;
        let links = Links::start(base, &root.with_file_name("signing-key"))?;
        Ok(Self(Arc::new(Inner { root: root.to_owned(), folders: Folders::default(), links })))
    }

    /// What a signed link leads to, from the three parts that the link carried. For the HTTP handler, which then serves
    /// the file with ranges and all.
    pub async fn open(
        &self,
        key: &str,
        expires: &str,
        signature: &str,
        now: DateTime<Utc>,
    ) -> Result<Linked, LinkError> {
        let (key, until) = self.0.links.verify(key, expires, signature, now)?;
        let path = self.path(&key);
        match tokio::fs::metadata(&path).await {
            Ok(found) if !found.is_file() => Err(LinkError::NotFound),
            Err(error) if is_absent(&error) => Err(LinkError::NotFound),
            // Any other trouble meets whoever reads the file, with the means to report it.
            _ => Ok(Linked { key, path, until }),
        }
    }

    pub(super) async fn put(&self, key: &Key, bytes: Bytes) -> Result<(), FilesError> {
        let (store, key) = (self.clone(), key.clone());
        blocking("store an object", move || store.write(&key, |file| file.write_all(&bytes))).await
    }

    pub(super) async fn put_file(&self, key: &Key, path: &Path) -> Result<(), FilesError> {
        let source = tokio::fs::File::open(path).await;
        let source = source.map_err(|source| FilesError::Local { doing: "read the file to store", source })?;
        let (store, key, mut source) = (self.clone(), key.clone(), source.into_std().await);
        blocking("store an object", move || store.write(&key, |file| io::copy(&mut source, file).map(drop))).await
    }

    pub(super) async fn settle(&self, file: &Path) -> Result<(), FilesError> {
        let file = file.to_owned();
        let settled = spawn_blocking(move || File::open(file)?.sync_all());
        let settled = settled.await.unwrap_or_else(|gone| Err(io::Error::other(gone)));
        settled.map_err(|source| FilesError::Local { doing: "flush the file to store", source })
    }

    /// A second name for the same bytes where the file system has that, and a copy where it has not. A link fails for as
    /// many reasons as there are file systems; if the fault is the file's own, the copy says so.
    pub(super) async fn adopt(&self, key: &Key, file: &Path) -> Result<(), FilesError> {
        let (store, to, from) = (self.clone(), key.clone(), file.to_owned());
        let link = move || Ok(store.name(&to, |path| link(&from, path)).is_ok());
        if blocking("store an object", link).await? { Ok(()) } else { self.put_file(key, file).await }
    }

    pub(super) async fn read(&self, key: &Key) -> Result<Option<Bytes>, FilesError> {
        let path = self.path(key);
        blocking("read an object", move || {
            let Some(mut object) = open_object(&path)? else { return Ok(None) };
            let mut bytes = Vec::new();
            io::Read::read_to_end(&mut object, &mut bytes)?;
            Ok(Some(bytes.into()))
        })
        .await
    }

    pub(super) async fn open_object(&self, key: &Key) -> Result<Option<Reading>, FilesError> {
        let path = self.path(key);
        Ok(blocking("open an object", move || open_object(&path)).await?.map(Reading::of_file))
    }

    pub(super) async fn fetch(&self, key: &Key, to: &Path) -> Result<Option<u64>, FilesError> {
        let path = self.path(key);
        let Some(mut object) = blocking("open an object", move || open_object(&path)).await? else { return Ok(None) };
        let to = to.to_owned();
        let copied = spawn_blocking(move || {
            let mut arriving = temporary_beside(&to)?;
            let length = io::copy(&mut object, arriving.as_file_mut())?;
            arriving.persist(&to)?;
            Ok(length)
        });
        let copied = copied.await.unwrap_or_else(|gone| Err(io::Error::other(gone)));
        copied.map(Some).map_err(|source| FilesError::Local { doing: "write the fetched object", source })
    }

    /// Empty folders stay behind: removing one could pull it from under an object just being put there.
    pub(super) async fn delete(&self, key: &Key) -> Result<(), FilesError> {
        let path = self.path(key);
        blocking("delete an object", move || {
            if open_object(&path)?.is_none() {
                return Ok(());
            }
            match fs::remove_file(&path) {
                Err(error) if !is_absent(&error) => Err(error),
                _ => path.parent().map_or(Ok(()), sync_folder),
            }
        })
        .await
    }

    pub(super) async fn exists(&self, key: &Key) -> Result<bool, FilesError> {
        let path = self.path(key);
        blocking("look for an object", move || match fs::metadata(&path) {
            Ok(found) => Ok(found.is_file()),
            Err(error) if is_absent(&error) => Ok(false),
            Err(error) => Err(error),
        })
        .await
    }

    /// The folder that a prefix leads to, if it can lead to one.
    pub(super) fn start_of(&self, prefix: &str) -> Option<PathBuf> {
        match prefix.rsplit_once('/').map(|(folder, _)| Key::parse(folder)) {
            None => Some(self.0.root.clone()),
            Some(Ok(folder)) => Some(self.path(&folder)),
            Some(Err(_)) => None,
        }
    }

    /// The keys in one folder that begin with `prefix`, and the folders below it.
    pub(super) async fn list_one(&self, folder: PathBuf, prefix: &str) -> Result<(Vec<Key>, Vec<PathBuf>), FilesError> {
        let (root, prefix) = (self.0.root.clone(), prefix.to_owned());
        blocking("list objects", move || look_into(&root, &folder, &prefix)).await
    }

    pub(super) fn signed_url(&self, key: &Key, lifetime: Duration, now: DateTime<Utc>) -> Url {
        self.0.links.url(key, lifetime, now)
    }

    pub(super) async fn check(&self) -> Result<(), FilesError> {
        let temporary = self.0.root.join(TEMPORARY);
        blocking("write into the folder", move || NamedTempFile::new_in(temporary)?.write_all(b"here")).await
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.0.root.join(key.as_str())
    }

    /// The name must not overtake the bytes.
    fn write(&self, key: &Key, pour: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        let mut file = NamedTempFile::new_in(self.0.root.join(TEMPORARY))?;
        pour(file.as_file_mut())?;
        file.as_file().sync_all()?;
        self.name(key, |path| file.persist(path).map(drop).map_err(io::Error::from))
    }

    /// Gives an object, whose bytes are safe on the disk, its name there.
    fn name(&self, key: &Key, put: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
        let path = self.path(key);
        let folder = path.parent().unwrap_or(&self.0.root);
        self.0.folders.make(&self.0.root, folder)?;
        put(&path)?;
        sync_folder(folder)
    }
}

/// A temporary file in the folder of `path`, from where a rename can put it there.
pub(super) fn temporary_beside(path: &Path) -> io::Result<NamedTempFile> {
    NamedTempFile::new_in(path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")))
}

/// No key begins with a dot, so what lies here can be neither read nor listed.
const TEMPORARY: &str = ".tmp";

async fn blocking<T: Send + 'static>(
    doing: &'static str,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, FilesError> {
    let done = spawn_blocking(work).await.unwrap_or_else(|gone| Err(io::Error::other(gone)));
    done.map_err(|source| FilesError::Folder { doing, source })
}

/// What stands there already was put by an earlier run of the same job: a key names one content for ever.
fn link(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && to.is_file() => Ok(()),
        linked => linked,
    }
}

/// Nothing by that name, or a name that passes through a file as if it were a folder.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// A folder opens as readily as a file, but is no object.
fn open_object(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) if file.metadata()?.is_file() => Ok(Some(file)),
        Ok(_) => Ok(None),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Objects come and go meanwhile, so what has vanished is skipped.
fn look_into(root: &Path, folder: &Path, prefix: &str) -> io::Result<(Vec<Key>, Vec<PathBuf>)> {
    let (mut keys, mut folders) = (Vec::new(), Vec::new());
    let entries = match fs::read_dir(folder) {
        Err(error) if is_absent(&error) => return Ok((keys, folders)),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        let Some(name) = path.strip_prefix(root).ok().and_then(Path::to_str) else { continue };
        let Ok(key) = Key::parse(name) else { continue };
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => folders.push(path),
            Ok(kind) if kind.is_file() && name.starts_with(prefix) => keys.push(key),
            _ => {}
        }
    }
    Ok((keys, folders))
}

fn sweep(folder: &Path, oldest: DateTime<Utc>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.metadata().and_then(|found| found.modified()) {
            Ok(modified) if DateTime::<Utc>::from(modified) < oldest => fs::remove_file(entry.path()),
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        }
        // Another process may be sweeping, or finishing its write, at the same moment.
        .or_else(|error| if is_absent(&error) { Ok(()) } else { Err(error) })?;
    }
    Ok(())
}
