//! A new avatar: what it is of, its gender, its name. Then come its photos.

use aisha_openapi::avatars::{Avatar, AvatarPatch, NewAvatar};
use aisha_openapi::vocabulary::{AvatarStatus, AvatarType, Gender, TrainingType};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Ctx, Next, Place, photos, training};
use crate::api::ApiError;
use crate::buttons::{Button, Door, taps};
use crate::telegram::Said;
use crate::texts::{Texts, t};
use crate::view::{Key, View, door, key, shortened};

/// What the service takes as a name.
const MAX_NAME: usize = 100;
/// Of a name on a button.
const MAX_LABEL: usize = 40;
/// How many of the newest avatars are searched for one that is unfinished.
const SEARCHED: u8 = 20;

/// The places of this screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// The choice of what a new avatar is of.
    Types,
    /// The same choice for one that is there without it.
    Retype {
        /// Which.
        avatar: Uuid,
    },
    /// The choices beside each other.
    Comparison {
        /// For one that is there, if it is not for a new one.
        avatar: Option<Uuid>,
    },
    /// The choice of the gender.
    Gender {
        /// Of which.
        avatar: Uuid,
    },
    /// The question for the name.
    Name {
        /// Of which.
        avatar: Uuid,
    },
}

taps! {
    /// The buttons of this screen.
    Tap {
        /// This is what the avatar is of.
        Type(TrainingType) = "type",
        /// Shows the choices beside each other.
        Compare = "compare",
        /// This is its gender.
        Gender(Gender) = "gender",
        /// It is called as the person is.
        MyName = "my_name",
    }
}

impl At {
    /// Where a new avatar begins.
    #[must_use]
    pub const fn start() -> Self {
        Self::Types
    }

    /// Where `Back` leads.
    #[must_use]
    pub const fn parent(&self) -> Place {
        match self {
            Self::Types => Place::Home,
            // Choosing again changes the avatar that has just been begun.
            Self::Retype { .. } | Self::Comparison { avatar: None } | Self::Gender { .. } | Self::Name { .. } => {
                Place::Create(Self::Types)
            }
            Self::Comparison { avatar: Some(avatar) } => Place::Create(Self::Retype { avatar: *avatar }),
        }
    }
}

/// Where an avatar that is not finished goes on.
pub(super) fn resume(avatar: &Avatar) -> Place {
    let id = avatar.id;
    if avatar.training_type.is_none() || avatar.avatar_type.is_none() {
        return Place::Create(At::Retype { avatar: id });
    }
    if avatar.gender.is_none() {
        return Place::Create(At::Gender { avatar: id });
    }
    if avatar.name.is_none() {
        return Place::Create(At::Name { avatar: id });
    }
    match (avatar.status, &avatar.latest_training) {
        (AvatarStatus::Training | AvatarStatus::Error, Some(latest)) => Place::Training(training::At::of(latest.id)),
        _ => Place::Photos(photos::At::of(id)),
    }
}

/// What an avatar is called, as it stands in texts and on buttons. Not escaped.
pub(super) fn name_of(texts: &Texts, avatar: &Avatar) -> String {
    avatar.name.as_ref().map_or_else(|| t!(texts, "create-unnamed"), |name| shortened(name, MAX_LABEL))
}

/// Reads what the place shows.
pub(super) async fn draw(ctx: &Ctx<'_>, at: &At) -> Result<View, ApiError> {
    Ok(match at {
        At::Types => {
            let avatars = ctx.api.avatars(SEARCHED, None).await?.data;
            types(ctx.texts, avatars.iter().find(|avatar| is_unfinished(avatar)))
        }
        At::Retype { avatar } => {
            ctx.api.avatar(*avatar).await?;
            types(ctx.texts, None)
        }
        At::Comparison { .. } => comparison(ctx.texts),
        At::Gender { avatar } => {
            ctx.api.avatar(*avatar).await?;
            gender(ctx.texts)
        }
        At::Name { avatar } => name(ctx.texts, &ctx.api.avatar(*avatar).await?, ctx.first_name),
    })
}

