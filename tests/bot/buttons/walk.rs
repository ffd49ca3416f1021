//! A walk over all screens: at each, a button is pressed that was never pressed there; where there is none, the way leads
//! to the nearest screen that has one.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aisha_bot::buttons::Argument as _;
use aisha_bot::screens::Place;
use aisha_bot::storage::{Chat, Storage};
use aisha_tests::harness::app::PATIENCE;
use aisha_tests::telegram::{Message, Screen};
use serde_json::Value;
use uuid::Uuid;

use crate::hands::{Seen, below, card_below};
use crate::journey::way::Way;

/// Presses of the longest walk.
const LONGEST: usize = 1500;
/// How far away a screen is taken to be that nobody knows the way to.
const UNKNOWN: usize = 8;
/// Presses of a button that bring it one step further from wherever it leads.
const PATIENT: usize = 2;
/// What stands on no card of somebody who only presses buttons.
const TROUBLE: [&str; 6] =
    ["did not work, through", "is away", "out of date", "Не получилось, и это", "сейчас недоступен", "устарел"];
/// What stands only where news lead to what was deleted since.
const GONE: [&str; 2] = ["no longer there", "больше нет"];
/// The way back.
const BACK: &str = "b.";
/// Where news stand, beside the card.
const BESIDE: &str = "beside";

/// What a button does, without what it does it to.
pub(crate) fn op(data: &str) -> String {
    op_of(data).to_owned()
}

fn op_of(data: &str) -> &str {
    let word = data.split_once(':').map_or(data, |(_, word)| word);
    word.split(['=', '~']).next().unwrap_or_default()
}

