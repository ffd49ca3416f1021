//! The files of a person in the order in which they are taken along: avatar by avatar, of each the photos, then what was
//! learned of it, then its pictures; then the recordings, which are of no avatar. Everything newest first, so that what comes
//! on the way moves nothing.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};

use aisha_openapi::vocabulary::PhotoFormat;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Export;
use crate::domain::avatar::Avatar;
use crate::domain::generation::Generation;
use crate::domain::ids::{AvatarId, GenerationId, PhotoId, TrainingId, TranscriptionId};
use crate::domain::page::{PageRequest, Place};
use crate::domain::photo::{Photo, extension};
use crate::domain::share::pictures;
use crate::domain::training::Training;
use crate::domain::transcription::Transcription;
use crate::files::{FilesError, Key, Packed};
use crate::http::problem::Problem;
use crate::storage::generations::Filter;
use crate::storage::{StorageError, avatars, generations, objects, photos, trainings, transcriptions};

/// Things that are read at once.
const PAGE: u8 = 100;
/// Letters of an avatar's name in that of its folder.
const NAME: usize = 40;

/// A file of the store that is taken along.
pub(super) struct File {
    /// Where it stands among the files.
    pub(super) position: Position,
    /// How long it is.
    pub(super) size_bytes: u64,
    /// The object, and what it is called.
    pub(super) packed: Packed,
    of: Thing,
}

/// What a file is of.
#[derive(Debug, Clone, Copy)]
enum Thing {
    Photo(PhotoId),
    Training(TrainingId),
    Generation(GenerationId),
    Transcription(TranscriptionId),
}

/// A place among the files. Later ones are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    avatar: Newest,
    /// Which of its folders.
    pub(super) kind: Kind,
    thing: Newest,
    /// Which file of the thing, from 1.
    pub(super) number: u32,
}

type Newest = Reverse<(DateTime<Utc>, Uuid)>;

/// The folders, in their order: those of an avatar, and the recordings behind all avatars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Photos,
    Trainings,
    Pictures,
    Recordings,
}

impl Position {
    pub(super) fn new(avatar: Place, kind: Kind, thing: Place, number: u32) -> Self {
        let newest = |place: Place| Reverse((place.created_at, place.id));
        Self { avatar: newest(avatar), kind, thing: newest(thing), number }
    }

    /// Of a recording, which stands where the avatar would be that is older than any.
    pub(super) fn of_recording(recording: Place) -> Self {
        Self::new(place(DateTime::UNIX_EPOCH, Uuid::nil()), Kind::Recordings, recording, 1)
    }

    /// The avatar in the list of avatars.
    pub(super) const fn avatar(&self) -> Place {
        let Reverse((created_at, id)) = self.avatar;
        Place { created_at, id }
    }

    /// The thing in its list.
    pub(super) const fn thing(&self) -> Place {
        let Reverse((created_at, id)) = self.thing;
        Place { created_at, id }
    }
}

/// A walk along the files, which reads a page at a time.
pub(super) struct Walk {
    /// The last avatar that was begun.
    last: Option<Place>,
    at: Option<At>,
    /// Only what is behind this place.
    behind: Option<Position>,
    found: VecDeque<File>,
}

/// What is read next.
enum At {
    /// A folder of an avatar.
    Avatar { avatar: Box<Avatar>, kind: Kind, page: Option<Place> },
    /// The recordings.
    Recordings { page: Option<Place> },
    /// Nothing: that was all.
    End,
}

impl Walk {
    /// Along all files.
    pub(super) const fn new() -> Self {
        Self { last: None, at: None, behind: None, found: VecDeque::new() }
    }

    /// Along the files behind this place, whether or not there still is one at it.
    pub(super) async fn behind(export: &Export, position: Position) -> Result<Self, StorageError> {
        let (last, thing) = (position.avatar(), position.thing());
        let avatar = avatars::find(&export.app.db, export.me.subject, AvatarId(last.id)).await?;
        // A page begins behind a place, and the thing at this one may have more files.
        let page = Some(Place { id: Uuid::from_u128(thing.id.as_u128().saturating_add(1)), ..thing });
        let at = match position.kind {
            Kind::Recordings => Some(At::Recordings { page }),
            kind => avatar.map(|avatar| At::Avatar { avatar: Box::new(avatar), kind, page }),
        };
        Ok(Self { last: Some(last), at, behind: Some(position), found: VecDeque::new() })
    }

