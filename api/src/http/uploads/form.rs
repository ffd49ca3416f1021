//! A form, read part by part. What its parser leaves open is bounded here: how many parts there are, and how long their
//! names become in the answer.

use std::error::Error;

use aisha_openapi::problem::ProblemCode;
use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use bytes::Bytes;

use super::digest::DigestCheck;
use super::incoming::{Incoming, Unreadable};
use super::pace::Pace;
use crate::http::extract::not_whole;
use crate::http::problem::Problem;

/// A form under way.
pub(in crate::http) struct Form {
    parts: Multipart,
    incoming: Incoming,
    count: usize,
}

/// The bytes of one file, as they come.
pub(in crate::http) enum Pieces<'a> {
    /// The whole body.
    Body(Incoming),
    /// A part of a form.
    Part(Box<Field<'a>>, Incoming),
}

impl Form {
    /// Begins to read a form.
    pub(in crate::http) async fn of(head: Parts, incoming: Incoming) -> Result<Self, Problem> {
        let request = Request::from_parts(head, Body::from_stream(incoming.clone()));
        let parts = Multipart::from_request(request, &()).await;
        let parts = parts.map_err(|rejection| Problem::new(ProblemCode::BadRequest, rejection.body_text()))?;
        Ok(Self { parts, incoming, count: 0 })
    }

    /// The next part, unless there is none.
    pub(in crate::http) async fn next(&mut self, pace: &mut Pace) -> Result<Option<Pieces<'_>>, Problem> {
        self.incoming.mark_read();
        self.count += 1;
        if self.count > MAX_PARTS {
            let detail = format!("A form may have at most {MAX_PARTS} parts, files and others.");
            return Err(Problem::new(ProblemCode::BadRequest, detail));
        }
        let field = pace.wait(self.parts.next_field()).await?.map_err(|error| broken(&error))?;
        Ok(field.map(|field| Pieces::Part(Box::new(field), self.incoming.clone())))
    }
}

impl Pieces<'_> {
    /// What the file is called, if anything: without the folders it lay in, and as one line.
    pub(in crate::http) fn name(&self) -> Option<String> {
        match self {
            Self::Body(_) => None,
            Self::Part(field, _) => field.file_name().and_then(plain_name),
        }
    }

    /// What the field is called, if it is one of a form.
    pub(in crate::http) fn field(&self) -> Option<&str> {
        match self {
            Self::Body(_) => None,
            Self::Part(field, _) => field.name(),
        }
    }

    /// Whether it is a file and not the text of a field.
    pub(in crate::http) fn is_file(&self) -> bool {
        match self {
            Self::Body(_) => true,
            Self::Part(field, _) => field.file_name().is_some(),
        }
    }

    /// The text of a field; `None` if it has more than so many bytes, or is none.
    pub(in crate::http) async fn text(&mut self, pace: &mut Pace, most: usize) -> Result<Option<String>, Problem> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.next(pace).await? {
            if bytes.len() + piece.len() > most {
                return self.skip(pace).await.map(|()| None);
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(String::from_utf8(bytes).ok())
    }

    /// What the file alone was announced to hash to.
    pub(in crate::http) fn digest(&self) -> Result<DigestCheck, Problem> {
        match self {
            // Of a whole body `Incoming` knows it.
            Self::Body(_) => Ok(DigestCheck::default()),
            Self::Part(field, _) => DigestCheck::of(field.headers()),
        }
    }

    /// The next piece.
    pub(in crate::http) async fn next(&mut self, pace: &mut Pace) -> Result<Option<Bytes>, Problem> {
        let piece = match self {
            Self::Body(incoming) => pace.wait(incoming.next()).await??,
            Self::Part(field, incoming) => {
                incoming.mark_read();
                pace.wait(field.chunk()).await?.map_err(|error| broken(&error))?
            }
        };
        pace.received(piece.as_ref().map_or(0, Bytes::len));
        Ok(piece)
    }

    /// Passes over what is left, so that the file behind it can be read. Behind a whole body there is none.
    pub(in crate::http) async fn skip(&mut self, pace: &mut Pace) -> Result<(), Problem> {
        if matches!(self, Self::Part(..)) {
            while self.next(pace).await?.is_some() {}
        }
        Ok(())
    }
}

/// Files, and what a browser sends beside them.
const MAX_PARTS: usize = 200;
/// The longest file name of every common file system, though in characters.
const LONGEST_NAME: usize = 255;

fn plain_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|&letter| !letter.is_control() && !turns_text(letter)).collect();
    let plain: String = plain.trim().chars().take(LONGEST_NAME).collect();
    Some(plain).filter(|name| !matches!(name.as_str(), "" | "." | ".."))
}

/// Marks that change the direction of writing make `gpj.exe` look like `exe.jpg`.
const fn turns_text(letter: char) -> bool {
    matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn broken(error: &MultipartError) -> Problem {
    let mut causes = std::iter::successors(error.source(), |&cause| cause.source());
    if let Some(reason) = causes.find_map(|cause| cause.downcast_ref::<Unreadable>()) {
        return reason.into();
    }
    if error.status() != StatusCode::BAD_REQUEST {
        return not_whole(error);
    }
    // It may repeat the name of a field, and that may be long.
    let reason: String = error.body_text().chars().take(LONGEST_NAME).collect();
    Problem::new(ProblemCode::BadRequest, format!("The form cannot be read: {reason}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_a_person_would_call_the_file() {
        let long = "я".repeat(300);
        let cases = [
            ("1.jpg", Some("1.jpg")),
            ("a b;c.jpg", Some("a b;c.jpg")),
            ("../../etc/passwd", Some("passwd")),
            ("C:\\photos\\1.jpg", Some("1.jpg")),
            ("photos/", None),
            ("..", None),
            ("", None),
            (" \t\r\n\0", None),
            ("a\0b\r\nc\u{1b}[31m.jpg", Some("abc[31m.jpg")),
            ("exe\u{202E}gpj.exe", Some("exegpj.exe")),
            (&long, Some(&long[..2 * LONGEST_NAME])),
        ];
        for (name, plain) in cases {
            assert_eq!(plain_name(name).as_deref(), plain, "{name:?}");
        }
    }
}
