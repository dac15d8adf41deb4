//! What is typed into a long form is kept in the browser until it is saved, so that it is
//! still there after a session or a tab was lost. Forms ask for it with `data-draft`.
//!
//! A draft is kept for the person who typed it, in this browser, for a day; signing out
//! removes all of them. Secrets are never kept: no password, no hidden field, no file, and
//! nothing with or within `data-secret` or `data-no-draft`.

use super::{fields, unsaved};
use crate::islands::browser::{self, all, all_in, closest, element, on};
use js_sys::{Date, Reflect};
use leptos::prelude::*;
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, HtmlFormElement, Storage, UrlSearchParams};

/// The first letters of all keys.
const PREFIX: &str = "mooring.draft ";
/// The key, for this tab alone, of the draft whose form was sent last.
const SENT: &str = "mooring.sent";
/// The name of the time in a draft; no field is called so.
const AT: &str = "@";
/// How long a draft is kept, in milliseconds.
const LIFE: f64 = 86_400_000.0;

thread_local! {
    /// For whom drafts are kept; empty if for nobody.
    static OWNER: RefCell<String> = const { RefCell::new(String::new()) };
}

pub(super) fn begin(owner: String) {
    if owner.is_empty() {
        return;
    }
    OWNER.set(owner);
    // The page that a saved form leads to says what came of it.
    if let Some(tab) = window().session_storage().ok().flatten() {
        if let Ok(Some(sent)) = tab.get_item(SENT)
            && has_outcome(&fields_of_address())
        {
            remove(&sent);
        }
        let _ = tab.remove_item(SENT);
    }
    on("input", |event| {
        if let Some(form) = closest(&event, "form[data-draft]") {
            keep(&form);
        }
    });
    on("submit", submitted);
    on("click", discarded);
    for form in all("form[data-draft]") {
        restore(&form);
    }
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn remove(key: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(key);
    }
}

/// The key of a form's draft: a person, the address to which the form is sent, and what
/// tells apart forms that are sent there.
fn key(form: &Element) -> Option<String> {
    let owner = OWNER.with_borrow(Clone::clone);
    let action = form.get_attribute("action")?;
    let which = form.get_attribute("data-draft")?;
    (!owner.is_empty()).then(|| format!("{PREFIX}{owner} {action} {which}"))
}

/// The fields that may be kept.
fn kept(form: &Element) -> Vec<Element> {
    let mut fields = fields::of(form);
    fields.retain(|field| {
        let kind = fields::text(field, "type");
        let secret = field.closest("[data-secret], [data-no-draft]");
        !matches!(kind.as_str(), "password" | "hidden" | "file") && matches!(secret, Ok(None))
    });
    fields
}

/// Keeps what is typed now; nothing, if that is what the server sent.
fn keep(form: &Element) {
    let (Some(key), Some(storage), Ok(draft)) = (key(form), storage(), UrlSearchParams::new())
    else {
        return;
    };
    if !fields::is_changed(form) {
        let _ = storage.remove_item(&key);
        return;
    }
    draft.append(AT, &Date::now().to_string());
    for field in kept(form) {
        if !fields::is_ticked(&field) || fields::get(&field, "checked").is_truthy() {
            draft.append(
                &fields::text(&field, "name"),
                &fields::text(&field, "value"),
            );
        }
    }
    // A full storage keeps nothing.
    let _ = storage.set_item(&key, &String::from(draft.to_string()));
}

/// Puts what was typed before back into its form, with a line that says so.
fn restore(form: &Element) {
    let Some(key) = key(form) else {
        return;
    };
    let found = storage().and_then(|storage| storage.get_item(&key).ok().flatten());
    let Some(draft) = found.and_then(|text| UrlSearchParams::new_with_str(&text).ok()) else {
        return;
    };
    let at: f64 = draft.get(AT).and_then(|at| at.parse().ok()).unwrap_or(0.0);
    if Date::now() - at > LIFE {
        return remove(&key);
    }
    let before: Vec<_> = kept(form).iter().map(state).collect();
    let mut used: Vec<String> = Vec::new();
    for field in kept(form) {
        let name = fields::text(&field, "name");
        let values = draft.get_all(&name);
        if fields::is_ticked(&field) {
            let ticked = values.includes(&fields::get(&field, "value"), 0);
            let _ = Reflect::set(&field, &"checked".into(), &ticked.into());
            continue;
        }
        let nth = used.iter().filter(|one| **one == name).count();
        let value = values.get(nth as u32);
        if value.is_string() {
            let _ = Reflect::set(&field, &"value".into(), &value);
        }
        used.push(name);
    }
    // Perhaps the server sent the same again, with what is wrong.
    if kept(form).iter().map(state).eq(before) {
        return;
    }
    tell(form, at);
    unsaved::look();
}

/// What is typed or ticked.
fn state(field: &Element) -> JsValue {
    let of = match fields::is_ticked(field) {
        true => "checked",
        false => "value",
    };
    fields::get(field, of)
}

/// The line at the end of the form: above it, it would move what is being read.
fn tell(form: &Element, at: f64) {
    let Some(line) = element("p", "result") else {
        return;
    };
    let at = Date::new(&at.into());
    let words = format!(
        "Your unsaved text from {:02}:{:02} is back.",
        at.get_hours(),
        at.get_minutes()
    );
    let _ = line.set_attribute("data-draft-back", "");
    line.set_inner_html(&format!(
        "<span>{words}</span> <button type=button class=button data-size=small>Discard</button>"
    ));
    let _ = form.append_child(&line);
    browser::say(&words);
}

fn discarded(event: Event) {
    let Some(line) = closest(&event, "[data-draft-back]") else {
        return;
    };
    let (Some(_), Ok(Some(form))) = (closest(&event, "button"), line.closest("form")) else {
        return;
    };
    if let Some(form) = form.dyn_ref::<HtmlFormElement>() {
        form.reset();
    }
    forget(&form);
    if let Some(field) = kept(&form).first() {
        browser::focus(field);
    }
}

/// Removes the draft of a form, and the line about it.
pub(super) fn forget(form: &Element) {
    if let Some(key) = key(form) {
        remove(&key);
    }
    for line in all_in(form, "[data-draft-back]") {
        line.remove();
    }
}

fn submitted(event: Event) {
    let Some(form) = closest(&event, "form") else {
        return;
    };
    let is_sign_out = form
        .get_attribute("action")
        .is_some_and(|action| action.ends_with("signout"));
    if is_sign_out {
        return forget_all();
    }
    if let (Some(key), Ok(Some(tab))) = (key(&form), window().session_storage()) {
        let _ = tab.set_item(SENT, &key);
    }
}

/// A form was sent without leaving the page, and led to this address.
pub(super) fn sent(form: &Element, address: &str) {
    let query = address.split_once('?').map_or("", |(_, query)| query);
    if has_outcome(query) {
        forget(form);
    }
}

/// What a dialog shows may have forms.
pub(super) fn restore_in(part: &Element) {
    for form in all_in(part, "form[data-draft]") {
        restore(&form);
    }
}

fn fields_of_address() -> String {
    window().location().search().unwrap_or_default()
}

fn has_outcome(query: &str) -> bool {
    UrlSearchParams::new_with_str(query).is_ok_and(|query| query.has("outcome"))
}

/// Removes every draft of this browser.
fn forget_all() {
    let Some(storage) = storage() else {
        return;
    };
    let keys = (0..storage.length().unwrap_or(0)).filter_map(|at| storage.key(at).ok().flatten());
    for key in keys.collect::<Vec<_>>() {
        if key.starts_with(PREFIX) {
            let _ = storage.remove_item(&key);
        }
    }
}
