//! Who is calling: the key, and the person it acts for.

use std::time::Duration;

use aisha_openapi::problem::ProblemCode;
use aisha_openapi::vocabulary::Scope;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use super::problem::{Problem, unavailable};
use crate::app::App;
use crate::domain::api_key::{ApiKey, KeyText};
use crate::domain::event::Subscriber;
use crate::domain::ids::UserId;
use crate::domain::principal::Principal;
use crate::domain::user::User;
use crate::storage::{api_keys, users};

/// A caller whose key is good and who says, where it must, for whom it acts.
pub(super) struct Caller(Principal);

/// A caller who may also speak for all users of its issuer at once, by naming none.
pub(super) struct Reader {
    key: ApiKey,
    named: Option<Principal>,
}

impl Caller {
    /// The principal, if its key allows this.
    pub(super) fn with(self, scope: Scope) -> Result<Principal, Problem> {
        if self.0.may(scope) { Ok(self.0) } else { Err(lacks(scope)) }
    }

    /// The principal, if its key allows all of these.
    pub(super) fn with_all(self, scopes: &[Scope]) -> Result<Principal, Problem> {
        match scopes.iter().find(|scope| !self.0.may(**scope)) {
            Some(scope) => Err(lacks(*scope)),
            None => Ok(self.0),
        }
    }

    /// The principal, for what every key may do.
    pub(super) fn any(self) -> Principal {
        self.0
    }
}

impl Reader {
    /// The same, and the principal that does it: the account itself if the key acts for others and names none.
    pub(super) fn principal_with(self, scope: Scope) -> Result<(Principal, Subscriber), Problem> {
        let of_all = Principal {
            key_id: self.key.id,
            actor: self.key.user_id,
            subject: self.key.user_id,
            issuer: self.key.issuer.clone(),
            scopes: self.key.scopes.clone(),
        };
        let me = self.named.clone().unwrap_or(of_all);
        Ok((me, self.with(scope)?))
    }

    /// Whose events the caller may hear of, and who keeps its places in them, if its key allows this.
    pub(super) fn with(self, scope: Scope) -> Result<Subscriber, Problem> {
        let allowed = self.key.scopes.iter().any(|held| *held == scope || *held == Scope::Admin);
        match (self.named, self.key.issuer) {
            _ if !allowed => Err(lacks(scope)),
            (Some(principal), _) => Ok(Subscriber { user_id: principal.subject, issuer: None }),
            (None, issuer @ Some(_)) => Ok(Subscriber { user_id: self.key.user_id, issuer }),
            (None, None) => Err(must_name()),
        }
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let key = authenticate(&parts.headers, app).await?;
        principal(&key, &parts.headers, app).await?.map(Self).ok_or_else(must_name)
    }
}

impl FromRequestParts<App> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let key = authenticate(&parts.headers, app).await?;
        let named = principal(&key, &parts.headers, app).await?;
        Ok(Self { key, named })
    }
}

/// Finds the key that the request shows.
async fn authenticate(headers: &HeaderMap, app: &App) -> Result<ApiKey, Problem> {
    let shown = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    // The name of a scheme is written in any case (RFC 9110).
    let shown =
        shown.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let Some((_, shown)) = shown else {
        return Err(unauthenticated("Send your key as `Authorization: Bearer aisha_…`."));
    };
    let Some(text) = KeyText::parse(shown.trim()) else {
        return Err(unauthenticated("This is not a whole Aisha key. Copy it again, from `aisha_` to its end."));
    };
    let now = app.now();
    let key = api_keys::find(&app.db, text.id).await?.filter(|key| text.opens(key) && key.is_live(now));
    let key = key.ok_or_else(|| unauthenticated("The key is not valid, or no longer."))?;
    app.rate_limits.pass_key(key.id).map_err(|wait| too_many("This key has", wait))?;
    api_keys::touch(&app.db, &key, now).await?;
    Ok(key)
}

/// The principal of a request; `None` if the key acts for others and the request names nobody.
async fn principal(key: &ApiKey, headers: &HeaderMap, app: &App) -> Result<Option<Principal>, Problem> {
    let named = headers.get("act-as").map(|value| value.to_str().unwrap_or_default());
    let issuer = key.issuer.as_deref().filter(|_| key.scopes.contains(&Scope::ActAs));
    let (subject, issuer) = match (issuer, named) {
        (None, None) => (key.user_id, None),
        (None, Some(_)) => return Err(lacks(Scope::ActAs)),
        (Some(_), None) => return Ok(None),
        (Some(issuer), Some(named)) => (subject(app, issuer, named).await?, Some(issuer.to_owned())),
    };
    app.rate_limits.pass_user(subject).map_err(|wait| too_many("This person has", wait))?;
    Ok(Some(Principal { key_id: key.id, actor: key.user_id, subject, issuer, scopes: key.scopes.clone() }))
}

/// The person an issuer's key names, made on first sight.
async fn subject(app: &App, issuer: &str, named: &str) -> Result<UserId, Problem> {
    let Some((kind, external_id)) = named.split_once(':').filter(|(_, id)| is_external_id(id)) else {
        let detail = "`Act-As` must look like `telegram:<user id>`, the id of 1 to 64 letters, digits, - or _.";
        return Err(Problem::new(ProblemCode::BadRequest, detail));
    };
    // A key is bound to `telegram:<bot id>` and names `telegram:<user id>`: the same kind of issuer, or none of its own.
    if issuer.split(':').next() != Some(kind) {
        return Err(Problem::new(ProblemCode::Forbidden, "This key acts for the users of another issuer."));
    }
    if let Some(user) = users::find_external(&app.db, issuer, external_id).await? {
        return Ok(user.id);
    }
    let user = User {
        issuer: Some(issuer.to_owned()),
        external_id: Some(external_id.to_owned()),
        ..User::new(app.ids.next(), external_id.to_owned(), app.now())
    };
    let mut tx = app.begin().await?;
    let added = users::add(&mut tx, &user).await?;
    tx.commit().await?;
    if added {
        return Ok(user.id);
    }
    // Another request of the same person was faster; if they are gone again by now, the next request adds them.
    let found = users::find_external(&app.db, issuer, external_id).await?;
    Ok(found.ok_or_else(unavailable)?.id)
}

fn is_external_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn unauthenticated(detail: &str) -> Problem {
    Problem::new(ProblemCode::Unauthenticated, detail)
}

/// Whole seconds to wait, so that nobody comes back a moment too early.
fn too_many(who: &str, wait: Duration) -> Problem {
    let seconds = u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX).max(1);
    let detail = format!("{who} made too many requests in a short time. Go on in {seconds} s, and more slowly.");
    Problem::new(ProblemCode::RateLimited, detail).retry_after(seconds)
}

fn lacks(scope: Scope) -> Problem {
    Problem::new(ProblemCode::Forbidden, format!("The key lacks the scope `{scope}`."))
}

fn must_name() -> Problem {
    let detail = "This key acts for others: name the person with `Act-As: telegram:<user id>`.";
    Problem::new(ProblemCode::ActAsRequired, detail)
}
