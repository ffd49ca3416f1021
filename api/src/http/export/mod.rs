//! Everything of a person as one ZIP, or as several: `sections` are what is told of them, `files` the files in their
//! order, `volumes` how they are divided.

mod files;
mod sections;
mod volumes;

use aisha_openapi::problem::ProblemCode;
use aisha_openapi::vocabulary::Scope;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{AppendHeaders, IntoResponse as _, Response};
use futures_util::TryStreamExt as _;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::files::{File, Walk};
use self::sections::Out;
use self::volumes::{Place, SMALLEST, Volume};
use super::auth::Caller;
use super::extract::Query;
use super::headers::LanguageHeader;
use super::language::{AcceptLanguage, Language};
use super::problem::Problem;
use crate::app::App;
use crate::domain::principal::Principal;
use crate::files::Archive;

/// What is told of the person.
const DOCUMENT: &str = "export.json";
/// What should be there and is not.
const MISSING: &str = "missing.txt";

/// The operation.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(export))
}

/// What is wanted, and in which portions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ExportQuery {
    /// `false` leaves out what trainings have made; weights are by far the largest files.
    #[param(default = true)]
    weights: Option<bool>,
    /// The most that one ZIP may have, in bytes, 1000000 or more. Without it everything is in one, however large.
    #[param(minimum = 1_000_000, example = 45_000_000)]
    max_bytes: Option<u64>,
    /// `Next-Cursor` of the volume before.
    cursor: Option<String>,
}

/// For whom it is made, and how.
struct Export {
    app: App,
    me: Principal,
    language: Language,
    with_weights: bool,
}

/// What goes into one ZIP.
enum Contents {
    /// All there is, read while it is sent.
    Whole(Box<Walk>),
    /// What was chosen before.
    Volume(Volume),
}

/// Take everything with you
///
/// What the service knows of you, as a ZIP that is made while it is sent. `export.json` tells it: `person`, `avatars`,
/// `photos`, `trainings` with their `steps`, `generations`, `packs`, `shares`, `style_favourites` and `statistics`, each
/// thing as it stands in other answers, with the names of its files here in place of links; and `events`, `consumers`,
/// `webhook_endpoints` and `api_keys`, which are null if your key may not read them. Under `avatars/` lie, for each avatar,
/// `photos/` as they were sent, `trainings/` with weights and configuration, and `pictures/`. Nothing is compressed. A file
/// that should be there and is not is named in `missing.txt`, with the reason; what is deleted meanwhile is left out.
///
/// With `max_bytes` it comes in volumes, each a ZIP of its own of whole files and never larger: `Next-Cursor` leads to the
/// next one, until there is none. The first has `export.json`. A file that fits into no volume is named in the
/// `missing.txt` of the one where it would be, and comes with a larger `max_bytes`. New files may come on the way; what
/// was there at the beginning and stays comes once.
///
/// A ZIP that breaks off was not whole. This changes nothing, so it may be repeated at will.
#[utoipa::path(get, path = "/v1/me/export", operation_id = "exportMe", tag = "me", params(ExportQuery, LanguageHeader),
    responses((status = 200, description = "The ZIP.", body = Vec<u8>, content_type = "application/zip",
        headers(("Content-Disposition" = String, description = "What to call the file."),
            ("Next-Cursor" = Option<String>, description = "Give it as `cursor` to get the next volume; it is not there \
                on the last.")))))]
async fn export(
    State(app): State<App>,
    caller: Caller,
    language: AcceptLanguage,
    Query(query): Query<ExportQuery>,
) -> Result<Response, Problem> {
    let me = caller.with(Scope::AvatarsRead)?;
    let language = language.or_chosen_by(&app, &me).await?;
    let export = Export { app: app.clone(), me, language, with_weights: query.weights.unwrap_or(true) };
    let (contents, next) = match (query.max_bytes, &query.cursor) {
        (None, None) => (Contents::Whole(Box::new(Walk::new())), None),
        (None, Some(_)) => {
            return Err(Problem::field(
                "max_bytes",
                "required",
                "must be given with `cursor`, as for the volume before",
            ));
        }
        (Some(..SMALLEST), _) => {
            return Err(Problem::field("max_bytes", "out_of_range", format!("must be {SMALLEST} or more")));
        }
        (Some(max_bytes), cursor) => {
            let place = match cursor {
                Some(cursor) => Place::from_cursor(cursor, export.with_weights).ok_or_else(foreign_cursor)?,
                None => Place::Beginning,
            };
            let (volume, next) = Volume::choose(&export, place, max_bytes).await?;
            (Contents::Volume(volume), next)
        }
    };
    let next = next.map(|place| ("Next-Cursor", place.to_cursor(export.with_weights)));
    let name = format!("attachment; filename=\"aisha-{}.zip\"", app.now().format("%Y-%m-%d"));
    let headers = [(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, name)];
    let pieces = app.files.pack(|archive| export.fill(contents, archive));
    let pieces = pieces.inspect_err(|_| tracing::error!("an export broke off"));
    Ok((headers, AppendHeaders(next), Body::from_stream(pieces)).into_response())
}

impl Export {
    async fn fill(self, contents: Contents, mut archive: Archive) -> Result<Archive, Problem> {
        let now = self.app.now();
        let missing = match contents {
            Contents::Whole(mut walk) => {
                archive.begin(DOCUMENT, now)?;
                sections::write(&self, &mut Out::Archive(&mut archive)).await?;
                let mut missing = String::new();
                while let Some(file) = walk.next(&self).await? {
                    self.add(&file, &mut archive, &mut missing).await?;
                }
                missing
            }
            Contents::Volume(volume) => {
                if let Some(document) = volume.document {
                    archive.add_local(DOCUMENT, document, now).await?;
                }
                let mut missing = volume.too_large;
                for file in &volume.files {
                    self.add(file, &mut archive, &mut missing).await?;
                }
                missing
            }
        };
        if !missing.is_empty() {
            archive.begin(MISSING, now)?;
            archive.write(missing.as_bytes()).await?;
        }
        Ok(archive)
    }

    /// Adds a file. One that is not there is missed, unless what it was of was deleted a moment ago.
    async fn add(&self, file: &File, archive: &mut Archive, missing: &mut String) -> Result<(), Problem> {
        if !archive.add(&file.packed).await? && file.is_wanted(self).await? {
            tracing::error!(object = %file.packed.key, "an object that an export wants is not in the store");
            missing.push_str(&missed(&file.packed.name, "it is not in the store any more"));
        }
        Ok(())
    }
}

/// A line of what is missing.
fn missed(name: &str, reason: &str) -> String {
    format!("{name}: {reason}\n")
}

fn foreign_cursor() -> Problem {
    let detail = "Begin again without a cursor, or with the same `weights` as for the volume before.";
    Problem::new(ProblemCode::InvalidCursor, detail)
}
