//! What is told of a person: one JSON document of many sections, written as it is read.

use aisha_openapi::vocabulary::Scope;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::fs::File;
use tokio::io::{AsyncWriteExt as _, BufWriter};

use super::Export;
use super::files::{avatar_after, page, photo_name, picture_name, place, recording_name, training_name};
use crate::domain::avatar::Avatar;
use crate::domain::event::{Audience, EventFilter, Subscriber};
use crate::domain::share::pictures;
use crate::files::{Archive, FilesError};
use crate::http::photos::Album;
use crate::http::problem::{Problem, internal};
use crate::http::{
    api_keys, avatars, consumers, generations, me, packs, shares, statistics, trainings, transcriptions,
    webhook_endpoints,
};
use crate::storage;
use crate::storage::generations::Filter;

/// Events that are read at once.
const EVENTS: i64 = 100;

/// Where the document goes.
pub(super) enum Out<'a> {
    /// Into the file of a ZIP that was begun last.
    Archive(&'a mut Archive),
    /// Into a file of this machine.
    Local(&'a mut BufWriter<File>),
}

/// What the document holds, in its order.
#[derive(Debug, Clone, Copy)]
enum Section {
    Person,
    Statistics,
    StyleFavourites,
    Avatars,
    Photos,
    Trainings,
    Generations,
    Packs,
    Shares,
    Transcriptions,
    Events,
    Consumers,
    WebhookEndpoints,
    ApiKeys,
}

/// Writes the whole document.
pub(super) async fn write(export: &Export, out: &mut Out<'_>) -> Result<(), Problem> {
    out.write(format!("{{\"exported_at\": {}", text(&export.app.now())?).as_bytes()).await?;
    for section in Section::ALL {
        out.write(format!(",\n\"{}\": ", section.name()).as_bytes()).await?;
        if export.me.may(section.scope()) {
            section.write(export, out).await?;
        } else {
            out.write(b"null").await?;
        }
    }
    out.write(b"\n}\n").await
}

impl Section {
    const ALL: &[Self] = &[
        Self::Person,
        Self::Statistics,
        Self::StyleFavourites,
        Self::Avatars,
        Self::Photos,
        Self::Trainings,
        Self::Generations,
        Self::Packs,
        Self::Shares,
        Self::Transcriptions,
        Self::Events,
        Self::Consumers,
        Self::WebhookEndpoints,
        Self::ApiKeys,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Statistics => "statistics",
            Self::StyleFavourites => "style_favourites",
            Self::Avatars => "avatars",
            Self::Photos => "photos",
            Self::Trainings => "trainings",
            Self::Generations => "generations",
            Self::Packs => "packs",
            Self::Shares => "shares",
            Self::Transcriptions => "transcriptions",
            Self::Events => "events",
            Self::Consumers => "consumers",
            Self::WebhookEndpoints => "webhook_endpoints",
            Self::ApiKeys => "api_keys",
        }
    }

    /// What a key must be allowed to see it: the same as where it is read by itself.
    const fn scope(self) -> Scope {
        match self {
            Self::Events | Self::Consumers | Self::WebhookEndpoints => Scope::EventsRead,
            Self::ApiKeys => Scope::KeysManage,
            _ => Scope::AvatarsRead,
        }
    }

    async fn write(self, export: &Export, out: &mut Out<'_>) -> Result<(), Problem> {
        let (app, owner) = (&export.app, export.me.subject);
        match self {
            Self::Person => {
                let user = storage::users::find(&app.db, owner).await?.ok_or_else(Problem::not_found)?;
                return out.write(text(&without(&me::show(user, export.me.clone()), &["scopes"])?)?.as_bytes()).await;
            }
            Self::Statistics => {
                let counted = storage::statistics::of_owner(&app.db, owner, None).await?;
                return out.write(text(&statistics::show(&counted))?.as_bytes()).await;
            }
            _ => {}
        }
        let mut list = List { out, is_empty: true };
        list.out.write(b"[").await?;
        match self {
            Self::Person | Self::Statistics => {}
            Self::StyleFavourites => {
                for id in storage::styles::favourites(&app.db, owner).await? {
                    list.push(&id).await?;
                }
            }
            Self::Avatars | Self::Photos | Self::Trainings | Self::Generations => {
                let mut after = None;
                while let Some(avatar) = avatar_after(export, after).await? {
                    after = Some(place(avatar.created_at, avatar.id.0));
                    match self {
                        Self::Photos => photos_of(export, &avatar, &mut list).await?,
                        Self::Trainings => trainings_of(export, &avatar, &mut list).await?,
                        Self::Generations => generations_of(export, &avatar, &mut list).await?,
                        _ => list.push(&avatars::show(app, &avatar)).await?,
                    }
                }
            }
            Self::Packs => packs_of(export, &mut list).await?,
            Self::Shares => shares_of(export, &mut list).await?,
            Self::Transcriptions => transcriptions_of(export, &mut list).await?,
            Self::Events => events_of(export, &mut list).await?,
            Self::Consumers => {
                for consumer in storage::consumers::list(&app.db, &subscriber(export)).await? {
                    list.push(&consumers::show(consumer)).await?;
                }
            }
            Self::WebhookEndpoints => webhook_endpoints_of(export, &mut list).await?,
            Self::ApiKeys => api_keys_of(export, &mut list).await?,
        }
        list.out.write(b"]").await
    }
}

