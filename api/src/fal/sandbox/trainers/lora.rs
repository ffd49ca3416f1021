//! The two files of a training: weights in the safetensors format, small but valid and the same for the same training,
//! and the configuration.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::fal::trainers::Trainer;

const RANK: usize = 4;
const WIDTH: usize = 64;
const LAYERS: [&str; 3] = ["to_q", "to_k", "to_v"];

/// A safetensors file: the length of the header as eight little-endian bytes, the header as JSON padded to a multiple
/// of eight, the tensors.
pub(super) fn weights(archive: &str, trigger: &str, steps: u32) -> Vec<u8> {
    let mut header = Map::new();
    let metadata = json!({ "format": "pt", "trigger": trigger, "steps": steps.to_string(), "archive_sha256": archive });
    header.insert("__metadata__".into(), metadata);
    let mut tensors = Vec::new();
    for layer in LAYERS {
        for (side, shape) in [("lora_A", [RANK, WIDTH]), ("lora_B", [WIDTH, RANK])] {
            let name = format!("transformer.single_transformer_blocks.0.attn.{layer}.{side}.weight");
            let start = tensors.len();
            let seed = format!("{archive}\n{trigger}\n{steps}\n{name}");
            tensors.extend(numbers(&seed).take(RANK * WIDTH).flat_map(f32::to_le_bytes));
            header.insert(name, json!({ "dtype": "F32", "shape": shape, "data_offsets": [start, tensors.len()] }));
        }
    }
    let mut header = Value::Object(header).to_string().into_bytes();
    header.resize(header.len().next_multiple_of(8), b' ');
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header);
    file.extend(tensors);
    file
}

pub(super) fn config(trainer: Trainer, trigger: &str, steps: u32) -> Vec<u8> {
    let config =
        json!({ "trainer": trainer.endpoint(), "instance_prompt": trigger, "max_train_steps": steps, "rank": RANK });
    config.to_string().into_bytes()
}

/// Small numbers between -0.01 and 0.01 that follow from the seed alone.
fn numbers(seed: &str) -> impl Iterator<Item = f32> {
    let seed = Sha256::digest(seed.as_bytes());
    (0_u32..).flat_map(move |block| {
        let digest: [u8; 32] = Sha256::new().chain_update(seed).chain_update(block.to_le_bytes()).finalize().into();
        digest.map(|byte| (f32::from(byte) - 127.5) / 12_750.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_are_a_valid_safetensors_file() {
        let file = weights("abc", "ann_k", 1000);
        let length = usize::try_from(u64::from_le_bytes(file[..8].try_into().expect("8 bytes"))).expect("a length");
        assert_eq!(length % 8, 0);
        let header: Map<String, Value> = serde_json::from_slice(&file[8..8 + length]).expect("a JSON header");
        let data = &file[8 + length..];
        let mut end = 0;
        let mut tensors: Vec<_> =
            header.iter().filter(|(name, _)| *name != "__metadata__").map(|(_, tensor)| tensor).collect();
        tensors.sort_by_key(|tensor| tensor["data_offsets"][0].as_u64());
        for tensor in tensors {
            let offset = |index: usize| tensor["data_offsets"][index].as_u64().expect("an offset");
            assert_eq!(offset(0), end, "no gap between tensors");
            end = offset(1);
            let shape = tensor["shape"].as_array().expect("a shape").iter().filter_map(Value::as_u64).product::<u64>();
            assert_eq!(offset(1) - offset(0), shape * 4);
        }
        assert_eq!(end, data.len() as u64);
    }

    #[test]
    fn the_same_training_gives_the_same_weights_and_another_gives_others() {
        assert_eq!(weights("abc", "ann_k", 1000), weights("abc", "ann_k", 1000));
        assert_ne!(weights("abc", "ann_k", 1000), weights("abd", "ann_k", 1000));
    }
}