/// The screen that a place is on, such as `photos.upload`.
fn screen_of(place: &Place) -> String {
    let inner = |value: &Value| match value {
        Value::Object(fields) => fields.keys().next().cloned().unwrap_or_default(),
        value => value.as_str().unwrap_or_default().to_owned(),
    };
    match serde_json::to_value(place).expect("a place is plain data") {
        Value::Object(fields) => {
            let (screen, at) = fields.iter().next().expect("a place is on a screen");
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
    /// Where buttons have led, with what they do it to, the last time.
    led: BTreeMap<Pair, String>,
    /// Where buttons that do this have ever led.
    ever: BTreeMap<String, BTreeSet<String>>,
    /// Buttons of which nothing has come.
    idle: BTreeSet<Pair>,
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
            ever: BTreeMap::new(),
            idle: BTreeSet::new(),
            places: Vec::new(),
        };
        walk.look().await;
        walk
    }

    /// Whether such a button was pressed anywhere.
    pub(crate) fn has_pressed(&self, op: &str) -> bool {
        self.pressed.iter().any(|(_, pressed)| pressed == op)
    }

    /// Buttons of which nothing has come.
    pub(crate) fn idle(&self) -> BTreeSet<&str> {
        self.idle.iter().map(|(_, op)| op.as_str()).collect()
    }

    /// Every kind of place that the walk has come by.
    pub(crate) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Goes on until every button that was seen on a screen was pressed there, and every one of these anywhere, but for
    /// those that are left for later.
    pub(crate) async fn everywhere(&mut self, all: &BTreeSet<String>) {
        for _ in 0..LONGEST {
            let options = self.look().await;
            let missing = all.iter().any(|op| !self.has_pressed(op) && !self.last.contains(op));
            if !missing && self.unpressed().next().is_none() {
                return;
            }
            let goal = |pair: &Pair| !self.pressed.contains(pair) && !self.last.contains(&pair.1);
            let next = self.choose(&options, goal);
            self.press(&next).await;
        }
        let left: Vec<&Pair> = self.unpressed().collect();
        let missing: Vec<&String> = all.iter().filter(|op| !self.has_pressed(op)).collect();
        panic!("{LONGEST} presses were not enough for {left:?} and {missing:?}");
    }

    /// Goes to a button, such as `g.like`, or `generate.words b.` on this screen alone, and presses it.
    pub(crate) async fn to(&mut self, wanted: &str) {
        self.last.remove(wanted);
        let is_wanted = |(screen, op): &Pair| op == wanted || wanted.split_once(' ') == Some((screen, op));
        for _ in 0..LONGEST {
            let options = self.look().await;
            let next = self.choose(&options, is_wanted);
            self.press(&next).await;
            if is_wanted(&next.0) && self.pressed.contains(&next.0) {
                return;
            }
        }
        panic!("there is no way to {wanted}");
    }

    /// Opens an avatar from a link.
    pub(crate) async fn open(&self, avatar: Uuid) {
        let sent = self.way.ann.command(&format!("start a_{}", avatar.encode()));
        card_below(&self.way.ann, sent).await;
    }

    /// The way that the walk is on.
    pub(crate) const fn way(&self) -> &Way {
        &self.way
    }

    /// The end of the walk.
    pub(crate) async fn end(self) {
        eprintln!("{} screens, {} buttons on them", self.places.len(), self.pressed.len());
        self.way.end().await;
    }

    fn unpressed(&self) -> impl Iterator<Item = &Pair> {
        self.known.iter().filter(|pair| !self.pressed.contains(*pair) && !self.last.contains(&pair.1))
    }

    /// The buttons where one is, and beside it.
    async fn look(&mut self) -> Vec<(Pair, Seen)> {
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
        options
    }

    /// The button that is a goal or leads nearest to one, of those that have not been tried too often for that.
    fn choose(&self, options: &[(Pair, Seen)], goal: impl Fn(&Pair) -> bool) -> (Pair, Seen) {
        let allowed = || options.iter().filter(|(pair, _)| !self.last.contains(&pair.1));
        if let Some(option) = allowed().find(|(pair, _)| goal(pair)) {
            return option.clone();
        }
        let steps = self.steps_to(goal);
        let far_to = |screen: &String| steps.get(screen.as_str()).copied().unwrap_or(UNKNOWN);
        let score = |option: &&(Pair, Seen)| {
            let times = self.tried.get(&tried(option)).copied().unwrap_or_default();
            let ever = self.ever.get(&option.0.1).into_iter().flatten();
            let far = match self.led.get(&tried(option)) {
                Some(to) => far_to(to),
                None => ever.map(far_to).min().unwrap_or(UNKNOWN),
            };
            far + times / PATIENT
        };
        allowed().min_by_key(score).expect("every screen has a button").clone()
    }

    /// How many presses each screen is away from one where a goal is, as far as is known.
    fn steps_to(&self, goal: impl Fn(&Pair) -> bool) -> BTreeMap<&str, usize> {
        let mut steps: BTreeMap<&str, usize> =
            self.known.iter().filter(|pair| goal(pair)).map(|pair| (pair.0.as_str(), 0)).collect();
        for far in 1..UNKNOWN {
            for (screen, op) in &self.known {
                let near = |to: &String| steps.get(to.as_str()) == Some(&(far - 1));
                let back = self.led.get(&(screen.clone(), format!("1:{op}"))).filter(|_| op == BACK);
                let mut ever = self.ever.get(op).into_iter().flatten();
                if screen != BESIDE
                    && !steps.contains_key(screen.as_str())
                    && (back.is_some_and(near) || ever.any(near))
                {
                    steps.insert(screen, far);
                }
            }
        }
        steps
    }

    /// Presses a button, and looks at what comes of it.
    async fn press(&mut self, (pair, seen): &(Pair, Seen)) {
        let (before, looked) = self.at_rest().await;
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
        let gone = GONE.iter().filter(|_| pair.0 != BESIDE);
        for trouble in TROUBLE.iter().chain(gone) {
            assert!(!card.text.contains(trouble), "{pair:?} led to\n{card}");
        }
        let drawn: BTreeSet<_> = below(card).iter().map(|seen| seen.revision).collect();
        assert_eq!(drawn, BTreeSet::from([chat.revision]), "{pair:?}: the card is older than the tap\n{card}");
        let moves = !matches!(pair.1.as_str(), "r." | "l.");
        assert_eq!(chat.revision, before.revision + u32::from(moves), "{pair:?} was not done\n{card}");
        self.pressed.insert(pair.clone());
        let label =
            looked.message(seen.message).and_then(|message| message.button(&seen.data)).map(|shown| &shown.label);
        // What is chosen already may well stay so, and news may lead to where one is.
        let may_stay = pair.0 == BESIDE || label.is_some_and(|label| label.starts_with(['✓', '✅']));
        if !may_stay && before.place == chat.place && looks(&looked) == looks(&screen) {
            self.idle.insert(pair.clone());
        }
        let to = screen_of(&chat.place);
        // Back leads elsewhere from everywhere.
        if pair.1 != BACK {
            self.ever.entry(pair.1.clone()).or_default().insert(to.clone());
        }
        self.led.insert(tried(&(pair.clone(), seen.clone())), to);
    }

    /// Waits until nothing is under way in the chat; how it is then.
    async fn at_rest(&self) -> (Chat, Screen) {
        let id = self.way.ann.id();
        let resting = async {
            loop {
                let waiting = self.storage.waiting(id).await.expect("the bot's file");
                // In the order in which a thing moves on, so that it is not missed between two looks.
                let due = self.storage.next_due().await.expect("the bot's file");
                let sending = self.storage.interrupted().await.expect("the bot's file");
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

/// What a chat looks like: what the bot has said in it, and the labels below.
fn looks(screen: &Screen) -> Vec<String> {
    let said = |message: &Message| {
        let labels: Vec<&str> = message.buttons().map(|button| button.label.as_str()).collect();
        format!("{} {}", message.text, labels.join(" "))
    };
    screen.from_bot().map(said).collect()
}
