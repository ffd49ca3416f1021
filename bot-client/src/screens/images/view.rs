//! How pictures are shown.

use aisha_openapi::avatars::Avatar;
use aisha_openapi::generations::Generation;

use super::{Filter, Found, Tap};
use crate::buttons::{Button, Door};
use crate::screens::avatars::titled;
use crate::screens::create::name_of;
use crate::screens::generate::{content, day_and_words};
use crate::texts::{Texts, t};
use crate::view::{View, dollars, door, key, shortened, ticked};

/// One picture, and the way to those beside it.
pub(super) fn picture(texts: &Texts, filter: Filter, found: &Found, avatar: &Avatar) -> View {
    let generation = found.generation();
    let (id, number) = (generation.id, found.number());
    let heart = if generation.is_favourite { " ❤️" } else { "" };
    let title = format!("🖼 <b>{}</b>{heart} · ", titled(texts, avatar));
    let tap = |label: String, tap| key(label, Button::Images(tap));
    let newer = found.has_newer().then(|| tap("◀️".to_owned(), Tap::Newer));
    let older = found.has_older().then(|| tap("▶️".to_owned(), Tap::Older));
    let (place, pictures) = found.place();
    let place = (pictures > 1).then(|| key(format!("{place} / {pictures}"), Button::Label));
    let like = if generation.is_favourite {
        tap(t!(texts, "generate-unlike"), Tap::Unlike(id))
    } else {
        tap(t!(texts, "generate-like"), Tap::Like(id))
    };
    let price = dollars(generation.cost_estimate_usd);
    let is_of_one = matches!(filter, Filter::Avatar(_));
    let choices = [
        tap(ticked(&t!(texts, "images-all"), filter == Filter::All), Tap::All),
        tap(ticked(&t!(texts, "images-favourites"), filter == Filter::Favourites), Tap::Favourites),
        tap(ticked(&format!("👤 {}", shortened(&name_of(texts, avatar), 20)), is_of_one), Tap::Avatar(avatar.id)),
    ];
    View::new(format!("{title}{}", day_and_words(texts, generation)))
        .with_picture(format!("{id}:{number}"), content(generation, number))
        .row(newer.into_iter().chain(place).chain(older))
        .row([like, tap(t!(texts, "generate-repeat", price = price), Tap::Repeat(id))])
        .row([
            tap(t!(texts, "images-original"), Tap::Original(id)),
            tap(t!(texts, "generate-words"), Tap::Words(id)),
            tap(t!(texts, "generate-delete"), Tap::Delete(id)),
        ])
        .row(choices)
        .back(texts)
}

/// There is nothing to show, and what to do about it.
pub(super) fn none(texts: &Texts, filter: Filter) -> View {
    let (text, make) = match filter {
        Filter::All => (t!(texts, "images-none"), Door::GenerateMain),
        Filter::Favourites => (t!(texts, "images-no-favourites"), Door::Images),
        Filter::Avatar(avatar) => (t!(texts, "images-none-of-avatar"), Door::Generate(avatar)),
        Filter::Pack(run) => (t!(texts, "images-none-of-pack"), Door::Pack(run)),
    };
    let label = match filter {
        Filter::All | Filter::Avatar(_) => t!(texts, "home-generate"),
        Filter::Favourites => t!(texts, "home-images"),
        Filter::Pack(_) => t!(texts, "images-to-pack"),
    };
    View::new(text).row([door(label, make)]).back(texts)
}

/// Whether the pictures of a generation shall really go.
pub(super) fn delete(texts: &Texts, generation: &Generation) -> View {
    View::new(t!(texts, "generate-delete-ask", n = generation.images.len()))
        .row([key(t!(texts, "generate-delete-yes"), Button::Images(Tap::ReallyDelete))])
        .row([key(t!(texts, "generate-delete-no"), Button::Back)])
}

#[cfg(test)]
mod tests {
    use aisha_openapi::generations::GenerationPage;
    use aisha_openapi::vocabulary::GenerationStatus;

    use super::super::Position;
    use super::*;
    use crate::screens::fixtures::{HARD_NAME, generation, golden, id, image, trained};

    fn found(position: Position, next: Option<&str>, generations: Vec<Generation>) -> Found {
        Found::on(position, GenerationPage { data: generations, next_cursor: next.map(str::to_owned) })
    }

    #[test]
    fn pictures_are_shown_one_by_one() {
        let ann = trained(HARD_NAME);
        let made = generation(&"on a <balcony> & 😀 ".repeat(100), GenerationStatus::Completed);
        let only = Generation { images: vec![image(1)], prompt: String::new(), is_favourite: true, ..made.clone() };
        let all = Position::of(Filter::All);
        let first = found(all.clone(), Some("older"), vec![made.clone()]);
        golden("images_first", |texts| picture(texts, Filter::All, &first, &ann));
        let between = found(Position { picture: 1, ..all.clone() }, Some("older"), vec![made]);
        golden("images_between", |texts| picture(texts, Filter::Avatar(id(1)), &between, &ann));
        let alone = found(all, None, vec![only]);
        golden("images_only", |texts| picture(texts, Filter::Favourites, &alone, &ann));
    }

    #[test]
    fn nothing_to_show_has_a_way_on() {
        golden("images_none", |texts| none(texts, Filter::All));
        golden("images_none_favourite", |texts| none(texts, Filter::Favourites));
        golden("images_none_of_avatar", |texts| none(texts, Filter::Avatar(id(1))));
        golden("images_none_of_pack", |texts| none(texts, Filter::Pack(id(30))));
        golden("images_delete", |texts| delete(texts, &generation("", GenerationStatus::Completed)));
    }
}
