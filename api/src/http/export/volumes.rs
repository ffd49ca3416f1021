//! An export in portions: which files go into one, and where the next one begins.

use std::fs;

use tokio::io::{AsyncSeekExt as _, AsyncWriteExt as _, BufWriter};

use super::files::{File, Kind, Position, Walk};
use super::sections::{self, Out};
use super::{DOCUMENT, Export, missed};
use crate::domain::page;
use crate::files::FilesError;
use crate::http::problem::Problem;

/// The smallest volume that may be asked for, in bytes.
pub(super) const SMALLEST: u64 = 1_000_000;
/// Files of one volume: so many are held in memory.
const MOST_FILES: usize = 5_000;
/// What a ZIP has around each file, beside its name, which it holds twice.
const AROUND_A_FILE: u64 = 200;
/// What it has at its end, and around the list of what is missing.
const AT_THE_END: u64 = 1_000;

/// What goes into a volume.
pub(super) struct Volume {
    /// What is told of the person, in the first volume.
    pub(super) document: Option<fs::File>,
    /// The files.
    pub(super) files: Vec<File>,
    /// What fits into no volume, a line each.
    pub(super) too_large: String,
}

/// Where a volume begins.
pub(super) enum Place {
    /// Before everything.
    Beginning,
    /// Before the first file.
    BeforeFiles,
    /// Behind a file.
    Behind(Position),
}

impl Place {
    /// As an opaque cursor that only fits the same export.
    pub(super) fn to_cursor(&self, with_weights: bool) -> String {
        let filters = filters(with_weights);
        match self {
            Self::Beginning | Self::BeforeFiles => "files".to_owned(),
            Self::Behind(position) => {
                let (avatar, thing) = (position.avatar().to_cursor(filters), position.thing().to_cursor(filters));
                format!("{avatar}.{}.{thing}.{}", letter(position.kind), position.number)
            }
        }
    }

    /// Reads a cursor back; `None` if it is none of ours or belongs to another export.
    pub(super) fn from_cursor(cursor: &str, with_weights: bool) -> Option<Self> {
        if cursor == "files" {
            return Some(Self::BeforeFiles);
        }
        let place = |part: &str| page::Place::from_cursor(part, filters(with_weights));
        let mut parts = cursor.splitn(4, '.');
        let avatar = place(parts.next()?)?;
        let word = parts.next()?;
        let kind = [Kind::Photos, Kind::Trainings, Kind::Pictures, Kind::Recordings]
            .into_iter()
            .find(|kind| letter(*kind) == word)?;
        let thing = place(parts.next()?)?;
        Some(Self::Behind(Position::new(avatar, kind, thing, parts.next()?.parse().ok()?)))
    }
}

impl Volume {
    /// Takes as many files as fit, from this place on, and tells where the next volume begins, if there is one.
    pub(super) async fn choose(
        export: &Export,
        begin: Place,
        max_bytes: u64,
    ) -> Result<(Self, Option<Place>), Problem> {
        let most = max_bytes - AT_THE_END;
        let mut volume = Self { document: None, files: Vec::new(), too_large: String::new() };
        let mut room = most;
        let (mut walk, mut end) = match begin {
            Place::Beginning => {
                let (document, length) = document(export).await?;
                if cost(DOCUMENT, length) <= most {
                    volume.document = Some(document);
                    room -= cost(DOCUMENT, length);
                } else {
                    room -= volume.miss(DOCUMENT, length);
                }
                (Walk::new(), Place::BeforeFiles)
            }
            Place::BeforeFiles => (Walk::new(), Place::BeforeFiles),
            Place::Behind(position) => (Walk::behind(export, position).await?, Place::Behind(position)),
        };
        while let Some(file) = walk.next(export).await? {
            let name = &file.packed.name;
            let cost = cost(name, file.size_bytes);
            let position = file.position;
            if cost > most {
                // A line is far shorter than what is around a file.
                if room < AROUND_A_FILE + 2 * name.len() as u64 {
                    return Ok((volume, Some(end)));
                }
                room -= volume.miss(name, file.size_bytes);
            } else if cost > room || volume.files.len() == MOST_FILES {
                return Ok((volume, Some(end)));
            } else {
                room -= cost;
                volume.files.push(file);
            }
            end = Place::Behind(position);
        }
        Ok((volume, None))
    }

    /// Names a file that fits into no volume, and tells what that takes.
    fn miss(&mut self, name: &str, length: u64) -> u64 {
        let line = missed(name, &format!("its {length} bytes fit into no volume of this size"));
        self.too_large.push_str(&line);
        line.len() as u64
    }
}

/// What is told of the person, written to where nobody else sees it, and its length: that must be known before the first
/// byte of a volume is sent.
async fn document(export: &Export) -> Result<(fs::File, u64), Problem> {
    let local = |doing| move |source| FilesError::Local { doing, source };
    let file = tempfile::tempfile_in(&export.app.settings.temporary_dir).map_err(local("make a temporary file"))?;
    let mut writer = BufWriter::new(tokio::fs::File::from_std(file));
    sections::write(export, &mut Out::Local(&mut writer)).await?;
    writer.flush().await.map_err(local("write a temporary file"))?;
    let mut file = writer.into_inner();
    let length = file.stream_position().await.map_err(local("measure a temporary file"))?;
    file.rewind().await.map_err(local("read a temporary file"))?;
    Ok((file.into_std().await, length))
}

/// What a file takes of a volume.
const fn cost(name: &str, length: u64) -> u64 {
    length.saturating_add(2 * name.len() as u64 + AROUND_A_FILE)
}

/// What a cursor must agree with: other files are counted differently.
const fn filters(with_weights: bool) -> &'static str {
    if with_weights { "export" } else { "export without weights" }
}

const fn letter(kind: Kind) -> &'static str {
    match kind {
        Kind::Photos => "p",
        Kind::Trainings => "t",
        Kind::Pictures => "g",
        Kind::Recordings => "r",
    }
}
