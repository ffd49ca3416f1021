//! A walk over all screens: at each, a button is pressed that was never pressed there; where there is none, the way leads
//! to the nearest screen that has one.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use aisha_bot::screens::Place;
use aisha_bot::storage::{Chat, Storage};
use aisha_tests::harness::app::PATIENCE;
use aisha_tests::telegram::Screen;
use serde_json::Value;

use crate::hands::{Seen, below};
use crate::journey::way::Way;

/// Presses of the longest walk.
const LONGEST: usize = 1500;
/// What stands on no card of somebody who only presses buttons.
const TROUBLE: [&str; 5] =
    ["did not work, through", "is away", "no longer there", "out of date", "try again from the menu"];
/// Where news stand, beside the card.
const BESIDE: &str = "beside";

/// What a button does, without what it does it to.
pub(crate) fn op(data: &str) -> String {
    let word = data.split_once(':').map_or(data, |(_, word)| word);
    word.split(['=', '~']).next().unwrap_or_default().to_owned()
}

/// The screen that a place is on, such as `photos.upload`.
fn screen_of(place: &Place) -> String {
    let inner = |value: &Value| match value {
        Value::Object(fields) => fields.keys().next().cloned().unwrap_or_default(),
        value => value.as_str().unwrap_or_default().to_owned(),
    };
    match serde_json::to_value(place).expect("a place is plain data") {
        Value::Object(fields) => {
            let (screen, at) = fields.iter().next().expect("a place is one of its kinds");
            format!("{screen}.{}", inner(at))
        }
        value => inner(&value),
    }
}

/// A button on a screen.
type Pair = (String, String);

pub(crate) struct Walk {
    way: Way,
    storage: Storage,
    last: BTreeSet<String>,
    known: BTreeSet<Pair>,
    pressed: BTreeSet<Pair>,
    /// How often each button was pressed, with what it does it to.
    tried: BTreeMap<Pair, usize>,
    /// Where buttons have led.
    led: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
    places: Vec<Place>,
}

impl Walk {
    /// The beginning of a walk that leaves some buttons for later.
    pub(crate) async fn new(way: Way, last: &[&str]) -> Self {
        let storage = Storage::open(way.bot.folder()).await.expect("the bot's file");
        let last = last.iter().map(ToString::to_string).collect();
        let mut walk = Self {
            way,
            storage,
            last,
            known: BTreeSet::new(),
            pressed: BTreeSet::new(),
            tried: BTreeMap::new(),
            led: BTreeMap::new(),
            places: Vec::new(),
        };
        walk.look().await;
        walk
    }

    /// Whether such a button was pressed anywhere.
    pub(crate) fn has_pressed(&self, op: &str) -> bool {
        self.pressed.iter().any(|(_, pressed)| pressed == op)
    }

    /// Every kind of place that the walk has come by.
    pub(crate) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Goes on until every button that was seen on a screen was pressed there, but for those that are left for later.
    pub(crate) async fn everywhere(&mut self) {
        for _ in 0..LONGEST {
            let (here, options) = self.look().await;
            if self.unpressed().next().is_none() {
                return;
            }
            let goal = |pair: &Pair| !self.pressed.contains(pair) && !self.last.contains(&pair.1);
            let next = self.choose(&here, &options, goal);
            self.press(&here, &next).await;
        }
        let left: Vec<&Pair> = self.unpressed().collect();
        panic!("{LONGEST} presses were not enough for {left:?}");
    }

    /// Goes to a button, wherever it is, and presses it.
    pub(crate) async fn to(&mut self, wanted: &str) {
        self.last.remove(wanted);
        for _ in 0..LONGEST {
            let (here, options) = self.look().await;
            let next = self.choose(&here, &options, |pair| pair.1 == wanted);
            self.press(&here, &next).await;
            if self.has_pressed(wanted) {
                return;
            }
        }
        panic!("there is no way to {wanted}");
    }

    /// The end of the walk.
    pub(crate) async fn end(self) {
        eprintln!("{} screens, {} buttons on them", self.places.len(), self.pressed.len());
        self.way.end().await;
    }

    fn unpressed(&self) -> impl Iterator<Item = &Pair> {
        self.known.iter().filter(|pair| !self.pressed.contains(*pair) && !self.last.contains(&pair.1))
    }

    /// Where one is, and the buttons there and beside it.
    async fn look(&mut self) -> (String, Vec<(Pair, Seen)>) {
        let (chat, screen) = self.at_rest().await;
        let here = screen_of(&chat.place);
        if !self.places.iter().any(|place| screen_of(place) == here) {
            self.places.push(chat.place);
        }
        let card = chat.card.map(i64::from);
        let all = screen.from_bot().flat_map(below).map(|seen| {
            let place = if Some(seen.message) == card { here.clone() } else { BESIDE.to_owned() };
            ((place, op(&seen.data)), seen)
        });
        let options: Vec<(Pair, Seen)> = all.collect();
        self.known.extend(options.iter().map(|(pair, _)| pair.clone()));
        (here, options)
    }

