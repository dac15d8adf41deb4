//! Buttons that copy the value of the field they name.

use crate::islands::browser::{closest, on, say};
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, HtmlInputElement};

pub(super) fn begin() {
    on("click", |event| {
        if let Some(button) = closest(&event, "button[data-copy]") {
            copy(button);
        }
    });
}

/// Copies the field. If the browser doesn't allow that, it selects the value, so that
/// the person can copy it with the keyboard.
fn copy(button: Element) {
    let Some(input) = button
        .get_attribute("data-copy")
        .and_then(|id| document().get_element_by_id(&id))
        // Or a field of several lines, which has the same properties.
        .map(|e| e.unchecked_into::<HtmlInputElement>())
    else {
        return;
    };
    let navigator = window().navigator();
    // Over plain http, except on the loopback, browsers have no clipboard.
    let has_clipboard =
        js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|c| c.is_object());
    if !has_clipboard {
        input.select();
        return;
    }
    let write = navigator.clipboard().write_text(&input.value());
    spawn_local(async move {
        if JsFuture::from(write).await.is_err() {
            return input.select();
        }
        // A part that is replaced later has its own words.
        if let Ok(Some(words)) = button.query_selector("b") {
            words.set_text_content(Some("Copied"));
            say("Copied");
            let back = move || words.set_text_content(Some("Copy"));
            set_timeout(back, Duration::from_secs(2));
        }
    });
}