async fn photos_of(export: &Export, avatar: &Avatar, list: &mut List<'_, '_>) -> Result<(), Problem> {
    let album = Album::of(&export.app, avatar, export.language).await?;
    for photo in &album.photos {
        let links = ["original_url", "thumbnail_url", "training_url", "face_url", "urls_expire_at"];
        let mut shown = without(&album.without_links(&export.app, photo), &links)?;
        shown["file"] = photo_name(avatar, photo).into();
        list.push(&shown).await?;
    }
    Ok(())
}

async fn trainings_of(export: &Export, avatar: &Avatar, list: &mut List<'_, '_>) -> Result<(), Problem> {
    let (db, owner) = (&export.app.db, export.me.subject);
    let mut next = Some(page(None));
    while let Some(request) = next {
        let found = storage::trainings::list(db, owner, avatar.id, &request).await?;
        for training in &found.items {
            let links = ["diffusers_lora_file_url", "config_file_url"];
            let mut shown = without(&trainings::without_links(training), &links)?;
            let name = |key: &String| training_name(avatar, training, key);
            shown["weights_file"] = json!(training.lora_key.as_ref().map(name));
            shown["config_file"] = json!(training.config_key.as_ref().map(name));
            let steps = storage::trainings::list_steps(db, owner, training.id).await?;
            shown["steps"] = json!(steps.into_iter().map(trainings::show_step).collect::<Vec<_>>());
            list.push(&shown).await?;
        }
        next = found.next.map(|place| page(Some(place)));
    }
    Ok(())
}

async fn generations_of(export: &Export, avatar: &Avatar, list: &mut List<'_, '_>) -> Result<(), Problem> {
    let filter = Filter { avatar_id: Some(avatar.id), ..Filter::default() };
    let mut next = Some(page(None));
    while let Some(request) = next {
        let found = storage::generations::list(&export.app.db, export.me.subject, &filter, &request).await?;
        for generation in &found.items {
            let body = generations::without_links(generation);
            let mut shown = without(&body, &["images"])?;
            let mut images = Vec::with_capacity(body.images.len());
            for image in &body.images {
                images.push(without(image, &["url", "thumbnail_url"])?);
            }
            for image in &mut images {
                image["file"] = Value::Null;
            }
            for (number, image) in pictures(generation) {
                let name = picture_name(avatar, generation.id, number, image.format);
                images[number as usize - 1]["file"] = name.into();
            }
            shown["images"] = images.into();
            list.push(&shown).await?;
        }
        next = found.next.map(|place| page(Some(place)));
    }
    Ok(())
}

async fn packs_of(export: &Export, list: &mut List<'_, '_>) -> Result<(), Problem> {
    let mut next = Some(page(None));
    while let Some(request) = next {
        let filter = storage::packs::Filter::default();
        let found = storage::packs::list(&export.app.db, export.me.subject, &filter, &request).await?;
        for run in &found.items {
            list.push(&packs::show(run)).await?;
        }
        next = found.next.map(|place| page(Some(place)));
    }
    Ok(())
}

