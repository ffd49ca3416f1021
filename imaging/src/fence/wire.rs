//! What a worker and its pool say to each other over the worker's standard input and output. Each message is a length, a
//! head of at most that length, and the bytes that the head announces, raw: pictures are not worth a second encoding.

use std::io::{self, Read};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::sheet::{Layout, Mark};
use crate::{ImageError, Limits, Origin, Picture, Renderings};

/// The largest head. The largest real one, a contact sheet's, has a few kilobytes.
const MAX_HEAD: usize = 256 * 1024;
/// What a worker may answer in pictures, all renderings together. A worker that a photo has taken over must not make
/// the service allocate at its will.
const MAX_ANSWER: usize = 16 * 1024 * 1024;

/// The first message to a worker; it answers [`Answer::Ready`].
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Start {
    pub(super) limits: Limits,
    pub(super) memory_bytes: u64,
    pub(super) picture_seconds: u64,
    pub(super) face_model: ModelHead,
}

/// With what faces are looked for; a model that takes the place of the built-in one follows.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum ModelHead {
    BuiltIn,
    Replaced { bytes: u64 },
    Off,
}

/// Every other message to a worker; the files follow in the order in which they are named.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// Read this picture.
    Picture { origin: Origin, bytes: u64 },
    /// Make a contact sheet of these thumbnails.
    Sheet { tiles: Vec<TileHead>, layout: Layout },
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TileHead {
    pub(super) number: u32,
    pub(super) mark: Option<Mark>,
    pub(super) bytes: u64,
}

/// What a worker says; the renderings follow.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// The fence stands.
    Ready,
    /// The photo is good. The renderings in here are empty.
    Picture { picture: Box<Picture>, training: usize, thumbnail: usize, face: Option<usize> },
    /// The sheet is made.
    Sheet { bytes: usize },
    /// The file is to blame.
    Refused(ImageError),
    /// The decoder stumbled, and where.
    Panicked(String),
}

/// What a worker made.
#[derive(Debug)]
pub(super) enum Made {
    Picture(Box<Picture>),
    Sheet(Vec<u8>),
}

/// The length and the head of a message.
pub(super) fn head<T: Serialize>(message: &T) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; 4];
    bytes = postcard::to_extend(message, bytes).map_err(invalid)?;
    let length = bytes.len() - 4;
    if length > MAX_HEAD {
        return Err(invalid("a head that is too long"));
    }
    bytes[..4].copy_from_slice(&u32::try_from(length).map_err(invalid)?.to_le_bytes());
    Ok(bytes)
}

/// The length of the head that follows, bounded.
pub(super) fn head_length(bytes: [u8; 4]) -> io::Result<usize> {
    usize::try_from(u32::from_le_bytes(bytes))
        .ok()
        .filter(|length| *length <= MAX_HEAD)
        .ok_or_else(|| invalid("a head that is too long"))
}

/// What a head says.
pub(super) fn parse<T: DeserializeOwned>(head: &[u8]) -> io::Result<T> {
    let (message, rest) = postcard::take_from_bytes(head).map_err(invalid)?;
    if rest.is_empty() { Ok(message) } else { Err(invalid("a head with surplus bytes")) }
}

/// The next head, or `None` where nothing more comes.
pub(super) fn receive<T: DeserializeOwned>(input: &mut impl Read) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let mut head = vec![0; head_length(length)?];
    input.read_exact(&mut head)?;
    parse(&head).map(Some)
}

impl Answer {
    /// The head for a picture, and its renderings.
    pub(super) fn of_picture(mut picture: Box<Picture>) -> (Self, Renderings) {
        let empty = Renderings { training: Vec::new(), thumbnail: Vec::new(), face: None };
        let renderings = std::mem::replace(&mut picture.renderings, empty);
        let Renderings { training, thumbnail, face } = &renderings;
        let (training, thumbnail, face) = (training.len(), thumbnail.len(), face.as_ref().map(Vec::len));
        (Self::Picture { picture, training, thumbnail, face }, renderings)
    }

    /// How many bytes follow this head, bounded.
    pub(super) fn payload(&self) -> io::Result<usize> {
        let lengths = match self {
            Self::Picture { training, thumbnail, face, .. } => [*training, *thumbnail, face.unwrap_or(0)],
            Self::Sheet { bytes } => [*bytes, 0, 0],
            Self::Ready | Self::Refused(_) | Self::Panicked(_) => [0; 3],
        };
        let total = lengths.iter().try_fold(0_usize, |total, length| total.checked_add(*length));
        total.filter(|total| *total <= MAX_ANSWER).ok_or_else(|| invalid("an answer that is too large"))
    }
}

pub(super) fn invalid(what: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::rendering::jpeg;
    use crate::tests::verdict;

    #[test]
    fn a_picture_comes_through_unchanged() {
        let picture = verdict(&jpeg(600, 520)).unwrap();
        let (answer, renderings) = Answer::of_picture(Box::new(picture.clone()));
        let total =
            renderings.training.len() + renderings.thumbnail.len() + renderings.face.as_ref().map_or(0, Vec::len);
        let head = head(&answer).unwrap();
        let received = receive::<Answer>(&mut head.as_slice()).unwrap().unwrap();
        assert_eq!(received.payload().unwrap(), total);
        let Answer::Picture { picture: mut bare, .. } = received else { panic!("{received:?}") };
        bare.renderings = renderings;
        assert_eq!(*bare, picture);
    }

    #[test]
    fn an_answer_that_claims_too_much_is_refused_before_anything_is_allocated() {
        assert!(head_length([255; 4]).is_err());
        assert!(Answer::Sheet { bytes: MAX_ANSWER + 1 }.payload().is_err());
        assert!(Answer::Sheet { bytes: MAX_ANSWER }.payload().is_ok());
        let picture = Box::new(verdict(&jpeg(600, 520)).unwrap());
        let overflow = Answer::Picture { picture, training: usize::MAX, thumbnail: 2, face: Some(usize::MAX) };
        assert!(overflow.payload().is_err());
    }

    #[test]
    fn a_head_that_is_cut_or_has_surplus_bytes_is_refused() {
        let whole = head(&Answer::Panicked("somewhere".to_owned())).unwrap();
        assert!(receive::<Answer>(&mut &whole[..0]).unwrap().is_none());
        assert!(receive::<Answer>(&mut &whole[..whole.len() - 1]).is_err());
        assert!(parse::<Answer>(&[&whole[4..], b"!"].concat()).is_err());
    }
}
