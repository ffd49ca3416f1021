//! The bot, and the stand-in for Telegram that it is tested with.

mod away;
mod buttons;
mod cards;
mod drafts;
mod fake;
mod hands;
mod journey;
mod kills;
mod pictures;
mod sent;
mod silences;
mod words;

/// A number out of the environment: tests that wait for rare moments are longer in CI.
#[expect(
    clippy::disallowed_methods,
    reason = "the tests have no `config`; how long they may take is the caller's affair"
)]
fn number_from(name: &str, default: u32) -> u32 {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}
