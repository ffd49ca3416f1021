//! What is no photo, whatever it is called: other formats, animations, nothing at all, and a photo with another file
//! in it.

use super::originals::{Format, HEIGHT, Original, WIDTH, named, of};
use super::{CORRUPT, CORRUPT_OR_RARE, Case, Dice, UNSUPPORTED, png, webp};

const ZIP: &[u8] =
    b"PK\x03\x04\x14\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0aPK\x01\x02\x14\0\x14\0\0\0\0\0\0\0!\0\
    \0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0aPK\x05\x06\0\0\0\0\x01\0\x01\0/\0\0\0\x1f\0\0\0\0\0";
const HTML: &[u8] = b"<!DOCTYPE html><script>alert(document.cookie)</script>";
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF";
const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
const PHP: &[u8] = b"<?php system($_GET['c']); ?>";
const GIF: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xFF\xFF\xFF,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

/// A picture and something else in one file.
pub(super) fn polyglots(originals: &[Original]) -> Vec<Case> {
    let others =
        [("ZIP", ZIP), ("HTML", HTML), ("PDF", PDF), ("SVG", SVG), ("PHP", PHP), ("GIF", GIF), ("a byte", b"\x01")];
    let mut cases = Vec::new();
    for name in ["JPEG", "progressive JPEG", "PNG", "interlaced PNG", "WebP", "lossy WebP"] {
        let original = named(originals, name);
        for (what, other) in others {
            cases.push(Case::of(original, &format!("{what} behind"), CORRUPT, move |bytes| [bytes, other].concat()));
            let codes = UNSUPPORTED;
            cases.push(Case::of(original, &format!("{what} before"), codes, move |bytes| [other, bytes].concat()));
        }
        cases.push(Case::of(original, "zeros and ZIP behind", CORRUPT, |bytes| [bytes, &[0; 512], ZIP].concat()));
    }
    cases
}

