//! Formatted text: the HTML that the Bot API takes, and the text and entities that it makes of it.
//!
//! Tags, leniencies and the words of every refusal are those of `TDLib`'s parser, which the Bot API runs on; positions in
//! refusals are bytes, positions in entities are UTF-16 units.

use serde_json::{Value, json};

use super::refusal::Refusal;

/// A text without tags, and what was formatted in it, as `MessageEntity` objects by position.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Formatted {
    pub(super) text: String,
    pub(super) entities: Vec<Value>,
}

const TAGS: [&str; 16] = [
    "a",
    "b",
    "strong",
    "i",
    "em",
    "s",
    "strike",
    "del",
    "u",
    "ins",
    "tg-spoiler",
    "tg-emoji",
    "span",
    "pre",
    "code",
    "blockquote",
];

/// A tag that is open.
struct Open {
    tag: String,
    argument: String,
    offset: usize,
    begin: usize,
}

/// The state of a parse.
struct Parser<'a> {
    source: &'a [u8],
    at: usize,
    text: Vec<u8>,
    units: usize,
    open: Vec<Open>,
    entities: Vec<Value>,
}

/// How many UTF-16 units a text has, which is what Telegram counts.
pub(super) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// What a text in Telegram's HTML says.
pub(super) fn parse(source: &str) -> Result<Formatted, Refusal> {
    let mut parser =
        Parser { source: source.as_bytes(), at: 0, text: Vec::new(), units: 0, open: Vec::new(), entities: Vec::new() };
    parser.run().map_err(|problem| Refusal::bad_request(&format!("can't parse entities: {problem}")))?;
    let text = String::from_utf8(parser.text).expect("whole characters were copied");
    Ok(Formatted { text, entities: parser.entities })
}

