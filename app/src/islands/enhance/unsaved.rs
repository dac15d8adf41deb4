//! Changes that are not saved: a bar at the bottom says so while a form differs from what
//! the server sent, and leaving the page asks. The forms name themselves in `data-bar`.

use super::fields;
use crate::islands::browser::{self, all, closest, element, first, on, on_window};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlFormElement, ScrollIntoViewOptions, ScrollLogicalPosition};

const FORMS: &str = "form[data-bar]";
const BAR: &str = ".bulk[data-unsaved]";

pub(super) fn begin() {
    on("input", |event| {
        if closest(&event, FORMS).is_some() {
            look();
        }
    });
    // The values are back only after the event.
    on("reset", |_| set_timeout(look, std::time::Duration::ZERO));
    on("click", clicked);
    on("focusin", |_| uncover());
    on("submit", submitted);
    on_window("beforeunload", leaving);
    look();
}

fn changed() -> Vec<Element> {
    all(FORMS).into_iter().filter(fields::is_changed).collect()
}

/// Shows the bar of the first form that is changed, or removes it.
pub(super) fn look() {
    let changed = changed();
    let Some(form) = changed.first() else {
        if let Some(bar) = first(BAR) {
            bar.remove();
        }
        return;
    };
    let name = form.get_attribute("data-bar").unwrap_or_default();
    let Some(bar) = first(BAR).or_else(make) else {
        return;
    };
    if let Ok(Some(words)) = bar.query_selector("b")
        && words.text_content().as_deref() != Some(&name)
    {
        words.set_text_content(Some(&name));
    }
    uncover();
}

/// The bar at the end of the page.
fn make() -> Option<Element> {
    let bar = element("div", "bulk")?;
    for (name, value) in [
        ("data-unsaved", ""),
        ("role", "group"),
        ("aria-label", "Not saved"),
    ] {
        let _ = bar.set_attribute(name, value);
    }
    bar.set_inner_html(
        "<span><b></b>, not saved</span>\
         <button type=button class=button data-kind=quiet data-do=discard>Discard</button>\
         <button type=button class=button data-kind=primary data-do=save>Save</button>",
    );
    let _ = first("main > .page")?.append_child(&bar);
    browser::say("Not saved");
    Some(bar)
}

fn clicked(event: Event) {
    let Some(button) = closest(&event, ".bulk[data-unsaved] [data-do]") else {
        return;
    };
    let Some(form) = changed().first().cloned() else {
        return;
    };
    let Ok(form) = form.dyn_into::<HtmlFormElement>() else {
        return;
    };
    if button.get_attribute("data-do").as_deref() == Some("save") {
        let _ = form.request_submit();
        return;
    }
    form.reset();
    super::drafts::forget(&form);
    // The bar goes, and the focus with it.
    let field = fields::of(&form)
        .into_iter()
        .find(|field| fields::text(field, "type") != "hidden");
    if let Some(field) = field {
        browser::focus(&field);
    }
}

/// Scrolls what has the focus out from under the bar.
fn uncover() {
    let (Some(bar), Some(active)) = (first(BAR), document().active_element()) else {
        return;
    };
    let in_page = active.closest("main .page").ok().flatten().is_some();
    if in_page && !bar.contains(Some(&active)) {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        active.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Whoever saves leaves on purpose, unless another form would lose what was typed.
fn submitted(event: Event) {
    let form = closest(&event, FORMS);
    let others = changed().into_iter().any(|one| Some(&one) != form.as_ref());
    if form.is_some() && !others && !event.default_prevented() {
        browser::leave_freely();
    }
}

fn leaving(event: Event) {
    if !browser::leaves_freely() && !changed().is_empty() {
        event.prevent_default();
        // Older browsers ask only for this.
        let _ = js_sys::Reflect::set(&event, &"returnValue".into(), &"unsaved".into());
    }
}
