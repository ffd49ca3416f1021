//! Advice on an avatar's photos before any money is spent.

use aisha_openapi::preflight::{PhotoElsewhere, PhotoVerdict, Preflight, Recommendation};
use aisha_openapi::vocabulary::{Importance, Preset, RecommendationCode, Scope};
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::dedupe;
use super::show::{near_duplicate, told};
use super::words;
use crate::app::App;
use crate::domain::ids::{AvatarId, PhotoId};
use crate::domain::photo::Photo;
use crate::domain::photo::judgement::verdict;
use crate::domain::photo::likeness::distance;
use crate::domain::photo::preflight::{Advice, Assessment, Needs};
use crate::http::auth::Caller;
use crate::http::extract::Path;
use crate::http::headers::LanguageHeader;
use crate::http::language::{AcceptLanguage, Language};
use crate::http::problem::Problem;
use crate::http::trainings::{photos_needed, quote};
use crate::storage::{avatars, photos};

/// How many photos of other avatars are looked at, the newest first.
const ELSEWHERE: i64 = 1000;

/// The operation.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(preflight))
}

/// Check an avatar before training
///
/// Free, without any effect, and always the same for the same photos: what the checks say of each photo, which look the
/// same, how varied the set is, what each preset costs and takes, and what to do, the most important first.
#[utoipa::path(post, path = "/v1/avatars/{avatar_id}/preflight", operation_id = "preflightAvatar", tag = "photos",
    params(("avatar_id" = uuid::Uuid, Path, description = "The avatar."), LanguageHeader),
    responses((status = 200, description = "The advice.", body = Preflight)))]
async fn preflight(
    State(app): State<App>,
    caller: Caller,
    language: AcceptLanguage,
    Path(avatar_id): Path<AvatarId>,
) -> Result<axum::Json<Preflight>, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let language = language.or_chosen_by(&app, &me).await?;
    let avatar = avatars::find(&app.db, me.subject, avatar_id).await?.ok_or_else(Problem::not_found)?;
    let album = photos::list(&app.db, me.subject, avatar_id).await?;
    let others = photos::list_elsewhere(&app.db, me.subject, avatar_id, ELSEWHERE).await?;
    let needs = Needs { minimum: photos_needed(&app, &avatar), advised: app.settings.photos.advised.into() };
    let assessment = Assessment::of(&avatar.details, &album, &app.settings.rules, needs);
    let elsewhere = elsewhere(&album, &others, app.settings.rules.thresholds.near_duplicate);
    let presets = Preset::ALL.iter().filter_map(|&preset| {
        let kind = avatar.details.training_type?;
        Some(quote(&app, kind, preset, assessment.count.usable))
    });
    Ok(axum::Json(Preflight {
        avatar_id: avatar_id.0,
        ready: assessment.is_ready(),
        missing: assessment.missing.iter().map(|&name| name.to_owned()).collect(),
        count: assessment.count,
        photos: (0..).zip(&album).map(|(index, photo)| of(&app, photo, &assessment, index, language)).collect(),
        near_duplicates: assessment.near_duplicates.iter().map(dedupe::told).collect(),
        variety: assessment.variety,
        presets: presets.collect(),
        recommendations: recommendations(&assessment, &elsewhere, language),
        elsewhere,
    }))
}

fn of(app: &App, photo: &Photo, assessment: &Assessment, index: usize, language: Language) -> PhotoVerdict {
    let mut issues = assessment.issues[index].clone();
    let twin = assessment.near_duplicates.iter().flat_map(|cluster| &cluster.others).find(|(id, _)| *id == photo.id);
    issues.extend(twin.map(|&(_, distance)| near_duplicate(app, distance)));
    PhotoVerdict {
        photo_id: photo.id.0,
        upload_order: photo.upload_order,
        excluded: photo.excluded,
        verdict: verdict(&issues),
        issues: issues.iter().map(|issue| told(issue, language)).collect(),
    }
}

/// For each photo the nearest one of another avatar, if it looks the same.
fn elsewhere(album: &[Photo], others: &[Photo], most: u32) -> Vec<PhotoElsewhere> {
    let nearest = |photo: &Photo| {
        let near = others.iter().filter_map(|other| Some((distance(photo, other)?, other)));
        let (distance, other) = near.min_by_key(|(distance, other)| (*distance, other.id))?;
        let (avatar_id, other_photo_id) = (other.avatar_id.0, other.id.0);
        (distance <= most).then_some(PhotoElsewhere { photo_id: photo.id.0, avatar_id, other_photo_id, distance })
    };
    album.iter().filter_map(nearest).collect()
}

fn recommendations(assessment: &Assessment, elsewhere: &[PhotoElsewhere], language: Language) -> Vec<Recommendation> {
    let mut advice = assessment.advice.clone();
    if !elsewhere.is_empty() {
        advice.push(Advice {
            code: RecommendationCode::UsedElsewhere,
            importance: Importance::Advised,
            count: i64::try_from(elsewhere.len()).unwrap_or(i64::MAX),
            photos: elsewhere.iter().map(|found| PhotoId(found.photo_id)).collect(),
        });
    }
    let told = advice.iter().map(|advice| Recommendation {
        code: advice.code,
        importance: advice.importance,
        detail: words::advice(advice, assessment.count.minimum, language),
        photo_ids: advice.photos.iter().map(|id| id.0).collect(),
    });
    told.collect()
}
