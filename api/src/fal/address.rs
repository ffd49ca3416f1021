//! Where a request lives in fal's queue: the rule that leads from an endpoint id to its paths.

use url::Url;

/// Endpoint ids in these name spaces carry one more leading segment.
const NAME_SPACES: [&str; 2] = ["workflows", "comfy"];

/// The part of an endpoint id under which its requests are found: `owner/app` (with the name space where there is one).
/// fal submits to the full id but keeps requests under the app alone, so
/// `blackforestlabs/flux-3/klein/base/trainer` has its requests at `blackforestlabs/flux-3/requests/…`.
/// `None` when the id is too short to name an app.
pub(super) fn app_of(endpoint: &str) -> Option<String> {
    let segments: Vec<&str> = endpoint.split('/').collect();
    let wanted = if NAME_SPACES.contains(&segments[0]) { 3 } else { 2 };
    let app = segments.get(..wanted)?;
    app.iter().all(|segment| !segment.is_empty()).then(|| app.join("/"))
}

/// `base` with further path segments, each percent-encoded.
pub(super) fn under<'a>(base: &Url, segments: impl IntoIterator<Item = &'a str>) -> Url {
    let mut address = base.clone();
    // Only addresses without a host cannot be extended; settings hold http addresses.
    if let Ok(mut path) = address.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_live_under_the_app_whatever_the_path_below_it() {
        for (endpoint, app) in [
            ("fal-ai/flux-lora", "fal-ai/flux-lora"),
            ("fal-ai/flux-2/klein/9b/base/lora", "fal-ai/flux-2"),
            ("fal-ai/flux-pro/v1.1-ultra-finetuned", "fal-ai/flux-pro"),
            ("blackforestlabs/flux-3/klein/base/trainer", "blackforestlabs/flux-3"),
            ("workflows/ann/portrait/v2", "workflows/ann/portrait"),
            ("comfy/ann/portrait", "comfy/ann/portrait"),
        ] {
            assert_eq!(app_of(endpoint).as_deref(), Some(app));
        }
    }

    #[test]
    fn an_id_without_an_app_has_no_requests() {
        for endpoint in ["", "fal-ai", "fal-ai/", "/flux", "workflows/ann"] {
            assert_eq!(app_of(endpoint), None, "{endpoint:?}");
        }
    }

    #[test]
    fn segments_are_appended_below_the_base_and_encoded() {
        let base = Url::parse("http://127.0.0.1:4010/fal/").expect("an address");
        assert_eq!(under(&base, ["a", "b/../c?d"]).as_str(), "http://127.0.0.1:4010/fal/a/b%2F..%2Fc%3Fd");
    }
}
