//! What stands behind the buttons: one value a button, written into the 64 bytes that Telegram gives it.
//!
//! `1:<screen>.<op>[=<argument>]~<revision>`. A *door* leads somewhere from any message and any time; everything else
//! acts on the card it stands on, and only as long as that card shows the revision it was drawn with.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::screens::{avatars, create, generate, images, photos, settings, training, transcripts};

/// What Telegram gives a button to remember.
pub const MAX_BYTES: usize = 64;

/// A value that a button may carry.
pub trait Argument: Sized {
    /// Its short text, without `~`.
    fn encode(&self) -> String;
    /// The value again; `None` if the text is not one of ours.
    fn decode(text: &str) -> Option<Self>;
    /// Values to try the codec with.
    fn samples() -> Vec<Self>;
}

impl Argument for Uuid {
    fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.as_bytes())
    }

    fn decode(text: &str) -> Option<Self> {
        Self::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }

    fn samples() -> Vec<Self> {
        vec![Self::nil(), Self::max(), Self::from_u128(0x0199_0000_1111_7222_8333_4444_5555_6666)]
    }
}

impl Argument for u8 {
    fn encode(&self) -> String {
        self.to_string()
    }

    fn decode(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn samples() -> Vec<Self> {
        vec![0, 7, Self::MAX]
    }
}

/// The id of a style, a category of them or a pack, as a button carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slug {
    bytes: [u8; Self::LONGEST],
    length: u8,
}

impl Slug {
    /// Bytes of the longest id that the service gives.
    const LONGEST: usize = 40;

    /// A slug of small letters, digits and `_`; `None` for anything else.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let fits = (1..=Self::LONGEST).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        let length = u8::try_from(text.len()).ok().filter(|_| fits)?;
        let mut bytes = [0; Self::LONGEST];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self { bytes, length })
    }

    /// The text again.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length.into()]).unwrap_or_default()
    }
}

impl Argument for Slug {
    fn encode(&self) -> String {
        self.as_str().to_owned()
    }

    fn decode(text: &str) -> Option<Self> {
        Self::of(text)
    }

    fn samples() -> Vec<Self> {
        ["a", "window_light", &"x9".repeat(20)].into_iter().filter_map(Self::of).collect()
    }
}

macro_rules! words_as_arguments {
    ($($word:ty),+) => {$(
        impl Argument for $word {
            fn encode(&self) -> String {
                self.as_str().to_owned()
            }

            fn decode(text: &str) -> Option<Self> {
                text.parse().ok()
            }

            fn samples() -> Vec<Self> {
                Self::ALL.to_vec()
            }
        }
    )+};
}

words_as_arguments!(
    aisha_openapi::vocabulary::AspectRatio,
    aisha_openapi::vocabulary::DigestKind,
    aisha_openapi::vocabulary::Gender,
    aisha_openapi::vocabulary::Locale,
    aisha_openapi::vocabulary::Preset,
    aisha_openapi::vocabulary::TrainingType,
    aisha_openapi::vocabulary::TranscriptFormat
);

/// Writes the buttons of a screen: each has a short word and carries nothing or one value.
macro_rules! taps {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $tap:ident $(($argument:ty))? = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$each])* $tap $(($argument))?,)+
        }

        impl $crate::buttons::Argument for $name {
            fn encode(&self) -> String {
                match self {
                    $($crate::buttons::taps!(@pattern $name $tap argument $($argument)?) => {
                        $crate::buttons::taps!(@text $word argument $($argument)?)
                    })+
                }
            }

            fn decode(text: &str) -> Option<Self> {
                let (word, argument) = match text.split_once('=') {
                    Some((word, argument)) => (word, Some(argument)),
                    None => (text, None),
                };
                match word {
                    $($word => $crate::buttons::taps!(@read $name $tap argument $($argument)?),)+
                    _ => None,
                }
            }

            fn samples() -> Vec<Self> {
                let mut all = Vec::new();
                $($crate::buttons::taps!(@samples all $name $tap $($argument)?);)+
                all
            }
        }
    };
    (@pattern $name:ident $tap:ident $argument:ident) => { $name::$tap };
    (@pattern $name:ident $tap:ident $argument:ident $type:ty) => { $name::$tap($argument) };
    (@text $word:literal $argument:ident) => { $word.to_owned() };
    (@text $word:literal $argument:ident $type:ty) => {
        format!("{}={}", $word, $crate::buttons::Argument::encode($argument))
    };
    (@read $name:ident $tap:ident $argument:ident) => { $argument.is_none().then_some($name::$tap) };
    (@read $name:ident $tap:ident $argument:ident $type:ty) => {
        $argument.and_then(<$type as $crate::buttons::Argument>::decode).map($name::$tap)
    };
    (@samples $all:ident $name:ident $tap:ident) => { $all.extend([$name::$tap]) };
    (@samples $all:ident $name:ident $tap:ident $type:ty) => {
        $all.extend(<$type as $crate::buttons::Argument>::samples().into_iter().map($name::$tap))
    };
}
pub(crate) use taps;

