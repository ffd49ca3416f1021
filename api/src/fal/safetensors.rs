//! The head of a safetensors file: the length of a JSON header as eight little-endian bytes, and the header, which names
//! the tensors and where each lies. The length of the whole file follows from it.

use std::collections::HashMap;

use safetensors::tensor::Metadata;

use super::error::FalError;

/// The head of a LoRA has some hundred kilobytes.
const LONGEST: usize = 16 * 1024 * 1024;
const LENGTH: usize = size_of::<u64>();

/// A head that comes piece by piece.
#[derive(Default)]
pub(super) struct Head {
    bytes: Vec<u8>,
    /// The length of the whole file in bytes, once the head is there.
    total: Option<u64>,
    /// What the head says about the file besides.
    notes: HashMap<String, String>,
}

impl Head {
    /// Takes the next piece of the file.
    pub(super) fn read(&mut self, piece: &[u8]) -> Result<(), FalError> {
        if self.total.is_some() {
            return Ok(());
        }
        self.bytes.extend_from_slice(piece);
        let Some((length, rest)) = self.bytes.split_first_chunk::<LENGTH>() else { return Ok(()) };
        let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
        if length > LONGEST || rest.first().is_some_and(|first| *first != b'{') {
            return Err(wrong("they do not begin as weights do"));
        }
        let Some(header) = rest.get(..length) else { return Ok(()) };
        let header: Metadata = serde_json::from_slice(header).map_err(|_| wrong("their head cannot be read"))?;
        if header.tensors().is_empty() {
            return Err(wrong("they are empty"));
        }
        self.total = Some((LENGTH + length + header.data_len()) as u64);
        self.notes = header.metadata().clone().unwrap_or_default();
        self.bytes = Vec::new();
        Ok(())
    }

    /// What the head says of itself under this name.
    pub(super) fn note(&self, name: &str) -> Option<String> {
        self.notes.get(name).cloned()
    }

    /// Whether a file can have this many bytes and more.
    pub(super) fn check_so_far(&self, size: u64) -> Result<(), FalError> {
        if self.total.is_some_and(|total| size > total) { Err(wrong("they are longer than they say")) } else { Ok(()) }
    }

    /// Whether a file has just this many bytes.
    pub(super) fn check_whole(&self, size: u64) -> Result<(), FalError> {
        if self.total == Some(size) { Ok(()) } else { Err(wrong("they are shorter than they say")) }
    }
}

fn wrong(what: &str) -> FalError {
    FalError::Unreadable(format!("the weights are not a safetensors file: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, data: usize) -> Vec<u8> {
        let mut file = (header.len() as u64).to_le_bytes().to_vec();
        file.extend(header.as_bytes());
        file.resize(file.len() + data, 7);
        file
    }

    fn check(file: &[u8], piece: usize) -> Result<(), FalError> {
        let mut head = Head::default();
        let mut size = 0;
        for piece in file.chunks(piece) {
            size += piece.len() as u64;
            head.read(piece)?;
            head.check_so_far(size)?;
        }
        head.check_whole(size)
    }

    const TENSORS: &str = r#"{"__metadata__":{"format":"pt"},
        "a":{"dtype":"F16","shape":[2,3],"data_offsets":[0,12]},
        "b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}"#;

    #[test]
    fn a_file_is_as_long_as_its_head_says_however_it_comes() {
        for piece in [1, 7, 64, 1000] {
            check(&file(TENSORS, 16), piece).expect("weights");
            for wrong in [0, 15, 17, 4000] {
                assert!(check(&file(TENSORS, wrong), piece).is_err(), "{wrong} bytes in pieces of {piece}");
            }
        }
    }

    #[test]
    fn what_is_not_a_head_is_refused_at_once() {
        let mut head = Head::default();
        assert!(head.read(&[0; 4096]).is_err(), "zeros that may never end");
        let mut head = Head::default();
        assert!(head.read(b"<html><body>Not found</body></html>").is_err());
        assert!(check(&[], 1).is_err());
        for header in ["{}", "[]", r#"{"a":1}"#, r#"{"__metadata__":{}}"#, "not json"] {
            assert!(check(&file(header, 0), 64).is_err(), "{header}");
        }
        let gap = r#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#;
        assert!(check(&file(gap, 4), 64).is_err(), "a gap before the first tensor");
        let size = r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#;
        assert!(check(&file(size, 4), 64).is_err(), "a tensor of another size than its shape");
    }
}
