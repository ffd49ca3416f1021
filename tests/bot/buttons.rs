//! Every button of every screen is pressed: each answers, and what it leads to is a screen that can be left again.

mod belongings;
mod walk;

use std::collections::BTreeSet;

use aisha_bot::buttons::Button;
use aisha_bot::screens::Place;

use self::walk::{Walk, op};

/// Buttons that nobody can come by here, and why.
const UNREACHABLE: &[(&str, &str)] = &[
    ("d.language", "the command alone leads there"),
    ("t.complete", "an avatar that lacks something is led to its questions before it comes to a training"),
];
/// Those after which little is left.
const LAST: [&str; 2] = ["a.really_delete", "s.delete_now"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_button_answers_and_leads_somewhere() {
    let (way, _model) = belongings::of_every_kind().await;
    let mut walk = Walk::new(way, &LAST).await;
    walk.everywhere().await;
    for last in LAST {
        walk.to(last).await;
    }
    let there: BTreeSet<String> = Button::samples().iter().map(|button| op(&button.encode(0))).collect();
    let missing: Vec<&String> = there.iter().filter(|op| !walk.has_pressed(op)).collect();
    let excused: Vec<&str> = UNREACHABLE.iter().map(|(op, _)| *op).collect();
    assert_eq!(missing, excused, "buttons that were not pressed, and those that cannot be");
    for place in walk.places() {
        let up: Vec<Place> = std::iter::successors(Some(place.clone()), |place| Some(place.parent())).take(8).collect();
        assert!(up.contains(&Place::Home), "no way back from {place:?}: {up:?}");
    }
    walk.end().await;
}
