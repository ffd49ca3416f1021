//! The stand-in and the client that the bot is written with.

use aisha_tests::harness::pictures;
use aisha_tests::telegram::{Effect, FakeTelegram, Fault};
use teloxide::payloads::{
    AnswerCallbackQuerySetters as _, EditMessageTextSetters as _, GetUpdatesSetters as _, SendDocumentSetters as _,
    SendMessageSetters as _, SendPhotoSetters as _, SetMyCommandsSetters as _,
};
use teloxide::requests::Requester as _;
use teloxide::types::{
    BotCommand, BotCommandScope, CallbackQueryId, ChatAction, ChatId, InlineKeyboardButton, InlineKeyboardMarkup,
    InputFile, InputMedia, InputMediaPhoto, MediaKind, MessageId, MessageKind, ParseMode, Seconds, UpdateKind,
};
use teloxide::{ApiError, Bot, RequestError};

use super::stage;

/// The client, talking to this Telegram.
pub(super) fn bot(telegram: &FakeTelegram) -> Bot {
    let client = teloxide::net::default_reqwest_settings().no_proxy().build().expect("a client");
    Bot::with_client(telegram.token(), client).set_api_url(telegram.url().parse().expect("an address"))
}

fn keyboard(data: &str) -> InlineKeyboardMarkup {
    InlineKeyboardMarkup::new([[InlineKeyboardButton::callback("Go", data)]])
}

#[tokio::test]
async fn every_update_is_one_that_the_client_knows() {
    let (telegram, caller, person) = stage().await;
    person.command("start a_123");
    person.edit_message(person.say("tow"), "two");
    person.photo_with(pictures::jpeg(1), "a photo");
    person.album([pictures::jpeg(1), pictures::jpeg(2)]);
    person.document("a.heic", "image/heic", vec![1; 10]);
    person.voice(vec![1; 10], 3);
    person.audio("a.mp3", "audio/mpeg", vec![1; 10], 3);
    person.video(vec![1; 10], 3);
    person.sticker();
    person.contact();
    person.location();
    person.block();
    person.unblock();
    person.tap_data(1, "gone");
    let sent = bot(&telegram).send_message(ChatId(person.id()), "?").reply_markup(keyboard("go")).await.expect("sent");
    person.tap_on(i64::from(sent.id.0), "Go");
    telegram.group(-1_001_000_000_001, "Friends").say(&person, "/start@aisha_test_bot");
    drop(caller);
    let updates = bot(&telegram).get_updates().limit(100).timeout(1).await.expect("updates");
    assert_eq!(updates.len(), 19);
    for update in &updates {
        let known = match &update.kind {
            UpdateKind::Message(message) | UpdateKind::EditedMessage(message) => match &message.kind {
                MessageKind::Common(common) => !matches!(common.media_kind, MediaKind::Migration(_)),
                _ => false,
            },
            UpdateKind::CallbackQuery(query) => query.message.is_some() && query.data.is_some(),
            UpdateKind::MyChatMember(_) => true,
            _ => false,
        };
        assert!(known, "{update:?}");
    }
    telegram.assert_no_violations();
}

