//! Who is served next. What waits stands in a line for each owner, and the owners take turns: an album of fifty photos
//! delays somebody else's single one by one picture, not by fifty.

use std::collections::{HashMap, VecDeque};

/// What tells one thing that waits from all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket(u64);

/// What waits, in lines.
#[derive(Debug)]
pub(super) struct Turns<T> {
    lines: HashMap<u128, VecDeque<(Ticket, T)>>,
    /// The owners with a line, each once; the first is served next.
    owners: VecDeque<u128>,
    issued: u64,
}

impl<T> Turns<T> {
    /// Nobody waits.
    pub(super) fn new() -> Self {
        Self { lines: HashMap::new(), owners: VecDeque::new(), issued: 0 }
    }

    /// Puts something at the end of its owner's line. Who had no line is served after everybody who has one.
    pub(super) fn push(&mut self, owner: u128, item: T) -> Ticket {
        let ticket = Ticket(self.issued);
        self.issued += 1;
        let line = self.lines.entry(owner).or_default();
        if line.is_empty() {
            self.owners.push_back(owner);
        }
        line.push_back((ticket, item));
        ticket
    }

    /// Takes what is served next.
    pub(super) fn next(&mut self) -> Option<T> {
        let owner = self.owners.pop_front()?;
        let line = self.lines.get_mut(&owner)?;
        let (_, item) = line.pop_front()?;
        if line.is_empty() {
            self.lines.remove(&owner);
        } else {
            self.owners.push_back(owner);
        }
        Some(item)
    }

    /// Takes something out of its line, if it still stands there.
    pub(super) fn remove(&mut self, owner: u128, ticket: Ticket) -> Option<T> {
        let line = self.lines.get_mut(&owner)?;
        let at = line.iter().position(|(standing, _)| *standing == ticket)?;
        let (_, item) = line.remove(at)?;
        if line.is_empty() {
            self.lines.remove(&owner);
            self.owners.retain(|waiting| *waiting != owner);
        }
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drain<T>(turns: &mut Turns<T>) -> Vec<T> {
        std::iter::from_fn(|| turns.next()).collect()
    }

    #[test]
    fn one_owner_is_served_in_the_order_of_arrival() {
        let mut turns = Turns::new();
        for item in 0..5 {
            turns.push(7, item);
        }
        assert_eq!(drain(&mut turns), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_single_photo_waits_for_one_picture_of_an_album_and_not_for_the_album() {
        let mut turns = Turns::new();
        for page in 0..50 {
            turns.push(1, ("album", page));
        }
        assert_eq!(turns.next(), Some(("album", 0)));
        turns.push(2, ("single", 0));
        assert_eq!(turns.next(), Some(("album", 1)));
        assert_eq!(turns.next(), Some(("single", 0)));
        assert_eq!(turns.next(), Some(("album", 2)));
    }

    #[test]
    fn who_sends_one_after_the_other_gets_every_second_turn_beside_an_album() {
        let mut turns = Turns::new();
        for page in 0..50 {
            turns.push(1, ("album", page));
        }
        turns.push(2, ("single", 0));
        for number in 0..20 {
            assert_eq!(turns.next(), Some(("album", number)));
            assert_eq!(turns.next(), Some(("single", number)));
            turns.push(2, ("single", number + 1));
        }
    }

    #[test]
    fn what_is_taken_out_costs_its_owner_no_turn() {
        let mut turns = Turns::new();
        let [first, second] = [turns.push(1, "a1"), turns.push(1, "a2")];
        let only = turns.push(2, "b1");
        turns.push(3, "c1");
        turns.push(1, "a3");
        assert_eq!(turns.remove(1, first), Some("a1"));
        assert_eq!(turns.remove(1, first), None);
        assert_eq!(turns.remove(2, only), Some("b1"));
        assert_eq!(turns.remove(2, second), None);
        assert_eq!(drain(&mut turns), ["a2", "c1", "a3"]);
    }

    proptest! {
        #[test]
        fn with_n_owners_each_gets_every_nth_turn(lengths in prop::collection::vec(1_usize..20, 1..8), order in any::<u64>()) {
            let mut turns = Turns::new();
            let mut arrivals: Vec<usize> =
                lengths.iter().enumerate().flat_map(|(owner, &length)| vec![owner; length]).collect();
            // Any order of arrival will do; this one differs from case to case.
            arrivals.sort_by_key(|owner| (*owner as u64 + 1).wrapping_mul(order | 1).rotate_left(17));
            for owner in arrivals {
                turns.push(owner as u128, owner);
            }
            let served = drain(&mut turns);
            prop_assert_eq!(served.len(), lengths.iter().sum::<usize>());
            let mut left = lengths;
            let mut rest = served.as_slice();
            while !rest.is_empty() {
                // While nobody comes or goes, each round serves each owner who still waits exactly once.
                let waiting = left.iter().filter(|left| **left > 0).count();
                let (round, others) = rest.split_at(waiting);
                for &owner in round {
                    prop_assert_eq!(round.iter().filter(|other| **other == owner).count(), 1);
                    left[owner] -= 1;
                }
                rest = others;
            }
        }
    }
}
