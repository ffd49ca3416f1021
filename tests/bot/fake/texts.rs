//! Texts, captions, and the HTML in them.

use serde_json::json;

use super::stage;

/// An entity: its type, where it begins, and how long it is, in UTF-16 units.
type Entity = (&'static str, u64, u64);

/// HTML that is taken: what is sent, the plain text of it, the entities as type, offset and length, and how it reads back.
const GOOD: &[(&str, &str, &[Entity], &str)] = &[
    ("plain & simple", "plain & simple", &[], "plain &amp; simple"),
    ("a &lt;b&gt; &amp;&quot;&#33;&#x21; &copy;", "a <b> &\"!! &copy;", &[], "a &lt;b&gt; &amp;\"!! &amp;copy;"),
    ("<b>bold</b> <I>it</i>alic", "bold italic", &[("bold", 0, 4), ("italic", 5, 2)], "<b>bold</b> <i>it</i>alic"),
    // Positions count UTF-16 units: a face is two.
    ("😀<b>x</b>", "😀x", &[("bold", 2, 1)], "😀<b>x</b>"),
    ("<b>a<i>b</i></b>", "ab", &[("bold", 0, 2), ("italic", 1, 1)], "<b>a<i>b</i></b>"),
    (
        "<strong>a</strong><em>b</em><ins>c</ins><del>d</del>",
        "abcd",
        &[("bold", 0, 1), ("italic", 1, 1), ("underline", 2, 1), ("strikethrough", 3, 1)],
        "<b>a</b><i>b</i><u>c</u><s>d</s>",
    ),
    ("<span class=\"tg-spoiler\">s</span>", "s", &[("spoiler", 0, 1)], "<tg-spoiler>s</tg-spoiler>"),
    ("<pre><code class=\"language-rust\">fn</code></pre>", "fn", &[("pre", 0, 2)], "<pre>fn</pre>"),
    (
        "<blockquote expandable>q</blockquote>",
        "q",
        &[("expandable_blockquote", 0, 1)],
        "<blockquote expandable>q</blockquote>",
    ),
    (
        "<a href='https://example.org/?a=1&amp;b=2'>x</a>",
        "x",
        &[("text_link", 0, 1)],
        "<a href=\"https://example.org/?a=1&amp;b=2\">x</a>",
    ),
    ("<a href=\"nowhere\">x</a>", "x", &[], "x"),
    ("<b></b>x", "x", &[], "x"),
    ("  <b> x </b>  ", "x", &[("bold", 0, 1)], "<b>x</b>"),
    (
        "/start now https://example.org",
        "/start now https://example.org",
        &[("bot_command", 0, 6), ("url", 11, 19)],
        "/start now https://example.org",
    ),
    ("<code>/start</code>", "/start", &[("code", 0, 6)], "<code>/start</code>"),
];

/// HTML that is refused, and in which words.
const BAD: &[(&str, &str)] = &[
    ("a < b", "Unsupported start tag \"\" at byte offset 2"),
    ("я<x>", "Unsupported start tag \"x\" at byte offset 2"),
    ("<br/>", "Unsupported start tag \"br/\" at byte offset 0"),
    ("<b", "Unclosed start tag at byte offset 0"),
    ("<a href=\"x", "Unclosed start tag at byte offset 0"),
    ("<b>x", "Can't find end tag corresponding to start tag \"b\""),
    ("x</b>", "Unexpected end tag at byte offset 1"),
    ("<b>x</i>", "Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\""),
    ("<b>x</b", "Unclosed end tag at byte offset 4"),
    ("<a =x>", "Empty attribute name in the tag \"a\" at byte offset 0"),
    ("<a href=a/b>x</a>", "Unexpected end of name token at byte offset 8"),
    ("<span class=\"x\">x</span>", "Tag \"span\" must have class \"tg-spoiler\" at byte offset 0"),
];

#[tokio::test]
async fn good_html_is_a_text_with_entities() {
    let (telegram, caller, person) = stage().await;
    for (html, text, entities, back) in GOOD {
        let params = json!({ "chat_id": person.id(), "text": html, "parse_mode": "HTML" });
        let message = caller.result("sendMessage", &params).await;
        assert_eq!(message["text"], *text, "{html}");
        let found = message["entities"].as_array().into_iter().flatten();
        let found: Vec<_> = found
            .map(|entity| (entity["type"].as_str().expect("a type"), &entity["offset"], &entity["length"]))
            .map(|(kind, offset, length)| (kind, offset.as_u64().expect("a place"), length.as_u64().expect("a length")))
            .collect();
        assert_eq!(found, *entities, "{html}");
        assert_eq!(person.screen().last().expect("a message").html, *back, "{html}");
    }
    telegram.assert_no_violations();
}

#[tokio::test]
async fn bad_html_is_refused_in_telegrams_words() {
    let (_telegram, caller, person) = stage().await;
    for (html, why) in BAD {
        let params = json!({ "chat_id": person.id(), "text": html, "parse_mode": "HTML" });
        let refusal = caller.refusal("sendMessage", &params).await;
        assert_eq!(refusal, format!("Bad Request: can't parse entities: {why}"), "{html}");
    }
}

#[tokio::test]
async fn without_a_parse_mode_tags_are_text() {
    let (_telegram, caller, person) = stage().await;
    let message = caller.result("sendMessage", &json!({ "chat_id": person.id(), "text": "<b>" })).await;
    assert_eq!(message["text"], "<b>");
    assert_eq!(person.screen().last().expect("a message").html, "&lt;b&gt;");
}

#[tokio::test]
async fn a_text_has_at_most_4096_units_after_its_tags_are_gone() {
    let (_telegram, caller, person) = stage().await;
    let params = |text: String| json!({ "chat_id": person.id(), "text": text, "parse_mode": "HTML" });
    caller.result("sendMessage", &params(format!("<b>{}</b>", "я".repeat(4096)))).await;
    // A face is two units.
    caller.result("sendMessage", &params("😀".repeat(2048))).await;
    let too_long = caller.refusal("sendMessage", &params("😀".repeat(2049))).await;
    assert_eq!(too_long, "Bad Request: message is too long");
    for nothing in ["", "  \n", "<b></b>"] {
        let refusal = caller.refusal("sendMessage", &params(nothing.to_owned())).await;
        assert_eq!(refusal, "Bad Request: message text is empty");
    }
}

#[tokio::test]
async fn an_answer_quotes_what_it_answers() {
    let (_telegram, caller, person) = stage().await;
    let asked = person.say("how much?");
    let params = |to: i64| json!({ "chat_id": person.id(), "text": "5", "reply_parameters": { "message_id": to } });
    let answer = caller.result("sendMessage", &params(asked)).await;
    assert_eq!(answer["reply_to_message"]["text"], "how much?");
    let refusal = caller.refusal("sendMessage", &params(1)).await;
    assert_eq!(refusal, "Bad Request: message to be replied not found");
}
