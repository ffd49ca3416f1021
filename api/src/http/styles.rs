//! Styles and packs to choose from, and which of the styles the caller likes.

use std::collections::BTreeSet;

use aisha_openapi::styles::{Pack as PackBody, PackPicture, Style as StyleBody, StyleCatalogue, StyleCategory};
use aisha_openapi::vocabulary::{AspectRatio, Scope};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use sha2::{Digest as _, Sha256};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Caller;
use super::extract::Path;
use super::headers::{IfNoneMatchHeader, LanguageHeader};
use super::language::{AcceptLanguage, Language};
use super::problem::{Problem, internal};
use super::version::tagged;
use crate::app::App;
use crate::domain::style::{Catalogue, Pack, Style, Texts};
use crate::storage::styles;

/// The operations on styles.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(like, unlike))
}

/// List styles and packs
///
/// All of them at once, sorted into categories, in the order in which to show them. Names are in the language of
/// `Accept-Language`, or the one that you chose; ids never change.
#[utoipa::path(get, path = "/v1/styles", operation_id = "listStyles", tag = "styles",
    params(IfNoneMatchHeader, LanguageHeader),
    responses((status = 200, description = "What there is to choose from.", body = StyleCatalogue,
        headers(("ETag" = String, description = "Changes with what is told."))),
        (status = 304, description = "Still the same.")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    language: AcceptLanguage,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let language = language.or_chosen_by(&app, &me).await?;
    let favourites = styles::favourites(&app.db, me.subject).await?;
    let body = told(&app.settings.styles, &favourites, language);
    let bytes = serde_json::to_vec(&body).map_err(|_| internal())?;
    let mut response = tagged(&headers, &hex::encode(&Sha256::digest(bytes)[..8]), &body);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    // It is asked about each time and sent only when it has changed.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

/// Put a style among the favourites
#[utoipa::path(put, path = "/v1/styles/{style_id}/favourite", operation_id = "likeStyle", tag = "styles",
    params(("style_id" = String, Path, description = "The style."), LanguageHeader),
    responses((status = 200, description = "The style as it is now.", body = StyleBody)))]
async fn like(
    State(app): State<App>,
    caller: Caller,
    language: AcceptLanguage,
    Path(id): Path<String>,
) -> Result<axum::Json<StyleBody>, Problem> {
    let me = caller.with(Scope::AvatarsWrite)?;
    let language = language.or_chosen_by(&app, &me).await?;
    let style = app.settings.styles.style(&id).ok_or_else(Problem::not_found)?;
    styles::like(&app.db, me.subject, &id, app.now()).await?;
    Ok(axum::Json(show(style, true, language)))
}

/// Take a style out of the favourites
#[utoipa::path(delete, path = "/v1/styles/{style_id}/favourite", operation_id = "unlikeStyle", tag = "styles",
    params(("style_id" = String, Path, description = "The style."), LanguageHeader),
    responses((status = 200, description = "The style as it is now.", body = StyleBody)))]
async fn unlike(
    State(app): State<App>,
    caller: Caller,
    language: AcceptLanguage,
    Path(id): Path<String>,
) -> Result<axum::Json<StyleBody>, Problem> {
    let me = caller.with(Scope::AvatarsWrite)?;
    let language = language.or_chosen_by(&app, &me).await?;
    let style = app.settings.styles.style(&id).ok_or_else(Problem::not_found)?;
    styles::unlike(&app.db, me.subject, &id).await?;
    Ok(axum::Json(show(style, false, language)))
}

fn told(catalogue: &Catalogue, favourites: &BTreeSet<String>, language: Language) -> StyleCatalogue {
    let category = |category: &crate::domain::style::Category| StyleCategory {
        id: category.id.clone(),
        name: text(&category.name, language),
    };
    StyleCatalogue {
        categories: catalogue.categories.iter().map(category).collect(),
        styles: catalogue.styles.iter().map(|style| show(style, favourites.contains(&style.id), language)).collect(),
        packs: catalogue.packs.iter().map(|pack| show_pack(catalogue, pack, language)).collect(),
    }
}

fn show(style: &Style, is_favourite: bool, language: Language) -> StyleBody {
    StyleBody {
        id: style.id.clone(),
        category_id: style.category.clone(),
        name: text(&style.name, language),
        description: text(&style.description, language),
        prompt: style.prompt.as_str().to_owned(),
        negative_prompt: style.negative_prompt.clone(),
        aspect_ratio: style.aspect_ratio,
        is_favourite,
    }
}

fn show_pack(catalogue: &Catalogue, pack: &Pack, language: Language) -> PackBody {
    let picture = |picture: &crate::domain::style::PackPicture| {
        let style = picture.style.as_deref().and_then(|id| catalogue.style(id));
        let usual = pack.aspect_ratio.or(style.map(|style| style.aspect_ratio));
        PackPicture {
            style_id: picture.style.clone(),
            prompt: picture.prompt.as_ref().map(|prompt| prompt.as_str().to_owned()),
            aspect_ratio: picture.aspect_ratio.or(usual).unwrap_or(AspectRatio::Square),
        }
    };
    PackBody {
        id: pack.id.clone(),
        name: text(&pack.name, language),
        description: text(&pack.description, language),
        training_type: pack.training_type,
        pictures: pack.pictures.iter().map(picture).collect(),
    }
}

fn text(texts: &Texts, language: Language) -> String {
    match language {
        Language::En => texts.en.clone(),
        Language::Ru => texts.ru.clone(),
    }
}
