//! What the checks say of one photo. A judgement depends on the photo, the rules and the kind of avatar; never on the
//! photo's name, its place or its neighbours.

use aisha_imaging::Measures;
use aisha_openapi::photos::{Face, Quality};
use aisha_openapi::vocabulary::{IssueCode, IssueSeverity, TrainingType, ValidationStatus, Verdict};

use super::Photo;

/// Something about a photo that could be better.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Issue {
    /// What.
    pub code: IssueCode,
    /// How much it matters.
    pub severity: IssueSeverity,
    /// What was measured, where there is a number.
    pub value: Option<f64>,
    /// Where the limit is.
    pub threshold: Option<f64>,
}

/// How strict a group of checks is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// Nothing is said.
    Off,
    /// The photo is used all the same.
    Warn,
    /// The photo is kept and not used.
    Reject,
}

/// How strict the checks are for one kind of avatar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// `no_face`, `multiple_faces`, `face_too_small`.
    pub faces: Strictness,
    /// `blurry`, `too_dark`, `too_bright`, `low_contrast`, `noisy`, `low_quality`.
    pub quality: Strictness,
}

/// Where the limits are. The units are those of [`Quality`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// The least sharpness.
    pub sharpness: f64,
    /// The least mean brightness.
    pub darkest: f64,
    /// The greatest mean brightness.
    pub brightest: f64,
    /// The least contrast.
    pub contrast: f64,
    /// The most noise.
    pub noise: f64,
    /// The least score.
    pub score: f64,
    /// The least width of the face, as a share of the picture's shorter side.
    pub face: f64,
    /// Photos that differ in so many of 256 bits or fewer look the same.
    pub near_duplicate: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            sharpness: 1.0,
            darkest: 40.0,
            brightest: 215.0,
            contrast: 14.0,
            noise: 20.0,
            score: 0.35,
            face: 0.1,
            near_duplicate: 32,
        }
    }
}

/// All that a photo is judged by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// Where the limits are.
    pub thresholds: Thresholds,
    /// For portraits, and for avatars of which the kind is not known yet.
    pub portrait: Policy,
    /// For styles.
    pub style: Policy,
    /// For things.
    pub object: Policy,
}

impl Default for Rules {
    fn default() -> Self {
        let faceless = Policy { faces: Strictness::Off, quality: Strictness::Warn };
        Self {
            thresholds: Thresholds::default(),
            portrait: Policy { faces: Strictness::Warn, quality: Strictness::Warn },
            style: faceless,
            object: faceless,
        }
    }
}

impl Rules {
    /// What could be better about a photo, the gravest first. Nothing is said of a photo that nobody has looked at.
    #[must_use]
    pub fn judge(&self, photo: &Photo, kind: Option<TrainingType>) -> Vec<Issue> {
        let Some(measures) = &photo.measures else { return Vec::new() };
        let policy = match kind {
            None | Some(TrainingType::Portrait) => self.portrait,
            Some(TrainingType::Style) => self.style,
            Some(TrainingType::Object) => self.object,
        };
        let mut issues = Vec::new();
        if let Some(severity) = policy.faces.severity() {
            issues.extend(self.judge_faces(measures, photo, severity));
        }
        if let Some(severity) = policy.quality.severity() {
            issues.extend(self.judge_quality(&measures.quality, severity));
        }
        issues.sort_by_key(|issue| std::cmp::Reverse(issue.severity));
        issues
    }

    /// Whether a training may learn from it. What nobody has looked at stays as it is.
    #[must_use]
    pub fn validate(&self, photo: &Photo, kind: Option<TrainingType>) -> ValidationStatus {
        match (&photo.measures, verdict(&self.judge(photo, kind))) {
            (None, _) => photo.validation_status,
            (Some(_), Verdict::Reject) => ValidationStatus::Invalid,
            (Some(_), _) => ValidationStatus::Valid,
        }
    }

    fn judge_faces(&self, measures: &Measures, photo: &Photo, severity: IssueSeverity) -> Option<Issue> {
        let faces = measures.faces.as_deref()?;
        let threshold = Some(self.thresholds.face);
        let Some(largest) = faces.first() else {
            return Some(Issue { code: IssueCode::NoFace, severity, value: Some(0.0), threshold: Some(1.0) });
        };
        let share = share_of(largest, photo);
        if share < self.thresholds.face {
            return Some(Issue { code: IssueCode::FaceTooSmall, severity, value: Some(share), threshold });
        }
        // Bystanders in the background do not disturb; somebody beside the person does.
        let beside = faces.iter().filter(|face| share_of(face, photo) >= share / 2.0).count();
        (beside > 1).then(|| {
            let value = Some(f64::from(u32::try_from(beside).unwrap_or(u32::MAX)));
            Issue { code: IssueCode::MultipleFaces, severity, value, threshold: Some(1.0) }
        })
    }

