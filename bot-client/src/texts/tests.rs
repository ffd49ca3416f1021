use std::collections::{BTreeMap, BTreeSet};

use aisha_openapi::problem::ProblemCode;

use super::*;

/// The keys of a language, each with the names of its arguments.
fn keys(file: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        if let Some((key, _)) = line.split_once(" =").filter(|(key, _)| !key.is_empty() && !key.starts_with(' ')) {
            assert!(keys.insert(key.to_owned(), BTreeSet::new()).is_none(), "{key} is there twice");
            key.clone_into(&mut current);
        }
        let names = line.split('$').skip(1).map(|rest| {
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_' || *c == '-').collect::<String>()
        });
        if let Some(arguments) = keys.get_mut(&current) {
            arguments.extend(names);
        }
    }
    keys
}

#[test]
fn both_languages_say_the_same_things() {
    let read = |locale: &str| {
        let file = Files::get(&format!("{locale}/aisha-bot.ftl")).unwrap();
        keys(std::str::from_utf8(&file.data).unwrap())
    };
    assert_eq!(read("en"), read("ru"));
}

#[test]
fn every_code_of_the_service_has_words() {
    for locale in [Locale::En, Locale::Ru] {
        for code in ProblemCode::ALL {
            let key = format!("problem-{}", code.as_str().replace('_', "-"));
            assert!(Texts::of(locale).find(&key).is_some(), "{key} in {locale:?}");
        }
    }
}

#[test]
fn people_are_spoken_to_in_their_language() {
    let spoken = |code| Texts::spoken(code);
    assert_eq!(spoken(Some("ru")), Locale::Ru);
    assert_eq!(spoken(Some("be-BY")), Locale::Ru);
    assert_eq!(spoken(Some("pt-br")), Locale::En);
    assert_eq!(spoken(None), Locale::En);
}
