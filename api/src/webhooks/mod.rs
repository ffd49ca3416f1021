//! The way to those who are told of events: requests that are signed, have an end, follow nobody, and reach nothing but
//! public addresses.

mod addresses;
mod courier;
mod names;

pub use self::courier::{Answer, Courier, Message, PostError};

/// Why an address cannot be that of an endpoint. Displays as what it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// It is none.
    #[error("must be a URL such as https://hooks.example/aisha")]
    Unreadable,
    /// It is read by whoever stands in between.
    #[error("must begin with https://")]
    Insecure,
    /// It holds what belongs into no log.
    #[error("must have no user and no password in it")]
    UserInfo,
    /// It is the port of another service.
    #[error("must have no port, or one from 1024 to 65535")]
    Port,
    /// It leads into this network or another closed one.
    #[error("must lead to a public address")]
    NotPublic,
}
