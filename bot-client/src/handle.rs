//! What is done about one update: which screen it is for, and what comes of it. Nothing is noted here; the caller does
//! that once all has gone well.

use aisha_openapi::users::MePatch;
use uuid::Uuid;

use crate::api::ApiError;
use crate::bot::Bot;
use crate::buttons::{Argument as _, Button, Door};
use crate::clock::now;
use crate::delivery::Delivery;
use crate::screens::photos::Taken;
use crate::screens::{self, Ctx, Next};
use crate::storage::Chat;
use crate::telegram::Heard;
use crate::texts::{Texts, t};

/// What came of an update.
#[derive(Debug)]
pub struct Outcome {
    /// Where the chat is now.
    pub chat: Chat,
    /// What is to be sent, each under its key.
    pub parcels: Vec<(String, String)>,
    /// Photos that were taken in, each with the message it was sent in.
    pub taken: Vec<(i32, Taken)>,
}

impl Outcome {
    /// That a chat is now like this, and nothing more.
    const fn of(chat: Chat) -> Self {
        Self { chat, parcels: Vec::new(), taken: Vec::new() }
    }

    /// Two photos of a batch: each line that one of them has to say is said once.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.chat.words = match (self.chat.words, other.chat.words) {
            (Some(said), Some(more)) => {
                let new: Vec<&str> = more.lines().filter(|line| !said.lines().any(|old| old == *line)).collect();
                Some([vec![said.as_str()], new].concat().join("\n"))
            }
            (said, more) => said.or(more),
        };
        self.chat.place = other.chat.place;
        self.parcels.extend(other.parcels);
        self.taken.extend(other.taken);
        self
    }
}

/// A chat nothing is known of yet.
#[must_use]
pub fn stranger(heard: &Heard) -> Chat {
    match heard {
        Heard::Said { who, .. } | Heard::Command { who, .. } | Heard::Tap { who, .. } => {
            Chat::new(who.id, who.first_name.clone(), Texts::spoken(who.language_code.as_deref()))
        }
        other => Chat::new(other.chat(), String::new(), Texts::spoken(None)),
    }
}

/// Makes a person known to the service, in the language of their Telegram if they have not chosen one.
pub async fn register(bot: &Bot, chat: &mut Chat, heard: &Heard) -> Result<(), ApiError> {
    if chat.registered || matches!(heard, Heard::Blocked(_) | Heard::Unblocked(_) | Heard::InPublic(_)) {
        return Ok(());
    }
    stranger(heard).first_name.clone_into(&mut chat.first_name);
    let person = bot.person(chat.chat, chat.locale);
    match person.me().await?.locale {
        Some(locale) => chat.locale = locale,
        None => {
            person.update_me(&MePatch { locale: Some(chat.locale), ..MePatch::default() }).await?;
        }
    }
    chat.registered = true;
    Ok(())
}

/// Does what one update wants.
pub async fn one(bot: &Bot, mut chat: Chat, update_id: i64, heard: &Heard) -> Result<Outcome, ApiError> {
    let plain = |chat: Chat| Ok(Outcome::of(chat));
    match heard {
        Heard::Blocked(_) => {
            chat.reachable = false;
            plain(chat)
        }
        Heard::Unblocked(_) => {
            chat.reachable = true;
            chat.below = true;
            plain(chat)
        }
        Heard::InPublic(group) => {
            let words = t!(Texts::of(chat.locale), "common-private-only");
            if let Err(error) = bot.telegram.say(*group, &words).await {
                tracing::info!(%error, "a group could not be answered");
            }
            chat.reachable = false;
            plain(chat)
        }
        Heard::Said { who, message_id, said, .. } => {
            chat.below = true;
            chat.reachable = true;
            who.first_name.clone_into(&mut chat.first_name);
            let intent = format!("tg:{}:m{message_id}", chat.chat);
            let next = {
                let person = bot.person(chat.chat, chat.locale);
                let ctx = ctx(bot, &person, &chat, intent);
                screens::hear(&ctx, &chat.place, said).await
            };
            settle(chat, update_id, *message_id, next)
        }
        Heard::Command { who, message_id, command, payload } => {
            chat.below = true;
            chat.reachable = true;
            who.first_name.clone_into(&mut chat.first_name);
            let intent = format!("tg:{}:m{message_id}", chat.chat);
            let next = {
                let person = bot.person(chat.chat, chat.locale);
                let ctx = ctx(bot, &person, &chat, intent);
                match command_door(command, payload) {
                    Some(door) => screens::enter(&ctx, door).await,
                    None => Ok(Next::to(chat.place.clone()).saying(t!(ctx.texts, "common-unknown-command"))),
                }
            };
            settle(chat, update_id, *message_id, next)
        }
        Heard::Tap { query_id, message_id, data, .. } => tap(bot, chat, update_id, query_id, *message_id, data).await,
    }
}

