//! The pictures in a generator's output, read strictly: an output that is not as documented is an error and never a
//! guess. Of a picture only its address is certain to be told, and of the whole only that there are pictures.

use serde_json::Value;
use url::Url;

use crate::fal::error::FalError;

/// The most pictures that can be asked for.
const MOST: usize = 4;

/// What a generator has made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// From one to four.
    pub images: Vec<MadePicture>,
    /// What the chance started from, as fal told it. `None` when it told none, or one that is no whole number from 0
    /// below 2^64.
    pub seed: Option<u64>,
    /// What was drawn, as fal told it.
    pub prompt: Option<String>,
}

/// A picture where fal keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadePicture {
    /// Its address. [`Fal::download`](crate::fal::Fal::download) looks whether it is on a host of fal's.
    pub url: String,
    /// Pixels across, where fal tells.
    pub width: Option<u32>,
    /// Pixels down, where fal tells.
    pub height: Option<u32>,
    /// Such as `image/jpeg`, where fal tells.
    pub content_type: Option<String>,
    /// Whether fal's safety checker took it for indecent; then it is a black picture.
    pub is_flagged: bool,
}

pub(super) fn read(output: &Value) -> Result<Made, FalError> {
    let images = output.get("images").and_then(Value::as_array).ok_or_else(|| wrong("images"))?;
    if images.is_empty() {
        return Err(FalError::Unreadable("the output has no pictures".to_owned()));
    }
    if images.len() > MOST {
        return Err(FalError::Unreadable(format!("the output has more than {MOST} pictures")));
    }
    let flags = flags(output)?;
    let images = images.iter().enumerate().map(|(index, image)| {
        let is_flagged = flags.get(index).copied().unwrap_or(false);
        picture(image, is_flagged)
    });
    Ok(Made {
        images: images.collect::<Result<_, _>>()?,
        seed: given(output, "seed", |seed| seed.is_number().then(|| seed.as_u64()))?.flatten(),
        prompt: given(output, "prompt", text)?,
    })
}

/// What the safety checker said of each picture; some models say nothing.
fn flags(output: &Value) -> Result<Vec<bool>, FalError> {
    let list = |flags: &Value| flags.as_array()?.iter().map(Value::as_bool).collect();
    Ok(given(output, "has_nsfw_concepts", list)?.unwrap_or_default())
}

fn picture(image: &Value, is_flagged: bool) -> Result<MadePicture, FalError> {
    let side = |side: &Value| side.as_u64().and_then(|side| side.try_into().ok());
    let url = image.get("url").and_then(Value::as_str).ok_or_else(|| wrong("images"))?;
    let address = Url::parse(url).map_err(|_| wrong("images"))?;
    if !matches!(address.scheme(), "https" | "http") {
        return Err(wrong("images"));
    }
    Ok(MadePicture {
        url: url.to_owned(),
        width: given(image, "width", side)?,
        height: given(image, "height", side)?,
        content_type: given(image, "content_type", text)?,
        is_flagged,
    })
}

/// A field that may be missing or null and otherwise is of its type.
fn given<T>(object: &Value, name: &str, read: impl Fn(&Value) -> Option<T>) -> Result<Option<T>, FalError> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => read(value).map(Some).ok_or_else(|| wrong(name)),
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn wrong(name: &str) -> FalError {
    FalError::Unreadable(format!("{name} of the output has another shape than documented"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn output() -> Value {
        json!({
            "images": [
                {"url": "https://v3.fal.media/files/x/1.jpeg", "width": 768, "height": 1024, "content_type": "image/jpeg"},
                {"url": "https://v3b.fal.media/files/x/2.jpeg", "file_name": "2.jpeg", "file_size": null, "width": null}
            ],
            "timings": {"inference": 2.1},
            "seed": 196_619_188_014_358_660_u64,
            "has_nsfw_concepts": [false, true],
            "prompt": "ann_k in Paris"
        })
    }

    #[test]
    fn a_real_output_is_read() {
        let made = read(&output()).expect("pictures");
        let first = MadePicture {
            url: "https://v3.fal.media/files/x/1.jpeg".into(),
            width: Some(768),
            height: Some(1024),
            content_type: Some("image/jpeg".into()),
            is_flagged: false,
        };
        assert_eq!(made.images[0], first);
        let second = &made.images[1];
        assert_eq!((second.width, &second.content_type, second.is_flagged), (None, &None, true));
        assert_eq!((made.seed, made.prompt.as_deref()), (Some(196_619_188_014_358_660), Some("ann_k in Paris")));
    }

    #[test]
    fn pictures_are_all_that_must_be_there() {
        let made = read(&json!({"images": [{"url": "https://v3.fal.media/x"}]})).expect("a picture");
        assert_eq!((made.seed, made.prompt, made.images[0].is_flagged), (None, None, false));
        let short = json!({"images": [{"url": "https://v3.fal.media/x"}, {"url": "https://v3.fal.media/y"}],
            "has_nsfw_concepts": [true]});
        let flags: Vec<bool> = read(&short).expect("pictures").images.iter().map(|image| image.is_flagged).collect();
        assert_eq!(flags, [true, false]);
    }

    #[test]
    fn a_seed_is_kept_to_its_last_digit_or_not_at_all() {
        for (seed, kept) in
            [("0", Some(0)), ("9223372036854775807", Some(i64::MAX as u64)), ("18446744073709551615", Some(u64::MAX))]
        {
            let text = format!(r#"{{"images":[{{"url":"https://v3.fal.media/x"}}],"seed":{seed}}}"#);
            assert_eq!(read(&serde_json::from_str(&text).expect("JSON")).expect("a picture").seed, kept, "{seed}");
        }
        for seed in ["18446744073709551616", "1.5", "-1"] {
            let text = format!(r#"{{"images":[{{"url":"https://v3.fal.media/x"}}],"seed":{seed}}}"#);
            assert_eq!(read(&serde_json::from_str(&text).expect("JSON")).expect("a picture").seed, None, "{seed}");
        }
    }

    #[test]
    fn a_wrong_shape_is_an_error_and_never_a_guess() {
        for (field, value) in [
            ("images", json!([])),
            ("images", json!(null)),
            ("images", json!({"url": "https://v3.fal.media/x"})),
            ("images", json!(["https://v3.fal.media/x"])),
            ("images", json!([{"url": 7}])),
            ("images", json!([{"url": "x"}])),
            ("images", json!([{"url": "data:image/png;base64,AAAA"}])),
            ("images", json!([{"url": "https://v3.fal.media/x", "width": "768"}])),
            ("images", json!([{"url": "https://v3.fal.media/x", "height": -1}])),
            ("images", json!([{"url": "https://v3.fal.media/x", "content_type": 7}])),
            ("images", json!(vec![json!({"url": "https://v3.fal.media/x"}); 5])),
            ("seed", json!("7")),
            ("prompt", json!(["a"])),
            ("has_nsfw_concepts", json!(true)),
            ("has_nsfw_concepts", json!([0, 1])),
        ] {
            let mut output = output();
            output[field] = value;
            assert!(read(&output).is_err(), "{output}");
        }
        for output in [json!(null), json!([]), json!("x"), json!({})] {
            assert!(read(&output).is_err(), "{output}");
        }
    }
}
