//! Files on their way in, whatever they are: bodies and forms read piece by piece into the spool, at a pace, bounded and
//! hashed.

mod digest;
mod form;
mod incoming;
mod pace;
mod receive;

pub(super) use self::digest::DigestCheck;
pub(super) use self::form::{Form, Pieces};
pub(super) use self::incoming::Incoming;
pub(super) use self::pace::Pace;
pub(super) use self::receive::{FORM_OVERHEAD_BYTES, Limit, pace, receive};
