//! What holds for every language.

mod said;

use super::LinkReason;
use crate::{
    customer::Language,
    scope::ScopeSet,
    scope_catalogue::CATALOGUE,
    time::{Span, Timestamp},
};
use said::{NAMES, problems, said};
use std::collections::HashSet;

/// What is the same in English.
const ALLOWED: &[(Language, &str)] = &[(Language::German, "in ⟨one⟩")];

#[test]
fn no_sentence_is_english_in_another_language() {
    let english = said(Language::English.sentences());
    for language in Language::ALL.into_iter().skip(1) {
        let own = said(language.sentences());
        assert_eq!(own.len(), english.len());
        let same: Vec<_> = own
            .iter()
            .zip(&english)
            .filter(|((_, text), (_, in_english))| text == in_english)
            .filter(|((_, text), _)| !ALLOWED.contains(&(language, text.as_str())))
            .collect();
        assert!(same.is_empty(), "{language:?}: {same:?}");
    }
}

#[test]
fn every_sentence_has_the_names_that_the_english_one_has() {
    let english = said(Language::English.sentences());
    for language in Language::ALL {
        let own = said(language.sentences());
        for ((field, text), (_, in_english)) in own.iter().zip(&english) {
            for name in NAMES
                .into_iter()
                .chain(["{app}", "{subdomain}", "acme.gorgias.com"])
            {
                let both = (text.contains(name), in_english.contains(name));
                assert_eq!(both.0, both.1, "{language:?} {field} {name}: {text}");
            }
            assert!(!text.trim().is_empty(), "{language:?} {field}");
        }
    }
}

#[test]
fn titles_and_sentences_end_as_they_should() {
    for language in Language::ALL {
        let said = language.sentences();
        for problem in problems() {
            let words = (said.problem)(&problem);
            assert!(!words.title.ends_with('.'), "{}", words.title);
            assert!(words.explanation.ends_with('.'), "{}", words.explanation);
            assert!(words.remedy.ends_with('.'), "{}", words.remedy);
        }
        for reason in LinkReason::ALL {
            assert!((said.link.why)(reason, "a", "b").ends_with('.'));
        }
    }
}

#[test]
fn french_signs_have_blanks_that_do_not_break() {
    for (field, text) in said(Language::French.sentences()) {
        for sign in [" :", " ;", " ?", " !", "« ", " »"] {
            assert!(!text.contains(sign), "{field}: {text}");
        }
        for (at, sign) in text.char_indices().filter(|(_, c)| ";?!:".contains(*c)) {
            let before = text[..at].chars().next_back();
            let blank = matches!(before, Some('\u{a0}' | '\u{202f}'));
            assert!(blank, "{field}: {sign} in {text}");
        }
        assert!(!text.contains('\''), "{field}: {text}");
    }
}

#[test]
fn each_language_has_its_own_typography() {
    for (field, text) in said(Language::German.sentences()) {
        assert!(
            !text.contains(['“', '"', '\'']) || text.contains('„'),
            "{field}: {text}"
        );
    }
    for (field, text) in said(Language::Spanish.sentences()) {
        for (end, begin) in [('?', '¿'), ('!', '¡')] {
            assert_eq!(text.contains(end), text.contains(begin), "{field}: {text}");
        }
    }
}

#[test]
fn every_scope_of_the_catalogue_is_said_in_each_language() {
    for language in Language::ALL {
        let words = &language.sentences().permissions;
        for entry in CATALOGUE {
            let scopes: ScopeSet = entry.code.parse().unwrap();
            let lines = words.lines(&scopes);
            assert_eq!(lines.len(), 1, "{language:?} {}", entry.code);
            assert!(!lines[0].rest.contains(entry.code), "{:?}", lines[0]);
            assert_ne!(lines[0].what, words.newer, "{}", entry.code);
        }
    }
}

#[test]
fn scopes_become_sentences() {
    let scopes = "openid profile offline tickets:read tags:read tickets:write new:read";
    let scopes: ScopeSet = scopes.parse().unwrap();
    let lines = |language: Language| {
        let lines = language.sentences().permissions.lines(&scopes);
        let lines = lines
            .into_iter()
            .map(|line| line.what.to_owned() + &line.rest);
        lines.collect::<Vec<_>>()
    };
    assert_eq!(
        lines(Language::English),
        [
            "See tickets and tags",
            "Change tickets",
            "Stay connected without asking every day",
            "Know who approved: your name",
            "Use newer permissions: new:read",
        ]
    );
    assert_eq!(
        lines(Language::German)[3],
        "Wissen, wer zugestimmt hat: Ihr Name"
    );
    let spanish = &Language::Spanish.sentences().permissions;
    let scopes: ScopeSet = "tickets:read integrations:read".parse().unwrap();
    assert_eq!(
        spanish.lines(&scopes)[0].rest,
        " los tickets e integraciones"
    );
}

#[cfg(feature = "zones")]
#[test]
fn times_are_written_as_the_language_writes_them() {
    let at = Timestamp::of_day("2026-12-01").unwrap();
    let zone: crate::zone::Zone = "Europe/Berlin".parse().unwrap();
    for (language, text) in [
        (Language::English, "Tue 1 Dec 2026, 01:00 CET"),
        (Language::French, "mar. 1er déc. 2026, 01:00 CET"),
        (Language::German, "Di., 1. Dez. 2026, 01:00 MEZ"),
        (Language::Spanish, "mar, 1 dic 2026, 01:00 CET"),
    ] {
        assert_eq!(language.sentences().times.absolute_in(at, zone), text);
    }
    assert_eq!(
        Language::English.sentences().times.absolute_in(at, zone),
        at.absolute_in(zone),
        "as the vendor's people read it"
    );
}

#[test]
fn lengths_of_time_have_their_plurals() {
    let now = Timestamp::of_day("2026-12-01").unwrap();
    for (language, ahead, ago) in [
        (
            Language::English,
            ["in 1 day", "in 7 days"],
            "3 h 5 min ago",
        ),
        (
            Language::French,
            ["dans 1 jour", "dans 7 jours"],
            "il y a 3 h 5 min",
        ),
        (
            Language::German,
            ["in 1 Tag", "in 7 Tagen"],
            "vor 3 h 5 min",
        ),
        (
            Language::Spanish,
            ["dentro de 1 día", "dentro de 7 días"],
            "hace 3 h 5 min",
        ),
    ] {
        let times = &language.sentences().times;
        assert_eq!(times.relative(now.plus(Span::days(1)), now), ahead[0]);
        assert_eq!(times.relative(now.plus(Span::days(7)), now), ahead[1]);
        assert_eq!(times.relative(now.minus(Span::minutes(185)), now), ago);
        assert_eq!(times.relative(now, now), times.now);
        let months: HashSet<_> = times.months.into_iter().collect();
        let days: HashSet<_> = times.weekdays.into_iter().collect();
        assert_eq!((months.len(), days.len()), (12, 7));
    }
}
