//! The palette: accounts, apps and actions by name (WAI-ARIA APG, combobox with a list box).
//! What it shows is the page of the search.

use crate::islands::browser::{self, all_in, closest, element, on};
use leptos::prelude::*;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Document, Element, Event, HtmlDialogElement, HtmlInputElement, KeyboardEvent};

/// How long after a letter the search begins, so that not each letter is one.
const PAUSE: Duration = Duration::from_millis(100);

/// What its foot says.
const KEYS: &str = "<span><kbd>↑</kbd> <kbd>↓</kbd> move</span><span><kbd>↵</kbd> open</span><span><kbd>Ctrl</kbd> <kbd>↵</kbd> new tab</span><span></span>";

/// What short words find.
const SHORT: &str = "One and two letters find beginnings of words.";

thread_local! {
    static SEARCH: RefCell<String> = const { RefCell::new(String::new()) };
}

pub(super) fn begin(search: String) {
    SEARCH.set(search);
    // The search of the top bar opens it.
    on("click", |event| {
        if closest(&event, "header.top input[type=search]").is_some() && open() {
            event.prevent_default();
        }
    });
}

/// The address of the tenant's search; empty where there is none.
fn address() -> String {
    SEARCH.with_borrow(Clone::clone)
}

#[derive(Clone)]
struct Palette {
    dialog: HtmlDialogElement,
    input: HtmlInputElement,
    list: Element,
    count: Element,
    /// What short words find, while one is typed.
    hint: Element,
    /// The number of the newest question: older answers are dropped.
    newest: Rc<Cell<u32>>,
}

/// Opens the palette; `false` where there is none, or while a dialog is open.
pub(super) fn open() -> bool {
    let address = address();
    if address.is_empty() || super::dialogs::is_open() {
        return false;
    }
    let Some(palette) = Palette::make(&address) else {
        return false;
    };
    let _ = palette.dialog.show_modal();
    let _ = palette.input.focus();
    palette.ask(format!("{address}?only=found"));
    true
}

impl Palette {
    fn make(address: &str) -> Option<Self> {
        let dialog: HtmlDialogElement = element("dialog", "dialog palette")?.dyn_into().ok()?;
        let name = "Search accounts, apps and actions";
        dialog.set_attribute("aria-label", name).ok()?;
        let form = element("form", "search")?;
        form.set_attribute("action", address).ok()?;
        let input: HtmlInputElement = element("input", "")?.dyn_into().ok()?;
        for (attribute, value) in [
            ("type", "search"),
            ("name", "q"),
            ("role", "combobox"),
            ("aria-expanded", "true"),
            ("aria-controls", "palette-list"),
            ("aria-autocomplete", "list"),
            ("aria-label", name),
            ("placeholder", name),
            ("autocomplete", "off"),
            ("spellcheck", "false"),
        ] {
            input.set_attribute(attribute, value).ok()?;
        }
        let list = element("div", "")?;
        for (attribute, value) in [
            ("role", "listbox"),
            ("id", "palette-list"),
            ("aria-label", "Found"),
        ] {
            list.set_attribute(attribute, value).ok()?;
        }
        let count = element("p", "sr")?;
        count.set_attribute("role", "status").ok()?;
        let foot = element("footer", "sub")?;
        foot.set_inner_html(KEYS);
        let hint = foot.last_element_child()?;
        form.append_child(&input).ok()?;
        for part in [&form, &list, &count, &foot] {
            dialog.append_child(part).ok()?;
        }
        document().body()?.append_child(&dialog).ok()?;
        let palette = Self {
            dialog,
            input,
            list,
            count,
            hint,
            newest: Rc::default(),
        };
        palette.listen(address);
        Some(palette)
    }

    fn listen(&self, address: &str) {
        let (this, base) = (self.clone(), address.to_owned());
        let typed = Closure::<dyn Fn()>::new(move || {
            let typed = this.input.value();
            let short = (1..3).contains(&typed.trim().chars().count());
            this.hint.set_text_content(short.then_some(SHORT));
            let question = js_sys::encode_uri_component(&typed);
            this.ask(format!("{base}?only=found&q={question}"));
        });
        let this = self.clone();
        let pressed = Closure::<dyn Fn(KeyboardEvent)>::new(move |event: KeyboardEvent| {
            if this.pressed(&event) {
                event.prevent_default();
            }
        });
        let this = self.clone();
        let clicked = Closure::<dyn Fn(Event)>::new(move |event: Event| {
            let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
            if target.as_ref() == Some(this.dialog.as_ref()) {
                this.dialog.close();
            } else if let Some(option) = closest(&event, "[role=option]") {
                this.choose(&option);
            }
        });
        let gone = self.dialog.clone();
        let closed = Closure::<dyn Fn()>::new(move || gone.remove());
        let listens = |target: &Element, kind: &str, f: &JsValue| {
            let _ = target.add_event_listener_with_callback(kind, f.unchecked_ref());
        };
        listens(&self.input, "input", typed.as_ref());
        listens(&self.input, "keydown", pressed.as_ref());
        listens(&self.dialog, "click", clicked.as_ref());
        listens(&self.dialog, "close", closed.as_ref());
        // The closures live as long as the page: a palette is opened a few times.
        typed.forget();
        pressed.forget();
        clicked.forget();
        closed.forget();
    }