    /// The button that is a goal, leads to one, or was pressed least.
    fn choose(&self, here: &str, options: &[(Pair, Seen)], goal: impl Fn(&Pair) -> bool) -> (Pair, Seen) {
        let allowed: Vec<&(Pair, Seen)> = options.iter().filter(|(pair, _)| !self.last.contains(&pair.1)).collect();
        let times = |option: &&&(Pair, Seen)| self.tried.get(&tried(option)).copied().unwrap_or_default();
        if let Some(option) = allowed.iter().find(|(pair, _)| goal(pair)) {
            return (*option).clone();
        }
        let way = self.way_from(here, &goal);
        let on_the_way = allowed.iter().filter(|(pair, _)| pair.0 == here && Some(&pair.1) == way.as_ref());
        let next = on_the_way.min_by_key(times).filter(|option| times(option) < 40);
        let next = next.or_else(|| allowed.iter().filter(|(pair, _)| pair.0 == here).min_by_key(times));
        (**next.expect("every screen has a button")).clone()
    }

    /// The button that leads from a screen towards one where a goal is.
    fn way_from(&self, here: &str, goal: impl Fn(&Pair) -> bool) -> Option<String> {
        let goals: BTreeSet<&str> = self.known.iter().filter(|pair| goal(pair)).map(|pair| pair.0.as_str()).collect();
        let mut seen = BTreeSet::from([here]);
        let mut open: VecDeque<(&str, Option<&str>)> = VecDeque::from([(here, None)]);
        while let Some((screen, first)) = open.pop_front() {
            if goals.contains(screen) && first.is_some() {
                return first.map(str::to_owned);
            }
            for (op, to) in self.led.get(screen).into_iter().flatten() {
                for to in to {
                    if seen.insert(to.as_str()) {
                        open.push_back((to, first.or(Some(op.as_str()))));
                    }
                }
            }
        }
        None
    }

    /// Presses a button, and looks at what comes of it.
    async fn press(&mut self, here: &str, (pair, seen): &(Pair, Seen)) {
        let before = self.storage.chat(self.way.ann.id()).await.expect("the bot's file").expect("a chat");
        let press = crate::hands::tap(&self.way.ann, seen);
        let toast = self.way.ann.answered(&press).await;
        let (chat, screen) = self.at_rest().await;
        *self.tried.entry(tried(&(pair.clone(), seen.clone()))).or_default() += 1;
        if !toast.is_empty() && before.card != chat.card && pair.0 != BESIDE {
            // News have come in between, and the card has moved below them.
            return;
        }
        eprintln!("{} {} -> {}", pair.0, seen.data, screen_of(&chat.place));
        assert_eq!(toast, "", "{pair:?} on\n{screen}");
        let card = chat.card.and_then(|card| screen.message(card.into())).expect("there is a card");
        for trouble in TROUBLE {
            assert!(!card.text.contains(trouble), "{pair:?} led to\n{card}");
        }
        let drawn: BTreeSet<_> = below(card).iter().map(|seen| seen.revision).collect();
        assert_eq!(drawn, BTreeSet::from([chat.revision]), "{pair:?}: the card is older than the tap\n{card}");
        let moves = !matches!(pair.1.as_str(), "r." | "l.");
        assert_eq!(chat.revision, before.revision + u32::from(moves), "{pair:?}");
        self.pressed.insert(pair.clone());
        if pair.0 == here {
            let to = screen_of(&chat.place);
            self.led.entry(pair.0.clone()).or_default().entry(pair.1.clone()).or_default().insert(to);
        }
    }

    /// Waits until nothing is under way in the chat; how it is then.
    async fn at_rest(&self) -> (Chat, Screen) {
        let id = self.way.ann.id();
        let resting = async {
            loop {
                let waiting = self.storage.waiting(id).await.expect("the bot's file");
                let sending = self.storage.interrupted().await.expect("the bot's file");
                let due = self.storage.next_due().await.expect("the bot's file");
                let chat = self.storage.chat(id).await.expect("the bot's file").expect("a chat");
                if waiting.is_empty() && sending.is_empty() && due.is_none() && chat.stale == 0 {
                    return (chat, self.way.ann.screen());
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let rest = tokio::time::timeout(PATIENCE, resting).await;
        rest.unwrap_or_else(|_| panic!("the chat does not come to rest\n{}", self.way.ann.screen()))
    }
}

/// A button with what it does it to, on its screen.
fn tried((pair, seen): &(Pair, Seen)) -> Pair {
    (pair.0.clone(), seen.data.split('~').next().unwrap_or_default().to_owned())
}
