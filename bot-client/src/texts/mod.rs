//! The words of the bot, in two languages; English is the one the keys and arguments are checked against when it is built.

mod problems;

use std::sync::{Arc, LazyLock};

use aisha_openapi::vocabulary::Locale;
use i18n_embed::LanguageLoader as _;
use i18n_embed::fluent::{FluentLanguageLoader, fluent_language_loader};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "i18n"]
struct Files;

/// The words of one language.
#[derive(Clone)]
pub struct Texts {
    /// The language.
    pub locale: Locale,
    /// Where `t!` looks them up.
    pub loader: Arc<FluentLanguageLoader>,
}

/// The text of a key: `t!(texts, "key", name = value)`. Unknown keys and missing arguments do not compile. Values of
/// people go through `view::escape` first.
macro_rules! t {
    ($texts:expr, $key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        i18n_embed_fl::fl!(&*$texts.loader, $key $(, $name = $value)*)
    };
}
pub(crate) use t;

static EN: LazyLock<Texts> = LazyLock::new(|| load(Locale::En));
static RU: LazyLock<Texts> = LazyLock::new(|| load(Locale::Ru));

impl Texts {
    /// The words of a language.
    #[must_use]
    pub fn of(locale: Locale) -> &'static Self {
        match locale {
            Locale::En => &EN,
            Locale::Ru => &RU,
        }
    }

    /// The words for whoever uses Telegram in this language (an IETF tag): Russian for those who read it, else English.
    #[must_use]
    pub fn spoken(language_code: Option<&str>) -> Locale {
        let language = language_code.and_then(|code| code.split(['-', '_']).next()).unwrap_or_default();
        if matches!(language, "ru" | "be" | "kk" | "ky") { Locale::Ru } else { Locale::En }
    }

    /// A text whose key is made at run time; `None` if there is none.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<String> {
        self.loader.has(key).then(|| self.loader.get(key))
    }
}

fn load(locale: Locale) -> Texts {
    let loader = fluent_language_loader!();
    let language = locale.as_str().parse().expect("a language of ours has a tag");
    loader.load_languages(&Files, &[language]).expect("the words are compiled in and a test reads them");
    // The marks around values are for texts that mix directions of writing; Telegram counts and shows them.
    loader.set_use_isolating(false);
    Texts { locale, loader: Arc::new(loader) }
}

#[cfg(test)]
mod tests;
