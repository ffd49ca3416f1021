//! The fence: pictures are read in processes of their own, so that a decoder that crashes, hangs or swells takes nothing
//! with it but its process.
//!
//! Read in this order: [`Pool`] is the door; `turns` says whose picture is next; `slot` keeps one worker alive and gives
//! a picture that killed its worker one more chance; `worker` starts, feeds and ends the process; `wire` is what the two
//! sides say to each other; `inside` is the worker's side, which shuts itself in before it sees the first byte.
//!
//! What stands between a photo and the service: the worker has no environment, no file, no socket and no way to open
//! one, a bound on memory, on CPU time and on the clock, and everything it answers has a bound too.

mod bars;
mod inside;
mod pool;
mod slot;
mod turns;
mod wire;
mod worker;

use std::borrow::Cow;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

pub use inside::work;
pub use pool::Pool;

use crate::{BadModel, ImageError, Limits, Reader};

/// How pictures are read.
#[derive(Clone)]
pub struct PoolSettings {
    /// The program that calls [`work`].
    pub program: PathBuf,
    /// With which arguments it does.
    pub arguments: Vec<OsString>,
    /// Processes, each of which reads one picture at a time.
    pub workers: NonZeroUsize,
    /// What is accepted, and what is made of it.
    pub limits: Limits,
    /// With what faces are looked for.
    pub face_model: FaceModel,
    /// The bytes of memory one worker may map, its program included.
    pub memory_bytes: u64,
    /// The time one picture may take, by the clock and by the CPU.
    pub picture_time: Duration,
}

/// With what faces are looked for.
#[derive(Clone, PartialEq, Eq)]
pub enum FaceModel {
    /// The model that is part of the program.
    BuiltIn,
    /// The content of another model file.
    Replaced(Vec<u8>),
    /// Nobody looks.
    Off,
}

impl FaceModel {
    /// A reader that looks for faces with this model.
    ///
    /// # Errors
    /// When the bytes are not a model.
    pub fn reader(&self, limits: Limits) -> Result<Reader, BadModel> {
        match self {
            Self::BuiltIn => Ok(Reader::new(limits)),
            Self::Replaced(model) => Reader::with_model(limits, Some(model)),
            Self::Off => Reader::with_model(limits, None),
        }
    }
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// The photo is to blame.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// We are to blame: there is no worker, or the file cannot be read back. The same photo may do later.
    #[error("no picture can be read at the moment: {0}")]
    Unavailable(Cow<'static, str>),
}
