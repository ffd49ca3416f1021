//! The body of an upload as it comes: in small pieces, no more than there may be, and hashed on its way if its sender
//! said what it must hash to.
//!
//! The reader of forms below (`multer`) keeps in memory whatever comes until it has seen the end of what it reads, be
//! that the text before the first part or the head of a part, and takes in all that is there to be had at once. So it is
//! fed piece by piece, and only as long as something comes out of it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use aisha_openapi::problem::ProblemCode;
use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::Stream;
use futures_util::future::poll_fn;
use thiserror::Error;
use tokio::time::timeout;

use super::digest::DigestCheck;
use super::pace::Pace;
use crate::http::extract::not_whole;
use crate::http::problem::Problem;

/// A body under way. A clone is another handle on the same one.
#[derive(Clone)]
pub(in crate::http) struct Incoming(Arc<Mutex<Source>>);

/// Why there is no more of a body.
#[derive(Debug, Error)]
pub(in crate::http) enum Unreadable {
    /// It is longer than it may be.
    #[error("the body is too large")]
    TooLarge,
    /// It goes on without any file's bytes.
    #[error("more than {MOST_BETWEEN} bytes stand between two files")]
    Endless,
    /// It ended too early, or nothing came for too long.
    #[error("the body did not arrive whole")]
    Cut(#[source] axum::Error),
}

impl Incoming {
    /// A body that may have so many bytes.
    pub(in crate::http) fn new(body: Body, most: u64, digest: DigestCheck) -> Self {
        let body = body.into_data_stream();
        let source =
            Source { body, rest: Bytes::new(), left: most, unread: 0, digest, has_begun: false, has_given: false };
        Self(Arc::new(Mutex::new(source)))
    }

    /// Reads on for a moment after the last piece that is wanted: a connection that is closed upon bytes nobody read
    /// takes the answer with it, and a client that is still sending would hear nothing but that.
    ///
    /// One that waits for a word before it sends (`Expect: 100-continue`) is not given that word only for this.
    pub(in crate::http) async fn linger(&self, waits_for_a_word: bool) {
        if waits_for_a_word && !self.source().has_begun {
            return;
        }
        let rest = async { while let Ok(Ok(Some(_))) = timeout(SILENCE, self.next()).await {} };
        // However that ends, the answer goes out now.
        let _ = timeout(LINGER, rest).await;
    }

    /// The next piece.
    pub(in crate::http) async fn next(&self) -> Result<Option<Bytes>, Unreadable> {
        self.mark_read();
        poll_fn(|context| self.source().poll_piece(context)).await
    }

    /// Says that what was given so far has been of use.
    pub(in crate::http) fn mark_read(&self) {
        self.source().unread = 0;
    }

    /// Reads what is left, and whether the whole is what was announced.
    pub(in crate::http) async fn verify(&self, mut pace: Pace) -> Result<(), Problem> {
        while let Some(piece) = pace.wait(self.next()).await?? {
            pace.received(piece.len());
        }
        std::mem::take(&mut self.source().digest).verify()
    }

    fn source(&self) -> MutexGuard<'_, Source> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// For the reader of forms, which would otherwise take all that is there into its memory: it is told after each piece
/// that there is nothing more just now.
impl Stream for Incoming {
    type Item = Result<Bytes, Unreadable>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut source = self.source();
        if std::mem::take(&mut source.has_given) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let piece = ready!(source.poll_piece(context));
        source.has_given = true;
        Poll::Ready(piece.transpose())
    }
}

impl From<Unreadable> for Problem {
    fn from(reason: Unreadable) -> Self {
        (&reason).into()
    }
}

impl From<&Unreadable> for Problem {
    fn from(reason: &Unreadable) -> Self {
        match reason {
            Unreadable::TooLarge => {
                Self::new(ProblemCode::PayloadTooLarge, "The form is larger than its files may be together.")
            }
            Unreadable::Endless => {
                Self::new(ProblemCode::BadRequest, "The form cannot be read: there is too much between its files.")
            }
            Unreadable::Cut(error) => not_whole(error),
        }
    }
}

/// How long an answer may wait for a client that is still sending,
const LINGER: Duration = Duration::from_secs(5);
/// and for one that has stopped.
const SILENCE: Duration = Duration::from_millis(500);
/// A connection gives up to half a megabyte at once.
const PIECE: usize = 32 * 1024;
/// The head of a part with the longest name that anybody sends, and an empty part or two.
const MOST_BETWEEN: usize = 128 * 1024;

struct Source {
    body: BodyDataStream,
    rest: Bytes,
    left: u64,
    unread: usize,
    digest: DigestCheck,
    has_begun: bool,
    has_given: bool,
}

impl Source {
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Unreadable>> {
        self.has_begun = true;
        while self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_next(context)) {
                None => return Poll::Ready(Ok(None)),
                Some(Err(error)) => return Poll::Ready(Err(Unreadable::Cut(error))),
                Some(Ok(bytes)) => self.rest = bytes,
            }
        }
        let piece = self.rest.split_to(self.rest.len().min(PIECE));
        let Some(left) = self.left.checked_sub(piece.len() as u64) else {
            return Poll::Ready(Err(Unreadable::TooLarge));
        };
        self.left = left;
        self.unread += piece.len();
        if self.unread > MOST_BETWEEN {
            return Poll::Ready(Err(Unreadable::Endless));
        }
        self.digest.update(&piece);
        Poll::Ready(Ok(Some(piece)))
    }
}
