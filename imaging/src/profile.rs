//! Colours of another space brought to sRGB, where a file says by an ICC profile that they are. A profile that cannot be
//! used is ignored, never an error: the picture is still one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use moxcms::{ColorProfile, DataColorSpace, Layout, Transform8BitExecutor, TransformOptions};

use crate::small::Small;

/// The largest profile looked at, in bytes. Those of cameras and screens have a few kilobytes, those of printers half a
/// megabyte; more is only a way to take memory.
pub(crate) const LARGEST: usize = 1024 * 1024;

/// A way from the colours of a file to sRGB.
pub(crate) struct Conversion(Arc<Transform8BitExecutor>);

impl Conversion {
    /// What the profile asks for; nothing for sRGB itself, for grey and for printing inks, and for a profile that is
    /// broken.
    pub(crate) fn of(profile: &[u8]) -> Option<Self> {
        if profile.len() > LARGEST {
            return None;
        }
        // The parser meets bytes of strangers; whatever it stumbles over is a profile to be ignored.
        catch_unwind(AssertUnwindSafe(|| {
            let profile = ColorProfile::new_from_slice(profile).ok()?;
            if profile.color_space != DataColorSpace::Rgb {
                return None;
            }
            let options = TransformOptions::default();
            let conversion =
                profile.create_transform_8bit(Layout::Rgb, &ColorProfile::new_srgb(), Layout::Rgb, options).ok()?;
            let conversion = Self(conversion);
            (!conversion.changes_nothing()).then_some(conversion)
        }))
        .unwrap_or(None)
    }

    /// The picture in sRGB.
    pub(crate) fn apply(&self, picture: Small) -> Small {
        let Some(pixels) = picture.rgb() else { return picture };
        match self.converted(&pixels) {
            Some(pixels) => Small::of_rgb(picture.width, picture.height, &pixels),
            None => picture,
        }
    }

    fn converted(&self, pixels: &[u8]) -> Option<Vec<u8>> {
        let mut converted = vec![0; pixels.len()];
        self.0.transform(pixels, &mut converted).ok()?;
        Some(converted)
    }

    /// Whether colours all over the cube stay where they are, as they do for the many profiles that describe sRGB.
    fn changes_nothing(&self) -> bool {
        let steps = [0, 36, 73, 109, 146, 182, 219, 255_u8];
        let cube = steps.iter().flat_map(|&red| steps.iter().map(move |&green| [red, green]));
        let cube: Vec<u8> = cube.flat_map(|[red, green]| steps.map(|blue| [red, green, blue])).flatten().collect();
        self.converted(&cube)
            .is_some_and(|converted| converted.iter().zip(&cube).all(|(one, other)| one.abs_diff(*other) <= 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(profile: &ColorProfile) -> Vec<u8> {
        profile.encode().unwrap()
    }

    #[test]
    fn srgb_needs_no_conversion_and_wider_spaces_do() {
        assert!(Conversion::of(&encoded(&ColorProfile::new_srgb())).is_none());
        assert!(Conversion::of(&encoded(&ColorProfile::new_display_p3())).is_some());
        assert!(Conversion::of(&encoded(&ColorProfile::new_adobe_rgb())).is_some());
    }

    #[test]
    fn a_colour_of_display_p3_becomes_the_same_colour_in_srgb() {
        let conversion = Conversion::of(&encoded(&ColorProfile::new_display_p3())).unwrap();
        let pixels = [200, 100, 50].repeat(64);
        let seen = conversion.apply(Small::of_rgb(8, 8, &pixels)).rgb().unwrap();
        // By the matrices of both spaces.
        for (found, expected) in seen[..3].iter().zip([215, 94, 34_u8]) {
            assert!(found.abs_diff(expected) <= 3, "{:?}", &seen[..3]);
        }
    }

    #[test]
    fn what_is_no_profile_of_colours_is_ignored() {
        let grey = encoded(&ColorProfile::new_gray_with_gamma(2.2));
        let whole = encoded(&ColorProfile::new_display_p3());
        for bytes in [b"", &grey[..], b"no profile", &whole[..whole.len() / 3], &vec![0; LARGEST + 1]] {
            assert!(Conversion::of(bytes).is_none());
        }
        for at in 0..whole.len() {
            let mut broken = whole.clone();
            broken[at] ^= 0xFF;
            // Any answer will do, but there has to be one.
            let _ = Conversion::of(&broken);
        }
    }
}
