//! Buttons say that they wait, and some forms stay on their page.

use super::{dialogs, drafts};
use crate::islands::browser::{self, all, focus, on, on_window};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Document, Element, Event, HtmlFormElement, SubmitEvent};

const PENDING: &str = "data-pending";
/// The value of `data-stay` in a row of a list, which changes by itself.
const IN_ROW: &str = "row";

pub(super) fn begin() {
    on("submit", submitted);
    // A page that the browser brings back from its memory waits for nothing.
    on_window("pageshow", |_| {
        for form in all("form[data-pending]") {
            done(&form);
        }
    });
}

fn submitted(event: Event) {
    let Ok(event) = event.dyn_into::<SubmitEvent>() else {
        return;
    };
    let Some(form) = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlFormElement>().ok())
    else {
        return;
    };
    if event.default_prevented() || form.method() != "post" {
        return;
    }
    if form.has_attribute(PENDING) {
        event.prevent_default();
        return;
    }
    let submitter = event.submitter().map(Element::from);
    wait(&form, submitter.as_ref());
    let in_dialog = dialogs::holds(&form);
    // A file can't be sent this way.
    let stays = in_dialog || form.has_attribute("data-stay");
    if !stays || form.enctype() == "multipart/form-data" {
        return;
    }
    event.prevent_default();
    spawn_local(async move {
        let sent = browser::send(&form, submitter.as_ref()).await;
        done(&form);
        if let Ok((address, _)) = &sent {
            drafts::sent(&form, address);
        }
        match sent {
            Ok((address, page)) if in_dialog => dialogs::answered(&address, &page),
            Ok((_, page)) if form.get_attribute("data-stay").as_deref() == Some(IN_ROW) => {
                said(&form, &page);
            }
            Ok((address, page)) => stay(&form, &address, &page),
            // Perhaps it came through: the page says so.
            Err(_) => browser::go_to(
                &document()
                    .location()
                    .map(|l| l.href())
                    .and_then(Result::ok)
                    .unwrap_or_default(),
            ),
        }
    });
}

/// The button that was pressed says that it waits.
fn wait(form: &HtmlFormElement, submitter: Option<&Element>) {
    let _ = form.set_attribute(PENDING, "");
    if let Some(button) = submitter {
        let _ = button.set_attribute("aria-busy", "true");
    }
}

fn done(form: &Element) {
    let _ = form.remove_attribute(PENDING);
    for button in browser::all_in(form, "[aria-busy]") {
        let _ = button.remove_attribute("aria-busy");
    }
    // A button may stand outside of its form.
    for button in all("button[aria-busy]") {
        let _ = button.remove_attribute("aria-busy");
    }
}

/// Says in the row of a form what came of it, with the words of the page that it led to.
fn said(form: &Element, page: &Document) {
    let outcome = page
        .query_selector("main .result, main [role=status]")
        .ok()
        .flatten();
    let words = outcome.and_then(|outcome| outcome.text_content());
    let Some(words) = words.filter(|words| !words.trim().is_empty()) else {
        return;
    };
    let Ok(Some(cell)) = form.closest("td, li") else {
        return browser::say(&words);
    };
    for before in browser::all_in(&cell, "p[role=status]") {
        before.remove();
    }
    if let Some(said) = browser::element("p", "sub") {
        let _ = said.set_attribute("role", "status");
        let _ = cell.append_child(&said);
        said.set_text_content(Some(words.trim()));
        browser::announce(&said);
    }
}

/// Shows the page that the form led to in place, if it is this one. The focus stays where it was.
fn stay(form: &HtmlFormElement, address: &str, page: &Document) {
    let here = window().location();
    let path = |address: &str| web_sys::Url::new(address).map(|url| url.pathname());
    let answered_at = path(address).ok();
    // The server refused the form, and shows it again with what is wrong.
    let is_refused = answered_at == path(&form.action()).ok();
    let same = is_refused || answered_at == here.pathname().ok();
    let (Ok(Some(old)), Ok(Some(new))) = (
        document().query_selector("main > .page"),
        page.query_selector("main > .page"),
    ) else {
        return browser::go_to(address);
    };
    if !same {
        return browser::go_to(address);
    }
    let action = form.get_attribute("action").unwrap_or_default();
    old.set_inner_html(&new.inner_html());
    if !is_refused && let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(address));
    }
    let again = browser::all_in(&old, "form[action] button")
        .into_iter()
        .find(|button| {
            let form = button.closest("form").ok().flatten();
            form.and_then(|form| form.get_attribute("action"))
                .as_deref()
                == Some(&action)
        });
    let outcome = old.query_selector(".result").ok().flatten();
    if let Some(outcome) = &outcome {
        browser::announce(outcome);
        let _ = outcome.set_attribute("tabindex", "-1");
    }
    if let Some(target) = again.or(outcome) {
        focus(&target);
    }
}