async fn shares_of(export: &Export, list: &mut List<'_, '_>) -> Result<(), Problem> {
    let (db, owner, now) = (&export.app.db, export.me.subject, export.app.now());
    let mut next = Some(page(None));
    while let Some(request) = next {
        let found = storage::shares::list(db, owner, None, &request, now).await?;
        for share in found.items {
            list.push(&without(&shares::show(share), &["url"])?).await?;
        }
        next = found.next.map(|place| page(Some(place)));
    }
    Ok(())
}

async fn transcriptions_of(export: &Export, list: &mut List<'_, '_>) -> Result<(), Problem> {
    let filter = storage::transcriptions::Filter::default();
    let mut next = Some(page(None));
    while let Some(request) = next {
        let found = storage::transcriptions::list(&export.app.db, export.me.subject, &filter, &request).await?;
        for transcription in found.items {
            let file = recording_name(&transcription);
            let whole = transcriptions::show_whole(&export.app, transcription).await?;
            let mut shown = serde_json::to_value(whole).map_err(|_| internal())?;
            shown["file"] = file.into();
            list.push(&shown).await?;
        }
        next = found.next.map(|place| page(Some(place)));
    }
    Ok(())
}

async fn events_of(export: &Export, list: &mut List<'_, '_>) -> Result<(), Problem> {
    let (audience, filter) = (Audience::User(export.me.subject), EventFilter::default());
    let mut seen = Some(0);
    while let Some(after) = seen {
        let found = storage::events::list_after(&export.app.db, &audience, after, &filter, EVENTS).await?;
        seen = found.last().and_then(|event| event.seq);
        for event in found {
            list.push(&event.into_body()).await?;
        }
    }
    Ok(())
}

async fn webhook_endpoints_of(export: &Export, list: &mut List<'_, '_>) -> Result<(), Problem> {
    let owner = subscriber(export);
    let mut next = Some(page(None));
    while let Some(request) = next {
        let found = storage::webhook_endpoints::list(&export.app.db, &owner, &request).await?;
        for endpoint in &found.items {
            list.push(&without(&webhook_endpoints::show(endpoint)?, &["secret"])?).await?;
        }
        next = found.next.map(|place| page(Some(place)));
    }
    Ok(())
}

async fn api_keys_of(export: &Export, list: &mut List<'_, '_>) -> Result<(), Problem> {
    let mut next = Some(page(None));
    while let Some(request) = next {
        let found = storage::api_keys::list(&export.app.db, export.me.subject, &request).await?;
        for key in found.items {
            list.push(&api_keys::show(key)).await?;
        }
        next = found.next.map(|place| page(Some(place)));
    }
    Ok(())
}

fn subscriber(export: &Export) -> Subscriber {
    Subscriber { user_id: export.me.subject, issuer: None }
}

/// A list in the document.
struct List<'a, 'b> {
    out: &'a mut Out<'b>,
    is_empty: bool,
}

impl List<'_, '_> {
    async fn push(&mut self, item: &(impl Serialize + Sync)) -> Result<(), Problem> {
        let separator = if std::mem::take(&mut self.is_empty) { "\n" } else { ",\n" };
        self.out.write(format!("{separator}{}", text(item)?).as_bytes()).await
    }
}

impl Out<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        match self {
            Self::Archive(archive) => archive.write(bytes).await?,
            Self::Local(file) => file
                .write_all(bytes)
                .await
                .map_err(|source| FilesError::Local { doing: "write a temporary file", source })?,
        }
        Ok(())
    }
}

/// A thing without these fields.
fn without(thing: &impl Serialize, fields: &[&str]) -> Result<Value, Problem> {
    let mut value = serde_json::to_value(thing).map_err(|_| internal())?;
    if let Some(object) = value.as_object_mut() {
        object.retain(|name, _| !fields.contains(&name.as_str()));
    }
    Ok(value)
}

fn text(thing: &impl Serialize) -> Result<String, Problem> {
    serde_json::to_string(thing).map_err(|_| internal())
}
