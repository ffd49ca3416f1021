//! The screens in the bot's README are those of the bot.

use std::fs;
use std::path::Path;

/// The name in the drawings that are kept, chosen to be hard, and the one that stands for it on the page.
const NAMES: [(&str, &str); 2] = [("&lt;b&gt;_*A&amp;nna*_&lt;/b&gt;", "Anna"), ("<b>_*A&nna*_</b>", "Anna")];

#[test]
fn the_screens_on_the_page_are_those_of_the_bot() {
    let bot = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("bot-client");
    let page = fs::read_to_string(bot.join("README.md")).expect("the page");
    let mut seen = 0;
    for shown in page.split("<!-- screen ").skip(1) {
        let (name, rest) = shown.split_once(" -->\n```text\n").expect("a screen is a block of text");
        let (shown, _) = rest.split_once("\n```").expect("a block ends");
        let kept = fs::read_to_string(bot.join(format!("src/screens/snapshots/{name}.snap"))).expect("a drawing");
        assert_eq!(shown, plain(&kept), "{name}: bot-client/README.md shows what the bot no longer does");
        seen += 1;
    }
    assert!(seen >= 5, "only {seen} screens were found: does this test still read the page?");
}

/// A drawing without its head, its pictures and its formatting.
fn plain(kept: &str) -> String {
    let drawing = kept.splitn(3, "---\n").nth(2).expect("a drawing has a head").trim_end();
    let drawing = NAMES.iter().fold(drawing.to_owned(), |drawing, (hard, easy)| drawing.replace(hard, easy));
    let lines = drawing.lines().filter(|line| !line.starts_with("[picture"));
    let mut text = lines.collect::<Vec<_>>().join("\n");
    for tag in ["b", "i", "blockquote"] {
        text = text.replace(&format!("<{tag}>"), "").replace(&format!("</{tag}>"), "");
    }
    let text = text.replace("<blockquote expandable>", "");
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
