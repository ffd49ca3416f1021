//! Recordings: what kind of file one is, told by its content and never by its name, and how long it plays.
//!
//! Nothing is decoded. A file is read at its beginning, at its end and where it says that its length stands, a bounded
//! number of bytes of it however long it is and whatever it claims.

mod mp3;
mod mp4;
mod ogg;
mod plain;

use std::io::{self, Read, Seek, SeekFrom};

use aisha_openapi::vocabulary::AudioFormat;

use super::ids::{TranscriptionId, UserId};

/// What is known of a recording without listening to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recording {
    /// What it is.
    pub format: AudioFormat,
    /// How long it plays, in milliseconds, where the file tells.
    pub told_millis: Option<u64>,
}

/// Why a file is not taken for a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAudio {
    /// It is of no kind that is known.
    Unsupported,
    /// It is of a known kind, and nothing is in it.
    Empty,
}

/// How much of the beginning and of the end of a file is looked at.
const WINDOW: usize = 64 * 1024;
/// Longer is nothing that anybody records; what claims to be is not believed.
const LONGEST_MILLIS: u64 = 7 * 24 * 3600 * 1000;

/// Looks at a file of this length.
pub fn look(file: &mut (impl Read + Seek), length: u64) -> io::Result<Result<Recording, NotAudio>> {
    if length == 0 {
        return Ok(Err(NotAudio::Empty));
    }
    let head = window(file, 0)?;
    let Some(format) = format(file, &head)? else { return Ok(Err(NotAudio::Unsupported)) };
    let told_millis = match format {
        AudioFormat::Wav => plain::wav(&head, length),
        AudioFormat::Flac => plain::flac(&window(file, after_tag(&head))?),
        AudioFormat::Ogg => ogg::millis(&head, &window(file, length.saturating_sub(WINDOW as u64))?),
        AudioFormat::Mp3 => {
            let begin = after_tag(&head);
            mp3::millis(&window(file, begin)?, length.saturating_sub(begin))
        }
        AudioFormat::M4a => mp4::millis(file, length)?,
        // Its length stands in a tree of elements, and what browsers record leaves it out.
        AudioFormat::Webm => None,
    };
    let told_millis = told_millis.filter(|millis| *millis <= LONGEST_MILLIS);
    if told_millis == Some(0) && format == AudioFormat::Wav {
        return Ok(Err(NotAudio::Empty));
    }
    Ok(Ok(Recording { format, told_millis: told_millis.filter(|millis| *millis > 0) }))
}

impl Recording {
    /// How long it plays, in seconds and begun ones as whole: as the file tells, else as long as a file of this length
    /// and kind plays that is recorded for speech, which is rather too long than too short. A file that tells less than
    /// so many bytes can play in is not believed: fal listens to all of it, and is paid for that.
    #[must_use]
    pub fn seconds(&self, length: u64) -> i64 {
        let seconds = match self.told_millis {
            Some(millis) => millis.div_ceil(1000).max(length / most_bytes_per_second(self.format)),
            None => length.div_ceil(bytes_per_second(self.format)),
        };
        i64::try_from(seconds.max(1)).unwrap_or(i64::MAX)
    }
}

/// What speech takes a second, where little is spent on it.
const fn bytes_per_second(format: AudioFormat) -> u64 {
    match format {
        AudioFormat::Ogg => 2_000,
        AudioFormat::Webm => 4_000,
        AudioFormat::Mp3 | AudioFormat::M4a => 6_000,
        AudioFormat::Flac => 12_000,
        AudioFormat::Wav => 16_000,
    }
}

/// What a second takes at most: the highest rates of the codecs, stereo of 96 kHz and 32 bits where nothing is lost, and
/// a film of 8 Mbit/s where one may be beside the sound.
const fn most_bytes_per_second(format: AudioFormat) -> u64 {
    match format {
        AudioFormat::Mp3 => 40_000,
        AudioFormat::Ogg => 70_000,
        AudioFormat::Flac | AudioFormat::Wav => 800_000,
        AudioFormat::Webm | AudioFormat::M4a => 1_000_000,
    }
}

/// What the name of a file of this kind ends with.
#[must_use]
pub const fn extension(format: AudioFormat) -> &'static str {
    format.as_str()
}

/// Where a recording lies in the store.
#[must_use]
pub fn audio_key(user_id: UserId, id: TranscriptionId, format: AudioFormat) -> String {
    format!("user_{user_id}/transcriptions/audio_{id}.{}", extension(format))
}

/// The kind of a file that begins with this.
fn format(file: &mut (impl Read + Seek), head: &[u8]) -> io::Result<Option<AudioFormat>> {
    let at = |place: usize, word: &[u8]| head.get(place..).is_some_and(|rest| rest.starts_with(word));
    Ok(if (at(0, b"RIFF") || at(0, b"RF64")) && at(8, b"WAVE") {
        Some(AudioFormat::Wav)
    } else if at(0, b"fLaC") {
        Some(AudioFormat::Flac)
    } else if at(0, b"OggS") {
        ogg::is_audio(head).then_some(AudioFormat::Ogg)
    } else if at(0, &[0x1a, 0x45, 0xdf, 0xa3]) {
        // Its first element names the kind of document, before anything else of any length.
        head.get(..64.min(head.len())).and_then(|first| find(first, b"webm")).map(|_| AudioFormat::Webm)
    } else if at(4, b"ftyp") {
        mp4::is_audio(head).then_some(AudioFormat::M4a)
    } else if at(0, b"ID3") {
        let behind = window(file, after_tag(head))?;
        if behind.starts_with(b"fLaC") {
            Some(AudioFormat::Flac)
        } else {
            mp3::first_frame(&behind).map(|_| AudioFormat::Mp3)
        }
    } else {
        mp3::first_frame(head).filter(|(place, _)| *place == 0).map(|_| AudioFormat::Mp3)
    })
}

/// Where the sound begins: behind the tag that some programs put in front, with title and picture.
fn after_tag(head: &[u8]) -> u64 {
    let Some(&[b'I', b'D', b'3', _, _, flags, a, b, c, d]) = head.get(..10) else { return 0 };
    let size = [a, b, c, d].iter().fold(0_u64, |size, byte| (size << 7) | u64::from(byte & 0x7f));
    let footer = if flags & 0x10 == 0 { 0 } else { 10 };
    10 + size + footer
}

/// A bounded piece of a file from this place on; shorter, or empty, at its end.
fn window(file: &mut (impl Read + Seek), from: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(from))?;
    let mut piece = Vec::new();
    file.take(WINDOW as u64).read_to_end(&mut piece)?;
    Ok(piece)
}

fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).position(|window| window == word)
}

/// So many bytes as a number, the first the largest.
fn big(bytes: &[u8], from: usize, length: usize) -> Option<u64> {
    let bytes = bytes.get(from..from.checked_add(length)?)?;
    Some(bytes.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
}

/// So many bytes as a number, the first the smallest.
fn little(bytes: &[u8], from: usize, length: usize) -> Option<u64> {
    let bytes = bytes.get(from..from.checked_add(length)?)?;
    Some(bytes.iter().rev().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
}

/// How long so many of something play of which there are so many a second.
fn millis(count: u64, per_second: u64) -> Option<u64> {
    count.checked_mul(1000)?.checked_div(per_second)
}

#[cfg(test)]
mod tests;
