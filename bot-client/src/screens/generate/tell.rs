//! What is told of pictures beside the card.

use uuid::Uuid;

use super::{made, pack};
use crate::api::{ApiError, Person};
use crate::screens::Parcel;
use crate::texts::Texts;
use crate::view::View;

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Nothing: it is told with others.
    Nothing,
    /// Why there is nothing to see.
    Words(View),
    /// What there is to see.
    Pictures(Parcel),
}

/// How a generation has ended: its pictures, or why there are none.
pub async fn tell(person: &Person, texts: &Texts, id: Uuid) -> Result<Told, ApiError> {
    let generation = person.generation(id).await?;
    if generation.pack_id.is_some() {
        return Ok(Told::Nothing);
    }
    let avatar = person.avatar(generation.avatar_id).await?;
    Ok(match made::album(texts, &generation, &avatar) {
        Some(album) => Told::Pictures(album),
        None => Told::Words(made::notice(texts, &generation, &avatar)),
    })
}

/// The same in words alone.
pub async fn tell_in_words(person: &Person, texts: &Texts, id: Uuid) -> Result<View, ApiError> {
    let generation = person.generation(id).await?;
    let avatar = person.avatar(generation.avatar_id).await?;
    Ok(made::notice(texts, &generation, &avatar))
}

/// How a run of a pack has ended: all its pictures in one, or why there are none.
pub async fn tell_pack(person: &Person, texts: &Texts, id: Uuid) -> Result<Told, ApiError> {
    let run = person.pack(id).await?;
    let avatar = person.avatar(run.avatar_id).await?;
    let styles = person.styles().await?;
    let name = super::name_of_pack(&styles, run.pack_id.as_deref());
    Ok(match pack::sheet(texts, &run, &avatar, name) {
        Some(sheet) => Told::Pictures(sheet),
        None => Told::Words(pack::notice(texts, &run, &avatar, name)),
    })
}

/// The same in words alone.
pub async fn tell_pack_in_words(person: &Person, texts: &Texts, id: Uuid) -> Result<View, ApiError> {
    let run = person.pack(id).await?;
    let avatar = person.avatar(run.avatar_id).await?;
    let styles = person.styles().await?;
    Ok(pack::notice(texts, &run, &avatar, super::name_of_pack(&styles, run.pack_id.as_deref())))
}
