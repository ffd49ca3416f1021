//! The files in a trainer's output, read strictly: a missing or misshapen file is an error and never a guess, because
//! what is read here becomes somebody's avatar.

use serde_json::Value;
use url::Url;

use super::super::error::FalError;

/// Where fal keeps the files of a completed training. They expire there; copy them at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weights {
    /// The trained weights, a safetensors file.
    pub lora_url: String,
    /// The training's configuration, where the trainer gives one.
    pub config_url: Option<String>,
}

pub(super) fn read(output: &Value, lora_field: &str, config_field: &str) -> Result<Weights, FalError> {
    let lora_url = file_url(output, lora_field)?;
    let lora_url = lora_url.ok_or_else(|| FalError::Unreadable(format!("the output has no {lora_field}")))?;
    Ok(Weights { lora_url, config_url: file_url(output, config_field)? })
}

/// The address in a file object; only `url` is certain to be there.
fn file_url(output: &Value, field: &str) -> Result<Option<String>, FalError> {
    let wrong = || FalError::Unreadable(format!("{field} of the output is not a file with an address"));
    match output.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(file) => {
            let url = file.get("url").and_then(Value::as_str).ok_or_else(wrong)?;
            let address = Url::parse(url).map_err(|_| wrong())?;
            if matches!(address.scheme(), "https" | "http") { Ok(Some(url.to_owned())) } else { Err(wrong()) }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn weights(output: &Value) -> Result<Weights, FalError> {
        read(output, "diffusers_lora_file", "config_file")
    }

    #[test]
    fn the_files_of_a_real_output_are_found() {
        let output = json!({
            "diffusers_lora_file": {
                "url": "https://v3.fal.media/files/x/1_pytorch_lora_weights.safetensors",
                "content_type": "application/octet-stream",
                "file_name": "pytorch_lora_weights.safetensors",
                "file_size": 89_745_224
            },
            "config_file": {"url": "https://v3.fal.media/files/x/1_config.json", "content_type": null}
        });
        let weights = weights(&output).expect("weights");
        assert!(weights.lora_url.ends_with(".safetensors"));
        assert!(weights.config_url.expect("a config").ends_with("_config.json"));
    }

    #[test]
    fn the_config_may_be_absent_and_the_weights_may_not() {
        let only_lora = json!({"diffusers_lora_file": {"url": "https://v3.fal.media/x"}, "config_file": null});
        assert_eq!(weights(&only_lora).expect("weights").config_url, None);
        assert!(weights(&json!({"config_file": {"url": "https://v3.fal.media/x"}})).is_err());
    }

    #[test]
    fn a_wrong_shape_is_an_error_and_never_a_guess() {
        for file in [json!("https://v3.fal.media/x"), json!({"url": 7}), json!({}), json!([]), json!({"url": "x"})] {
            assert!(weights(&json!({"diffusers_lora_file": file})).is_err(), "{file}");
            let good = json!({"url": "https://v3.fal.media/x"});
            assert!(weights(&json!({"diffusers_lora_file": good, "config_file": file})).is_err(), "{file}");
        }
        for output in [json!(null), json!([]), json!("x"), json!({"diffusers_lora_file": {"url": "file:///etc"}})] {
            assert!(weights(&output).is_err(), "{output}");
        }
    }
}