    /// The next file.
    pub(super) async fn next(&mut self, export: &Export) -> Result<Option<File>, Problem> {
        loop {
            while let Some(file) = self.found.pop_front() {
                if self.behind.is_none_or(|behind| file.position > behind) {
                    return Ok(Some(file));
                }
            }
            match self.at.take() {
                Some(At::Avatar { avatar, kind, page }) => self.read(export, avatar, kind, page).await?,
                Some(At::Recordings { page }) => self.read_recordings(export, page).await?,
                Some(At::End) => {
                    self.at = Some(At::End);
                    return Ok(None);
                }
                None => match avatar_after(export, self.last).await? {
                    Some(avatar) => {
                        self.last = Some(place(avatar.created_at, avatar.id.0));
                        self.at = Some(At::Avatar { avatar: Box::new(avatar), kind: Kind::Photos, page: None });
                    }
                    None => self.at = Some(At::Recordings { page: None }),
                },
            }
        }
    }

    async fn read(
        &mut self,
        export: &Export,
        avatar: Box<Avatar>,
        kind: Kind,
        behind: Option<Place>,
    ) -> Result<(), Problem> {
        let (db, owner, id) = (&export.app.db, export.me.subject, avatar.id);
        let request = page(behind);
        let (kind, next) = match kind {
            Kind::Photos => {
                let mut album = photos::list(db, owner, id).await?;
                album.sort_by_key(|photo| Reverse((photo.created_at, photo.id)));
                self.found = album.iter().map(|photo| File::of_photo(&avatar, photo)).collect::<Result<_, _>>()?;
                (Some(Kind::Trainings), None)
            }
            Kind::Trainings if !export.with_weights => (Some(Kind::Pictures), None),
            Kind::Trainings => {
                let found = trainings::list(db, owner, id, &request).await?;
                let keys: Vec<&str> = found.items.iter().flat_map(made).map(|(_, key)| key).collect();
                let sizes: HashMap<String, i64> = objects::sizes(db, owner, &keys).await?.into_iter().collect();
                for training in &found.items {
                    for (number, key) in made(training) {
                        let size = sizes.get(key).copied().unwrap_or(0);
                        self.found.push_back(File::of_training(&avatar, training, number, key, size)?);
                    }
                }
                (found.next.map_or(Some(Kind::Pictures), |_| Some(Kind::Trainings)), found.next)
            }
            Kind::Pictures => {
                let filter = Filter { avatar_id: Some(id), ..Filter::default() };
                let found = generations::list(db, owner, &filter, &request).await?;
                for generation in &found.items {
                    self.found.extend(File::of_generation(&avatar, generation)?);
                }
                (found.next.map(|_| Kind::Pictures), found.next)
            }
            // No avatar has any.
            Kind::Recordings => (None, None),
        };
        self.at = kind.map(|kind| At::Avatar { avatar, kind, page: next });
        Ok(())
    }

    async fn read_recordings(&mut self, export: &Export, behind: Option<Place>) -> Result<(), Problem> {
        let filter = transcriptions::Filter::default();
        let found = transcriptions::list(&export.app.db, export.me.subject, &filter, &page(behind)).await?;
        self.found = found.items.iter().map(File::of_recording).collect::<Result<_, _>>()?;
        self.at = Some(found.next.map_or(At::End, |next| At::Recordings { page: Some(next) }));
        Ok(())
    }
}

impl File {
    fn of_photo(avatar: &Avatar, photo: &Photo) -> Result<Self, FilesError> {
        let thing = place(photo.created_at, photo.id.0);
        Ok(Self {
            position: Position::new(place(avatar.created_at, avatar.id.0), Kind::Photos, thing, 1),
            size_bytes: bytes(photo.size_bytes),
            packed: Packed {
                name: photo_name(avatar, photo),
                key: Key::parse(photo.original_key.as_str())?,
                made_at: photo.created_at,
            },
            of: Thing::Photo(photo.id),
        })
    }

    fn of_training(
        avatar: &Avatar,
        training: &Training,
        number: u32,
        key: &str,
        size_bytes: i64,
    ) -> Result<Self, FilesError> {
        let thing = place(training.created_at, training.id.0);
        Ok(Self {
            position: Position::new(place(avatar.created_at, avatar.id.0), Kind::Trainings, thing, number),
            size_bytes: bytes(size_bytes),
            packed: Packed {
                name: training_name(avatar, training, key),
                key: Key::parse(key)?,
                made_at: training.completed_at.unwrap_or(training.created_at),
            },
            of: Thing::Training(training.id),
        })
    }