    fn judge_quality(&self, quality: &Quality, severity: IssueSeverity) -> Vec<Issue> {
        let Thresholds { sharpness, darkest, brightest, contrast, noise, score, .. } = self.thresholds;
        let light = quality.exposure.value;
        let checks = [
            (IssueCode::Blurry, quality.sharpness.value, sharpness, quality.sharpness.value < sharpness),
            (IssueCode::TooDark, light, darkest, light < darkest),
            (IssueCode::TooBright, light, brightest, light > brightest),
            (IssueCode::LowContrast, quality.contrast.value, contrast, quality.contrast.value < contrast),
            (IssueCode::Noisy, quality.cleanness.value, noise, quality.cleanness.value > noise),
            (IssueCode::LowQuality, quality.score, score, quality.score < score),
        ];
        let found = checks.into_iter().filter(|&(.., is_bad)| is_bad);
        let mut issues: Vec<_> = found
            .map(|(code, value, threshold, _)| Issue { code, severity, value: Some(value), threshold: Some(threshold) })
            .collect();
        // A reason is worth more than the sum it lowers.
        if issues.len() > 1 {
            issues.retain(|issue| issue.code != IssueCode::LowQuality);
        }
        issues
    }
}

impl Strictness {
    const fn severity(self) -> Option<IssueSeverity> {
        match self {
            Self::Off => None,
            Self::Warn => Some(IssueSeverity::Warn),
            Self::Reject => Some(IssueSeverity::Reject),
        }
    }
}

/// The gravest of some issues.
#[must_use]
pub fn verdict(issues: &[Issue]) -> Verdict {
    match issues.iter().map(|issue| issue.severity).max() {
        None | Some(IssueSeverity::Info) => Verdict::Ok,
        Some(IssueSeverity::Warn) => Verdict::Warn,
        Some(IssueSeverity::Reject) => Verdict::Reject,
    }
}

/// The width of a face as a share of the picture's shorter side.
fn share_of(face: &Face, photo: &Photo) -> f64 {
    let shorter = photo.width.min(photo.height).max(1);
    f64::from(face.width) * f64::from(photo.width) / f64::from(shorter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::photo::tests::{photo, with_faces, with_quality};

    fn codes(issues: &[Issue]) -> Vec<IssueCode> {
        issues.iter().map(|issue| issue.code).collect()
    }

    #[test]
    fn a_good_photo_has_no_issues() {
        assert_eq!(Rules::default().judge(&photo(1), Some(TrainingType::Portrait)), []);
        assert_eq!(Rules::default().validate(&photo(1), None), ValidationStatus::Valid);
    }

    #[test]
    fn a_photo_nobody_has_looked_at_waits() {
        let photo = Photo { measures: None, validation_status: ValidationStatus::Pending, ..photo(1) };
        assert_eq!(Rules::default().judge(&photo, None), []);
        assert_eq!(Rules::default().validate(&photo, None), ValidationStatus::Pending);
    }

    #[test]
    fn each_limit_has_its_code_its_value_and_its_threshold() {
        type Case = (IssueCode, fn(&mut Quality), f64, f64);
        let rules = Rules::default();
        let cases: &[Case] = &[
            (IssueCode::Blurry, |quality| quality.sharpness.value = 0.5, 0.5, 1.0),
            (IssueCode::TooDark, |quality| quality.exposure.value = 20.0, 20.0, 40.0),
            (IssueCode::TooBright, |quality| quality.exposure.value = 240.0, 240.0, 215.0),
            (IssueCode::LowContrast, |quality| quality.contrast.value = 5.0, 5.0, 14.0),
            (IssueCode::Noisy, |quality| quality.cleanness.value = 25.0, 25.0, 20.0),
            (IssueCode::LowQuality, |quality| quality.score = 0.2, 0.2, 0.35),
        ];
        for &(code, spoil, value, threshold) in cases {
            let photo = with_quality(photo(1), spoil);
            let expected =
                Issue { code, severity: IssueSeverity::Warn, value: Some(value), threshold: Some(threshold) };
            assert_eq!(rules.judge(&photo, None), [expected]);
        }
    }

    #[test]
    fn the_reason_of_a_low_score_stands_for_the_score() {
        let photo = with_quality(photo(1), |quality| {
            quality.sharpness.value = 0.2;
            quality.score = 0.1;
        });
        assert_eq!(codes(&Rules::default().judge(&photo, None)), [IssueCode::Blurry]);
    }

    #[test]
    fn faces_are_counted_for_portraits_only() {
        let rules = Rules::default();
        let cases: &[(&[f32], Option<IssueCode>)] = &[
            (&[], Some(IssueCode::NoFace)),
            (&[0.3], None),
            (&[0.05], Some(IssueCode::FaceTooSmall)),
            (&[0.3, 0.25], Some(IssueCode::MultipleFaces)),
            (&[0.3, 0.1], None),
        ];
        for &(widths, expected) in cases {
            let photo = with_faces(photo(1), widths);
            assert_eq!(
                codes(&rules.judge(&photo, Some(TrainingType::Portrait))),
                Vec::from_iter(expected),
                "{widths:?}"
            );
            assert_eq!(rules.judge(&photo, Some(TrainingType::Object)), [], "{widths:?}");
        }
    }

    #[test]
    fn a_rejected_photo_is_kept_and_not_used() {
        let strict = Policy { faces: Strictness::Reject, quality: Strictness::Off };
        let rules = Rules { portrait: strict, ..Rules::default() };
        let photo = with_faces(photo(1), &[]);
        assert_eq!(verdict(&rules.judge(&photo, None)), Verdict::Reject);
        assert_eq!(rules.validate(&photo, Some(TrainingType::Portrait)), ValidationStatus::Invalid);
        assert_eq!(rules.validate(&photo, Some(TrainingType::Style)), ValidationStatus::Valid);
    }
}