    /// Asks for what this address finds, and shows it.
    fn ask(&self, address: String) {
        let number = self.newest.get().wrapping_add(1);
        self.newest.set(number);
        let this = self.clone();
        set_timeout(
            move || {
                if this.newest.get() != number {
                    return;
                }
                spawn_local(async move {
                    let answer = browser::load(&address).await;
                    if this.newest.get() != number {
                        return;
                    }
                    match answer {
                        Ok(Some(page)) => this.show(&page),
                        Ok(None) => browser::go_to(&address),
                        Err(_) => this
                            .count
                            .set_text_content(Some("The search couldn’t be loaded.")),
                    }
                });
            },
            PAUSE,
        );
    }

    /// Each section of the search's page becomes a group, each of its links an option.
    fn show(&self, page: &Document) {
        self.list.set_inner_html("");
        let Some(found) = page.get_element_by_id("found") else {
            return;
        };
        let mut number = 0_u32;
        for section in all_in(&found, "section") {
            let (Some(group), Some(title)) = (element("div", ""), element("span", "sub")) else {
                return;
            };
            let heading = section.query_selector("h2").ok().flatten();
            let words = heading.and_then(|h| h.text_content()).unwrap_or_default();
            title.set_text_content(Some(&words));
            let _ = group.set_attribute("role", "group");
            let _ = group.set_attribute("aria-label", &words);
            let _ = title.set_attribute("aria-hidden", "true");
            let _ = group.append_child(&title);
            for link in all_in(&section, "a[href], form") {
                let Some(option) = element("div", "") else {
                    return;
                };
                let _ = option.set_attribute("role", "option");
                let _ = option.set_attribute("id", &format!("option-{number}"));
                let _ = option.set_attribute("aria-selected", "false");
                for copied in ["href", "action", "data-dialog"] {
                    if let Some(value) = link.get_attribute(copied) {
                        let _ = option.set_attribute(&format!("data-to-{copied}"), &value);
                    }
                }
                // What changes something is a form with only a button.
                let shown = link.query_selector("button").ok().flatten();
                option.set_inner_html(&shown.unwrap_or(link).inner_html());
                let _ = group.append_child(&option);
                number += 1;
            }
            let _ = self.list.append_child(&group);
        }
        let words = match number {
            0 => "Nothing found".to_owned(),
            n => format!("{n} found"),
        };
        self.count.set_text_content(Some(&words));
        let _ = self
            .count
            .set_attribute("class", if number == 0 { "sub" } else { "sr" });
        self.select(0);
    }

    fn options(&self) -> Vec<Element> {
        all_in(&self.list, "[role=option]")
    }

    fn selected(&self) -> Option<usize> {
        let options = self.options();
        options
            .iter()
            .position(|option| option.get_attribute("aria-selected").as_deref() == Some("true"))
    }

    fn select(&self, at: usize) {
        let _ = self.input.remove_attribute("aria-activedescendant");
        for (number, option) in self.options().iter().enumerate() {
            let is = number == at;
            let _ = option.set_attribute("aria-selected", if is { "true" } else { "false" });
            if is {
                let _ = self
                    .input
                    .set_attribute("aria-activedescendant", &option.id());
                let how = web_sys::ScrollIntoViewOptions::new();
                how.set_block(web_sys::ScrollLogicalPosition::Nearest);
                option.scroll_into_view_with_scroll_into_view_options(&how);
            }
        }
    }

    fn pressed(&self, event: &KeyboardEvent) -> bool {
        let many = self.options().len();
        if many == 0 {
            return false;
        }
        let at = self.selected().unwrap_or(0);
        match event.key().as_str() {
            "ArrowDown" => self.select((at + 1) % many),
            "ArrowUp" => self.select((at + many - 1) % many),
            "Enter" => {
                let Some(option) = self.options().into_iter().nth(at) else {
                    return false;
                };
                let link = option.get_attribute("data-to-href");
                if let Some(to) = link.filter(|_| event.ctrl_key() || event.meta_key()) {
                    let _ = window().open_with_url_and_target(&to, "_blank");
                } else {
                    self.choose(&option);
                }
            }
            _ => return false,
        }
        true
    }

    /// Goes where the option leads.
    fn choose(&self, option: &Element) {
        self.dialog.close();
        if let Some(action) = option.get_attribute("data-to-action") {
            browser::post(&action);
            return;
        }
        let to = option.get_attribute("data-to-href").unwrap_or_default();
        match option.get_attribute("data-to-data-dialog") {
            Some(part) => super::dialogs::open(to, part),
            None => browser::go_to(&to),
        }
    }
}