impl Parser<'_> {
    /// The byte at a position; zero past the end, as in a C string.
    fn byte(&self, at: usize) -> u8 {
        self.source.get(at).copied().unwrap_or(0)
    }

    fn here(&self) -> u8 {
        self.byte(self.at)
    }

    fn skip_while(&mut self, goes_on: impl Fn(u8) -> bool) {
        while self.here() != 0 && goes_on(self.here()) {
            self.at += 1;
        }
    }

    fn slice(&self, from: usize) -> String {
        String::from_utf8_lossy(&self.source[from..self.at]).into_owned()
    }

    fn run(&mut self) -> Result<(), String> {
        while self.at < self.source.len() {
            match self.here() {
                b'<' if self.byte(self.at + 1) == b'/' => self.end_tag()?,
                b'<' => self.start_tag()?,
                byte => {
                    if let Some(character) = self.reference() {
                        self.units += character.len_utf16();
                        self.text.extend(character.to_string().as_bytes());
                        continue;
                    }
                    // Every byte but those that continue a character begins one; the longest are two units.
                    if byte & 0xC0 != 0x80 {
                        self.units += 1 + usize::from(byte >= 0xF0);
                    }
                    self.text.push(byte);
                    self.at += 1;
                }
            }
        }
        match self.open.last() {
            Some(open) => Err(format!("Can't find end tag corresponding to start tag \"{}\"", open.tag)),
            None => Ok(()),
        }
    }

    /// The character that `&lt;`, `&#128516;` and the like stand for, if one stands here.
    fn reference(&mut self) -> Option<char> {
        if self.here() != b'&' {
            return None;
        }
        let rest = &self.source[self.at + 1..];
        let run = |from: usize, is: fn(&u8) -> bool| {
            rest.get(from..).map_or(0, |rest| rest.iter().take_while(|byte| is(byte)).count())
        };
        let (length, character) = if rest.first() == Some(&b'#') {
            let (from, radix, is): (_, _, fn(&u8) -> bool) =
                if rest.get(1) == Some(&b'x') { (2, 16, u8::is_ascii_hexdigit) } else { (1, 10, u8::is_ascii_digit) };
            let length = from + run(from, is);
            let digits = std::str::from_utf8(&rest[from..length]).ok()?;
            let code = u32::from_str_radix(digits, radix).ok().filter(|code| *code != 0 && length < 9)?;
            (length, char::from_u32(code)?)
        } else {
            let length = run(0, u8::is_ascii_alphabetic);
            let character = match &rest[..length] {
                b"lt" => '<',
                b"gt" => '>',
                b"amp" => '&',
                b"quot" => '"',
                _ => return None,
            };
            (length, character)
        };
        self.at += 1 + length + usize::from(rest.get(length) == Some(&b';'));
        Some(character)
    }

    fn start_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        self.at += 1;
        self.skip_while(|byte| !byte.is_ascii_whitespace() && byte != b'>');
        if self.here() == 0 {
            return Err(format!("Unclosed start tag at byte offset {begin}"));
        }
        let tag = self.slice(begin + 1).to_lowercase();
        if !TAGS.contains(&tag.as_str()) {
            return Err(format!("Unsupported start tag \"{tag}\" at byte offset {begin}"));
        }
        let mut argument = String::new();
        while self.here() != b'>' {
            self.skip_while(|byte| byte.is_ascii_whitespace());
            if self.here() != b'>'
                && let Some(value) = self.attribute(&tag, begin)?
            {
                argument = value;
            }
        }
        if tag == "span" && argument != "spoiler" {
            return Err(format!("Tag \"span\" must have class \"tg-spoiler\" at byte offset {begin}"));
        }
        self.at += 1;
        self.open.push(Open { tag, argument, offset: self.units, begin: self.text.len() });
        Ok(())
    }

    /// Reads an attribute; gives what it says of the tag, if the tag has such an attribute.
    fn attribute(&mut self, tag: &str, begin: usize) -> Result<Option<String>, String> {
        let unclosed = || format!("Unclosed start tag at byte offset {begin}");
        let from = self.at;
        self.skip_while(|byte| !byte.is_ascii_whitespace() && byte != b'=' && byte != b'>');
        let name = self.slice(from);
        if name.is_empty() {
            return Err(if self.here() == 0 {
                unclosed()
            } else {
                format!("Empty attribute name in the tag \"{tag}\" at byte offset {begin}")
            });
        }
        self.skip_while(|byte| byte.is_ascii_whitespace());
        if self.here() != b'=' {
            return match self.here() {
                0 => Err(unclosed()),
                _ => Ok((tag == "blockquote" && name == "expandable").then(|| "expandable".to_owned())),
            };
        }
        self.at += 1;
        self.skip_while(|byte| byte.is_ascii_whitespace());
        let value = self.value()?;
        if self.here() == 0 {
            return Err(unclosed());
        }
        Ok(match (tag, name.as_str()) {
            ("a", "href") | ("tg-emoji", "emoji-id") => Some(value),
            ("code", "class") => value.strip_prefix("language-").map(str::to_owned),
            ("span", "class") => value.strip_prefix("tg-").map(str::to_owned),
            ("blockquote", "expandable") => Some(name),
            _ => None,
        })
    }

    fn value(&mut self) -> Result<String, String> {
        let quote = self.here();
        if !matches!(quote, b'"' | b'\'') {
            let from = self.at;
            self.skip_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
            if !self.here().is_ascii_whitespace() && self.here() != b'>' {
                return Err(format!("Unexpected end of name token at byte offset {from}"));
            }
            return Ok(self.slice(from).to_lowercase());
        }
        self.at += 1;
        let mut value = Vec::new();
        while self.here() != quote && self.here() != 0 {
            if let Some(character) = self.reference() {
                value.extend(character.to_string().as_bytes());
            } else {
                value.push(self.here());
                self.at += 1;
            }
        }
        self.at += usize::from(self.here() == quote);
        Ok(String::from_utf8_lossy(&value).into_owned())
    }

    fn end_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        let Some(open) = self.open.pop() else { return Err(format!("Unexpected end tag at byte offset {begin}")) };
        self.at += 2;
        self.skip_while(|byte| !byte.is_ascii_whitespace() && byte != b'>');
        let found = self.slice(begin + 2);
        self.skip_while(|byte| byte.is_ascii_whitespace());
        if self.here() != b'>' {
            return Err(format!("Unclosed end tag at byte offset {begin}"));
        }
        if !found.is_empty() && found != open.tag {
            let expected = open.tag;
            return Err(format!(
                "Unmatched end tag at byte offset {begin}, expected \"</{expected}>\", found \"</{found}>\""
            ));
        }
        self.at += 1;
        self.close(&open);
        Ok(())
    }

    /// Makes an entity of a tag that ends here, unless there is nothing in it.
    fn close(&mut self, open: &Open) {
        let length = self.units - open.offset;
        if length == 0 {
            return;
        }
        let mut entity = json!({ "type": "", "offset": open.offset, "length": length });
        let kind = match open.tag.as_str() {
            "b" | "strong" => "bold",
            "i" | "em" => "italic",
            "u" | "ins" => "underline",
            "s" | "strike" | "del" => "strikethrough",
            "tg-spoiler" | "span" => "spoiler",
            "blockquote" if open.argument.is_empty() => "blockquote",
            "blockquote" => "expandable_blockquote",
            "tg-emoji" => {
                entity["custom_emoji_id"] = json!(open.argument);
                "custom_emoji"
            }
            "code" => {
                let language = &open.argument;
                if let Some(pre) = self.open.last_mut()
                    && pre.tag == "pre"
                    && pre.offset == open.offset
                {
                    pre.argument.clone_from(language);
                    return;
                }
                "code"
            }
            "pre" => {
                if !open.argument.is_empty() {
                    entity["language"] = json!(open.argument);
                }
                "pre"
            }
            _ => {
                let url = match open.argument.as_str() {
                    "" => String::from_utf8_lossy(&self.text[open.begin..]).into_owned(),
                    url => url.to_owned(),
                };
                // What is no address stays plain text.
                if !["http://", "https://", "tg://", "ton://", "mailto:"].iter().any(|scheme| url.starts_with(scheme)) {
                    return;
                }
                entity["url"] = json!(url);
                "text_link"
            }
        };
        entity["type"] = json!(kind);
        self.entities.push(entity);
        self.entities.sort_by_key(|entity| (number(entity, "offset"), usize::MAX - number(entity, "length")));
    }
}

