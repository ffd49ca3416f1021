//! What is said in a recording: the text, its pieces with their times, and how both are written to files.

use std::fmt::Write as _;

use aisha_openapi::vocabulary::TranscriptFormat;
use serde::{Deserialize, Serialize};

/// The text of a recording.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transcript {
    /// All of it.
    pub text: String,
    /// The same in pieces, in order; none where the model gives none.
    pub segments: Vec<Segment>,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// When it begins, in milliseconds from the beginning of the recording.
    pub start_millis: u64,
    /// When it ends, where the model has told it.
    pub end_millis: Option<u64>,
    /// What is said in it.
    pub text: String,
}

/// Characters of an excerpt.
const EXCERPT: usize = 200;
/// How long a piece is shown whose end nobody knows, in milliseconds.
const SHOWN_MILLIS: u64 = 5000;

impl Transcript {
    /// When the last word ends, in milliseconds, where that is told.
    #[must_use]
    pub fn end_millis(&self) -> Option<u64> {
        self.segments.last()?.end_millis
    }

    /// How it begins.
    #[must_use]
    pub fn excerpt(&self) -> String {
        self.text.chars().take(EXCERPT).collect()
    }

    /// The whole as a file.
    #[must_use]
    pub fn write(&self, format: TranscriptFormat) -> String {
        match format {
            TranscriptFormat::Txt => format!("{}\n", self.text),
            TranscriptFormat::Srt => self.subtitles("", ',', |text| text.replace("-->", "->")),
            TranscriptFormat::Vtt => self.subtitles("WEBVTT\n\n", '.', |text| {
                text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
            }),
        }
    }

    /// The text in parts of at most so many characters, cut between segments; one that is longer than a part is cut
    /// between words, and a word that is, anywhere.
    #[must_use]
    pub fn parts(&self, most: usize) -> Vec<String> {
        let whole = [self.text.as_str()];
        let pieces: Vec<&str> = match self.segments.as_slice() {
            [] => whole.to_vec(),
            segments => segments.iter().map(|segment| segment.text.as_str()).collect(),
        };
        parts(&pieces, most)
    }

    /// Numbered pieces with their times; both kinds of files know nothing of a line that is empty.
    fn subtitles(&self, head: &str, point: char, escape: fn(&str) -> String) -> String {
        let mut file = head.to_owned();
        for (index, segment) in self.segments.iter().enumerate() {
            let next = self.segments.get(index + 1).map(|next| next.start_millis);
            let usual = segment.start_millis.saturating_add(SHOWN_MILLIS);
            let shown = next.filter(|next| *next > segment.start_millis).map_or(usual, |next| next.min(usual));
            let end = segment.end_millis.unwrap_or(shown);
            let text = escape(&one_line(&segment.text));
            // Writing to a text cannot fail.
            let _ = write!(
                file,
                "{}\n{} --> {}\n{text}\n\n",
                index + 1,
                time(segment.start_millis, point),
                time(end, point)
            );
        }
        file
    }
}

/// Pieces put together to parts of at most so many characters.
#[must_use]
pub fn parts(pieces: &[&str], most: usize) -> Vec<String> {
    let (mut parts, mut part, mut length) = (Vec::new(), String::new(), 0);
    let fitting = pieces.iter().flat_map(|piece| cut(piece.trim(), most));
    for (piece, added) in fitting.map(|piece| (piece, piece.chars().count())).filter(|(_, added)| *added > 0) {
        if length > 0 && length + 1 + added > most {
            parts.push(std::mem::take(&mut part));
            length = 0;
        }
        if length > 0 {
            part.push(' ');
            length += 1;
        }
        part.push_str(piece);
        length += added;
    }
    if length > 0 {
        parts.push(part);
    }
    parts
}

/// A text in pieces of at most so many characters.
fn cut(text: &str, most: usize) -> Vec<&str> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while let Some((end, next)) = rest.char_indices().nth(most.max(1)) {
        let is_between = next.is_whitespace();
        let before = rest[..end].rfind(char::is_whitespace).filter(|place| *place > 0 && !is_between);
        let place = before.unwrap_or(end);
        pieces.push(rest[..place].trim_end());
        rest = rest[place..].trim_start();
    }
    pieces.push(rest);
    pieces
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Hours, minutes, seconds and thousandths.
fn time(millis: u64, point: char) -> String {
    let seconds = millis / 1000;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}{point}{:03}", seconds % 60, millis % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(pieces: &[(u64, Option<u64>, &str)]) -> Transcript {
        let segment = |&(start_millis, end_millis, text): &(u64, Option<u64>, &str)| Segment {
            start_millis,
            end_millis,
            text: text.to_owned(),
        };
        let segments: Vec<_> = pieces.iter().map(segment).collect();
        let text = segments.iter().map(|segment| segment.text.trim()).collect::<Vec<_>>().join(" ");
        Transcript { text, segments }
    }

    fn sample() -> Transcript {
        said(&[
            (0, Some(2500), " Привет, это я."),
            (2500, None, "A <b>bold</b> word & an arrow -->\n\nbelow"),
            (4000, None, "x"),
            (3_723_004, None, "The end."),
        ])
    }

    #[test]
    fn subtitles_of_subrip_are_as_players_read_them() {
        let expected = "1\n00:00:00,000 --> 00:00:02,500\nПривет, это я.\n\n\
                        2\n00:00:02,500 --> 00:00:04,000\nA <b>bold</b> word & an arrow -> below\n\n\
                        3\n00:00:04,000 --> 00:00:09,000\nx\n\n\
                        4\n01:02:03,004 --> 01:02:08,004\nThe end.\n\n";
        assert_eq!(sample().write(TranscriptFormat::Srt), expected);
    }

    #[test]
    fn subtitles_of_the_web_hold_no_markup_of_the_speaker() {
        let expected = "WEBVTT\n\n1\n00:00:00.000 --> 00:00:02.500\nПривет, это я.\n\n\
                        2\n00:00:02.500 --> 00:00:04.000\nA &lt;b&gt;bold&lt;/b&gt; word &amp; an arrow --&gt; below\n\n\
                        3\n00:00:04.000 --> 00:00:09.000\nx\n\n\
                        4\n01:02:03.004 --> 01:02:08.004\nThe end.\n\n";
        assert_eq!(sample().write(TranscriptFormat::Vtt), expected);
        assert_eq!(Transcript::default().write(TranscriptFormat::Vtt), "WEBVTT\n\n");
    }

    #[test]
    fn a_text_is_cut_between_segments_and_nothing_of_it_is_lost() {
        let spoken =
            said(&[(0, None, "one two"), (1, None, " three "), (2, None, ""), (3, None, "four five six seven")]);
        assert_eq!(spoken.parts(1000), ["one two three four five six seven"]);
        assert_eq!(spoken.parts(13), ["one two three", "four five six", "seven"]);
        assert_eq!(spoken.parts(3), ["one", "two", "thr", "ee", "fou", "r", "fiv", "e", "six", "sev", "en"]);
        let untimed = Transcript { text: "ы".repeat(25), segments: Vec::new() };
        let lengths: Vec<_> = untimed.parts(10).iter().map(|part| part.chars().count()).collect();
        assert_eq!(lengths, [10, 10, 5]);
        assert!(Transcript::default().parts(10).is_empty());
    }

    #[test]
    fn an_excerpt_is_counted_in_characters() {
        let long = Transcript { text: "я".repeat(300), segments: Vec::new() };
        assert_eq!(long.excerpt().chars().count(), EXCERPT);
        assert_eq!((long.end_millis(), sample().end_millis()), (None, None));
    }
}
