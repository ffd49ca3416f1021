//! Where among the pictures one is, and what is beside it.

use aisha_openapi::generations::{Generation, GenerationPage};
use aisha_openapi::problem::ProblemCode;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::numbers;
use crate::api::ApiError;
use crate::screens::Ctx;

/// Generations on a page that is read at once.
const PAGE: u8 = 20;
/// Pages that the way back is remembered of: a place is kept small, and nobody leafs back through more.
const MOST_PAGES: usize = 50;
/// Stands for the last picture of a generation, and the last generation of a page.
const LAST: u8 = u8::MAX;

/// Which pictures are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// All of them.
    All,
    /// The favourites.
    Favourites,
    /// Those of an avatar.
    Avatar(Uuid),
    /// Those of a run of a pack.
    Pack(Uuid),
}

impl Filter {
    fn query(self) -> String {
        match self {
            Self::All => "status=completed".to_owned(),
            Self::Favourites => "status=completed&favourite=true".to_owned(),
            Self::Avatar(avatar) => format!("status=completed&avatar_id={avatar}"),
            Self::Pack(run) => format!("status=completed&pack_id={run}"),
        }
    }
}

/// Where among the pictures one is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Which pictures.
    pub filter: Filter,
    /// The cursors that led to the page, one a page after the first.
    pub pages: Vec<String>,
    /// The generation, once one has moved to it.
    pub shown: Option<Uuid>,
    /// Its place on the page, from 0: what is shown if it is no longer there.
    pub index: u8,
    /// The place of the picture among those of its generation, from 0.
    pub picture: u8,
}

impl Position {
    /// The newest of some pictures.
    #[must_use]
    pub const fn of(filter: Filter) -> Self {
        Self { filter, pages: Vec::new(), shown: None, index: 0, picture: 0 }
    }

    /// The same place after a generation is gone: the next one moves up.
    pub(super) fn without(self, generation: Uuid) -> Self {
        if self.shown == Some(generation) || self.shown.is_none() {
            return Self { shown: None, picture: 0, ..self };
        }
        self
    }

    /// The number of the picture that is shown of a generation.
    pub(super) fn number_in(&self, generation: &Generation) -> i32 {
        let numbers = numbers(generation);
        numbers.get(usize::from(self.picture)).or(numbers.last()).copied().unwrap_or_default()
    }
}

/// A picture, with the page it was found on.
pub(super) struct Found {
    /// Where one is, as things stand.
    position: Position,
    page: GenerationPage,
}

/// What a position shows now; `None` where there is nothing.
pub(super) async fn found(ctx: &Ctx<'_>, position: &Position) -> Result<Option<Found>, ApiError> {
    let read = |cursor: Option<String>| async move {
        ctx.api.generations(PAGE, &position.filter.query(), cursor.as_deref()).await
    };
    match read(position.pages.last().cloned()).await {
        Ok(page) if !page.data.is_empty() => return Ok(Some(Found::on(position.clone(), page))),
        Ok(_) if position.pages.is_empty() => return Ok(None),
        // The page is gone, or its cursor: begin again with the first.
        Ok(_) | Err(ApiError::Refused(ProblemCode::InvalidCursor)) => {}
        Err(error) => return Err(error),
    }
    let page = read(None).await?;
    Ok((!page.data.is_empty()).then(|| Found::on(Position::of(position.filter), page)))
}

fn at(place: usize) -> u8 {
    u8::try_from(place).unwrap_or(LAST)
}

impl Found {
    /// The place on a page that is not empty.
    pub(super) fn on(position: Position, page: GenerationPage) -> Self {
        let last = page.data.len().saturating_sub(1);
        let known = page.data.iter().position(|generation| Some(generation.id) == position.shown);
        let index = known.unwrap_or_else(|| usize::from(position.index).min(last));
        let pictures = page.data.get(index).map_or(0, |generation| numbers(generation).len());
        let picture = usize::from(position.picture).min(pictures.saturating_sub(1));
        let shown = page.data.get(index).map(|generation| generation.id);
        Self { position: Position { shown, index: at(index), picture: at(picture), ..position }, page }
    }

    /// The generation.
    pub(super) fn generation(&self) -> &Generation {
        &self.page.data[usize::from(self.position.index)]
    }

    /// The number of the picture in its generation.
    pub(super) fn number(&self) -> i32 {
        self.position.number_in(self.generation())
    }

    /// The place of the picture among those of its generation, from 1, and how many these are.
    pub(super) fn place(&self) -> (usize, usize) {
        (usize::from(self.position.picture) + 1, numbers(self.generation()).len())
    }