/// The beginnings of other formats, each alone, before noise, and under the extension of a photo.
pub(super) fn heads(_: &[Original]) -> Vec<Case> {
    let heads: [(&str, &[u8]); 29] = [
        ("HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
        ("HEIC of a sequence", b"\0\0\0\x18ftyphevc\0\0\0\0msf1hevc"),
        ("HEIF", b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic"),
        ("AVIF", b"\0\0\0\x1Cftypavif\0\0\0\0avifmif1miaf"),
        ("AVIF of a sequence", b"\0\0\0\x18ftypavis\0\0\0\0avismsf1"),
        ("Canon raw", b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom"),
        ("MP4", b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2"),
        ("GIF", GIF),
        ("old GIF", b"GIF87a\x01\0\x01\0\0\0\0;"),
        ("TIFF", b"II*\0\x08\0\0\0\0\0"),
        ("TIFF of the other order", b"MM\0*\0\0\0\x08\0\0"),
        ("BMP", b"BM\x3A\0\0\0\0\0\0\x006\0\0\0(\0\0\0"),
        ("ICO", b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x18\0"),
        ("JPEG XL", b"\xFF\x0A\xFA\x1F\x41\x91\x08\x06"),
        ("JPEG XL in a container", b"\0\0\0\x0CJXL \r\n\x87\n"),
        ("JPEG 2000", b"\0\0\0\x0CjP  \r\n\x87\n"),
        ("JPEG 2000 alone", b"\xFF\x4F\xFF\x51\0\x2F"),
        ("Photoshop", b"8BPS\0\x01\0\0\0\0\0\0\0\x03"),
        ("PDF", PDF),
        ("SVG", SVG),
        ("XML", b"<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaa\">]><svg>&a;</svg>"),
        ("HTML", HTML),
        ("ZIP", ZIP),
        ("gzip", b"\x1F\x8B\x08\0\0\0\0\0\0\x03"),
        ("7z", b"7z\xBC\xAF\x27\x1C\0\x04"),
        ("program", b"\x7FELF\x02\x01\x01\0\0\0\0\0\0\0\0\0"),
        ("script", b"#!/bin/sh\nrm -rf /\n"),
        ("sound", b"RIFF\x24\0\0\0WAVEfmt "),
        ("film", b"\x1A\x45\xDF\xA3\x01\0\0\0\0\0\0\x1F"),
    ];
    let mut cases = Vec::new();
    for (name, head) in heads {
        cases.push(Case::new(name, UNSUPPORTED, move || head.to_vec()));
        cases.push(Case::new(format!("{name} before noise"), UNSUPPORTED, move || {
            [head, &Dice::new(head.len() as u64).bytes(300_000)].concat()
        }));
    }
    cases
}

/// Pictures that move.
pub(super) fn animations(originals: &[Original]) -> Vec<Case> {
    let mut cases = Vec::new();
    for original in of(originals, Format::Png) {
        cases.push(Case::of(original, "animated", UNSUPPORTED, |bytes| {
            let frame = [&[0; 4][..], &bytes[16..24], &[0; 8], &[0, 1, 0, 25, 0, 0]].concat();
            let chunks = [png::chunk(*b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]), png::chunk(*b"fcTL", &frame)];
            png::with_before(bytes, *b"IDAT", &chunks.concat())
        }));
    }
    for original in ["WebP", "lossy WebP"] {
        cases.push(Case::of(named(originals, original), "animated", UNSUPPORTED, |bytes| {
            let frame = webp::chunk(*b"ANMF", &[&[0; 16], &bytes[12..]].concat());
            webp::file(&[webp::canvas((WIDTH, HEIGHT), 2), webp::chunk(*b"ANIM", &[0; 6]), frame.repeat(2)].concat())
        }));
        cases.push(Case::of(named(originals, original), "a frame without an animation", UNSUPPORTED, |bytes| {
            webp::file(&[&bytes[12..], &webp::chunk(*b"ANMF", &[0; 16])].concat())
        }));
    }
    cases
}

/// What is nothing at all, or only the beginning of a photo.
pub(super) fn nonsense(_: &[Original]) -> Vec<Case> {
    let texts: [(&str, &[u8]); 8] = [
        ("nothing", b""),
        ("one byte", b"\xFF"),
        ("a zero", b"\0"),
        ("two bytes of a JPEG", b"\xFF\xD8"),
        ("seven bytes of a PNG", b"\x89PNG\r\n\x1A"),
        ("half a head of a WebP", b"RIFF\x10\0\0\0WE"),
        ("a text", b"This is not the photo you are looking for."),
        ("JSON", b"{\"photo\": \"base64:AAAA\"}"),
    ];
    let beginnings: [(&str, &[u8]); 6] = [
        ("three bytes of a JPEG", b"\xFF\xD8\xFF"),
        ("a JPEG of nothing", b"\xFF\xD8\xFF\xD9"),
        ("a JPEG of one marker", &[0xFF; 5000]),
        ("a PNG of nothing", b"\x89PNG\r\n\x1A\n"),
        ("a WebP of nothing", b"RIFF\x04\0\0\0WEBP"),
        ("a WebP of less than nothing", b"RIFF\0\0\0\0WEBP"),
    ];
    let mut cases: Vec<Case> =
        texts.map(|(name, text)| Case::new(name, UNSUPPORTED, move || text.to_vec())).into_iter().collect();
    for (name, beginning) in beginnings {
        let codes = if beginning.starts_with(b"\xFF\xFF") { UNSUPPORTED } else { CORRUPT };
        cases.push(Case::new(name, codes, move || beginning.to_vec()));
    }
    for (name, head) in [("JPEG", &b"\xFF\xD8\xFF"[..]), ("PNG", b"\x89PNG\r\n\x1A\n"), ("WebP", b"RIFF\0\0\x04\0WEBP")]
    {
        for megabytes in [1, 9] {
            let name = format!("{megabytes} MB of noise with the head of a {name}");
            cases.push(Case::new(name, CORRUPT_OR_RARE, move || {
                [head, &Dice::new(megabytes).bytes(usize::try_from(megabytes).unwrap_or(1) << 20)].concat()
            }));
        }
    }
    for (name, byte) in [("zeros", 0), ("ones", 0xFF), ("spaces", b' ')] {
        cases.push(Case::new(format!("5 MB of {name}"), UNSUPPORTED, move || vec![byte; 5 << 20]));
    }
    cases
}
