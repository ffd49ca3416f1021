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
/// Those of a picture that has just been made, in an order that leads over all of them.
const OF_PICTURES: [&str; 9] = [
    "g.like",
    "g.unlike",
    "g.original",
    "g.album",
    "generate.generation g.words",
    "generate.words b.",
    "generate.generation g.delete",
    "generate.delete b.",
    "generate.generation d.images",
];
/// Buttons of which nothing comes: labels among the others, and a look at what has not changed.
const IDLE: [&str; 2] = ["l.", "r."];
/// Those after which little is left.
const LAST: [&str; 2] = ["a.really_delete", "s.delete_now"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_button_answers_and_leads_somewhere() {
    let belongings::Belongings { way, model: _model, trained_twice, with_twins } = belongings::of_every_kind().await;
    let mut walk = Walk::new(way, &LAST).await;
    walk.open(trained_twice).await;
    walk.to("a.versions").await;
    walk.to("a.use").await;
    walk.open(with_twins).await;
    walk.to("p.tidy").await;
    belongings::make_a_picture(walk.way()).await;
    for op in OF_PICTURES {
        walk.to(op).await;
    }
    belongings::make_a_picture(walk.way()).await;
    walk.to("generate.generation g.delete").await;
    walk.to("g.really_delete").await;
    belongings::make_a_set(walk.way()).await;
    walk.to("g.pictures").await;
    belongings::halt(walk.way()).await;
    let excused: Vec<&str> = UNREACHABLE.iter().map(|(op, _)| *op).collect();
    let there: BTreeSet<String> = Button::samples().iter().map(|button| op(&button.encode(0))).collect();
    let all = there.iter().filter(|op| !excused.contains(&op.as_str())).cloned().collect();
    walk.everywhere(&all).await;
    for last in LAST {
        walk.to(last).await;
    }
    let missing: Vec<&String> = there.iter().filter(|op| !walk.has_pressed(op)).collect();
    assert_eq!(missing, excused, "buttons that were not pressed, and those that cannot be");
    assert_eq!(walk.idle(), BTreeSet::from(IDLE), "buttons of which nothing has come");
    for place in walk.places() {
        let up: Vec<Place> = std::iter::successors(Some(place.clone()), |place| Some(place.parent())).take(8).collect();
        assert!(up.contains(&Place::Home), "no way back from {place:?}: {up:?}");
    }
    walk.end().await;
}
