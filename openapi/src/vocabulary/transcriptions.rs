//! The words of transcriptions.

use crate::words::words;

words! {
    /// Where a transcription stands.
    TranscriptionStatus {
        /// fal has not got it yet, or has not said so.
        Pending = "pending",
        /// fal has it.
        Processing = "processing",
        /// The text is there. Final.
        Completed = "completed",
        /// fal or we could not do it; `error` says why. Final.
        Failed = "failed",
        /// Given up before completion. Final.
        Cancelled = "cancelled",
    }
}

impl TranscriptionStatus {
    /// Final states never change.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::Processing)
    }
}

words! {
    /// The kinds of recordings accepted, told by content and never by name.
    AudioFormat {
        Mp3 = "mp3",
        /// AAC and its kin in an MP4 file, with or without pictures.
        M4a = "m4a",
        /// Opus or Vorbis, such as a voice message.
        Ogg = "ogg",
        Wav = "wav",
        Webm = "webm",
        Flac = "flac",
    }
}

words! {
    /// How a transcript is written to a file.
    TranscriptFormat {
        /// The text alone.
        Txt = "txt",
        /// Subtitles for players.
        Srt = "srt",
        /// Subtitles for the web.
        Vtt = "vtt",
    }
}

words! {
    /// What is made of a transcript.
    DigestKind {
        /// What it is about, in short.
        Summary = "summary",
        /// What is to be done, by whom and until when, as far as that is said.
        Todo = "todo",
        /// What was spoken of, what was settled and what is open.
        Minutes = "minutes",
    }
}

words! {
    /// Where a digest stands.
    DigestStatus {
        /// It is being written.
        Pending = "pending",
        /// The text is there. Final.
        Completed = "completed",
        /// It could not be written; `error` says why. Asking for it again tries it again.
        Failed = "failed",
    }
}
