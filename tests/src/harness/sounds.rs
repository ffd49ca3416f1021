//! Recordings for the tests: whole files with nothing to hear in them.

/// Bytes of a second of [`wav`].
const RATE: u32 = 8000;

/// A WAV of so many seconds; each number gives another one.
pub fn wav(seconds: u32, number: u32) -> Vec<u8> {
    let length = seconds * RATE;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + length).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(RATE.to_le_bytes());
    file.extend(RATE.to_le_bytes());
    file.extend(b"\x01\0\x08\0data");
    file.extend(length.to_le_bytes());
    file.extend(number.to_le_bytes());
    file.resize(44 + length as usize, 128);
    file
}

/// An Ogg with Opus as messengers send it, of so many seconds.
pub fn ogg(seconds: u32) -> Vec<u8> {
    let page = |samples: u64, content: &[u8]| {
        let mut page = b"OggS\0\x02".to_vec();
        page.extend(samples.to_le_bytes());
        page.extend([0; 12]);
        page.extend([1, u8::try_from(content.len()).expect("a short page")]);
        page.extend(content);
        page
    };
    let head = b"OpusHead\x01\x01\x38\x01\x80\xbb\0\0\0\0\0";
    [page(0, head), page(u64::from(seconds) * 48_000 + 312, &[7; 200])].concat()
}
