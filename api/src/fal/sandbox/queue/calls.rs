//! Which call a method and a path are.

use axum::http::{Method, StatusCode, Uri};

use crate::fal::address::app_of;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Call<'a> {
    Submit { endpoint: &'a str },
    OfRequest { app: &'a str, id: &'a str, what: What },
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum What {
    Status,
    Stream,
    Result,
    Cancel,
}

impl<'a> Call<'a> {
    pub(super) fn read(method: &Method, path: &'a str) -> Result<Self, StatusCode> {
        let path = path.trim_matches('/');
        let Some((app, rest)) = path.split_once("/requests/") else {
            let endpoint = path;
            return match app_of(endpoint) {
                Some(_) if method == Method::POST => Ok(Self::Submit { endpoint }),
                Some(_) => Err(StatusCode::METHOD_NOT_ALLOWED),
                None => Err(StatusCode::NOT_FOUND),
            };
        };
        let (id, tail) = rest.split_once('/').unwrap_or((rest, ""));
        let (expected, what) = match tail {
            // The documentation shows the result with and without the suffix.
            "" | "response" => (Method::GET, What::Result),
            "status" => (Method::GET, What::Status),
            "status/stream" => (Method::GET, What::Stream),
            "cancel" => (Method::PUT, What::Cancel),
            _ => return Err(StatusCode::NOT_FOUND),
        };
        if *method == expected { Ok(Self::OfRequest { app, id, what }) } else { Err(StatusCode::METHOD_NOT_ALLOWED) }
    }
}

/// Whether requests of `endpoint` are found under this path: its app, or the whole endpoint id, which the schemas of
/// single models show.
pub(super) fn names(path: &str, endpoint: &str) -> bool {
    path == endpoint || app_of(endpoint).is_some_and(|app| path == app)
}

/// A parameter of the query string.
pub(super) fn query(uri: &Uri, name: &str) -> Option<String> {
    let query = uri.query()?.as_bytes();
    url::form_urlencoded::parse(query).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_request(app: &str, what: What) -> Call<'_> {
        Call::OfRequest { app, id: "7", what }
    }

    #[test]
    fn each_path_is_read_as_its_call() {
        let post = |path| Call::read(&Method::POST, path);
        let get = |path| Call::read(&Method::GET, path);
        assert_eq!(post("/fal-ai/flux-2/lora"), Ok(Call::Submit { endpoint: "fal-ai/flux-2/lora" }));
        assert_eq!(get("/fal-ai/flux-2/requests/7"), Ok(of_request("fal-ai/flux-2", What::Result)));
        assert_eq!(get("/fal-ai/flux-2/requests/7/response"), Ok(of_request("fal-ai/flux-2", What::Result)));
        assert_eq!(get("/fal-ai/flux-2/lora/requests/7/status"), Ok(of_request("fal-ai/flux-2/lora", What::Status)));
        assert_eq!(get("/workflows/ann/x/requests/7/status/stream"), Ok(of_request("workflows/ann/x", What::Stream)));
        assert_eq!(Call::read(&Method::PUT, "/a/b/requests/7/cancel"), Ok(of_request("a/b", What::Cancel)));
    }

    #[test]
    fn other_paths_and_methods_are_refused() {
        for (method, path, status) in [
            (Method::POST, "/fal-ai", 404),
            (Method::POST, "/workflows/ann", 404),
            (Method::GET, "/fal-ai/flux-lora", 405),
            (Method::GET, "/a/b/requests/7/cancel", 405),
            (Method::PUT, "/a/b/requests/7/status", 405),
            (Method::GET, "/a/b/requests/7/logs", 404),
        ] {
            assert_eq!(Call::read(&method, path).expect_err(path).as_u16(), status, "{path}");
        }
    }

    #[test]
    fn a_request_is_found_under_its_app_and_its_full_endpoint_only() {
        let endpoint = "blackforestlabs/flux-3/klein/base/trainer";
        assert!(names("blackforestlabs/flux-3", endpoint) && names(endpoint, endpoint));
        assert!(!names("blackforestlabs/flux-3/klein", endpoint) && !names("fal-ai/flux-3", endpoint));
    }
}
