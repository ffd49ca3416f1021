//! The work behind the answers when the world fails: lost webhooks and answers, a store that is away, processes that
//! stop or are killed. Every training ends, truly, once, and is paid for once.

mod crashes;
mod crowd;
mod deliveries;
mod faults;
mod generations;
mod housekeeping;
mod killed;
mod kills;
mod lost_jobs;
mod matrix;
mod restarts;
mod spending;
mod steps;
mod stops;
mod submissions;
mod transcriptions;
mod watch;
mod webhooks;

/// How often something is done, which the environment may say; few by default, so that the whole suite stays short.
#[expect(
    clippy::disallowed_methods,
    reason = "the tests have no `config`; how long they may take is the caller's affair"
)]
fn number_from(name: &str, default: u32) -> u32 {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}
