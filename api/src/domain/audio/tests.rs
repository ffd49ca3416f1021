use std::io::Cursor;

use super::*;

fn looked(bytes: &[u8]) -> Result<Recording, NotAudio> {
    look(&mut Cursor::new(bytes), bytes.len() as u64).expect("memory can be read")
}

fn told(bytes: &[u8]) -> (AudioFormat, Option<u64>) {
    let Recording { format, told_millis } = looked(bytes).expect("a recording");
    (format, told_millis)
}

fn wav(bytes: u32, per_second: u32) -> Vec<u8> {
    let mut file = b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0".to_vec();
    file.extend(per_second.to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend(bytes.to_le_bytes());
    file.extend(vec![0; bytes as usize]);
    file
}

fn ogg(head: &[u8], granule: u64) -> Vec<u8> {
    let page = |granule: u64, content: &[u8]| {
        let mut page = b"OggS\0\x02".to_vec();
        page.extend(granule.to_le_bytes());
        page.extend([0; 12]);
        page.extend([1, u8::try_from(content.len()).expect("short")]);
        page.extend(content);
        page
    };
    [page(0, head), page(granule, &[7; 200])].concat()
}

fn frames(count: usize) -> Vec<u8> {
    // MPEG 1 layer III, 128 kbit/s, 44.1 kHz.
    let mut frame = vec![0xff, 0xfb, 0x90, 0x00];
    frame.resize(417, 0);
    frame.repeat(count)
}

fn boxed(name: &[u8], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(8 + content.len()).expect("short");
    [&size.to_be_bytes()[..], name, content].concat()
}

#[test]
fn a_wav_tells_its_length_behind_other_chunks() {
    assert_eq!(told(&wav(64_000, 32_000)), (AudioFormat::Wav, Some(2000)));
    let mut cut = wav(64_000, 32_000);
    cut.truncate(cut.len() - 32_000);
    assert_eq!(told(&cut), (AudioFormat::Wav, Some(1000)), "what is not there does not play");
    assert_eq!(looked(&wav(0, 32_000)), Err(NotAudio::Empty));
    assert_eq!(told(&wav(10, 0)), (AudioFormat::Wav, None));
}

#[test]
fn an_ogg_is_as_long_as_its_last_page_says() {
    let opus = ogg(b"OpusHead\x01\x01\x38\x01\x80\xbb\0\0\0\0\0", 48_000 * 3 + 312);
    assert_eq!(told(&opus), (AudioFormat::Ogg, Some(3000)));
    let vorbis = ogg(b"\x01vorbis\0\0\0\0\x01\x44\xac\0\0", 44_100 * 5);
    assert_eq!(told(&vorbis), (AudioFormat::Ogg, Some(5000)));
    assert_eq!(looked(&ogg(b"\x80theora\x03\x02\x01", 9)), Err(NotAudio::Unsupported), "pictures alone");
}

#[test]
fn an_mp3_is_known_by_its_frames_with_a_tag_and_without() {
    assert_eq!(told(&frames(100)), (AudioFormat::Mp3, Some(2606)));
    let tagged = [&b"ID3\x04\0\0\0\0\x01\x00"[..], &[0; 128], &frames(100)].concat();
    assert_eq!(told(&tagged), (AudioFormat::Mp3, Some(2606)));
    let mut noted = frames(2);
    noted[36..48].copy_from_slice(b"Xing\0\0\0\x01\0\0\x03\xe8");
    assert_eq!(told(&noted), (AudioFormat::Mp3, Some(26_122)), "1000 frames");
    assert_eq!(looked(&[0xff, 0xf1, 0x50, 0x80, 0, 0, 0, 0]), Err(NotAudio::Unsupported), "AAC without a house");
    assert_eq!(looked(b"ID3\x04\0\0\0\0\0\0 and then a letter"), Err(NotAudio::Unsupported));
}

#[test]
fn an_mp4_tells_its_length_wherever_its_head_stands() {
    let mut length = vec![0; 12];
    length.extend(1000_u32.to_be_bytes());
    length.extend(61_500_u32.to_be_bytes());
    let moov = boxed(b"moov", &[boxed(b"free", b"x"), boxed(b"mvhd", &length)].concat());
    let file = [boxed(b"ftyp", b"M4A \0\0\0\0"), boxed(b"mdat", &vec![1; 100_000]), moov].concat();
    assert_eq!(told(&file), (AudioFormat::M4a, Some(61_500)));
    assert_eq!(looked(&boxed(b"ftyp", b"heic\0\0\0\0")), Err(NotAudio::Unsupported), "a picture");
    let endless = [boxed(b"ftyp", b"isom\0\0\0\0"), vec![0, 0, 0, 0], b"moov".to_vec(), vec![0; 12]].concat();
    assert_eq!(told(&endless), (AudioFormat::M4a, None));
}

#[test]
fn flac_and_webm_are_known() {
    let mut flac = b"fLaC\0\0\0\x22".to_vec();
    flac.extend([0; 10]);
    flac.extend(((44_100_u64 << 44) | (44_100 * 7)).to_be_bytes());
    assert_eq!(told(&flac), (AudioFormat::Flac, Some(7000)));
    let webm = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm\x42\x87\x81\x04";
    assert_eq!(told(webm), (AudioFormat::Webm, None));
    assert_eq!(looked(b"\x1a\x45\xdf\xa3\x42\x82\x88matroska"), Err(NotAudio::Unsupported));
}

#[test]
fn what_does_not_tell_its_length_is_rather_too_long_than_too_short() {
    let untold = |format| Recording { format, told_millis: None };
    assert_eq!(untold(AudioFormat::Webm).seconds(100 * 1024 * 1024), 26_215);
    assert_eq!(untold(AudioFormat::Webm).seconds(1), 1);
    assert_eq!(Recording { format: AudioFormat::Wav, told_millis: Some(1001) }.seconds(1), 2);
}

#[test]
fn a_file_that_tells_less_than_fits_into_it_is_not_believed() {
    let told = |format| Recording { format, told_millis: Some(1) };
    let length = 100_000_000;
    assert_eq!(told(AudioFormat::Mp3).seconds(length), 2500);
    assert_eq!(told(AudioFormat::Ogg).seconds(length), 1428);
    assert_eq!(told(AudioFormat::Flac).seconds(length), 125);
    assert_eq!(told(AudioFormat::M4a).seconds(length), 100);
    let honest = Recording { format: AudioFormat::Mp3, told_millis: Some(3_600_000) };
    assert_eq!(honest.seconds(length), 3600);
}

#[test]
fn what_is_no_recording_is_not_taken_for_one() {
    for bytes in [&b"%PDF-1.7"[..], b"\xff\xd8\xff\xe0", b"RIFF\0\0\0\0WEBP", b"a", b"\0\0\0\0\0\0\0\0", b"PK\x03\x04"]
    {
        assert_eq!(looked(bytes), Err(NotAudio::Unsupported), "{bytes:?}");
    }
    assert_eq!(looked(b""), Err(NotAudio::Empty));
}

proptest::proptest! {
    /// Whatever stands in a file, looking at it ends, and gives an answer.
    #[test]
    fn no_bytes_break_it(head in 0..6_usize, bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
        let heads: [&[u8]; 6] = [b"RIFF....WAVE", b"fLaC", b"OggS....OpusHead", b"\0\0\0\x08ftypM4A ", b"ID3", b"\xff\xfb\x90\0"];
        let _ = looked(&[heads[head], &bytes].concat());
    }
}
