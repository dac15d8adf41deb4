//! The functions of the browser that islands use.

use leptos::prelude::*;
use std::cell::Cell;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Document, DomParser, Element, Event, EventTarget, FormData, HtmlElement, HtmlFormElement,
    RequestInit, Response, SupportedType, UrlSearchParams,
};

/// Marks the document when islands work; browser tests wait for the mark.
pub(super) fn mark_live() {
    if let Some(root) = document()
        .document_element()
        .and_then(|e| e.dyn_into::<HtmlElement>().ok())
    {
        let _ = root.dataset().set("islands", "live");
    }
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
    parsed(&response).await.map(Some)
}

/// Calls `f` for each such event of the page, as long as it is open. It listens at the
/// document, so parts that are replaced need nothing.
pub(super) fn on(kind: &str, f: impl Fn(Event) + 'static) {
    listen(&document(), kind, Box::new(f));
}

/// The same for events of the window.
pub(super) fn on_window(kind: &str, f: impl Fn(Event) + 'static) {
    listen(&window(), kind, Box::new(f));
}

fn listen(target: &EventTarget, kind: &str, f: Box<dyn Fn(Event)>) {
    let closure = Closure::<dyn Fn(Event)>::wrap(f);
    let _ = target.add_event_listener_with_callback(kind, closure.as_ref().unchecked_ref());
    closure.forget();
}

/// The element that an event is about, or the nearest around it that `which` selects.
pub(super) fn closest(event: &Event, which: &str) -> Option<Element> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest(which).ok()?
}

/// The page's elements that `which` selects.
pub(super) fn all(which: &str) -> Vec<Element> {
    collected(document().query_selector_all(which))
}

/// The elements in another one that `which` selects.
pub(super) fn all_in(element: &Element, which: &str) -> Vec<Element> {
    collected(element.query_selector_all(which))
}

fn collected(found: Result<web_sys::NodeList, JsValue>) -> Vec<Element> {
    let Ok(found) = found else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|i| found.item(i)?.dyn_into().ok())
        .collect()
}

/// The first of the page's elements that `which` selects.
pub(super) fn first(which: &str) -> Option<Element> {
    document().query_selector(which).ok()?
}

/// Moves the focus.
pub(super) fn focus(element: &Element) -> bool {
    element
        .dyn_ref::<HtmlElement>()
        .is_some_and(|element| element.focus().is_ok())
}

/// A new element with these classes, nowhere yet.
pub(super) fn element(name: &str, class: &str) -> Option<Element> {
    let element = document().create_element(name).ok()?;
    if !class.is_empty() {
        element.set_class_name(class);
    }
    Some(element)
}

/// Tells people who use a screen reader.
pub(super) fn say(words: &str) {
    if let Some(said) = first("#said") {
        said.set_text_content(Some(words));
    }
}

/// Has a status that came with a new part of the page read out: a live region tells only
/// what changes in it after it is there.
pub(super) fn announce(status: &Element) {
    let html = status.inner_html();
    status.set_inner_html("");
    let status = status.clone();
    let again = move || status.set_inner_html(&html);
    set_timeout(again, std::time::Duration::from_millis(50));
}

thread_local! {
    static LEAVES_FREELY: Cell<bool> = const { Cell::new(false) };
}

/// Leaving the page doesn't ask any more.
pub(super) fn leave_freely() {
    LEAVES_FREELY.set(true);
}

/// Whether leaving the page must not ask.
pub(super) fn leaves_freely() -> bool {
    LEAVES_FREELY.get()
}

/// Opens another page.
pub(super) fn go_to(address: &str) {
    let here = window().location();
    if here.href().is_ok_and(|href| href == address) {
        let _ = here.reload();
    } else {
        let _ = here.assign(address);
    }
}

/// Posts an empty form and opens the page that it leads to.
pub(super) fn post(action: &str) {
    let form = element("form", "").and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
    if let (Some(form), Some(body)) = (form, document().body()) {
        form.set_method("post");
        form.set_action(action);
        let _ = body.append_child(&form);
        let _ = form.submit();
    }
}

/// Sends a form as the browser would, and gives the address and the page it led to.
pub(super) async fn send(
    form: &HtmlFormElement,
    submitter: Option<&Element>,
) -> Result<(String, Document), JsValue> {
    let data = FormData::new_with_form(form)?;
    let of = |attribute| submitter.and_then(|button| button.get_attribute(attribute));
    if let Some(name) = of("name") {
        data.append_with_str(&name, &of("value").unwrap_or_default())?;
    }
    let action = of("formaction")
        .or_else(|| form.get_attribute("action"))
        .unwrap_or_default();
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&UrlSearchParams::new_with_str_sequence_sequence(&data)?.into());
    let response: Response = JsFuture::from(window().fetch_with_str_and_init(&action, &init))
        .await?
        .dyn_into()?;
    let page = parsed(&response).await?;
    Ok((response.url(), page))
}

async fn parsed(response: &Response) -> Result<Document, JsValue> {
    let text = JsFuture::from(response.text()?)
        .await?
        .as_string()
        .unwrap_or_default();
    DomParser::new()?.parse_from_string(&text, SupportedType::TextHtml)
}
