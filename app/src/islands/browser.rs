//! The functions of the browser that islands use.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Document, DomParser, HtmlElement, HtmlInputElement, Response, SupportedType};

/// Marks the document when islands work; browser tests wait for the mark.
pub(super) fn mark_live() {
    if let Some(root) = document()
        .document_element()
        .and_then(|e| e.dyn_into::<HtmlElement>().ok())
    {
        let _ = root.dataset().set("islands", "live");
    }
}

/// Copies an input's value, and sets `copied` for two seconds.
pub(super) fn copy(input: &str, copied: RwSignal<bool>) {
    let Some(input) = document()
        .get_element_by_id(input)
        .and_then(|e| e.dyn_into::<HtmlInputElement>().ok())
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
        if JsFuture::from(write).await.is_ok() {
            copied.set(true);
            set_timeout(move || copied.set(false), std::time::Duration::from_secs(2));
        } else {
            input.select();
        }
    });
}

/// Loads a page without running its scripts; `None` if whoever is signed in, if anybody
/// is, doesn't see it any more.
pub(super) async fn load(address: &str) -> Result<Option<Document>, JsValue> {
    let response: Response = JsFuture::from(window().fetch_with_str(address))
        .await?
        .dyn_into()?;
    if response.redirected() || matches!(response.status(), 401 | 403 | 404) {
        return Ok(None);
    }
    if !response.ok() {
        return Err(JsValue::NULL);
    }
    let text = JsFuture::from(response.text()?)
        .await?
        .as_string()
        .unwrap_or_default();
    let page = DomParser::new()?.parse_from_string(&text, SupportedType::TextHtml)?;
    Ok(Some(page))
}
