//! The work behind the answers when the world fails: lost webhooks and answers, a store that is away, processes that
//! stop or are killed. Every training ends, truly, once, and is paid for once.

mod deliveries;
mod faults;
mod kills;
mod matrix;
mod restarts;
mod spending;
mod steps;
mod submissions;
mod watch;
