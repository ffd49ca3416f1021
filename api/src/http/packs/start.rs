//! Asking for the pictures of a pack.

use aisha_openapi::packs::{NewPackRun, PackQuote, PackRun as PackRunBody};
use aisha_openapi::vocabulary::{AspectRatio, Scope, WarningCode};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::show;
use crate::app::App;
use crate::domain::avatar::Avatar;
use crate::domain::ids::AvatarId;
use crate::domain::style::{MOST_PICTURES, Style};
use crate::domain::training::Training;
use crate::http::auth::Caller;
use crate::http::extract::{Json, Path, Query};
use crate::http::generations::{LaunchQuery, training_of, warnings};
use crate::http::headers::RequiredIdempotencyHeader;
use crate::http::held;
use crate::http::idempotency::{Claim, IdempotencyKey, Reply};
use crate::http::problem::Problem;
use crate::http::spending::{self, usd};
use crate::launch::packs::{PackLaunch, Set};
use crate::storage::{avatars, trainings};

/// The start.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(start))
}

/// Make the pictures of a pack
///
/// Each is a generation of its own, and all are begun or none: the caps of the day must have room for the whole. It costs
/// money, so an `Idempotency-Key` is required: the same key begins it once. Follow it with `GET /v1/packs/{id}`, or wait
/// for `pack.completed` in the events, which is told once, when the last of its generations has ended.
#[utoipa::path(post, path = "/v1/avatars/{avatar_id}/packs", operation_id = "startPackRun", tag = "styles",
    params(("avatar_id" = uuid::Uuid, Path, description = "The avatar."), LaunchQuery, RequiredIdempotencyHeader),
    request_body(content = NewPackRun, example = json!({"pack_id": "business_portraits"})),
    responses((status = 202, description = "It is under way.", body = PackRunBody,
            headers(("Location" = String, description = "The run."),
                ("Retry-After" = u32, description = "When to look again, in seconds."))),
        (status = 200, description = "What it would cost (`dry_run=true`).", body = PackQuote),
        (status = 409, description = "The avatar has no trained model.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key does not allow this, or no day allows so much money."),
        (status = 429, description = "A cap of the day is reached; `Retry-After` says when it opens again.",
            body = aisha_openapi::problem::Problem, content_type = "application/problem+json",
            headers(("Retry-After" = u32, description = "When the next day begins, in seconds.")))))]
async fn start(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    Path(avatar_id): Path<AvatarId>,
    Query(query): Query<LaunchQuery>,
    body: Json<NewPackRun>,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::GenerationsCreate)?;
    let named = body.value.training_id;
    let asked = Asked::read(&app, &body.value)?;
    let no_such_training = || Problem::field("/training_id", "unknown", "must be a training of this avatar");
    if query.dry_run == Some(true) {
        let avatar = avatars::find(&app.db, me.subject, avatar_id).await?.ok_or_else(Problem::not_found)?;
        let found = trainings::find(&app.db, me.subject, training_of(&avatar, named)?).await?;
        let training = found.filter(|training| training.avatar_id == avatar_id).ok_or_else(no_such_training)?;
        return Ok(axum::Json(quote(&asked.launch(&app, &avatar, &training)?)).into_response());
    }
    let key = key.required()?;
    let mut tx = match key.claim(&app, &me, &body.request_sha256).await? {
        Claim::Replay(response) => return Ok(response),
        Claim::Fresh(tx) => tx,
    };
    spending::hold(&app, &mut tx, &me).await?;
    let avatar = held::lock(&mut tx, &me, avatar_id).await?;
    let found = trainings::find_held(&mut tx, avatar_id, training_of(&avatar, named)?).await?;
    let training = found.ok_or_else(no_such_training)?;
    let launch = asked.launch(&app, &avatar, &training)?;
    let run = launch.begin(&app, &mut tx, &spending::payer(&me), &avatar, &training).await;
    let run = run.map_err(|error| spending::refused(&app, error))?;
    let reply = Reply::new(StatusCode::ACCEPTED, &show(&run))?.at(format!("/v1/packs/{}", run.id));
    key.keep(&mut tx, &me, &reply).await?;
    app.commit(tx).await?;
    let mut response = reply.into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    Ok(response)
}

/// A set that was asked for, of nobody yet.
struct Asked<'a> {
    set: Set<'a>,
    aspect_ratio: Option<AspectRatio>,
    num_images: i32,
}

impl<'a> Asked<'a> {
    /// Checks every field.
    fn read(app: &'a App, new: &NewPackRun) -> Result<Self, Problem> {
        if !(1..=4).contains(&new.num_images) {
            return Err(Problem::field("/num_images", "out_of_range", "must be from 1 to 4"));
        }
        let catalogue = &app.settings.styles;
        let set = match (&new.pack_id, new.styles.as_slice()) {
            (Some(id), []) => {
                let pack = catalogue.pack(id);
                Set::Pack(pack.ok_or_else(|| Problem::field("/pack_id", "unknown", "must be one of `GET /v1/styles`"))?)
            }
            (None, [_, ..]) => Set::Styles(styles(app, &new.styles)?),
            _ => return Err(Problem::field("/pack_id", "one_of", "name either a pack or styles")),
        };
        Ok(Self { set, aspect_ratio: new.aspect_ratio, num_images: new.num_images })
    }

    fn launch(&self, app: &App, avatar: &Avatar, training: &Training) -> Result<PackLaunch, Problem> {
        let launch = PackLaunch::new(app, avatar, training, &self.set, self.aspect_ratio, self.num_images);
        launch.map_err(|error| spending::refused(app, error))
    }
}

fn styles<'a>(app: &'a App, ids: &[String]) -> Result<Vec<&'a Style>, Problem> {
    if ids.len() > MOST_PICTURES {
        return Err(Problem::field("/styles", "length", format!("may have at most {MOST_PICTURES} styles")));
    }
    let find = |(number, id): (usize, &String)| {
        let unknown = || Problem::field(&format!("/styles/{number}"), "unknown", "must be one of `GET /v1/styles`");
        app.settings.styles.style(id).ok_or_else(unknown)
    };
    ids.iter().enumerate().map(find).collect()
}

fn quote(launch: &PackLaunch) -> PackQuote {
    let mut codes: Vec<WarningCode> = launch.launches.iter().flat_map(|one| one.warnings.iter().copied()).collect();
    codes.sort_unstable();
    codes.dedup();
    PackQuote {
        endpoint: launch.launches.first().map(|one| one.endpoint().to_owned()).unwrap_or_default(),
        generations: i64::try_from(launch.launches.len()).unwrap_or(i64::MAX),
        num_images: launch.launches.iter().map(|one| i64::from(one.wish.num_images)).sum(),
        cost_estimate_usd: usd(launch.cost_microusd()),
        warnings: warnings(&codes),
    }
}
