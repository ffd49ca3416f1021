//! The bot, and the stand-in for Telegram that it is tested with.

mod away;
mod cards;
mod fake;
mod journey;
mod pictures;
