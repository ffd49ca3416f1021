//! `limit` and `cursor` of every list.

use aisha_openapi::problem::ProblemCode;
use serde::Deserialize;
use utoipa::IntoParams;

use super::problem::Problem;
use crate::domain::page::{PageRequest, Place};

/// Which part of a list is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// At most so many items, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl PageQuery {
    /// The request, for a list with these filters: a cursor of another list is refused.
    pub(super) fn request(&self, filters: &str) -> Result<PageRequest, Problem> {
        let limit = self.limit.unwrap_or(20);
        let limit = u8::try_from(limit).ok().filter(|limit| (1..=100).contains(limit));
        let limit = limit.ok_or_else(|| Problem::field("limit", "out_of_range", "must be from 1 to 100"))?;
        let after = match &self.cursor {
            None => None,
            Some(cursor) => Some(Place::from_cursor(cursor, filters).ok_or_else(|| {
                let detail = "Begin again without a cursor, or with the same filters as on the page before.";
                Problem::new(ProblemCode::InvalidCursor, detail)
            })?),
        };
        Ok(PageRequest { limit, after })
    }
}
