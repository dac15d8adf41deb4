//! Links with `data-dialog` open a part of the page they lead to over this one.

use crate::islands::browser::{self, all, all_in, closest, element, focus, on};
use leptos::prelude::*;
use std::cell::RefCell;
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Document, Element, Event, HtmlDialogElement, MouseEvent};

thread_local! {
    /// The open dialog, and which part of a page it shows.
    static OPEN: RefCell<Option<Open>> = const { RefCell::new(None) };
}

#[derive(Clone)]
struct Open {
    dialog: HtmlDialogElement,
    part: String,
}

pub(super) fn begin() {
    on("click", clicked);
    // Something of the tenant changed: what the dialog follows may have.
    on("mooring:change", |_| refresh());
}

fn clicked(event: Event) {
    let plain = event.dyn_ref::<MouseEvent>().is_some_and(|mouse| {
        mouse.button() == 0 && !(mouse.ctrl_key() || mouse.meta_key() || mouse.shift_key())
    });
    if !plain || event.default_prevented() {
        return;
    }
    if let Some(open) = OPEN.with_borrow(Clone::clone) {
        let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
        // The backdrop counts as the dialog itself.
        let outside = target.as_ref() == Some(open.dialog.as_ref());
        if outside || closest(&event, "dialog [data-close]").is_some() {
            event.prevent_default();
            open.dialog.close();
            return;
        }
    }
    let Some(link) = closest(&event, "a[data-dialog]") else {
        return;
    };
    let (Some(address), Some(part)) = (
        link.get_attribute("href"),
        link.get_attribute("data-dialog"),
    ) else {
        return;
    };
    event.prevent_default();
    // A menu closes before the dialog opens, so that the focus comes back to its button.
    super::menus::close_open();
    open(address, part);
}

/// Opens the part of the page at an address, or the page if it has no such part.
pub(super) fn open(address: String, part: String) {
    spawn_local(async move {
        match browser::load(&address).await {
            Ok(Some(page)) if show(&part, &address, &page) => (),
            _ => browser::go_to(&address),
        }
    });
}

/// Opens a modal dialog with a part of a page; `false` if the page has no such part.
fn show(part: &str, address: &str, page: &Document) -> bool {
    let Some(content) = page.get_element_by_id(part) else {
        return false;
    };
    let Some(dialog) =
        element("dialog", "dialog").and_then(|e| e.dyn_into::<HtmlDialogElement>().ok())
    else {
        return false;
    };
    let Some(body) = document().body() else {
        return false;
    };
    let _ = body.append_child(&dialog);
    OPEN.set(Some(Open {
        dialog: dialog.clone(),
        part: part.to_owned(),
    }));
    on_close(&dialog, address.to_owned());
    fill(&dialog, &content);
    let _ = dialog.show_modal();
    enter(&dialog);
    true
}

/// The browser brings the focus back to the link; the dialog is removed. If the link was
/// replaced by a newer one meanwhile, that gets the focus.
fn on_close(dialog: &HtmlDialogElement, address: String) {
    let gone = dialog.clone();
    let closed = Closure::once_into_js(move || {
        gone.remove();
        OPEN.set(None);
        let nowhere = document()
            .active_element()
            .is_none_or(|e| e.tag_name() == "BODY");
        let mut links = all("a[data-dialog]").into_iter();
        let is_it = |link: &Element| link.get_attribute("href").as_deref() == Some(&address);
        if nowhere && let Some(link) = links.find(is_it) {
            focus(&link);
        }
    });
    let _ = dialog.add_event_listener_with_callback("close", closed.unchecked_ref());
}

fn fill(dialog: &HtmlDialogElement, content: &Element) {
    dialog.set_inner_html(&content.outer_html());
    if let Some(letters) = content.get_attribute("data-letters") {
        super::keys::use_letters(letters == "on");
    }
    if let Some(name) = content.get_attribute("aria-labelledby") {
        let _ = dialog.set_attribute("aria-labelledby", &name);
    }
    super::drafts::restore_in(dialog);
}

/// The first field gets the focus, or what is there instead.
fn enter(dialog: &HtmlDialogElement) {
    let wanted = [
        "[aria-invalid=true]",
        "[autofocus]",
        "input:not([type=hidden]):not([type=radio]), textarea, select",
        "a[href], button",
    ];
    let first = wanted
        .into_iter()
        .find_map(|which| dialog.query_selector(which).ok().flatten());
    if let Some(first) = first {
        focus(&first);
    }
}

/// Whether the open dialog holds this element.
pub(super) fn holds(element: &Element) -> bool {
    OPEN.with_borrow(|open| {
        open.as_ref()
            .is_some_and(|open| open.dialog.contains(Some(element)))
    })
}

/// Whether a dialog is open.
pub(super) fn is_open() -> bool {
    document()
        .query_selector("dialog[open]:not([data-inline])")
        .ok()
        .flatten()
        .is_some()
}

/// Shows the part of the page that a form of the dialog led to; without the part, the page.
pub(super) fn answered(address: &str, page: &Document) {
    let Some(open) = OPEN.with_borrow(Clone::clone) else {
        return;
    };
    match page.get_element_by_id(&open.part) {
        Some(content) => {
            fill(&open.dialog, &content);
            if let Ok(Some(said)) = open.dialog.query_selector("[role=status]") {
                browser::announce(&said);
            }
            enter(&open.dialog);
        }
        None => browser::go_to(address),
    }
}

/// Loads what the dialog follows again.
fn refresh() {
    let Some(open) = OPEN.with_borrow(Clone::clone) else {
        return;
    };
    // Not the page that the form led to: that may show something once.
    let followed = open.dialog.query_selector("[data-follow]").ok().flatten();
    let Some(address) = followed.and_then(|part| part.get_attribute("data-follow")) else {
        return;
    };
    spawn_local(async move {
        let Ok(Some(page)) = browser::load(&address).await else {
            return;
        };
        let Some(newer) = page.get_element_by_id(&open.part) else {
            return;
        };
        for old in all_in(&open.dialog, "[data-live]") {
            let name = old.get_attribute("data-live");
            let new = all_in(&newer, "[data-live]")
                .into_iter()
                .find(|new| new.get_attribute("data-live") == name);
            if let Some(new) = new
                && new.inner_html() != old.inner_html()
            {
                old.set_inner_html(&new.inner_html());
            }
        }
    });
}
