//! What a card shows: text, buttons, perhaps a picture. Views are made from data and words alone and touch nothing, so
//! that each can be laid beside a picture of itself.

use std::fmt::Write as _;

use aisha_openapi::vocabulary::Locale;
use chrono::{DateTime, Utc};

use crate::buttons::{Button, Door};
use crate::texts::{Texts, t};

/// Characters that a message without a picture may have, as Telegram counts them: UTF-16 units after its tags are read.
pub const MAX_TEXT: usize = 4096;
/// The same under a picture.
pub const MAX_CAPTION: usize = 1024;

/// A card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Telegram's HTML.
    pub text: String,
    /// Shown above the text.
    pub picture: Option<Picture>,
    /// Rows of buttons.
    pub buttons: Vec<Vec<Key>>,
}

/// A picture of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The same as long as it is the same picture: a changed link to the same picture is not shown anew.
    pub id: String,
    /// Where it is: a path of the service, or one of its signed links.
    pub url: String,
}

/// A button as it is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// What stands on it.
    pub label: String,
    /// What it does.
    pub button: Button,
}

/// A button.
#[must_use]
pub fn key(label: impl Into<String>, button: Button) -> Key {
    Key { label: label.into(), button }
}

/// A button that leads somewhere.
#[must_use]
pub fn door(label: impl Into<String>, door: Door) -> Key {
    key(label, Button::Door(door))
}

impl View {
    /// A text, and no button yet.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), picture: None, buttons: Vec::new() }
    }

    /// With a picture above it.
    #[must_use]
    pub fn with_picture(mut self, id: impl Into<String>, url: impl Into<String>) -> Self {
        self.picture = Some(Picture { id: id.into(), url: url.into() });
        self
    }

    /// With one more row of buttons; an empty one is left out.
    #[must_use]
    pub fn row(mut self, keys: impl IntoIterator<Item = Key>) -> Self {
        let keys: Vec<Key> = keys.into_iter().collect();
        if !keys.is_empty() {
            self.buttons.push(keys);
        }
        self
    }

    /// With buttons in rows of so many.
    #[must_use]
    pub fn grid(mut self, columns: usize, keys: impl IntoIterator<Item = Key>) -> Self {
        let keys: Vec<Key> = keys.into_iter().collect();
        for row in keys.chunks(columns) {
            self.buttons.push(row.to_vec());
        }
        self
    }

    /// With the way back as the last row.
    #[must_use]
    pub fn back(self, texts: &Texts) -> Self {
        self.row([key(t!(texts, "button-back"), Button::Back)])
    }

    /// With the ways back and to the menu as the last row, for places deep down.
    #[must_use]
    pub fn back_or_menu(self, texts: &Texts) -> Self {
        self.row([key(t!(texts, "button-back"), Button::Back), door(t!(texts, "button-menu"), Door::Home)])
    }

    /// With a line above the text that says what just happened.
    #[must_use]
    pub fn headed(mut self, words: &str) -> Self {
        self.text = format!("{words}\n\n{}", self.text);
        self
    }

    /// Below what is to be said first. Where both are too long for a caption, the picture is left out; where they are too
    /// long for a message, it is all said first, and the screen is a tap on one of its buttons away.
    #[must_use]
    pub fn below(self, above: &[&str]) -> Self {
        let whole = above.iter().rev().fold(self.clone(), |view, words| view.headed(words));
        let words_alone = |view: Self| Self { picture: None, ..view };
        if whole.fits() {
            return whole;
        }
        let whole = words_alone(whole);
        if whole.fits() {
            return whole;
        }
        match paragraphs(&above.join("\n\n"), MAX_TEXT) {
            "" => self,
            above => words_alone(Self { text: above.to_owned(), ..self }),
        }
    }

    /// With its text no longer than Telegram takes. The words of the screens are far shorter; what people write is cut
    /// where it is put in, by `shortened`.
    #[must_use]
    pub fn fits(&self) -> bool {
        let limit = if self.picture.is_some() { MAX_CAPTION } else { MAX_TEXT };
        visible_length(&self.text) <= limit
    }
}

/// A text of a person, harmless in Telegram's HTML.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A text cut to so many characters, with an ellipsis where it was cut.
#[must_use]
pub fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// The first paragraphs of a text of ours, as many as Telegram counts no more characters of than this. No tag is left open.
fn paragraphs(html: &str, most: usize) -> &str {
    let tags = |text: &str| (text.matches('<').count(), 2 * text.matches("</").count());
    let ends = html.match_indices("\n\n").map(|(end, _)| end).chain([html.len()]);
    let pieces = ends.map(|end| &html[..end]).take_while(|piece| visible_length(piece) <= most);
    pieces.filter(|piece| tags(piece).0 == tags(piece).1).last().unwrap_or_default()
}

