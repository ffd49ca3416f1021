//! What the demo tells: a line a step, and a bar while the training runs. Without a terminal there is no bar, and no
//! character that only a terminal understands.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Instant;

use aisha_openapi::trainings::Training;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Tells the steps of one demo.
#[derive(Debug)]
pub(super) struct Report {
    started: Instant,
}

/// Tells how a training goes on.
#[derive(Debug)]
pub(super) struct Progress<'a> {
    report: &'a Report,
    bar: Option<ProgressBar>,
    told: Option<(String, i32)>,
}

impl Report {
    /// Begins, with a heading.
    pub(super) fn start() -> Self {
        tell("Aisha, from photos to pictures with a trained avatar\n");
        Self { started: Instant::now() }
    }

    /// A step and what came of it.
    pub(super) fn step(&self, name: &str, what: &str) {
        tell(&format!("{:>6.1} s  {name:<9} {what}", self.started.elapsed().as_secs_f32()));
    }

    /// Begins to follow a training.
    pub(super) fn progress(&self) -> Progress<'_> {
        let bar = io::stdout().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(100), ProgressDrawTarget::stdout());
            let look = ProgressStyle::with_template("{elapsed:>8}  training  {bar:32} {pos:>3} %  {msg}");
            bar.set_style(look.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Progress { report: self, bar, told: None }
    }
}

impl Progress<'_> {
    /// Shows where the training stands. Without a terminal only what is new since the last line: another status, or
    /// another quarter done.
    pub(super) fn show(&mut self, training: &Training) {
        let status = match &training.status_reason {
            Some(reason) => format!("{}: {reason}", training.status),
            None => training.status.to_string(),
        };
        if let Some(bar) = &self.bar {
            bar.set_position(u64::try_from(training.progress).unwrap_or(0));
            bar.set_message(status);
            return;
        }
        let news = Some((status, training.progress / 25));
        if news != self.told {
            if let Some((status, _)) = &news {
                self.report.step("training", &format!("{status}, {} %", training.progress));
            }
            self.told = news;
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// More about the step before.
pub(super) fn remark(what: &str) {
    tell(&format!("{:>8}  {:<9} {what}", "", ""));
}

/// A line that is no step.
pub(super) fn close(what: &str) {
    tell(&format!("\n{what}"));
}

/// A reader that has gone away is no reason to stop, unlike for `println!`.
fn tell(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}
