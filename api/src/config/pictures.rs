//! How photos are read: in processes of our own program, each with bounds.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{ConfigError, Environment};

/// The workers that read photos.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureConfig {
    /// The program that is a picture worker when told so: this one.
    pub program: PathBuf,
    /// Processes, each of which reads one photo at a time.
    pub workers: NonZeroUsize,
    /// With what faces are looked for.
    pub face_model: FaceModelFile,
    /// The bytes of memory one process may map.
    pub memory_bytes: u64,
    /// The time one photo may take.
    pub picture_time: Duration,
}

/// Which face model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaceModelFile {
    /// The one that is part of the program.
    BuiltIn,
    /// This file.
    File(PathBuf),
    /// None: nobody looks for faces.
    Off,
}

impl PictureConfig {
    pub(super) fn from_env(env: &Environment) -> Result<Self, ConfigError> {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let cores = u32::try_from(cores).unwrap_or(MOST_WORKERS).min(MOST_WORKERS);
        let workers = env.number("AISHA_PICTURE_WORKERS", cores, 1, MOST_WORKERS)?;
        Ok(Self {
            program: this_program(),
            workers: usize::try_from(workers).ok().and_then(NonZeroUsize::new).unwrap_or(NonZeroUsize::MIN),
            face_model: match env.text("AISHA_FACE_MODEL")? {
                None => FaceModelFile::BuiltIn,
                Some(off) if off == "off" => FaceModelFile::Off,
                Some(path) if Path::new(&path).is_file() => FaceModelFile::File(path.into()),
                Some(_) => return Err(ConfigError::new("AISHA_FACE_MODEL", "must be a file, or off")),
            },
            memory_bytes: u64::from(env.number("AISHA_PICTURE_MEMORY_MB", 512, 256, 8192)?) * 1024 * 1024,
            picture_time: Duration::from_secs(env.number("AISHA_PICTURE_SECONDS", 10, 1, 300)?.into()),
        })
    }
}

const MOST_WORKERS: u32 = 256;

/// This very program, also after its file was replaced by a newer one: both sides of the fence speak one version.
fn this_program() -> PathBuf {
    if cfg!(target_os = "linux") {
        PathBuf::from("/proc/self/exe")
    } else {
        std::env::current_exe().unwrap_or_else(|_| PathBuf::from("aisha-api"))
    }
}
