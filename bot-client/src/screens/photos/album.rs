//! Photos that come together are taken in beside each other, and end in whatever order; here they get the one they were
//! sent in.

use std::collections::BTreeMap;

use aisha_openapi::photos::PhotoOrder;
use uuid::Uuid;

use crate::api::{ApiError, Person};

/// A photo that was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Whose it is.
    pub avatar: Uuid,
    /// The photo.
    pub photo: Uuid,
}

/// Puts photos that were taken in together into the order they were sent in, each with the number of its message. Those
/// of before and since stay where they are.
pub async fn put_in_order(person: &Person, taken: &[(i32, Taken)]) -> Result<(), ApiError> {
    let mut sent: BTreeMap<Uuid, Vec<(i32, Taken)>> = BTreeMap::new();
    for one in taken {
        sent.entry(one.1.avatar).or_default().push(*one);
    }
    for (avatar, mut sent) in sent {
        sent.sort_by_key(|(message, _)| *message);
        let wanted: Vec<Uuid> = sent.iter().map(|(_, taken)| taken.photo).collect();
        let listed: Vec<Uuid> = person.photos(avatar).await?.data.iter().map(|photo| photo.id).collect();
        let photo_ids = reordered(&listed, &wanted);
        if photo_ids != listed {
            person.order_photos(avatar, &PhotoOrder { photo_ids }).await?;
        }
    }
    Ok(())
}

/// A list in which these come in this order, in the places that they have together.
fn reordered(listed: &[Uuid], wanted: &[Uuid]) -> Vec<Uuid> {
    let mut next = wanted.iter().filter(|id| listed.contains(id));
    let place = |id: &Uuid| if wanted.contains(id) { next.next().copied() } else { Some(*id) };
    listed.iter().filter_map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_change_places_among_themselves() {
        let id = Uuid::from_u128;
        let list = |numbers: &[u128]| numbers.iter().copied().map(id).collect::<Vec<_>>();
        assert_eq!(reordered(&list(&[1, 5, 4, 2, 3]), &list(&[3, 4, 5])), list(&[1, 3, 4, 2, 5]));
        assert_eq!(reordered(&list(&[1, 2]), &list(&[3, 2])), list(&[1, 2]), "one was deleted since");
        assert_eq!(reordered(&list(&[1, 2, 3]), &[]), list(&[1, 2, 3]));
    }
}
