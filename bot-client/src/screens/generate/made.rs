//! What comes of a wish: on its way, as pictures, or what to do where there are none.

use aisha_openapi::avatars::Avatar;
use aisha_openapi::generations::{Generation, GenerationImage};
use aisha_openapi::vocabulary::{GenerationStatus, PhotoFormat};

use super::Tap;
use crate::buttons::{Button, Door};
use crate::screens::Parcel;
use crate::screens::avatars::titled;
use crate::texts::{Texts, t};
use crate::view::{Key, View, cut, day, dollars, door, escape, key};

/// The pictures that there is something to see of.
pub(in crate::screens) fn pictures(generation: &Generation) -> Vec<&GenerationImage> {
    generation.images.iter().filter(|image| !image.flagged).collect()
}

/// Where a picture is, as long as it is there.
pub(in crate::screens) fn content(generation: &Generation, number: i32) -> String {
    format!("/v1/generations/{}/images/{number}/content", generation.id)
}

/// A picture as it was made, as a file.
pub(in crate::screens) fn original(generation: &Generation, number: i32) -> Option<Parcel> {
    let image = pictures(generation).into_iter().find(|image| image.number == number)?;
    let ending = match image.format {
        Some(PhotoFormat::Png) => "png",
        Some(PhotoFormat::Webp) => "webp",
        Some(PhotoFormat::Jpeg) | None => "jpg",
    };
    let name = format!("aisha-{}-{number}.{ending}", generation.created_at.format("%Y-%m-%d-%H%M%S"));
    Some(Parcel::Document { name, url: content(generation, number) })
}

/// All pictures together; `None` where there is none to see.
pub(in crate::screens) fn album(texts: &Texts, generation: &Generation, avatar: &Avatar) -> Option<Parcel> {
    let urls: Vec<String> =
        pictures(generation).into_iter().map(|image| content(generation, image.number)).take(10).collect();
    (!urls.is_empty()).then(|| Parcel::Album { urls, caption: album_caption(texts, generation, avatar) })
}

/// What stands under the pictures of a generation: Telegram's HTML, up to 1024 characters.
fn album_caption(texts: &Texts, generation: &Generation, avatar: &Avatar) -> String {
    let name = titled(texts, avatar);
    if generation.prompt.is_empty() {
        return format!("🎨 <b>{name}</b>");
    }
    format!("🎨 <b>{name}</b>\n{}", escape(&cut(&generation.prompt, 500)))
}

/// The words that the person has written. Those of a set are its author's, in whatever language that is.
const fn own_words(generation: &Generation) -> &str {
    if generation.pack_id.is_some() { "" } else { generation.prompt.as_str() }
}

fn quoted(prompt: &str, most: usize) -> String {
    if prompt.is_empty() {
        String::new()
    } else {
        format!("\n\n<blockquote>{}</blockquote>", escape(&cut(prompt, most)))
    }
}

fn tap(label: String, tap: Tap) -> Key {
    key(label, Button::Generate(tap))
}

/// What has become of it, in words.
fn outcome(texts: &Texts, generation: &Generation, avatar: &Avatar) -> String {
    let name = titled(texts, avatar);
    match generation.status {
        GenerationStatus::Pending | GenerationStatus::Processing if generation.cancel_requested_at.is_some() => {
            t!(texts, "generate-stopping")
        }
        GenerationStatus::Pending | GenerationStatus::Processing => {
            t!(texts, "generate-working", n = generation.num_images, name = name)
        }
        GenerationStatus::Completed => {
            let seen = pictures(generation).len();
            let done = t!(texts, "generate-done", n = seen, name = name);
            let kept_back = generation.images.len() - seen;
            if kept_back == 0 {
                return done;
            }
            format!("{done}\n{}", t!(texts, "generate-kept-back", n = kept_back))
        }
        GenerationStatus::Moderated => t!(texts, "generate-moderated"),
        GenerationStatus::Failed if declined(generation) => t!(texts, "generate-declined"),
        GenerationStatus::Failed => t!(texts, "generate-failed"),
        GenerationStatus::Cancelled => t!(texts, "generate-cancelled"),
    }
}

/// Whether it was the words that stood in the way.
fn declined(generation: &Generation) -> bool {
    generation.error.as_ref().is_some_and(|error| error.code == "content_policy_violation")
}

fn repeat(texts: &Texts, generation: &Generation) -> Key {
    tap(t!(texts, "generate-repeat", price = dollars(generation.cost_estimate_usd)), Tap::Repeat)
}

/// A generation.
pub(super) fn generation(texts: &Texts, generation: &Generation, avatar: &Avatar) -> View {
    let text = format!("{}{}", outcome(texts, generation, avatar), quoted(own_words(generation), 300));
    let view = View::new(text);
    let change = || tap(t!(texts, "generate-change"), Tap::Change);
    let other = || door(t!(texts, "generate-other"), Door::Generate(avatar.id));
    match generation.status {
        GenerationStatus::Pending | GenerationStatus::Processing => {
            let refresh = key(t!(texts, "button-refresh"), Button::Refresh);
            let under_way = generation.cancel_requested_at.is_none();
            let cancel = under_way.then(|| tap(t!(texts, "button-cancel"), Tap::Cancel));
            view.row([refresh].into_iter().chain(cancel)).row([other()])
        }
        GenerationStatus::Completed => {
            let like = if generation.is_favourite {
                tap(t!(texts, "generate-unlike"), Tap::Unlike)
            } else {
                tap(t!(texts, "generate-like"), Tap::Like)
            };
            let originals = pictures(generation).into_iter().filter_map(|image| {
                let number = u8::try_from(image.number).ok()?;
                Some(tap(t!(texts, "generate-original", n = number), Tap::Original(number)))
            });
            view.row([like, repeat(texts, generation)])
                .row(originals)
                .row([tap(t!(texts, "generate-show"), Tap::Album), tap(t!(texts, "generate-words"), Tap::Words)])
                .row([change(), other()])
                .row([door(t!(texts, "home-images"), Door::Images), tap(t!(texts, "generate-delete"), Tap::Delete)])
        }
        // The same words would meet the same end.
        GenerationStatus::Moderated => view.row([change(), other()]),
        GenerationStatus::Failed if declined(generation) => view.row([change(), other()]),
        GenerationStatus::Failed | GenerationStatus::Cancelled => {
            let again = t!(texts, "generate-again", price = dollars(generation.cost_estimate_usd));
            view.row([tap(again, Tap::Repeat)]).row([change(), other()])
        }
    }
    .back(texts)
}

