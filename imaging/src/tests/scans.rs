//! JPEGs of several scans, which our own decoder does not take: what is missing, surplus or contradictory in them.

use super::rendering::{self, claiming, jpeg, jpeg_with};
use super::{assert_refused, verdict_of_any_size};

/// Made by libjpeg with its usual script: the means and the bands come in several bits each, which the encoder of the
/// other tests does not do. 72 × 56 pixels, rendered for this.
const REFINED: &[u8] = include_bytes!("refined.jpg");

/// Progressive files, and one with a scan for each colour.
fn files_of_many_scans() -> [Vec<u8>; 4] {
    let scans = |encoder: &mut jpeg_encoder::Encoder<&mut Vec<u8>>| {
        encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_4_1);
    };
    let progressive = jpeg_with(160, 96, |encoder| encoder.set_progressive(true));
    let restarts = jpeg_with(160, 96, |encoder| {
        encoder.set_progressive(true);
        encoder.set_restart_interval(3);
    });
    [REFINED.to_vec(), progressive, restarts, jpeg_with(160, 96, scans)]
}

#[test]
fn files_of_many_scans_are_refused_without_a_part_of_any() {
    for bytes in files_of_many_scans() {
        assert!(verdict_of_any_size(&bytes).is_ok());
        for cut in (rendering::frame_header(&bytes)..bytes.len() - 2).step_by(7) {
            assert_refused(&[&bytes[..cut], &[0xFF, 0xD9][..]].concat(), "corrupt_image");
        }
        let scans: Vec<usize> = memchr::memmem::find_iter(&bytes, b"\xFF\xDA").chain([bytes.len() - 2]).collect();
        for pair in scans.windows(2) {
            let without = [&bytes[..pair[0]], &bytes[pair[1]..]].concat();
            assert_refused(&without, "corrupt_image");
            let twice = [&bytes[..pair[1]], &bytes[pair[0]..]].concat();
            assert_refused(&twice, "corrupt_image");
        }
    }
}

#[test]
fn files_of_many_scans_are_refused_with_another_size() {
    for bytes in files_of_many_scans() {
        let (width, height) = image::load_from_memory(&bytes).map(|image| (image.width(), image.height())).unwrap();
        let (width, height) = (u16::try_from(width).unwrap(), u16::try_from(height).unwrap());
        for (width, height) in
            [(width, height * 2), (width, height / 2), (width + 32, height), (width - 32, height), (width, height + 16)]
        {
            assert_refused(&claiming(&bytes, width, height), "corrupt_image");
        }
    }
}

#[test]
fn tables_are_read_whole_or_not_at_all() {
    for bytes in files_of_many_scans().into_iter().chain([jpeg(160, 96)]) {
        let tables = memchr::memmem::find(&bytes, b"\xFF\xC4").unwrap();
        for (offset, value) in [(4, 0x20), (4, 0x0F), (5, 3), (5, 0xFF), (12, 0xFF)] {
            let mut broken = bytes.clone();
            broken[tables + offset] = value;
            assert_refused(&broken, "corrupt_image");
        }
        let quantisers = memchr::memmem::find(&bytes, b"\xFF\xDB").unwrap();
        for (offset, value) in [(4, 0x20), (4, 0x0F), (5, 0)] {
            let mut broken = bytes.clone();
            broken[quantisers + offset] = value;
            assert_refused(&broken, "corrupt_image");
        }
        let interval = rendering::with(&bytes, tables, &[0xFF, 0xDD, 0, 5, 0, 0, 0]);
        assert_refused(&interval, "corrupt_image");
        let repeated = rendering::with(&bytes, tables, &[0xFF, 0xC4, 0, 2].repeat(2000));
        assert_refused(&repeated, "corrupt_image");
    }
}
