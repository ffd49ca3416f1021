//! How long one photo takes: `cargo bench -p aisha-imaging [-- FILE…]`.
//!
//! The yardstick is what no service can do without, on the same machine in the same minute: SHA-256 of the file and one
//! full decode by `zune-jpeg` into a buffer that is kept. Runs of both are interleaved, so that a busy machine slows
//! both, and medians are compared. Without files it renders its own, which look like camera files to a decoder: shapes,
//! edges, texture and sensor noise, about 2.7 MB at 12 megapixels.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "picture arithmetic on values whose ranges are known"
)]

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use aisha_imaging::{Limits, Reader};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use sha2::{Digest, Sha256};
use zune_core::bytestream::ZCursor;
use zune_jpeg::JpegDecoder;

const ROUNDS: usize = 41;

/// A name and the bytes of a file.
type Photo = (String, Vec<u8>);

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo adds `--bench`.
    let files: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let photos = if files.is_empty() { rendered()? } else { loaded(&files)? };
    let weight: usize = photos.iter().map(|(_, bytes)| bytes.len()).sum();
    let mut reader = Reader::new(Limits::default());

    let before = resident("VmRSS:");
    for (_, bytes) in &photos {
        let _ = black_box(reader.read(bytes));
    }
    let peak = resident("VmHWM:");

    println!("{:<30} {:>6} {:>7} {:>14} {:>9} {:>6}", "photo", "MB", "MP", "sha+decode ms", "read ms", "ratio");
    let mut pixels = Vec::new();
    for (name, bytes) in &photos {
        let (mut yardstick, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            yardstick.extend(timed(|| hash_and_decode(bytes, &mut pixels)));
            ours.extend(timed(|| reader.read(bytes).ok()));
        }
        let (yardstick, ours) = (median(yardstick), median(ours));
        let ratio = yardstick.zip(ours).map(|(yardstick, ours)| ours / yardstick);
        let megapixels = reader.read(bytes).map(|photo| f64::from(photo.width) * f64::from(photo.height) / 1e6).ok();
        println!(
            "{name:<30} {:>6.2} {:>7} {:>14} {:>9} {:>6}",
            bytes.len() as f64 / 1e6,
            figure(megapixels),
            figure(yardstick),
            figure(ours),
            figure(ratio)
        );
    }
    if let (Some(before), Some(peak)) = (before, peak) {
        let weight = weight as f64 / 1e6;
        println!(
            "memory: {before:.0} MB with the files loaded ({weight:.0} MB of them), {peak:.0} MB at the reader's peak"
        );
    }
    Ok(())
}

fn figure(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"))
}

/// The time of `work` in milliseconds, if it came to anything.
fn timed<T>(work: impl FnOnce() -> Option<T>) -> Option<f64> {
    let start = Instant::now();
    let result = black_box(work());
    let time: Duration = start.elapsed();
    result.map(|_| time.as_secs_f64() * 1e3)
}

fn median(mut times: Vec<f64>) -> Option<f64> {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied()
}

/// The yardstick; `None` for what is not a JPEG.
fn hash_and_decode(bytes: &[u8], pixels: &mut Vec<u8>) -> Option<[u8; 32]> {
    let mut decoder = JpegDecoder::new(ZCursor::new(bytes));
    decoder.decode_headers().ok()?;
    pixels.resize(decoder.output_buffer_size()?, 0);
    decoder.decode_into(pixels).ok()?;
    Some(Sha256::digest(bytes).into())
}

/// A figure of `/proc/self/status` in MB; `None` where there is no such file.
fn resident(name: &str) -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024.0)
}

fn loaded(files: &[String]) -> Result<Vec<Photo>, Box<dyn Error>> {
    let name = |file: &str| file.rsplit('/').next().unwrap_or(file).to_owned();
    files.iter().map(|file| Ok((name(file), std::fs::read(file)?))).collect()
}

fn rendered() -> Result<Vec<Photo>, Box<dyn Error>> {
    let mut photos = Vec::new();
    for (name, width, height) in [("12 MP", 4000, 3000), ("3 MP", 2048, 1536), ("1 MP", 1152, 864)] {
        let pixels = scene(width, height);
        for progressive in [false, true] {
            let mut jpeg = Vec::new();
            let mut encoder = Encoder::new(&mut jpeg, 90);
            encoder.set_sampling_factor(SamplingFactor::F_2_2);
            encoder.set_progressive(progressive);
            encoder.encode(&pixels, width, height, ColorType::Rgb)?;
            let kind = if progressive { "progressive" } else { "baseline" };
            photos.push((format!("rendered {name}, {kind}"), jpeg));
        }
    }
    Ok(photos)
}

/// A scene with soft light, discs with hard edges, texture in one half, and noise everywhere.
fn scene(width: u16, height: u16) -> Vec<u8> {
    let mut noise = Noise(0x9E37_79B9_7F4A_7C15);
    let (columns, rows) = (f32::from(width), f32::from(height));
    let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height) * 3);
    for row in 0..height {
        for column in 0..width {
            let (x, y) = (f32::from(column) / columns, f32::from(row) / rows);
            let light = 90.0 + 80.0 * (x * 2.1 + y).sin() * (y * 1.7).cos();
            let disc = ((x * 5.0).fract() - 0.5).hypot((y * 4.0).fract() - 0.5) < 0.3;
            let texture =
                if x > 0.5 { 9.0 * (f32::from(column) * 0.9).sin() * (f32::from(row) * 0.7).sin() } else { 0.0 };
            let grain = noise.next() * GRAIN;
            let tone = light + texture + grain + if disc { 40.0 } else { 0.0 };
            let tints = [tone * 1.1 + noise.next() * 2.0, tone, tone * 0.85 + 20.0 * x + noise.next() * 2.0];
            pixels.extend(tints.map(|tint| tint as u8));
        }
    }
    pixels
}

/// The spread of the sensor noise; set so that 12 megapixels at quality 90 weigh what a camera file weighs.
const GRAIN: f32 = 4.0;

/// Repeatable noise of variance one or so (xorshift, four bytes summed).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let sum: u16 = self.0.to_le_bytes()[..4].iter().map(|&byte| u16::from(byte)).sum();
        (f32::from(sum) - 510.0) / 147.0
    }
}