taps! {
    /// Ways to a screen, open from any message and at any time.
    Door {
        /// The menu.
        Home = "home",
        /// What the bot can do.
        Help = "help",
        /// A new avatar.
        New = "new",
        /// All avatars.
        Avatars = "avatars",
        /// One of them.
        Avatar(Uuid) = "avatar",
        /// Its photos, to add more.
        Photos(Uuid) = "photos",
        /// A training of an avatar.
        Training(Uuid) = "training",
        /// A new picture with an avatar.
        Generate(Uuid) = "generate",
        /// A new picture with the main avatar.
        GenerateMain = "generate_main",
        /// All pictures.
        Images = "images",
        /// The pictures of one generation.
        Generation(Uuid) = "generation",
        /// A run of a pack.
        Pack(Uuid) = "pack",
        /// All transcripts.
        Transcripts = "transcripts",
        /// One of them.
        Transcript(Uuid) = "transcript",
        /// The settings.
        Settings = "settings",
        /// The choice of the language.
        Language = "language",
    }
}

/// What a button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the buttons of its screen")]
pub enum Button {
    /// Leads somewhere.
    Door(Door),
    /// One step back from the card it stands on.
    Back,
    /// The same card again, as things stand now.
    Refresh,
    /// Nothing: a label among buttons.
    Label,
    Create(create::Tap),
    Photos(photos::Tap),
    Training(training::Tap),
    Avatars(avatars::Tap),
    Generate(generate::Tap),
    Images(images::Tap),
    Transcripts(transcripts::Tap),
    Settings(settings::Tap),
}

/// How often a chat has moved from place to place; a button remembers at which of them it was drawn.
pub type Revision = u32;

impl Button {
    /// Whether it works from any message, however old.
    #[must_use]
    pub const fn is_door(&self) -> bool {
        matches!(self, Self::Door(_) | Self::Label)
    }

    /// What Telegram keeps for it.
    #[must_use]
    pub fn encode(&self, revision: Revision) -> String {
        let (screen, op) = match self {
            Self::Door(door) => ("d", door.encode()),
            Self::Back => ("b", String::new()),
            Self::Refresh => ("r", String::new()),
            Self::Label => ("l", String::new()),
            Self::Create(tap) => ("c", tap.encode()),
            Self::Photos(tap) => ("p", tap.encode()),
            Self::Training(tap) => ("t", tap.encode()),
            Self::Avatars(tap) => ("a", tap.encode()),
            Self::Generate(tap) => ("g", tap.encode()),
            Self::Images(tap) => ("i", tap.encode()),
            Self::Transcripts(tap) => ("x", tap.encode()),
            Self::Settings(tap) => ("s", tap.encode()),
        };
        format!("1:{screen}.{op}~{revision}")
    }

    /// The button again, and the revision it was drawn with; `None` for what is not ours or no longer there.
    #[must_use]
    pub fn decode(data: &str) -> Option<(Self, Revision)> {
        let (button, revision) = data.strip_prefix("1:")?.rsplit_once('~')?;
        let (screen, op) = button.split_once('.')?;
        let plain = |button: Self| op.is_empty().then_some(button);
        let button = match screen {
            "d" => Self::Door(Door::decode(op)?),
            "b" => plain(Self::Back)?,
            "r" => plain(Self::Refresh)?,
            "l" => plain(Self::Label)?,
            "c" => Self::Create(Argument::decode(op)?),
            "p" => Self::Photos(Argument::decode(op)?),
            "t" => Self::Training(Argument::decode(op)?),
            "a" => Self::Avatars(Argument::decode(op)?),
            "g" => Self::Generate(Argument::decode(op)?),
            "i" => Self::Images(Argument::decode(op)?),
            "x" => Self::Transcripts(Argument::decode(op)?),
            "s" => Self::Settings(Argument::decode(op)?),
            _ => return None,
        };
        Some((button, revision.parse().ok()?))
    }

    /// Every kind of button, to try things with.
    #[must_use]
    pub fn samples() -> Vec<Self> {
        let mut all = vec![Self::Back, Self::Refresh, Self::Label];
        all.extend(Door::samples().into_iter().map(Self::Door));
        all.extend(create::Tap::samples().into_iter().map(Self::Create));
        all.extend(photos::Tap::samples().into_iter().map(Self::Photos));
        all.extend(training::Tap::samples().into_iter().map(Self::Training));
        all.extend(avatars::Tap::samples().into_iter().map(Self::Avatars));
        all.extend(generate::Tap::samples().into_iter().map(Self::Generate));
        all.extend(images::Tap::samples().into_iter().map(Self::Images));
        all.extend(transcripts::Tap::samples().into_iter().map(Self::Transcripts));
        all.extend(settings::Tap::samples().into_iter().map(Self::Settings));
        all
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_button_comes_back_and_fits() {
        for button in Button::samples() {
            for revision in [0, 1, Revision::MAX] {
                let data = button.encode(revision);
                assert!(data.len() <= MAX_BYTES, "{data}");
                assert_eq!(Button::decode(&data), Some((button, revision)), "{data}");
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_from_outside_does_no_harm(data in "(1:)?[a-z]?\\.?[a-z_=~0-9]{0,64}|.{0,64}") {
            if let Some((button, revision)) = Button::decode(&data) {
                prop_assert_eq!(Button::decode(&button.encode(revision)), Some((button, revision)));
            }
        }
    }
}