/// A number of an entity.
pub(super) fn number(entity: &Value, name: &str) -> usize {
    entity[name].as_u64().and_then(|number| number.try_into().ok()).unwrap_or_default()
}

/// A text with its entities as Telegram's HTML.
pub(super) fn render(text: &str, entities: &[Value]) -> String {
    let mut html = String::new();
    let mut at = 0;
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut next = entities.iter().peekable();
    for character in text.chars().map(Some).chain([None]) {
        while let Some((_, tag)) = open.pop_if(|(end, _)| *end <= at) {
            html.extend(["</", tag, ">"]);
        }
        while let Some(entity) = next.next_if(|entity| number(entity, "offset") <= at) {
            if let Some((tag, attribute)) = tag_of(entity) {
                html.extend(["<", tag, &attribute, ">"]);
                open.push((at + number(entity, "length"), tag));
            }
        }
        match character {
            Some('<') => html += "&lt;",
            Some('>') => html += "&gt;",
            Some('&') => html += "&amp;",
            Some(other) => html.push(other),
            None => {}
        }
        at += character.map_or(0, char::len_utf16);
    }
    html
}

/// The tag that makes an entity; none makes what Telegram finds by itself, such as a command.
fn tag_of(entity: &Value) -> Option<(&'static str, String)> {
    let word = |name: &str| entity[name].as_str().unwrap_or_default().replace('&', "&amp;").replace('"', "&quot;");
    let plain = |tag| Some((tag, String::new()));
    match entity["type"].as_str()? {
        "bold" => plain("b"),
        "italic" => plain("i"),
        "underline" => plain("u"),
        "strikethrough" => plain("s"),
        "spoiler" => plain("tg-spoiler"),
        "blockquote" => plain("blockquote"),
        "expandable_blockquote" => Some(("blockquote", " expandable".to_owned())),
        "code" => plain("code"),
        "pre" => plain("pre"),
        "custom_emoji" => Some(("tg-emoji", format!(" emoji-id=\"{}\"", word("custom_emoji_id")))),
        "text_link" => Some(("a", format!(" href=\"{}\"", word("url")))),
        _ => None,
    }
}
