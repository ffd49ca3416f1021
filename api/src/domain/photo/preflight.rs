//! What a training would meet: a set of photos looked at as a whole, before any money is spent. It changes nothing, and
//! the same set always gets the same advice.

use std::collections::BTreeSet;

use aisha_openapi::preflight::{PhotoCount, Variety};
use aisha_openapi::vocabulary::{Importance, RecommendationCode, TrainingType, Verdict};

use super::Photo;
use super::judgement::{Issue, Rules, verdict};
use super::likeness::{Cluster, clusters};
use crate::domain::avatar::Details;
use crate::domain::ids::PhotoId;

/// How many photos a training needs, and how many make a good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// The least.
    pub minimum: i64,
    /// With so many different ones avatars turn out well.
    pub advised: i64,
}

/// A set of photos, assessed.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// The avatar's details that are missing.
    pub missing: Vec<&'static str>,
    /// The photos, counted.
    pub count: PhotoCount,
    /// Of each photo, in the order they were given, what could be better.
    pub issues: Vec<Vec<Issue>>,
    /// Photos that look the same, among those that would be used.
    pub near_duplicates: Vec<Cluster>,
    /// How different those are.
    pub variety: Variety,
    /// What to do, the most important first.
    pub advice: Vec<Advice>,
}

/// Something to do before training.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// What.
    pub code: RecommendationCode,
    /// Whether a training is possible without it.
    pub importance: Importance,
    /// How many photos it takes or is about.
    pub count: i64,
    /// Which; empty if it is about the set.
    pub photos: Vec<PhotoId>,
}

/// A face at least so high, as a share of the picture, is a close-up.
const CLOSE_UP: f32 = 0.35;
/// A face at least so high shows half a person.
const HALF_BODY: f32 = 0.15;
/// Photos whose mean brightness spans less than this were taken in one light.
const ONE_LIGHT: f64 = 25.0;

impl Assessment {
    /// Assesses the photos of an avatar, which come in its order.
    #[must_use]
    pub fn of(details: &Details, photos: &[Photo], rules: &Rules, needs: Needs) -> Self {
        let kind = details.training_type;
        let issues: Vec<_> = photos.iter().map(|photo| rules.judge(photo, kind)).collect();
        let rejected = |index: usize| verdict(&issues[index]) == Verdict::Reject;
        let used = (0..photos.len())
            .filter(|&index| !photos[index].excluded && photos[index].measures.is_some() && !rejected(index));
        let used: Vec<&Photo> = used.map(|index| &photos[index]).collect();
        let count = PhotoCount {
            total: length(photos.len()),
            usable: length(used.len()),
            excluded: length(photos.iter().filter(|photo| photo.excluded).count()),
            rejected: length((0..photos.len()).filter(|&index| rejected(index)).count()),
            minimum: needs.minimum,
            advised: needs.advised,
        };
        let near_duplicates = clusters(used.iter().copied(), rules.thresholds.near_duplicate);
        let variety = variety(&used);
        let mut assessment =
            Self { missing: details.missing(), count, issues, near_duplicates, variety, advice: Vec::new() };
        assessment.advice = assessment.advise(kind, photos);
        assessment
    }

    /// Whether nothing stands between the set and a training.
    #[must_use]
    pub const fn is_ready(&self) -> bool {
        self.missing.is_empty() && self.count.usable >= self.count.minimum
    }

    fn advise(&self, kind: Option<TrainingType>, photos: &[Photo]) -> Vec<Advice> {
        use RecommendationCode as Code;
        let required = |code, count| Advice { code, importance: Importance::Required, count, photos: Vec::new() };
        let about = |code, photos: Vec<PhotoId>| Advice {
            code,
            importance: Importance::Advised,
            count: length(photos.len()),
            photos,
        };
        let with = |wanted: Verdict| -> Vec<PhotoId> {
            let pairs = photos.iter().zip(&self.issues).filter(|(photo, _)| !photo.excluded);
            pairs.filter(|(_, issues)| verdict(issues) == wanted).map(|(photo, _)| photo.id).collect()
        };
        let PhotoCount { usable, minimum, advised, .. } = self.count;
        let mut advice = Vec::new();
        if !self.missing.is_empty() {
            advice.push(required(Code::CompleteDetails, length(self.missing.len())));
        }
        if usable < minimum {
            advice.push(required(Code::AddPhotos, minimum - usable));
        }
        let twins = self.near_duplicates.iter().flat_map(|cluster| cluster.others.iter().map(|&(id, _)| id)).collect();
        advice.extend([
            about(Code::ReplaceRejected, with(Verdict::Reject)),
            about(Code::ExcludeNearDuplicates, twins),
            about(Code::ReplaceWeak, with(Verdict::Warn)),
        ]);
        advice.retain(|advice| advice.count > 0);
        if usable >= minimum && usable < advised {
            advice.push(Advice { count: advised - usable, ..about(Code::AddMorePhotos, Vec::new()) });
        }
        if usable >= minimum {
            let set = self.lacking(kind).into_iter().map(|code| about(code, Vec::new()));
            advice.extend(set);
        }
        advice
    }

    /// What a set of enough photos still lacks.
    fn lacking(&self, kind: Option<TrainingType>) -> Vec<RecommendationCode> {
        use RecommendationCode as Code;
        let Variety { close_up, half_body, full_body, darkest, brightest, days, undated, .. } = self.variety;
        let faces = close_up + half_body + full_body;
        let portrait = matches!(kind, None | Some(TrainingType::Portrait)) && faces > 0;
        let span = brightest.zip(darkest).map_or(0.0, |(brightest, darkest)| brightest - darkest);
        let lacks = [
            (Code::AddCloseUps, portrait && close_up == 0),
            (Code::AddHalfBody, portrait && half_body == 0),
            (Code::AddFullBody, portrait && full_body == 0),
            (Code::VaryLight, span < ONE_LIGHT),
            (Code::VaryDays, days == 1 && undated == 0),
        ];
        lacks.into_iter().filter_map(|(code, is_lacking)| is_lacking.then_some(code)).collect()
    }
}