#[tokio::test]
async fn every_method_is_called_and_answered_as_the_client_wants() {
    let (telegram, _, person) = stage().await;
    let (bot, chat) = (bot(&telegram), ChatId(person.id()));
    let me = bot.get_me().await.expect("the bot");
    assert_eq!(me.username(), "aisha_test_bot");
    bot.get_webhook_info().await.expect("nothing");
    bot.delete_webhook().await.expect("done");
    bot.get_chat(chat).await.expect("a chat");
    let commands = [BotCommand::new("start", "Begin")];
    bot.set_my_commands(commands.clone())
        .scope(BotCommandScope::AllPrivateChats)
        .language_code("en")
        .await
        .expect("set");
    assert_eq!(telegram.commands("all_private_chats", "en").len(), 1);
    bot.get_my_commands().await.expect("commands");
    bot.set_my_description().await.expect("set");
    bot.set_my_short_description().await.expect("set");
    bot.set_my_name().await.expect("set");
    bot.send_chat_action(chat, ChatAction::UploadPhoto).await.expect("shown");
    let text = bot.send_message(chat, "<b>one</b>").parse_mode(ParseMode::Html).reply_markup(keyboard("a")).await;
    let text = text.expect("sent");
    assert_eq!(text.text(), Some("one"));
    let tap = person.tap("Go");
    bot.answer_callback_query(CallbackQueryId(tap.id.clone())).text("Good").show_alert(true).await.expect("answered");
    assert_eq!(person.answered(&tap).await, "Good");
    bot.edit_message_text(chat, text.id, "two").reply_markup(keyboard("b")).await.expect("edited");
    bot.edit_message_reply_markup(chat, text.id).await.expect("edited");
    let file = || InputFile::memory(pictures::jpeg(1)).file_name("a.jpg");
    bot.edit_message_media(chat, text.id, InputMedia::Photo(InputMediaPhoto::new(file()))).await.expect("edited");
    bot.edit_message_caption(chat, text.id).await.expect_err("there was none and is none");
    let photo = bot.send_photo(chat, file()).caption("a caption").reply_markup(keyboard("c")).await.expect("sent");
    let id = photo.photo().expect("sizes").last().expect("a size").file.id.clone();
    bot.send_photo(chat, InputFile::file_id(id.clone())).await.expect("sent");
    bot.send_document(chat, file()).caption("original").await.expect("sent");
    bot.send_audio(chat, InputFile::memory(vec![1; 10]).file_name("a.mp3")).await.expect("sent");
    let item = |file| InputMedia::Photo(InputMediaPhoto::new(file).caption("x"));
    let album = bot.send_media_group(chat, [item(file()), item(InputFile::file_id(id))]).await.expect("sent");
    assert_eq!(album.len(), 2);
    bot.delete_message(chat, album[0].id).await.expect("deleted");
    bot.delete_messages(chat, vec![album[0].id, album[1].id]).await.expect("deleted");
    telegram.assert_no_violations();
}

#[tokio::test]
async fn refusals_are_those_that_the_client_knows_by_name() {
    let (telegram, _, person) = stage().await;
    let (bot, chat) = (bot(&telegram), ChatId(person.id()));
    let why = |refusal: RequestError| match refusal {
        RequestError::Api(error) => error,
        other => panic!("{other:?}"),
    };
    let sent = bot.send_message(chat, "one").await.expect("sent");
    let edit = async |id: MessageId, text: &str| why(bot.edit_message_text(chat, id, text).await.expect_err("refused"));
    assert_eq!(edit(sent.id, "one").await, ApiError::MessageNotModified);
    assert_eq!(edit(MessageId(1), "one").await, ApiError::MessageToEditNotFound);
    assert_eq!(edit(sent.id, &"x".repeat(4097)).await, ApiError::EditedMessageIsTooLong);
    let say = async |text: &str| why(bot.send_message(chat, text).await.expect_err("refused"));
    assert_eq!(say("").await, ApiError::MessageTextIsEmpty);
    assert_eq!(say(&"x".repeat(4097)).await, ApiError::MessageIsTooLong);
    let bad = bot.send_message(chat, "<").parse_mode(ParseMode::Html).await;
    assert!(matches!(why(bad.expect_err("refused")), ApiError::CantParseEntities(_)));
    let bad = bot.send_message(chat, "x").reply_markup(keyboard(&"x".repeat(65))).await;
    assert_eq!(why(bad.expect_err("refused")), ApiError::ButtonDataInvalid);
    let gone = bot.delete_message(chat, MessageId(1)).await;
    assert_eq!(why(gone.expect_err("refused")), ApiError::MessageToDeleteNotFound);
    let nobody = bot.send_message(ChatId(1), "x").await;
    assert_eq!(why(nobody.expect_err("refused")), ApiError::ChatNotFound);
    telegram.fault(Fault::any(Effect::RetryAfter(7)));
    let flood = bot.get_me().await.expect_err("refused");
    assert!(matches!(flood, RequestError::RetryAfter(wait) if wait == Seconds::from_seconds(7)));
    person.block();
    assert_eq!(say("x").await, ApiError::BotBlocked);
    person.deactivate();
    assert_eq!(say("x").await, ApiError::UserDeactivated);
    // Telegram writes "ID" where the client expects "id".
    let late = bot.answer_callback_query(CallbackQueryId("1".to_owned())).await;
    assert!(matches!(why(late.expect_err("refused")), ApiError::Unknown(_)));
    telegram.assert_no_violations();
}