    fn of_generation(avatar: &Avatar, generation: &Generation) -> Result<Vec<Self>, FilesError> {
        let thing = place(generation.created_at, generation.id.0);
        let file = |(number, image): (u32, &crate::domain::generation::Image)| {
            Ok(Self {
                position: Position::new(place(avatar.created_at, avatar.id.0), Kind::Pictures, thing, number),
                size_bytes: bytes(image.size_bytes),
                packed: Packed {
                    name: picture_name(avatar, generation.id, number, image.format),
                    key: Key::parse(image.original_key.as_str())?,
                    made_at: generation.completed_at.unwrap_or(generation.created_at),
                },
                of: Thing::Generation(generation.id),
            })
        };
        pictures(generation).map(file).collect()
    }

    fn of_recording(transcription: &Transcription) -> Result<Self, FilesError> {
        Ok(Self {
            position: Position::of_recording(place(transcription.created_at, transcription.id.0)),
            size_bytes: bytes(transcription.audio.size_bytes),
            packed: Packed {
                name: recording_name(transcription),
                key: Key::parse(transcription.audio.key.as_str())?,
                made_at: transcription.created_at,
            },
            of: Thing::Transcription(transcription.id),
        })
    }

    /// Whether what it is of is still there.
    pub(super) async fn is_wanted(&self, export: &Export) -> Result<bool, StorageError> {
        let (db, owner) = (&export.app.db, export.me.subject);
        Ok(match self.of {
            Thing::Photo(id) => photos::find(db, owner, id).await?.is_some(),
            Thing::Training(id) => trainings::find(db, owner, id).await?.is_some(),
            Thing::Generation(id) => generations::find(db, owner, id).await?.is_some(),
            Thing::Transcription(id) => transcriptions::find(db, owner, id).await?.is_some(),
        })
    }
}

/// The person's next avatar in their list.
pub(super) async fn avatar_after(export: &Export, after: Option<Place>) -> Result<Option<Avatar>, StorageError> {
    let request = PageRequest { limit: 1, after };
    Ok(avatars::list(&export.app.db, export.me.subject, None, &request).await?.items.pop())
}

/// A page of things.
pub(super) const fn page(after: Option<Place>) -> PageRequest {
    PageRequest { limit: PAGE, after }
}

/// The place of a thing in a list.
pub(super) const fn place(created_at: DateTime<Utc>, id: Uuid) -> Place {
    Place { created_at, id }
}

/// What a photo is called.
pub(super) fn photo_name(avatar: &Avatar, photo: &Photo) -> String {
    format!("{}/photos/{:02}-{}.{}", folder(avatar), photo.upload_order, photo.id, extension(photo.format))
}

/// What a file of a training is called.
pub(super) fn training_name(avatar: &Avatar, training: &Training, key: &str) -> String {
    let name = key.rsplit('/').next().unwrap_or(key);
    format!("{}/trainings/{}-{name}", folder(avatar), training.version)
}

/// What a picture is called.
pub(super) fn picture_name(avatar: &Avatar, id: GenerationId, number: u32, format: PhotoFormat) -> String {
    format!("{}/pictures/{id}-{number}.{}", folder(avatar), extension(format))
}

/// What a recording is called.
pub(super) fn recording_name(transcription: &Transcription) -> String {
    format!("recordings/{}.{}", transcription.id, transcription.audio.format)
}

/// The folder of an avatar: its name as far as every file system takes it, and its id, for names are not unique.
fn folder(avatar: &Avatar) -> String {
    let name = avatar.details.name.as_deref().unwrap_or_default();
    let plain = |letter: char| if letter.is_alphanumeric() { letter } else { '_' };
    let name: String = name.trim().chars().take(NAME).map(plain).collect();
    if name.is_empty() { format!("avatars/{}", avatar.id) } else { format!("avatars/{name}-{}", avatar.id) }
}

/// What a training has made: its weights, and the configuration that goes with them.
fn made(training: &Training) -> impl Iterator<Item = (u32, &str)> {
    let keys = [training.lora_key.as_deref(), training.config_key.as_deref()];
    (1..).zip(keys).filter_map(|(number, key)| Some((number, key?)))
}

fn bytes(size: i64) -> u64 {
    u64::try_from(size).unwrap_or(0)
}
