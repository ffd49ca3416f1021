//! What may follow the end of a picture. Phones append previews, videos and gain maps, and those are fine; anything else
//! makes the file two things at once (a picture and, say, an archive), and that is refused.

/// Whether `tail`, the bytes after the end of the picture, is something a camera writes.
///
/// Known tails: nothing; zeros (padding); another JPEG (multi-picture files, gain maps); an MP4 (motion photos), whose
/// first box is short, so that its size begins with three zero bytes; Samsung's trailer, which ends in `SEFT`.
pub(crate) fn is_harmless(tail: &[u8]) -> bool {
    let Some(zeros) = tail.iter().position(|&byte| byte != 0) else {
        return true;
    };
    let rest = &tail[zeros..];
    rest.starts_with(&[0xFF, 0xD8, 0xFF]) || (zeros >= 3 && rest.get(1..5) == Some(b"ftyp")) || rest.ends_with(b"SEFT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cameras_append_is_harmless() {
        let tails: [&[u8]; 5] =
            [b"", &[0; 700], &[0, 0, 0xFF, 0xD8, 0xFF, 0xE0], b"\0\0\0\x18ftypmp42....", b"\0\0\x01\x0Adata....SEFT"];
        for tail in tails {
            assert!(is_harmless(tail), "{tail:?}");
        }
    }

    #[test]
    fn a_second_file_of_another_kind_is_not() {
        let tails: [&[u8]; 4] = [b"PK\x03\x04", b"<script>", &[0, 0, 0, 1], b"ftypmp42"];
        for tail in tails {
            assert!(!is_harmless(tail), "{tail:?}");
        }
    }
}
