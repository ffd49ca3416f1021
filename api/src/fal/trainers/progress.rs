//! How far a training is, read from its log. Trainers print a progress bar (`123/1000`) or a plain `step 123`.

use super::super::wire::LogLine;

/// The last progress the log tells, in percent of `steps`; `None` when no line tells any. Lines that count something
/// else (`3/12` pictures captioned) are left out because their total is another.
#[must_use]
pub fn progress(logs: &[LogLine], steps: u32) -> Option<u8> {
    let done = logs.iter().rev().find_map(|line| steps_done(&line.message, steps))?;
    let percent = u64::from(done.min(steps)) * 100 / u64::from(steps);
    u8::try_from(percent).ok()
}

fn steps_done(message: &str, steps: u32) -> Option<u32> {
    if steps == 0 {
        return None;
    }
    // A bar redraws itself within one line, so the last match is the newest.
    bar(message, steps).or_else(|| word(message)).filter(|done| *done <= steps)
}

/// `123/1000`, where the second number is the total that was asked for.
fn bar(message: &str, steps: u32) -> Option<u32> {
    message.rmatch_indices('/').find_map(|(at, _)| {
        let done = digits_before(&message[..at])?;
        let total = digits_after(&message[at + 1..])?;
        (total == steps).then_some(done)
    })
}

/// `step 123`, `Step: 123`, `steps=123`.
fn word(message: &str) -> Option<u32> {
    let lower = message.to_ascii_lowercase();
    lower.rmatch_indices("step").find_map(|(at, word)| {
        let rest = lower[at + word.len()..].trim_start_matches('s');
        digits_after(rest.trim_start_matches([' ', ':', '=', '#']))
    })
}

fn digits_before(text: &str) -> Option<u32> {
    let text = text.trim_end();
    let start = text
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    text[start..].parse().ok()
}

fn digits_after(text: &str) -> Option<u32> {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percent(lines: &[&str], steps: u32) -> Option<u8> {
        let line = |message: &&str| LogLine { message: (*message).to_owned(), timestamp: None, level: None };
        progress(&lines.iter().map(line).collect::<Vec<_>>(), steps)
    }

    #[test]
    fn bars_and_plain_words_are_understood() {
        for line in [
            "250/1000",
            " 25%|██▌       | 250/1000 [00:31<01:33,  8.06it/s]",
            "step 250",
            "Step: 250, loss=0.41",
            "steps=250",
            "[train] step #250/1000",
            "  5%| 50/1000 \r 25%| 250/1000 [00:31]",
            "250 / 1000",
        ] {
            assert_eq!(percent(&[line], 1000), Some(25), "{line}");
        }
    }

    #[test]
    fn the_last_line_that_tells_progress_counts() {
        assert_eq!(percent(&["10/1000", "990/1000", "Saving weights"], 1000), Some(99));
        assert_eq!(percent(&["990/1000", "Restarted", "10/1000"], 1000), Some(1), "fal's own retry starts again");
    }

    #[test]
    fn lines_about_something_else_tell_nothing() {
        for line in [
            "",
            "Downloading 3/12 files",
            "loaded https://x/1000",
            "2000 steps planned",
            "step by step",
            "é/1000",
            "99999999999999/1000",
            "step 5000",
            "12:30:05 ready",
            "1000/",
        ] {
            assert_eq!(percent(&[line], 1000), None, "{line}");
        }
        assert_eq!(percent(&["0/0", "step 0"], 0), None);
        assert_eq!(percent(&[], 1000), None);
    }

    #[test]
    fn done_is_a_hundred_and_never_more() {
        assert_eq!(percent(&["1000/1000"], 1000), Some(100));
        assert_eq!(percent(&["999/1000"], 1000), Some(99));
        assert_eq!(percent(&["0/1000"], 1000), Some(0));
    }
}
