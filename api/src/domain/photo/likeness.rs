//! Photos that look the same: series of shots, recompressed copies, mirror images. A trainer that sees one moment five
//! times learns that moment and not the person.

use std::cmp::Ordering;

use super::Photo;
use crate::domain::ids::PhotoId;

/// Photos that look the same, directly or through one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// The best of them.
    pub keep: PhotoId,
    /// The others, and in how many of 256 bits each differs from the best.
    pub others: Vec<(PhotoId, u32)>,
}

/// In how many of 256 bits two photos differ, the one or its mirror image; `None` until both were looked at.
#[must_use]
pub fn distance(one: &Photo, other: &Photo) -> Option<u32> {
    let (one, other) = (one.measures.as_ref()?, other.measures.as_ref()?);
    Some(one.hash.distance(&other.hash).min(one.mirrored.distance(&other.hash)))
}

/// The groups of photos that differ in at most `most` bits, whatever the order they come in: groups stand in the order
/// of their best photos, and their members by place.
#[must_use]
pub fn clusters<'a>(photos: impl IntoIterator<Item = &'a Photo>, most: u32) -> Vec<Cluster> {
    let mut photos: Vec<&Photo> = photos.into_iter().collect();
    photos.sort_by_key(|photo| (photo.upload_order, photo.id));
    let mut group: Vec<usize> = (0..photos.len()).collect();
    for (index, photo) in photos.iter().enumerate() {
        for (earlier, other) in photos[..index].iter().enumerate() {
            if distance(other, photo).is_some_and(|bits| bits <= most) {
                join(&mut group, earlier, index);
            }
        }
    }
    let members =
        |of: usize| photos.iter().zip(&group).filter(move |&(_, &group)| group == of).map(|(photo, _)| *photo);
    let groups = (0..photos.len()).filter(|&index| group[index] == index && members(index).count() > 1);
    let mut clusters: Vec<_> = groups.filter_map(|index| cluster(members(index))).collect();
    clusters.sort_by_key(|cluster| photos.iter().position(|photo| photo.id == cluster.keep));
    clusters
}

/// Makes the groups of two photos one, named after its first member.
fn join(group: &mut [usize], one: usize, other: usize) {
    let (one, other) = (group[one], group[other]);
    let (first, second) = (one.min(other), one.max(other));
    group.iter_mut().filter(|group| **group == second).for_each(|group| *group = first);
}

fn cluster<'a>(members: impl Iterator<Item = &'a Photo> + Clone) -> Option<Cluster> {
    let best = members.clone().max_by(|one, other| by_worth(one, other))?;
    let others = members.filter(|photo| photo.id != best.id);
    let others = others.map(|photo| (photo.id, distance(best, photo).unwrap_or(256))).collect();
    Some(Cluster { keep: best.id, others })
}

/// Whichever is used already, then the sharper, then the larger; their bytes decide between equals, so that the answer
/// is always the same one.
fn by_worth(one: &Photo, other: &Photo) -> Ordering {
    let sharpness = |photo: &Photo| photo.measures.as_ref().map_or(0.0, |measures| measures.quality.sharpness.value);
    let pixels = |photo: &Photo| i64::from(photo.width) * i64::from(photo.height);
    (one.is_usable().cmp(&other.is_usable()))
        .then(sharpness(one).total_cmp(&sharpness(other)))
        .then(pixels(one).cmp(&pixels(other)))
        .then(one.size_bytes.cmp(&other.size_bytes))
        .then_with(|| one.sha256.cmp(&other.sha256))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::photo::tests::{looking_like, photo, with_quality};

    #[test]
    fn a_series_is_one_group_with_its_sharpest_photo_on_top() {
        let sharpest = with_quality(looking_like(photo(2), 0, 4), |quality| quality.sharpness.value = 7.5);
        let photos =
            [looking_like(photo(1), 0, 0), sharpest, looking_like(photo(3), 0, 30), looking_like(photo(4), 1, 0)];
        let expected = Cluster { keep: photos[1].id, others: vec![(photos[0].id, 4), (photos[2].id, 26)] };
        assert_eq!(clusters(&photos, 32), [expected]);
        assert_eq!(clusters(&photos, 3), []);
    }

    #[test]
    fn a_mirror_image_looks_the_same() {
        let one = looking_like(photo(1), 0, 0);
        let mut mirrored = looking_like(photo(2), 1, 0);
        if let (Some(measures), Some(of)) = (&mut mirrored.measures, &one.measures) {
            measures.mirrored = of.hash;
        }
        assert_eq!(distance(&mirrored, &one), Some(0));
    }

    #[test]
    fn a_photo_in_use_is_kept_before_a_sharper_one_that_was_left_out() {
        let sharper = with_quality(looking_like(photo(1), 0, 0), |quality| quality.sharpness.value = 8.0);
        let photos = [Photo { excluded: true, ..sharper }, looking_like(photo(2), 0, 1)];
        assert_eq!(clusters(&photos, 32)[0].keep, photos[1].id);
    }

    proptest! {
        #[test]
        fn the_groups_do_not_depend_on_the_order_of_reading(
            looks in prop::collection::vec((0..4_u8, 0..24_u32), 0..12), turn in 0..12_usize,
        ) {
            let photos: Vec<_> = (1..).zip(looks).map(|(place, (look, bits))| looking_like(photo(place), look, bits)).collect();
            let mut turned = photos.clone();
            turned.rotate_left(turn.min(photos.len()));
            prop_assert_eq!(clusters(&photos, 32), clusters(&turned, 32));
            for cluster in clusters(&photos, 32) {
                prop_assert!(!cluster.others.is_empty());
                prop_assert!(cluster.others.iter().all(|(id, _)| *id != cluster.keep));
            }
        }
    }
}
