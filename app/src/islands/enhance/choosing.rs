//! The tick in a table's head ticks all rows, and goes out with one of them.

use crate::islands::browser::{all, closest, first, on};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

const ROWS: &str = "input[type=checkbox][name=account]";

pub(super) fn begin() {
    on("change", |event| {
        if let Some(page) = closest(&event, "input[name=page]").and_then(tick) {
            for row in all(ROWS).into_iter().filter_map(tick) {
                row.set_checked(page.checked());
            }
        } else if closest(&event, ROWS).is_some()
            && let Some(page) = first("input[name=page]").and_then(tick)
        {
            let mut rows = all(ROWS).into_iter().filter_map(tick);
            page.set_checked(rows.all(|row| row.checked()));
        }
    });
}

fn tick(element: Element) -> Option<HtmlInputElement> {
    element.dyn_into().ok()
}