/// A text cut to so many UTF-16 units, which is how Telegram counts, with an ellipsis where it was cut.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    if text.encode_utf16().count() <= most {
        return text.to_owned();
    }
    let mut length = 1;
    let fitting = text.chars().take_while(|c| {
        length += c.len_utf16();
        length <= most
    });
    let mut short: String = fitting.collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// A day, as people who read this language write it.
#[must_use]
pub fn day(texts: &Texts, at: DateTime<Utc>) -> String {
    let format = match texts.locale {
        Locale::En => "%-d %b %Y",
        Locale::Ru => "%d.%m.%Y",
    };
    at.format(format).to_string()
}

/// A label with a tick, if that is what is chosen.
#[must_use]
pub fn ticked(label: &str, chosen: bool) -> String {
    if chosen { format!("✓ {label}") } else { label.to_owned() }
}

/// A row to leaf with; empty where there is one page only. `page` is counted from 0.
#[must_use]
pub fn pager(page: usize, pages: usize, to: impl Fn(u8) -> Button) -> Vec<Key> {
    if pages <= 1 {
        return Vec::new();
    }
    let step = |label: &str, page: usize| u8::try_from(page).ok().map(|page| key(label, to(page)));
    let back = page.checked_sub(1).and_then(|page| step("◀️", page));
    let on = (page + 1 < pages).then_some(page + 1).and_then(|page| step("▶️", page));
    let here = key(format!("{} / {pages}", page + 1), Button::Label);
    [back, Some(here), on].into_iter().flatten().collect()
}

/// A bar of ten squares.
#[must_use]
pub fn bar(percent: u8) -> String {
    let full = usize::from(percent.min(100)) / 10;
    format!("{}{}", "▰".repeat(full), "▱".repeat(10 - full))
}

/// An amount of US dollars: `$2.40`, and `$0.035` where cents are too coarse.
#[must_use]
pub fn dollars(amount: f64) -> String {
    let cents = amount * 100.0;
    if (cents - cents.round()).abs() < 1e-6 { format!("${amount:.2}") } else { format!("${amount:.3}") }
}

/// The length of a text as Telegram counts it, its tags and entities read.
#[must_use]
pub fn visible_length(html: &str) -> usize {
    let mut length = 0;
    let mut rest = html;
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '<' => rest.find('>').map_or(rest.len(), |end| end + 1),
            '&' => {
                length += 1;
                rest.find(';').map_or(rest.len(), |end| end + 1)
            }
            c => {
                length += c.len_utf16();
                c.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    length
}

/// The card as plain text, as a person would draw it: for goldens and for the README.
#[must_use]
pub fn drawn(view: &View) -> String {
    let mut drawing = String::new();
    if let Some(picture) = &view.picture {
        let _ = writeln!(drawing, "[picture {}]", picture.id);
    }
    let _ = writeln!(drawing, "{}", view.text);
    for row in &view.buttons {
        let labels: Vec<String> = row.iter().map(|key| format!("[{}]", key.label)).collect();
        let _ = writeln!(drawing, "{}", labels.join(" "));
    }
    drawing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_stays_text() {
        assert_eq!(escape("<_*&>"), "&lt;_*&amp;&gt;");
        assert_eq!(visible_length("<b>a &amp; 😀</b>"), 6);
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(shortened("привет, мир", 8), "привет,…");
        assert_eq!(shortened("short", 8), "short");
        assert_eq!([cut("😀😀😀", 6), cut("😀😀😀", 5), cut("😀😀😀", 4)], ["😀😀😀", "😀😀…", "😀…"]);
    }

    #[test]
    fn what_is_too_long_for_a_card_is_said_without_its_picture_or_alone() {
        let view = |length| View::new("x".repeat(length)).with_picture("p", "/p");
        let (told, words) = ("t".repeat(1000), "<b>w</b>");
        assert_eq!(view(10).below(&[words]), view(10).headed(words));
        let whole = view(3000).below(&[&told, words]);
        assert!(whole.picture.is_none() && whole.text.starts_with(&format!("{told}\n\n{words}\n\nxxx")));
        let many = [told.as_str(), &told, &told, "<i>open\n\nand closed</i>", &told.repeat(2)].join("\n\n");
        let alone = view(3000).below(&[&many]);
        assert!(alone.fits() && alone.text.ends_with("closed</i>"), "{}", alone.text);
        let torn = view(3000).below(&[&many.replace("closed", &told.repeat(2))]);
        assert!(torn.fits() && torn.text.ends_with('t'), "{}", torn.text);
    }

    #[test]
    fn money_shows_cents_and_no_less() {
        assert_eq!([dollars(2.4), dollars(0.035), dollars(0.0)], ["$2.40", "$0.035", "$0.00"]);
    }
}
