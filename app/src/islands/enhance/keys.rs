//! Keys: `/`, `?`, Ctrl or ⌘ K, Escape, and letters, which can be switched off: `j`, `k`,
//! `x` in lists, `l`, `r`, `t`, `s` on an account, `g` and one more to go somewhere.

use super::{dialogs, menus, palette};
use crate::islands::browser::{self, all, first, focus, on};
use leptos::prelude::*;
use std::cell::Cell;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// The link of each row of the page's list.
const ROWS: &str = "main tbody th[scope=row] a:first-of-type, main .needs > li a.name";

/// How long `g` waits for its second letter, in milliseconds.
const GOES_FOR: f64 = 1_500.0;

thread_local! {
    static LETTERS: Cell<bool> = const { Cell::new(true) };
    /// When `g` was pressed, in milliseconds of the browser's clock: the next letter says
    /// where to.
    static GOES: Cell<f64> = const { Cell::new(0.0) };
}

pub(super) fn begin(letters: bool) {
    use_letters(letters);
    on("keydown", |event| {
        if let Ok(event) = event.dyn_into::<KeyboardEvent>()
            && pressed(&event)
        {
            event.prevent_default();
        }
    });
}

/// Whether single letters are keys from now on.
pub(super) fn use_letters(letters: bool) {
    LETTERS.set(letters);
}

/// Whether the key did something.
fn pressed(event: &KeyboardEvent) -> bool {
    if event.default_prevented() || event.is_composing() || event.alt_key() {
        return false;
    }
    let key = event.key();
    if event.ctrl_key() || event.meta_key() {
        return key.eq_ignore_ascii_case("k") && palette::open();
    }
    // The browser closes dialogs itself.
    if dialogs::is_open() {
        return false;
    }
    if key == "Escape" {
        return menus::close_open();
    }
    if !LETTERS.get() || is_typed_into(event) {
        return false;
    }
    if GOES.take() + GOES_FOR > js_sys::Date::now() {
        return go_to(&key);
    }
    match key.as_str() {
        "g" => {
            GOES.set(js_sys::Date::now());
            true
        }
        "/" => match first("main input[type=search]") {
            Some(search) => focus(&search),
            None => palette::open(),
        },
        "?" => press("a[data-dialog=keyboard]"),
        "j" => go(1),
        "k" => go(-1),
        "x" => choose(),
        "l" => link(),
        "r" | "t" | "s" => press(&format!("main [data-key={key}]")),
        _ => false,
    }
}

/// Opens the dialog for a link: that of the row with the focus, or of an account's page.
fn link() -> bool {
    const LINK: &str = "a[data-dialog=link-panel]";
    let rows = all(ROWS);
    let Some(at) = current(&rows) else {
        return rows.is_empty() && press(&format!("main {LINK}"));
    };
    let row = rows.get(at).and_then(|link| link.closest("tr, li").ok()?);
    let link = row.and_then(|row| row.query_selector(LINK).ok()?);
    link.and_then(|link| link.dyn_into::<HtmlElement>().ok())
        .map(|link| link.click())
        .is_some()
}

/// Goes to the page that the navigation names for this key.
fn go_to(key: &str) -> bool {
    let named = format!("data-go-{key}");
    let nav = first("nav[aria-label=Main]");
    let page = nav.and_then(|nav| nav.get_attribute(&named));
    page.inspect(|page| browser::go_to(page)).is_some()
}

fn is_typed_into(event: &KeyboardEvent) -> bool {
    event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .is_some_and(|target| {
            let typed =
                "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
            target.matches(typed).unwrap_or(false)
        })
}

fn press(which: &str) -> bool {
    let Some(found) = first(which).and_then(|e| e.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    found.click();
    true
}

/// The place of the row that has the focus.
fn current(rows: &[Element]) -> Option<usize> {
    let active = document().active_element()?;
    let row = |element: &Element| element.closest("tr, li").ok().flatten();
    let own = row(&active)?;
    rows.iter()
        .position(|link| row(link).as_ref() == Some(&own))
}

/// Moves the focus to the next or the previous row.
fn go(by: isize) -> bool {
    let rows = all(ROWS);
    let next = match current(&rows) {
        Some(at) => at.saturating_add_signed(by),
        None => 0,
    };
    rows.get(next).is_some_and(focus)
}

/// Chooses the row that has the focus, or takes that back.
fn choose() -> bool {
    let rows = all(ROWS);
    let tick = current(&rows)
        .and_then(|at| rows.get(at)?.closest("tr, li").ok().flatten())
        .and_then(|row| row.query_selector("input[type=checkbox]").ok().flatten())
        .and_then(|tick| tick.dyn_into::<HtmlElement>().ok());
    if let Some(tick) = &tick {
        tick.click();
    }
    tick.is_some()
}
