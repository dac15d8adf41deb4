//! The fields of a form, and whether they differ from what the server sent.

use crate::islands::browser::all_in;
use js_sys::Reflect;
use wasm_bindgen::JsValue;
use web_sys::Element;

/// All fields that have a name.
pub(super) fn of(form: &Element) -> Vec<Element> {
    all_in(form, "input[name], textarea[name], select[name]")
}

/// A property of an element.
pub(super) fn get(element: &Element, name: &str) -> JsValue {
    Reflect::get(element, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A property of an element that is a text.
pub(super) fn text(element: &Element, name: &str) -> String {
    get(element, name).as_string().unwrap_or_default()
}

/// Whether it is ticked rather than typed into.
pub(super) fn is_ticked(field: &Element) -> bool {
    matches!(text(field, "type").as_str(), "checkbox" | "radio")
}

/// Whether somebody changed the form since the server sent it.
pub(super) fn is_changed(form: &Element) -> bool {
    of(form).iter().any(differs)
}

fn differs(field: &Element) -> bool {
    if is_ticked(field) {
        return get(field, "checked") != get(field, "defaultChecked");
    }
    if field.tag_name() != "SELECT" {
        return text(field, "value") != text(field, "defaultValue");
    }
    let options = all_in(field, "option");
    let served = options
        .iter()
        .position(|option| get(option, "defaultSelected").is_truthy());
    // Without a selected option, browsers select the first.
    get(field, "selectedIndex").as_f64() != Some(served.unwrap_or(0) as f64)
}
