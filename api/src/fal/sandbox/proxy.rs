//! The detour that fal's browser client takes through a server which holds the key: one path, the true target in a
//! header.

use axum::Router;
use axum::extract::Request;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use tower::ServiceExt;
use url::Url;

use super::reply;
use crate::domain::secret::Secret;

const TARGET: &str = "x-fal-target-url";
const HOSTS: [&str; 3] = ["fal.run", "fal.ai", "fal.media"];

/// The same service, reached through the proxy path too, with this key.
pub(super) fn in_front_of(direct: Router, key: &Secret) -> Router {
    let target = direct.clone();
    // A key that no header can carry is one that no caller can have sent either: it is refused behind the proxy.
    let key = HeaderValue::try_from(format!("Key {}", key.expose())).unwrap_or(HeaderValue::from_static("Key"));
    direct.route("/api/fal/proxy", any(move |request| forward(target, key, request)))
}

async fn forward(direct: Router, key: HeaderValue, mut request: Request) -> Response {
    let Some(target) = request.headers_mut().remove(TARGET) else {
        return reply::detail(StatusCode::BAD_REQUEST, "Missing the x-fal-target-url header");
    };
    let Some(uri) = target.to_str().ok().and_then(path_of) else {
        return reply::detail(StatusCode::PRECONDITION_FAILED, "Invalid x-fal-target-url header");
    };
    *request.uri_mut() = uri;
    // The proxy is the one who has the key.
    request.headers_mut().entry(AUTHORIZATION).or_insert(key);
    direct.oneshot(request).await.into_response()
}

fn path_of(target: &str) -> Option<Uri> {
    let target = Url::parse(target).ok()?;
    let host = target.host_str()?;
    let known =
        HOSTS.iter().any(|known| host == *known || host.strip_suffix(known).is_some_and(|rest| rest.ends_with('.')));
    let local = matches!(host, "127.0.0.1" | "localhost" | "[::1]");
    let path = &target[url::Position::BeforePath..url::Position::AfterQuery];
    if known || local { path.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_fals_hosts_are_targets() {
        let path = |target| path_of(target).map(|uri| uri.to_string());
        assert_eq!(path("https://queue.fal.run/fal-ai/x?fal_webhook=a").as_deref(), Some("/fal-ai/x?fal_webhook=a"));
        assert_eq!(path("https://rest.fal.ai/storage/upload/initiate").as_deref(), Some("/storage/upload/initiate"));
        for foreign in ["https://evil.example/x", "https://notfal.run/x", "https://fal.run.evil.example/x", "x"] {
            assert_eq!(path(foreign), None, "{foreign}");
        }
    }
}