/// Does what a button says.
pub(super) async fn tap(ctx: &Ctx<'_>, at: &At, tap: Tap) -> Result<Next, ApiError> {
    match (at, tap) {
        (At::Types | At::Comparison { avatar: None }, Tap::Type(kind)) => begin(ctx, kind).await,
        (At::Retype { avatar } | At::Comparison { avatar: Some(avatar) }, Tap::Type(kind)) => {
            Ok(Next::to(resume(&ctx.api.update_avatar(*avatar, &retyped(kind)).await?)))
        }
        (At::Types, Tap::Compare) => Ok(Next::to(Place::Create(At::Comparison { avatar: None }))),
        (At::Retype { avatar }, Tap::Compare) => Ok(Next::to(Place::Create(At::Comparison { avatar: Some(*avatar) }))),
        (At::Gender { avatar }, Tap::Gender(gender)) => {
            let patch = AvatarPatch { gender: Some(gender), ..AvatarPatch::default() };
            Ok(Next::to(resume(&ctx.api.update_avatar(*avatar, &patch).await?)))
        }
        (At::Name { avatar }, Tap::MyName) => call(ctx, *avatar, ctx.first_name).await,
        _ => Ok(Next::to(Place::Create(at.clone()))),
    }
}

/// Takes the name. Photos that come too early are kept.
pub(super) async fn hear(ctx: &Ctx<'_>, at: &At, said: &Said) -> Result<Option<Next>, ApiError> {
    let here = || Next::to(Place::Create(at.clone()));
    Ok(match (at, said) {
        (At::Name { avatar }, Said::Text(name)) => Some(call(ctx, *avatar, name).await?),
        (_, Said::Text(_)) => Some(here().saying(t!(ctx.texts, "create-choose"))),
        (At::Gender { avatar } | At::Name { avatar }, Said::Photo(_) | Said::Document(_)) => {
            let next = photos::receive(ctx, *avatar, said, here()).await?;
            Some(if next.words.is_some() { next } else { next.saying(t!(ctx.texts, "create-photo-kept")) })
        }
        _ => None,
    })
}

/// Makes an avatar of a kind. One that was begun and has nothing yet becomes it, so that who goes back and forth does not
/// leave empty ones behind.
async fn begin(ctx: &Ctx<'_>, kind: TrainingType) -> Result<Next, ApiError> {
    let newest = ctx.api.avatars(1, None).await?.data.into_iter().next();
    let avatar = if let Some(empty) = newest.filter(is_empty) {
        ctx.api.update_avatar(empty.id, &retyped(kind)).await?
    } else {
        let AvatarPatch { gender, avatar_type, training_type, .. } = retyped(kind);
        let new = NewAvatar { gender, avatar_type, training_type, ..NewAvatar::default() };
        ctx.api.create_avatar(&ctx.key("create"), &new).await?
    };
    Ok(Next::to(match kind {
        // An empty one may have the gender of what it was to be before.
        TrainingType::Portrait => Place::Create(At::Gender { avatar: avatar.id }),
        TrainingType::Style | TrainingType::Object => resume(&avatar),
    }))
}

/// Gives an avatar its name, and says what is wrong with one that cannot be.
async fn call(ctx: &Ctx<'_>, avatar: Uuid, text: &str) -> Result<Next, ApiError> {
    let here = Next::to(Place::Create(At::Name { avatar }));
    let name = one_line(text);
    match name.chars().count() {
        0 => Ok(here.saying(t!(ctx.texts, "create-name-empty"))),
        1..=MAX_NAME => {
            let patch = AvatarPatch { name: Some(name), ..AvatarPatch::default() };
            Ok(Next::to(resume(&ctx.api.update_avatar(avatar, &patch).await?)))
        }
        length => Ok(here.saying(t!(ctx.texts, "create-name-long", most = MAX_NAME, length = length))),
    }
}