/// The words of a generation, at full length, and its style. Without a way back: whoever shows it adds theirs.
pub(in crate::screens) fn words(texts: &Texts, generation: &Generation, avatar: &Avatar, style: Option<&str>) -> View {
    let mut text =
        t!(texts, "generate-words-title", name = titled(texts, avatar), day = day(texts, generation.created_at));
    if let Some(style) = style {
        text = format!("{text}\n{}", t!(texts, "generate-words-style", name = escape(&cut(style, 60))));
    }
    let said = if own_words(generation).is_empty() {
        format!("\n\n{}", t!(texts, "generate-words-none"))
    } else {
        quoted(own_words(generation), 3500)
    };
    View::new(format!("{text}{said}"))
}

/// The words in short and the day, for the card of a picture.
pub(in crate::screens) fn day_and_words(texts: &Texts, generation: &Generation) -> String {
    format!("{}{}", day(texts, generation.created_at), quoted(own_words(generation), 300))
}

/// Whether its pictures shall really go.
pub(super) fn delete(texts: &Texts, generation: &Generation) -> View {
    View::new(t!(texts, "generate-delete-ask", n = generation.images.len()))
        .row([tap(t!(texts, "generate-delete-yes"), Tap::ReallyDelete)])
        .row([key(t!(texts, "generate-delete-no"), Button::Back)])
}

/// What is told when it has ended.
pub(super) fn notice(texts: &Texts, generation: &Generation, avatar: &Avatar) -> View {
    let text = format!("{}{}", outcome(texts, generation, avatar), quoted(own_words(generation), 300));
    let open = if generation.status == GenerationStatus::Completed {
        t!(texts, "generate-open")
    } else {
        t!(texts, "generate-open-failed")
    };
    View::new(text)
        .row([door(open, Door::Generation(generation.id))])
        .row([door(t!(texts, "generate-other"), Door::Generate(avatar.id)), door(t!(texts, "button-menu"), Door::Home)])
}

#[cfg(test)]
mod tests {
    use aisha_openapi::generations::GenerationError;

    use super::*;
    use crate::screens::fixtures::{HARD_NAME, generation as wished, golden, id, image, noon, trained};
    use crate::view::{MAX_CAPTION, visible_length};

    fn ended(status: GenerationStatus) -> Generation {
        wished("on a <balcony> & in the sun", status)
    }

    #[test]
    fn a_generation_in_each_of_its_states() {
        let ann = trained(HARD_NAME);
        let show = |name: &str, shown: Generation| {
            golden(&format!("generate_generation_{name}"), |texts| generation(texts, &shown, &ann));
            if shown.status.is_final() {
                golden(&format!("generate_notice_{name}"), |texts| notice(texts, &shown, &ann));
            }
        };
        for status in GenerationStatus::ALL {
            show(status.as_str(), ended(*status));
        }
        let stopping = Generation { cancel_requested_at: Some(noon()), ..ended(GenerationStatus::Processing) };
        show("stopping", stopping);
        let error = GenerationError { code: "content_policy_violation".to_owned(), message: String::new() };
        show("declined", Generation { error: Some(error), ..ended(GenerationStatus::Failed) });
        let flagged = GenerationImage { flagged: true, ..image(2) };
        let partly = Generation { images: vec![image(1), flagged], ..ended(GenerationStatus::Completed) };
        show("partly", Generation { is_favourite: true, prompt: String::new(), ..partly });
    }

    #[test]
    fn its_words_and_its_end() {
        let ann = trained(HARD_NAME);
        let long = wished(&"a <garden> & 😀 ".repeat(140), GenerationStatus::Completed);
        golden("generate_words", |texts| words(texts, &long, &ann, Some("Film & <noir>")).back(texts));
        let silent = Generation { prompt: String::new(), ..long.clone() };
        golden("generate_words_none", |texts| words(texts, &silent, &ann, None).back(texts));
        let of_a_set = Generation { pack_id: Some(id(30)), ..long.clone() };
        golden("generate_words_none", |texts| words(texts, &of_a_set, &ann, None).back(texts));
        golden("generate_delete", |texts| delete(texts, &long));
    }

    #[test]
    fn pictures_are_sent_together_and_one_by_one() {
        let long = wished(&"😀&".repeat(1000), GenerationStatus::Completed);
        let caption = album_caption(Texts::of(aisha_openapi::vocabulary::Locale::En), &long, &trained(HARD_NAME));
        assert!(visible_length(&caption) <= MAX_CAPTION);
        let url = "/v1/generations/01990000-0000-7000-8000-000000000014/images/2/content".to_owned();
        let name = "aisha-2026-03-01-120000-2.jpg".to_owned();
        assert_eq!(original(&long, 2), Some(Parcel::Document { name, url }));
        assert_eq!(original(&long, 3), None);
    }
}