fn variety(photos: &[&Photo]) -> Variety {
    let measures = || photos.iter().filter_map(|photo| photo.measures.as_ref());
    let face = |measures: &aisha_imaging::Measures| {
        measures.faces.as_deref().and_then(|faces| faces.first().map(|face| face.height))
    };
    let framed = |fits: fn(f32) -> bool| length(measures().filter_map(face).filter(|&height| fits(height)).count());
    let light = || measures().map(|measures| measures.quality.exposure.value);
    let days: BTreeSet<_> = photos.iter().filter_map(|photo| photo.taken_on).collect();
    Variety {
        close_up: framed(|height| height >= CLOSE_UP),
        half_body: framed(|height| (HALF_BODY..CLOSE_UP).contains(&height)),
        full_body: framed(|height| height < HALF_BODY),
        without_face: length(measures().filter(|measures| face(measures).is_none()).count()),
        darkest: light().min_by(f64::total_cmp),
        brightest: light().max_by(f64::total_cmp),
        days: length(days.len()),
        undated: length(photos.iter().filter(|photo| photo.taken_on.is_none()).count()),
    }
}

fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use aisha_openapi::vocabulary::{AvatarType, Gender};
    use proptest::prelude::*;
    use serde_json::Map;

    use super::*;
    use crate::domain::photo::judgement::{Policy, Strictness};
    use crate::domain::photo::tests::{looking_like, photo, with_faces, with_quality};

    const NEEDS: Needs = Needs { minimum: 5, advised: 10 };

    fn details(kind: TrainingType) -> Details {
        Details {
            name: Some("Ann".to_owned()),
            gender: Some(Gender::Female),
            avatar_type: Some(AvatarType::Character),
            training_type: Some(kind),
            trigger_phrase: "annx7".to_owned(),
            metadata: Map::new(),
            cover: None,
        }
    }

    fn assess(photos: &[Photo]) -> Assessment {
        Assessment::of(&details(TrainingType::Portrait), photos, &Rules::default(), NEEDS)
    }

    fn different(count: u8) -> Vec<Photo> {
        (0..count).map(|look| looking_like(photo(i32::from(look) + 1), look, 0)).collect()
    }

    fn codes(assessment: &Assessment) -> Vec<RecommendationCode> {
        assessment.advice.iter().map(|advice| advice.code).collect()
    }

    #[test]
    fn too_few_photos_are_told_first_and_by_number() {
        let assessment = assess(&different(3));
        assert!(!assessment.is_ready());
        assert_eq!(assessment.advice[0].code, RecommendationCode::AddPhotos);
        assert_eq!((assessment.advice[0].importance, assessment.advice[0].count), (Importance::Required, 2));
    }

    #[test]
    fn what_is_left_out_or_rejected_does_not_count() {
        let rules =
            Rules { portrait: Policy { faces: Strictness::Reject, quality: Strictness::Warn }, ..Rules::default() };
        let mut photos = different(7);
        photos[0].excluded = true;
        photos[1] = with_faces(photos[1].clone(), &[]);
        let assessment = Assessment::of(&details(TrainingType::Portrait), &photos, &rules, NEEDS);
        let PhotoCount { total, usable, excluded, rejected, .. } = assessment.count;
        assert_eq!((total, usable, excluded, rejected), (7, 5, 1, 1));
        assert!(assessment.is_ready());
        assert_eq!(assessment.advice[0].photos, [photos[1].id]);
    }

    #[test]
    fn twins_and_weak_photos_are_named() {
        let mut photos = different(6);
        photos[5] = looking_like(photos[5].clone(), 0, 3);
        photos[2] = with_quality(photos[2].clone(), |quality| quality.exposure.value = 10.0);
        let assessment = assess(&photos);
        let twins = assessment.near_duplicates.iter().map(|cluster| cluster.others.len()).sum::<usize>();
        assert_eq!(twins, 1);
        let weak = assessment.advice.iter().find(|advice| advice.code == RecommendationCode::ReplaceWeak);
        assert_eq!(weak.map(|advice| advice.photos.clone()), Some(vec![photos[2].id]));
    }

    #[test]
    fn a_portrait_wants_faces_of_every_size_and_a_thing_does_not() {
        let photos: Vec<_> = different(6).into_iter().map(|photo| with_faces(photo, &[0.2])).collect();
        let wanted = [RecommendationCode::AddCloseUps, RecommendationCode::AddFullBody];
        assert!(wanted.iter().all(|code| codes(&assess(&photos)).contains(code)));
        let thing = Assessment::of(&details(TrainingType::Object), &photos, &Rules::default(), NEEDS);
        assert!(wanted.iter().all(|code| !codes(&thing).contains(code)));
    }

    proptest! {
        #[test]
        fn a_verdict_does_not_depend_on_its_neighbours(light in 0.0..255.0_f64, others in 0..8_u8) {
            let judged = with_quality(photo(100), |quality| quality.exposure.value = light);
            let mut photos = different(others);
            photos.push(judged.clone());
            let (alone, together) = (assess(&[judged]), assess(&photos));
            prop_assert_eq!(alone.issues.last(), together.issues.last());
        }

        #[test]
        fn a_training_is_ready_exactly_when_nothing_is_required(count in 0..12_u8) {
            let assessment = assess(&different(count));
            let required = assessment.advice.iter().any(|advice| advice.importance == Importance::Required);
            prop_assert_eq!(assessment.is_ready(), !required);
        }
    }
}
