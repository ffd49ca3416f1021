//! What must hold when a way has been gone to its end, whatever happened to the bot on it.

use std::path::Path;
use std::time::Duration;

use aisha_bot::buttons::{Button, Door};
use aisha_tests::harness::app::PATIENCE;
use aisha_tests::harness::{Person as Caller, id};
use aisha_tests::telegram::{Call, FakeTelegram, Message, Person, Screen};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use super::way::{PHOTOS, WISH};

/// Waits until the bot has nothing left to do: everything that it heard is done, shown and sent.
pub(super) async fn settled(telegram: &FakeTelegram, folder: &Path) {
    let file = SqliteConnectOptions::new().filename(folder.join("bot.sqlite")).read_only(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(file).await.expect("the bot's file");
    let open = "select (select count(*) from inbox where done_at is null)
                     + (select count(*) from chats where stale > 0)
                     + (select count(*) from outbox where state in ('waiting', 'sending'))";
    let settling = async {
        while telegram.pending_updates() > 0
            || sqlx::query_scalar::<_, i64>(open).fetch_one(&pool).await.expect("a look") > 0
        {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(2 * PATIENCE, settling).await.expect("the bot comes to rest");
    pool.close().await;
}

/// Looks whether each thing that a person did had its one effect. `kills` are the times at which the bot was killed.
pub(super) async fn reckon(telegram: &FakeTelegram, person: &Person, api: &Caller, name: &str, kills: &[Duration]) {
    let list = async |path: &str| api.get(path).await.expect(200)["data"].as_array().expect("a list").clone();
    let avatars = list("/v1/avatars").await;
    assert_eq!(avatars.len(), 1, "{avatars:#?}");
    assert_eq!((avatars[0]["name"].as_str(), avatars[0]["photos_count"].as_u64()), (Some(name), Some(PHOTOS.into())));
    let avatar = id(&avatars[0]);
    let trainings = list(&format!("/v1/avatars/{avatar}/trainings")).await;
    assert_eq!(trainings.len(), 1, "{trainings:#?}");
    assert_eq!(trainings[0]["status"], "completed");
    let generations = list("/v1/generations").await;
    assert_eq!(generations.len(), 1, "{generations:#?}");
    assert_eq!((&generations[0]["prompt"], &generations[0]["is_favourite"]), (&WISH.into(), &true.into()));
    let transcriptions = list("/v1/transcriptions").await;
    assert_eq!(transcriptions.len(), 1, "{transcriptions:#?}");
    assert_eq!(transcriptions[0]["status"], "completed");

    let calls: Vec<Call> = telegram.calls().into_iter().filter(|call| call.chat == Some(person.id())).collect();
    told_once(&calls, person, avatar.parse().expect("an id"));
    one_card(&calls, person, kills).await;
}

/// That the avatar is ready was written once; where a kill came between sending and noting, the card may have told it.
fn told_once(calls: &[Call], person: &Person, avatar: uuid::Uuid) {
    let to_generate = Button::Door(Door::Generate(avatar)).encode(0);
    let arrived = calls.iter().filter(|call| call.status == Some(200));
    let notices = arrived.clone().filter(|call| call.params.to_string().contains(&to_generate)).count();
    assert!(notices <= 1, "{notices} notices:\n{}", person.screen());
    let told =
        arrived.filter(|call| call.params["text"].as_str().is_some_and(|text| text.contains("is ready"))).count();
    assert!(told > 0, "nobody was told:\n{}", person.screen());
    let visible = person.screen().from_bot().filter(|message| has(message, &to_generate)).count();
    assert_eq!(visible, notices, "{}", person.screen());
    let pictures = calls.iter().filter(|call| call.status == Some(200) && is_picture(call)).count();
    assert!(pictures <= 1, "the picture was sent {pictures} times:\n{}", person.screen());
}

fn is_picture(call: &Call) -> bool {
    call.method == "sendPhoto" && call.params["reply_markup"].is_null()
}

/// There is one card. A kill between the sending of a card and the note of it leaves one more, which nobody can know of
/// until it is tapped; then it goes.
async fn one_card(calls: &[Call], person: &Person, kills: &[Duration]) {
    let excusable = kills.iter().filter(|kill| is_between(calls, **kill)).count();
    let screen = person.screen();
    let more = cards(&screen).count().saturating_sub(1);
    assert!(more <= excusable, "{more} cards too many after {excusable} kills that excuse one:\n{screen}");
    let newest = cards(&screen).last().expect("a card").id;
    for card in cards(&screen).filter(|card| card.id != newest) {
        let data = card.buttons().find_map(|button| button.data.clone()).expect("a button");
        person.tap_data(card.id, &data);
        person.wait_for(|screen| screen.message(card.id).is_none()).await;
    }
}

/// Whether a kill came when a card was on its way, or had just arrived.
fn is_between(calls: &[Call], kill: Duration) -> bool {
    let last = calls.iter().rfind(|call| call.at <= kill && call.method != "answerCallbackQuery");
    last.is_some_and(|call| call.method.starts_with("send") || call.method == "deleteMessage")
}

/// The messages whose buttons were drawn with a revision: notices have none.
fn cards(screen: &Screen) -> impl Iterator<Item = &Message> {
    screen.from_bot().filter(|message| {
        let data = message.buttons().filter_map(|button| button.data.as_deref());
        data.filter_map(Button::decode).any(|(_, revision)| revision > 0)
    })
}

fn has(message: &Message, data: &str) -> bool {
    message.buttons().any(|button| button.data.as_deref() == Some(data))
}
