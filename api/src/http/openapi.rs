//! The OpenAPI document: gathered from the handlers, and completed with what holds for all of them.

use aisha_openapi::problem::Problem;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{AdditionalProperties, Schema};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, ContentBuilder, OpenApi, PathItem, RefOr, Required, ResponseBuilder};
use utoipa::{OpenApi as _, PartialSchema, ToSchema};

const PROBLEM: &str = "application/problem+json";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Aisha",
        description = "Personal AI avatars: create one, send photos, train it, and hear the moment it is ready.\n\n\
            Authenticate with `Authorization: Bearer aisha_…`. Every error is `application/problem+json` with a stable \
            `code` and a sentence that helps. Words in enums may grow: accept those you do not know."
    ),
    tags(
        (name = "avatars", description = "A person, a style or a thing that can be trained."),
        (name = "photos", description = "What an avatar learns from."),
        (name = "trainings", description = "One run of an avatar at fal."),
        (name = "generations", description = "Pictures made with an avatar."),
        (name = "transcriptions", description = "What is said in recordings, as text."),
        (name = "styles", description = "Ways to picture an avatar, and packs of pictures that are made together."),
        (name = "prompts", description = "What a model is told, worked on before."),
        (name = "events", description = "What happened, in order, none ever missed."),
        (name = "webhook endpoints", description = "Whom the service calls when something happens."),
        (name = "me", description = "The caller."),
        (name = "keys", description = "What opens the door, and how far."),
        (name = "admin", description = "What goes on in the whole service, for its operator."),
        (name = "webhooks", description = "What fal calls."),
        (name = "health", description = "For those who run the service.")
    ),
    components(schemas(Problem))
)]
struct Frame;

/// The part of the document that belongs to no handler.
pub(super) fn frame() -> OpenApi {
    Frame::openapi()
}

/// Adds what holds for every operation: who may call it, and how it may say no.
pub(super) fn complete(mut document: OpenApi) -> OpenApi {
    let components = document.components.get_or_insert_default();
    let key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An API key: `aisha_…`. Make one with `aisha-api keys create`."))
        .build();
    components.add_security_scheme("api_key", SecurityScheme::Http(key));
    for schema in components.schemas.values_mut() {
        if let RefOr::T(schema) = schema {
            require_all(schema);
        }
    }
    // The router marks what may hold slashes with a star; the document has no such mark.
    let paths = std::mem::take(&mut document.paths.paths);
    document.paths.paths = paths.into_iter().map(|(path, item)| (path.replace("{*", "{"), item)).collect();
    for item in document.paths.paths.values_mut() {
        for (takes_body, operation) in operations(item) {
            complete_operation(operation, takes_body);
        }
    }
    document
}

/// Schemas that refuse unknown fields are those sent to us. In all others, which are answers, every field is there.
fn require_all(schema: &mut Schema) {
    let Schema::Object(object) = schema else { return };
    let is_sent = matches!(object.additional_properties.as_deref(), Some(AdditionalProperties::FreeForm(false)));
    if !is_sent {
        object.required = object.properties.keys().cloned().collect();
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (bool, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    let read = [get, delete].into_iter().flatten().map(|operation| (false, operation));
    let write = [put, post, patch].into_iter().flatten().map(|operation| (operation.request_body.is_some(), operation));
    read.chain(write)
}

fn complete_operation(operation: &mut Operation, takes_body: bool) {
    // `security(())` in a handler's attribute makes it public.
    let is_public = operation.security.is_some();
    let parameters = operation.parameters.get_or_insert_default();
    let known =
        || parameters.iter().filter_map(|parameter| if let RefOr::T(known) = parameter { Some(known) } else { None });
    let has = |place: &ParameterIn| known().any(|parameter| parameter.parameter_in == *place);
    let named = |name: &str| known().any(|parameter| parameter.name == name);
    let mut refusals =
        vec![("500", "Something went wrong on our side."), ("503", "Not possible right now; try again.")];
    if has(&ParameterIn::Query) || has(&ParameterIn::Header) || takes_body {
        refusals.push(("400", "The request cannot be read."));
    }
    if has(&ParameterIn::Query) || takes_body {
        refusals.push(("422", "Some values are not right; `errors` says which."));
    }
    if has(&ParameterIn::Path) {
        refusals.push(("404", "There is no such thing, or it is not yours."));
    }
    if named("If-Match") {
        refusals.push(("412", "It has changed since it was read."));
        refusals.push(("409", "Another change came first."));
    }
    if named("Idempotency-Key") {
        refusals.push(("409", "The first request with this key is still being worked on."));
        refusals.push(("422", "The key was used for another request."));
    }
    if takes_body {
        refusals.push(("413", "The body is too large."));
        refusals.push(("415", "This content type is not accepted here."));
    }
    if !is_public {
        refusals.push(("400", "The key acts for others and the request names nobody."));
        refusals.push(("401", "No valid credentials."));
        refusals.push(("403", "The key does not allow this."));
        refusals.push(("429", "Too many requests in a short time; `Retry-After` says when to go on."));
        operation.security = Some(vec![SecurityRequirement::new::<_, _, String>("api_key", [])]);
        parameters.push(RefOr::T(act_as()));
    }
    if operation.operation_id.as_deref() == Some("receiveFalWebhook") {
        refusals.push(("401", "The signature does not hold."));
    }
    for (status, description) in refusals {
        let refusal = || RefOr::T(ResponseBuilder::new().description(description).build());
        let answer = operation.responses.responses.entry(status.to_owned()).or_insert_with(refusal);
        if let RefOr::T(answer) = answer {
            answer.content.entry(PROBLEM.to_owned()).or_insert_with(problem);
        }
    }
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        body.content.iter_mut().for_each(|(kind, content)| without_schema_of_bytes(kind, content));
    }
    for answer in operation.responses.responses.values_mut() {
        if let RefOr::T(answer) = answer {
            answer.content.iter_mut().for_each(|(kind, content)| without_schema_of_bytes(kind, content));
        }
    }
}

/// Plain bytes have no schema in OpenAPI 3.1: the type alone says what they are.
fn without_schema_of_bytes(kind: &str, content: &mut RefOr<Content>) {
    if let RefOr::T(content) = content
        && (kind.starts_with("image/")
            || kind.starts_with("audio/")
            || matches!(kind, "application/octet-stream" | "application/zip"))
    {
        content.schema = None;
    }
}

fn act_as() -> utoipa::openapi::path::Parameter {
    ParameterBuilder::new()
        .name("Act-As")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("For keys that act for others: the person meant, such as `telegram:777`."))
        .schema(Some(String::schema()))
        .build()
}

fn problem() -> RefOr<Content> {
    RefOr::T(ContentBuilder::new().schema(Some(utoipa::openapi::Ref::from_schema_name(Problem::name()))).build())
}
