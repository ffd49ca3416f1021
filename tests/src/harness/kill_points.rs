//! A program that ends itself, as `kill -9` would end it, at each place where a kill could matter: after each statement
//! that writes to the database, and at each commit before anything is done with it. Each place once, over all lives. A
//! program that does not tell its commits ends itself after each statement that reads, too: the next after each commit.
//!
//! The places are heard of through the program's own log, so nothing in it is made for this.

use std::collections::HashSet;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Registry};
use tracing_subscriber::util::SubscriberInitExt as _;

/// Where sqlx tells each statement, after it was done.
const STATEMENTS: &str = "sqlx::query";
/// Where the service tells that a transaction is committed.
const COMMITS: &str = "aisha_api::storage::db";

/// After which statements a program ends itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statements {
    /// Those that change something.
    Writing,
    /// Those that read, too.
    All,
}

/// Ends this process at the first place that does not stand in the file yet, after writing it there.
pub fn end_at_new_places(file: &Path, statements: Statements) {
    let places = Places {
        statements,
        file: file.to_owned(),
        passed: Mutex::default(),
        outside: Mutex::new(Work::new("outside".to_owned())),
    };
    let targets = Targets::new().with_target(STATEMENTS, Level::DEBUG).with_target("aisha_api", Level::TRACE);
    Registry::default().with(places.with_filter(targets)).init();
}

/// The places that the file names.
pub fn places(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

struct Places {
    statements: Statements,
    file: PathBuf,
    /// Those that are known to stand in the file.
    passed: Mutex<HashSet<String>>,
    /// What is done outside of requests and jobs.
    outside: Mutex<Work>,
}

/// A request or a job: its name, and what it has written since its last commit.
struct Work {
    name: String,
    written: Vec<String>,
}

impl Work {
    fn new(name: String) -> Self {
        Self { name, written: Vec::new() }
    }

    /// The place after this statement; without one, after a commit.
    fn place(&mut self, statement: Option<&str>) -> String {
        match statement {
            Some(sql) => {
                let begin = sql.split(' ').take(4).collect::<Vec<_>>().join(" ");
                self.written.push(begin);
                format!("{}: {sql}", self.name)
            }
            None => format!("{}: commit of {}", self.name, std::mem::take(&mut self.written).join(", ")),
        }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Places {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let name = match span.name() {
            "job" => fields.of("job.kind").to_owned(),
            "request" => format!("{} {}", fields.of("method"), fields.of("route")),
            _ => return,
        };
        span.extensions_mut().insert(Work::new(name));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let written = (event.metadata().target() == STATEMENTS)
            .then(|| fields.statement())
            .filter(|sql| self.statements.has(sql));
        let is_commit = event.metadata().target() == COMMITS && fields.of("message") == "committed";
        if written.is_none() && !is_commit {
            return;
        }
        let mut spans = context.event_scope(event).into_iter().flatten();
        let place = match spans.find(|span| span.extensions().get::<Work>().is_some()) {
            Some(span) => {
                let mut extensions = span.extensions_mut();
                let Some(work) = extensions.get_mut::<Work>() else { return };
                work.place(written.as_deref())
            }
            None => self.outside.lock().unwrap_or_else(PoisonError::into_inner).place(written.as_deref()),
        };
        self.pass(place);
    }
}

impl Places {
    fn pass(&self, place: String) {
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        if passed.contains(&place) {
            return;
        }
        // Other programs end at the places of the same file.
        let mut file =
            File::options().create(true).read(true).append(true).open(&self.file).expect("the list of places");
        file.lock().expect("the list of places for this process alone");
        let mut known = String::new();
        file.read_to_string(&mut known).expect("the list of places");
        if known.lines().any(|known| known == place) {
            passed.insert(place);
            return;
        }
        writeln!(file, "{place}").expect("a line more");
        // Held until the process is gone: nobody comes past the same place meanwhile.
        std::process::abort();
    }
}

impl Statements {
    fn has(self, sql: &str) -> bool {
        let writes = ["insert ", "update ", "delete ", "with "].iter().any(|verb| sql.starts_with(verb));
        writes || (self == Self::All && sql.starts_with("select "))
    }
}

/// The fields of a span or an event, as text.
#[derive(Default)]
struct Fields(Vec<(&'static str, String)>);

impl Fields {
    fn of(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text)
    }

    /// The text of a statement. sqlx tells short ones in its summary alone.
    fn statement(&self) -> String {
        let whole = Some(self.of("db.statement")).filter(|text| !text.is_empty());
        whole.unwrap_or_else(|| self.of("summary")).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, text: &str) {
        self.0.push((field.name(), text.to_owned()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.push((field.name(), format!("{value:?}")));
    }
}
