//! Files that go out beside the cards, as they wait in the outbox.

use futures_util::StreamExt as _;
use futures_util::stream::iter;

use crate::api::{ApiError, Person};
use crate::screens::Parcel;
use crate::telegram::{SendError, Telegram};
use crate::texts::{Texts, t};

/// What Telegram's own servers take from a bot, with room for what frames a file.
const MAX_FILE: u64 = 49_000_000;

/// Why a parcel was not sent.
#[derive(Debug)]
pub enum ParcelError {
    /// The service did not give it.
    Service(ApiError),
    /// Telegram did not take it.
    Telegram(SendError),
}

impl ParcelError {
    /// Whether the same will be refused again, however often it is tried.
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self {
            Self::Service(error) => error.is_not_found(),
            Self::Telegram(error) => matches!(error, SendError::TooLarge),
        }
    }

    /// What to tell who waits for it.
    #[must_use]
    pub fn in_words(&self, texts: &Texts) -> String {
        match self {
            Self::Service(error) if error.is_not_found() => t!(texts, "common-gone"),
            Self::Telegram(SendError::TooLarge) => t!(texts, "common-too-large"),
            Self::Service(_) | Self::Telegram(_) => t!(texts, "common-not-sent"),
        }
    }
}

impl From<ApiError> for ParcelError {
    fn from(error: ApiError) -> Self {
        Self::Service(error)
    }
}

impl From<SendError> for ParcelError {
    fn from(error: SendError) -> Self {
        Self::Telegram(error)
    }
}

/// Sends a parcel.
pub async fn send(person: &Person, telegram: &Telegram, chat: i64, parcel: &Parcel) -> Result<(), ParcelError> {
    match parcel {
        Parcel::Document { name, url } => {
            let file = person.download(url).await?;
            if file.length.is_some_and(|length| length > MAX_FILE) {
                return Err(SendError::TooLarge.into());
            }
            telegram.send_document(chat, name, file.bytes).await?;
        }
        Parcel::Text { name, text } => {
            telegram.send_document(chat, name, std::io::Cursor::new(text.clone().into_bytes())).await?;
        }
        Parcel::Album { urls, caption } => {
            telegram.uploading(chat).await;
            let pictures: Vec<_> = urls.iter().map(|url| person.picture(url)).collect();
            let mut pictures = iter(pictures).buffered(4);
            let mut album = Vec::new();
            while let Some(picture) = pictures.next().await {
                match picture {
                    Ok(picture) => album.push(picture),
                    // One that was deleted meanwhile does not keep back the others.
                    Err(error) if error.is_not_found() => {}
                    Err(error) => return Err(error.into()),
                }
            }
            drop(pictures);
            if !album.is_empty() {
                telegram.send_album(chat, album, caption).await?;
            }
        }
        Parcel::Export => export(person, telegram, chat).await?,
    }
    Ok(())
}

/// Everything of the person, in volumes that Telegram takes.
async fn export(person: &Person, telegram: &Telegram, chat: i64) -> Result<(), ParcelError> {
    let mut cursor: Option<String> = None;
    for volume in 1.. {
        let file = person.export(MAX_FILE, cursor.as_deref()).await?;
        let next = file.next;
        let name = if volume == 1 && next.is_none() { "aisha.zip".to_owned() } else { format!("aisha-{volume}.zip") };
        telegram.send_document(chat, &name, file.bytes).await?;
        let Some(next) = next else { break };
        cursor = Some(next);
    }
    Ok(())
}
