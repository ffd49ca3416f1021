//! The bot, and the stand-in for Telegram that it is tested with.
mod journey;
