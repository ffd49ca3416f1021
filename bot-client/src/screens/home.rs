//! The menu, and what the bot can do.

use aisha_openapi::avatars::Avatar;

use super::Ctx;
use crate::api::ApiError;
use crate::buttons::Door;
use crate::texts::{Texts, t};
use crate::view::{View, door, escape};

/// Reads what the menu shows.
pub(super) async fn draw(ctx: &Ctx<'_>) -> Result<View, ApiError> {
    let avatars = ctx.api.avatars(20, None).await?.data;
    Ok(view(ctx.texts, ctx.first_name, &avatars))
}

/// The menu. It grows with what a person has: nobody is offered pictures of an avatar that is not there yet.
#[must_use]
pub fn view(texts: &Texts, first_name: &str, avatars: &[Avatar]) -> View {
    let trained = avatars.iter().any(|avatar| avatar.active_training_id.is_some());
    let greeting = t!(texts, "home-greeting", name = escape(first_name));
    let hint = match (avatars.is_empty(), trained) {
        (true, _) => t!(texts, "home-first-steps"),
        (false, false) => t!(texts, "home-go-on"),
        (false, true) => t!(texts, "home-ready"),
    };
    let mut view = View::new(format!("{greeting}\n\n{hint}"));
    if trained {
        view = view.row([door(t!(texts, "home-generate"), Door::GenerateMain)]);
    }
    view = view.row([door(t!(texts, "home-new"), Door::New)]);
    if !avatars.is_empty() {
        view = view.row([door(t!(texts, "home-avatars"), Door::Avatars), door(t!(texts, "home-images"), Door::Images)]);
    }
    view.row([door(t!(texts, "home-transcripts"), Door::Transcripts)])
        .row([door(t!(texts, "home-settings"), Door::Settings), door(t!(texts, "home-help"), Door::Help)])
}

/// What the bot can do.
#[must_use]
pub fn help(texts: &Texts) -> View {
    View::new(t!(texts, "help-text")).back(texts)
}

#[cfg(test)]
mod tests {
    use aisha_openapi::vocabulary::AvatarStatus;

    use super::super::fixtures::{HARD_NAME, avatar, golden, trained};
    use super::*;

    #[test]
    fn the_menu_grows_with_what_a_person_has() {
        golden("home_first", |texts| view(texts, HARD_NAME, &[]));
        golden("home_draft", |texts| view(texts, "Ann", &[avatar("Ann", AvatarStatus::Draft)]));
        golden("home_trained", |texts| view(texts, "Ann", &[trained("Ann")]));
        golden("help", help);
    }
}
