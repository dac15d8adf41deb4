//! Whole pages. If `MOORING_GALLERY` names a folder, they are also written there,
//! to be viewed with the style sheet.

use super::super::*;
use super::gallery::*;
use super::raw;
use crate::shell::document;
use domain::scope_catalogue::CATALOGUE;
use leptos::prelude::*;
use std::collections::BTreeSet;

fn page<V: IntoView + 'static>(view: impl FnOnce() -> V) -> String {
    let options = LeptosOptions::builder().output_name("mooring").build();
    raw(move || {
        provide_context(options.clone());
        document(options, view())
    })
}

fn all() -> Vec<(&'static str, String)> {
    vec![
        ("accounts", page(accounts)),
        ("account", page(account)),
        ("overview", page(overview)),
        ("app", page(app)),
        ("signin", page(signin)),
        ("reconnect", page(reconnect)),
    ]
}

/// The values of an attribute, in order.
fn values<'a>(html: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    html.split(start)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
}

#[test]
fn pages_are_complete_and_safe_under_the_content_policy() {
    for (name, html) in all() {
        assert!(html.starts_with("<!DOCTYPE html>"), "{name}");
        assert!(html.contains(r#"<meta charset="utf-8">"#), "{name}");
        assert!(!html.contains(" style="), "{name}: inline style");
        assert!(!html.contains("<style"), "{name}: inline style");
        for on in [" onclick", " onload", "javascript:"] {
            assert!(!html.contains(on), "{name}: {on}");
        }
        for address in values(&html, "src=\"") {
            assert!(address.starts_with('/'), "{name} asks {address}");
        }
        if let Ok(folder) = std::env::var("MOORING_GALLERY") {
            std::fs::write(format!("{folder}/{name}.html"), &html)
                .expect("the gallery can be written");
        }
    }
}

#[test]
fn only_pages_with_islands_load_script() {
    for (name, html) in all() {
        let framed = html.contains("class=\"shell\"");
        let scripts = html.matches("<script").count();
        assert_eq!(scripts, usize::from(framed), "{name}");
        assert_eq!(html.contains(".wasm"), framed, "{name}");
    }
}

#[test]
fn ids_are_unique_and_every_reference_has_its_target() {
    for (name, html) in all() {
        let ids: Vec<_> = values(&html, " id=\"").collect();
        let set: BTreeSet<_> = ids.iter().copied().collect();
        assert_eq!(ids.len(), set.len(), "{name}: doubled id");
        for start in [
            "aria-labelledby=\"",
            "aria-describedby=\"",
            " for=\"",
            " form=\"",
            "<use href=\"#",
        ] {
            for target in values(&html, start).flat_map(str::split_whitespace) {
                assert!(
                    set.contains(target),
                    "{name}: {start}{target} leads nowhere"
                );
            }
        }
    }
}

#[test]
fn each_page_has_one_title_and_one_primary_button() {
    for (name, html) in all().into_iter().filter(|(name, _)| *name != "app") {
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        let primary =
            html.matches(r#"data-kind="primary""#).count() - html.matches("skip button").count();
        assert_eq!(primary, 1, "{name}");
    }
}

#[test]
fn the_picker_offers_every_scope_that_can_still_be_asked_for() {
    let html = page(app);
    for entry in CATALOGUE {
        let offered = html.contains(&format!(r#"value="{}""#, entry.code));
        assert_eq!(offered, entry.code != "write:all", "{}", entry.code);
    }
}

#[test]
fn the_theme_of_the_cookie_stands_on_the_document() {
    let dark = raw(|| {
        provide_context(Theme::from_code("dark"));
        document(LeptosOptions::builder().output_name("mooring").build(), ())
    });
    assert!(
        dark.contains(r#"<html lang="en" data-theme="dark">"#),
        "{dark}"
    );
    assert!(page(signin).contains(r#"<html lang="en">"#));
    assert_eq!(Theme::from_code("\"><script>"), Theme::System);
}
