//! One menu at a time; Escape and a press outside close it.

use crate::islands::browser::{all, closest, focus, on};
use web_sys::Element;

const OPEN: &str = "details.menu[open]";

pub(super) fn begin() {
    on("click", |event| {
        let inside = closest(&event, "details.menu");
        for menu in all(OPEN) {
            if inside.as_ref() != Some(&menu) {
                close(&menu);
            }
        }
    });
}

fn close(menu: &Element) {
    let _ = menu.remove_attribute("open");
}

/// Closes the open menu and brings the focus back to its button; `false` if none is open.
pub(super) fn close_open() -> bool {
    let open = all(OPEN);
    for menu in &open {
        close(menu);
        if let Ok(Some(summary)) = menu.query_selector("summary") {
            focus(&summary);
        }
    }
    !open.is_empty()
}
