//! The way of a transcription through fal's queue.

crate::storage::run_steps::run_steps!("transcriptions", "transcription_attempts", "transcription_id", TranscriptionId);
