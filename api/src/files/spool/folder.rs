//! The folder of one process. It is locked as long as the process lives; the system lifts the lock of a dead one, and
//! that is how what it left is told from what another process on the same data is just writing.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;

use tempfile::{Builder, TempDir};

/// A folder nobody else writes to. It is removed when this is dropped.
#[derive(Debug)]
pub(super) struct OwnFolder {
    folder: TempDir,
    _lock: File,
}

impl OwnFolder {
    /// Makes one below `root`, after removing those of the dead.
    pub(super) fn open(root: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(PRIVATE).create(root)?;
        // Without it, another start could take a folder that is not locked yet for one of the dead.
        let gate = File::open(root)?;
        gate.lock()?;
        sweep(root)?;
        let folder = Builder::new().prefix("process-").permissions(Permissions::from_mode(PRIVATE)).tempdir_in(root)?;
        let lock = File::open(folder.path())?;
        lock.lock()?;
        Ok(Self { folder, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// What lies here are faces.
const PRIVATE: u32 = 0o700;

fn sweep(root: &Path) -> io::Result<()> {
    for entry in fs::read_dir(root)? {
        let folder = entry?.path();
        let left = folder.is_dir() && File::open(&folder)?.try_lock().is_ok();
        if left {
            fs::remove_dir_all(&folder)?;
        }
    }
    Ok(())
}
