//! Transcriptions when the world fails, as far as they differ from generations: what both do on their way is one piece.

mod deliveries;
mod desk;
mod faults;
mod kills;
mod large;