    /// Whether there is a newer picture.
    pub(super) fn has_newer(&self) -> bool {
        self.position.picture > 0 || self.position.index > 0 || !self.position.pages.is_empty()
    }

    /// Whether there is an older picture.
    pub(super) fn has_older(&self) -> bool {
        let (place, pictures) = self.place();
        place < pictures
            || self.page.next_cursor.is_some()
            || usize::from(self.position.index) + 1 < self.page.data.len()
    }

    /// The place of the picture before; the same if there is none.
    pub(super) fn newer(&self) -> Position {
        let mut position = self.position.clone();
        if position.picture > 0 {
            position.picture -= 1;
        } else if position.index > 0 {
            self.move_to(&mut position, usize::from(self.position.index) - 1, LAST);
        } else if position.pages.pop().is_some() {
            (position.shown, position.index, position.picture) = (None, LAST, LAST);
        }
        position
    }

    /// The place of the picture after; the same if there is none.
    pub(super) fn older(&self) -> Position {
        let mut position = self.position.clone();
        let (place, pictures) = self.place();
        if place < pictures {
            position.picture += 1;
        } else if usize::from(position.index) + 1 < self.page.data.len() {
            self.move_to(&mut position, usize::from(self.position.index) + 1, 0);
        } else if let Some(cursor) = &self.page.next_cursor {
            if position.pages.len() == MOST_PAGES {
                position.pages.remove(0);
            }
            position.pages.push(cursor.clone());
            (position.shown, position.index, position.picture) = (None, 0, 0);
        }
        position
    }

    fn move_to(&self, position: &mut Position, index: usize, picture: u8) {
        position.shown = self.page.data.get(index).map(|generation| generation.id);
        (position.index, position.picture) = (at(index), picture);
    }
}

#[cfg(test)]
mod tests {
    use aisha_openapi::vocabulary::GenerationStatus;

    use super::*;
    use crate::screens::fixtures::{generation, id};

    /// A page of these generations, two pictures each.
    fn page(ids: &[u128], next: Option<&str>) -> GenerationPage {
        let made = |number: &u128| Generation { id: id(*number), ..generation("", GenerationStatus::Completed) };
        GenerationPage { data: ids.iter().map(made).collect(), next_cursor: next.map(str::to_owned) }
    }

    fn shows(found: &Found) -> (Uuid, i32) {
        (found.generation().id, found.number())
    }

    #[test]
    fn one_leafs_through_all_pictures_and_back() {
        let pages = [page(&[9, 8], Some("older")), page(&[7], None)];
        let read = |position: Position| {
            let page = pages[position.pages.len()].clone();
            Found::on(position, page)
        };
        let mut found = read(Position::of(Filter::All));
        let mut seen = vec![shows(&found)];
        assert!(!found.has_newer());
        while found.has_older() {
            found = read(found.older());
            seen.push(shows(&found));
        }
        let all: Vec<_> = [9, 8, 7].into_iter().flat_map(|n| [(id(n), 1), (id(n), 2)]).collect();
        assert_eq!(seen, all);
        assert_eq!(found.older(), found.position);
        let mut back = vec![shows(&found)];
        while found.has_newer() {
            found = read(found.newer());
            back.push(shows(&found));
        }
        back.reverse();
        assert_eq!(back, all);
    }

    #[test]
    fn new_pictures_and_deleted_ones_do_not_lead_astray() {
        let first = Found::on(Position::of(Filter::All), page(&[9, 8, 7], None));
        let eight = first.older();
        let eight = Found::on(eight, page(&[9, 8, 7], None)).older();
        assert_eq!(shows(&Found::on(eight.clone(), page(&[11, 10, 9, 8, 7], None))), (id(8), 1));
        let gone = eight.clone().without(id(8));
        assert_eq!(shows(&Found::on(gone.clone(), page(&[9, 7], None))), (id(7), 1));
        assert_eq!(shows(&Found::on(gone, page(&[9], None))), (id(9), 1));
        assert_eq!(eight.clone().without(id(9)), eight);
    }

    #[test]
    fn the_way_back_is_remembered_of_so_many_pages_only() {
        let mut position = Position::of(Filter::Favourites);
        for n in 0..200 {
            let found = Found::on(Position { picture: LAST, ..position }, page(&[9], Some(&format!("cursor {n}"))));
            position = found.older();
        }
        assert_eq!((position.pages.len(), position.pages.last().unwrap().as_str()), (MOST_PAGES, "cursor 199"));
    }
}