/// Does what a button says, once: a button of an old card, or one that was already pressed, only shows the card.
async fn tap(
    bot: &Bot,
    mut chat: Chat,
    update_id: i64,
    query_id: &str,
    message_id: i32,
    data: &str,
) -> Result<Outcome, ApiError> {
    let texts = Texts::of(chat.locale);
    // A card that says that the service is away stands in for the one that the tap was made on.
    let on_card = chat.card == Some(message_id) || chat.away;
    let button = Button::decode(data);
    let live = match button {
        Some((button, _)) if button.is_door() => Some(button),
        Some((button @ Button::Refresh, _)) if on_card => Some(button),
        Some((button, revision)) if on_card && revision == chat.revision => Some(button),
        _ => None,
    };
    let pressed_before = live.is_none() && on_card && button.is_some();
    let toast = (live.is_none() && !pressed_before).then(|| t!(texts, "common-outdated"));
    // The button stops turning at once, whatever the rest takes.
    bot.telegram.answer(query_id, toast.as_deref()).await;
    chat.reachable = true;
    chat.below = chat.below || !on_card;
    // Two cards can come of one whose sending was not answered, and an old one may have stayed.
    let is_old_card = !on_card && button.is_none_or(|(_, revision)| revision > 0);
    if is_old_card || (live.is_none() && !on_card) {
        take_away(bot, chat.chat, message_id).await;
    }
    let Some(button) = live else {
        return Ok(Outcome::of(chat));
    };
    if matches!(button, Button::Label | Button::Refresh) {
        return Ok(Outcome::of(chat));
    }
    // A tap that an app sends again comes as another update: the card and its revision are what was meant.
    let intent = format!("tg:{}:{message_id}.{}", chat.chat, chat.revision);
    let next = {
        let person = bot.person(chat.chat, chat.locale);
        let ctx = ctx(bot, &person, &chat, intent);
        screens::tap(&ctx, &chat.place, button).await
    };
    chat.revision += 1;
    settle(chat, update_id, message_id, next)
}

/// Takes away what is no longer the card. Best effort: a message too old for that loses its buttons, and one too old to be
/// changed keeps them, and they keep answering.
async fn take_away(bot: &Bot, chat: i64, message_id: i32) {
    if bot.telegram.delete(chat, message_id).await.is_err() {
        let _ = bot.telegram.strip(chat, message_id).await;
    }
}

fn ctx<'a>(bot: &'a Bot, person: &'a crate::api::Person, chat: &'a Chat, intent: String) -> Ctx<'a> {
    Ctx {
        api: person,
        telegram: &bot.telegram,
        texts: Texts::of(chat.locale),
        first_name: &chat.first_name,
        intent,
        now: now(),
    }
}

/// What a screen answered, as it is to be noted. A refusal is told above the card; anything else is tried again.
fn settle(mut chat: Chat, update_id: i64, message_id: i32, next: Result<Next, ApiError>) -> Result<Outcome, ApiError> {
    let texts = Texts::of(chat.locale);
    chat.words = None;
    let next = match next {
        Ok(next) => next,
        Err(error) if error.passes() => return Err(error),
        Err(ApiError::Refused(code)) => {
            tracing::info!(chat = chat.chat, code = code.as_str(), "the service refuses");
            Next::to(chat.place.clone()).saying(texts.problem(code))
        }
        Err(error) => {
            tracing::error!(chat = chat.chat, %error, "a wish could not be done");
            Next::to(chat.place.clone()).saying(t!(texts, "common-failed"))
        }
    };
    chat.place = next.place;
    chat.words = next.words;
    chat.locale = next.locale.unwrap_or(chat.locale);
    if next.gone {
        chat.registered = false;
        chat.first_name.clear();
    }
    let keyed = next.parcels.into_iter().enumerate();
    let parcels = keyed
        .map(|(place, parcel)| (format!("parcel:{update_id}:{place}"), Delivery::Parcel(parcel).write()))
        .collect();
    let taken = next.taken.into_iter().map(|taken| (message_id, taken)).collect();
    Ok(Outcome { chat, parcels, taken })
}

/// Where a command leads; none for a command that is not ours.
fn command_door(command: &str, payload: &str) -> Option<Door> {
    Some(match command {
        "start" => match payload.strip_prefix("a_").and_then(Uuid::decode) {
            Some(avatar) => Door::Avatar(avatar),
            None => Door::Home,
        },
        "menu" | "cancel" => Door::Home,
        "help" => Door::Help,
        "new" => Door::New,
        "avatars" => Door::Avatars,
        "generate" => Door::GenerateMain,
        "images" => Door::Images,
        "transcripts" => Door::Transcripts,
        "settings" => Door::Settings,
        "language" => Door::Language,
        _ => return None,
    })
}
