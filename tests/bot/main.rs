//! The bot, and the stand-in for Telegram that it is tested with.

mod away;
mod buttons;
mod cards;
mod drafts;
mod fake;
mod hands;
mod journey;
mod pictures;
mod sent;
mod words;