/// A text as a name may be: one line without what cannot be seen.
fn one_line(text: &str) -> String {
    let visible = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What makes an avatar one of a kind. Only people are asked for their gender.
fn retyped(kind: TrainingType) -> AvatarPatch {
    let (avatar_type, gender) = match kind {
        TrainingType::Portrait => (AvatarType::Character, None),
        TrainingType::Style => (AvatarType::Style, Some(Gender::Other)),
        TrainingType::Object => (AvatarType::Custom, Some(Gender::Other)),
    };
    AvatarPatch { gender, avatar_type: Some(avatar_type), training_type: Some(kind), ..AvatarPatch::default() }
}

fn is_empty(avatar: &Avatar) -> bool {
    avatar.status == AvatarStatus::Draft && avatar.name.is_none() && avatar.photos_count == 0
}

const fn is_unfinished(avatar: &Avatar) -> bool {
    matches!(avatar.status, AvatarStatus::Draft | AvatarStatus::PhotosUploading | AvatarStatus::ReadyForTraining)
}

/// What a new avatar may be of. `unfinished` is offered to be gone on with.
#[must_use]
pub fn types(texts: &Texts, unfinished: Option<&Avatar>) -> View {
    let mut view = View::new(t!(texts, "create-types"));
    if let Some(avatar) = unfinished {
        let label = t!(texts, "create-go-on", name = name_of(texts, avatar));
        view = view.row([door(label, Door::Avatar(avatar.id))]);
    }
    view.grid(1, kinds(texts)).row([key(t!(texts, "create-compare"), Button::Create(Tap::Compare))]).back(texts)
}

/// The kinds beside each other.
#[must_use]
pub fn comparison(texts: &Texts) -> View {
    View::new(t!(texts, "create-comparison")).grid(3, kinds(texts)).back(texts)
}

/// The question for the gender.
#[must_use]
pub fn gender(texts: &Texts) -> View {
    let choice = |label: String, gender| key(label, Button::Create(Tap::Gender(gender)));
    View::new(t!(texts, "create-gender"))
        .row([
            choice(t!(texts, "create-gender-female"), Gender::Female),
            choice(t!(texts, "create-gender-male"), Gender::Male),
        ])
        .row([choice(t!(texts, "create-gender-other"), Gender::Other)])
        .back(texts)
}

/// The question for the name. A portrait may well be called as the person is.
#[must_use]
pub fn name(texts: &Texts, avatar: &Avatar, first_name: &str) -> View {
    let mut view = View::new(t!(texts, "create-name"));
    let own = one_line(first_name);
    if avatar.training_type == Some(TrainingType::Portrait) && (1..=MAX_NAME).contains(&own.chars().count()) {
        view = view.row([key(shortened(&own, MAX_LABEL), Button::Create(Tap::MyName))]);
    }
    view.back(texts)
}

fn kinds(texts: &Texts) -> [Key; 3] {
    let choice = |label: String, kind| key(label, Button::Create(Tap::Type(kind)));
    [
        choice(t!(texts, "create-portrait"), TrainingType::Portrait),
        choice(t!(texts, "create-style"), TrainingType::Style),
        choice(t!(texts, "create-object"), TrainingType::Object),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{HARD_NAME, avatar, golden, id};
    use super::*;

    fn draft(name: Option<&str>, training_type: Option<TrainingType>, gender: Option<Gender>) -> Avatar {
        let whole = avatar("Ann", AvatarStatus::Draft);
        Avatar { name: name.map(str::to_owned), training_type, gender, ..whole }
    }

    #[test]
    fn each_question_is_drawn() {
        let unnamed = draft(None, Some(TrainingType::Portrait), None);
        golden("create_types", |texts| types(texts, None));
        golden("create_types_unnamed", |texts| types(texts, Some(&unnamed)));
        golden("create_types_named", |texts| types(texts, Some(&avatar(HARD_NAME, AvatarStatus::PhotosUploading))));
        golden("create_comparison", comparison);
        golden("create_gender", gender);
        golden("create_name_portrait", |texts| name(texts, &unnamed, HARD_NAME));
        golden("create_name_style", |texts| name(texts, &draft(None, Some(TrainingType::Style), None), "Ann"));
    }

    #[test]
    fn an_avatar_goes_on_where_something_is_missing() {
        let (portrait, female) = (Some(TrainingType::Portrait), Some(Gender::Female));
        let place = |name, kind, gender| resume(&draft(name, kind, gender));
        assert_eq!(place(Some("Ann"), None, female), Place::Create(At::Retype { avatar: id(1) }));
        assert_eq!(place(None, portrait, None), Place::Create(At::Gender { avatar: id(1) }));
        assert_eq!(place(None, portrait, female), Place::Create(At::Name { avatar: id(1) }));
        assert_eq!(place(Some("Ann"), portrait, female), Place::Photos(photos::At::of(id(1))));
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(one_line("  Ann \n in\tspring\u{0}"), "Ann in spring");
        assert_eq!(one_line("\n\t "), "");
    }
}
