//! The stream of changes: listens, polls when it breaks, and updates the page.

use super::{browser, live::Hearing};
use domain::health::Health;
use leptos::prelude::*;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Document, Element, Event, EventSource, HtmlElement, HtmlInputElement, MessageEvent};

/// How often a page polls when its stream is broken.
const POLL: Duration = Duration::from_secs(30);

/// The page of the keys has this instead of a connection.
const KEYS: &str = "keys";
/// The pages of bulk jobs have this instead.
const JOBS: &str = "jobs";
/// The part of a list that shows the job at work.
const JOB: &str = "job";
/// Parts of lists that keep their size, so that nothing moves as they are replaced.
const STILL: [&str; 4] = [JOB, "states", "days", "funnel"];
/// How soon a list is loaded again that has just been: many accounts may change at once.
const AGAIN: Duration = Duration::from_secs(1);

/// What a person is at, in a part that changes.
const BUSY: &str =
    "[data-live] details.menu[open], [data-live] :active, [data-live] form[data-pending]";
/// What a row says of a form that was sent from it.
const SAID: &str = "td > p[role=status]";
/// How soon it is looked whether they have done with it.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// After how long a page that was to be left, and stays, listens again.
const STAYED: Duration = Duration::from_secs(1);

/// The state with which one page listens.
#[derive(Clone)]
struct Listener {
    stream: String,
    source: Rc<RefCell<Option<EventSource>>>,
    page: String,
    connection: String,
    hearing: RwSignal<Hearing>,
    updates: RwSignal<u32>,
    /// Whether a load is under way, and whether another change came meanwhile.
    busy: Rc<Cell<bool>>,
    again: Rc<Cell<bool>>,
    /// Whether a part waits until the person has done with it.
    waiting: Rc<Cell<bool>>,
}

/// Opens the stream and listens as long as the page is open.
pub(super) fn listen(
    stream: &str,
    page: String,
    connection: String,
    hearing: RwSignal<Hearing>,
    updates: RwSignal<u32>,
) {
    let listener = Listener {
        stream: stream.to_owned(),
        source: Rc::default(),
        page,
        connection,
        hearing,
        updates,
        busy: Rc::default(),
        again: Rc::default(),
        waiting: Rc::default(),
    };
    listener.open();
    let leaving = listener.clone();
    browser::on_window("beforeunload", move |_| leaving.leave());
    let poll = move || {
        if listener.hearing.get_untracked() == Hearing::Paused {
            listener.refresh();
        }
    };
    let _ = set_interval_with_handle(poll, POLL);
}

impl Listener {
    fn open(&self) {
        let Ok(source) = EventSource::new(&self.stream) else {
            return self.hearing.set(Hearing::Paused);
        };
        self.follow(&source);
        self.source.replace(Some(source));
    }

    /// Firefox calls it an error if a page is left while it listens. Whoever stays after all,
    /// or saves a file, listens again.
    fn leave(&self) {
        let Some(source) = self.source.take() else {
            return;
        };
        source.close();
        let this = self.clone();
        let stay = move || {
            // What changed meanwhile was missed.
            this.hearing.set(Hearing::Paused);
            this.open();
        };
        set_timeout(stay, STAYED);
    }

    fn follow(&self, source: &EventSource) {
        let this = self.clone();
        // Changes before the stream was open were missed: while the page was
        // loading, or until the browser reopened a broken stream.
        let open = Closure::<dyn Fn()>::new(move || {
            let missed = this.hearing.get_untracked() == Hearing::Paused;
            if missed || !this.connection.is_empty() {
                this.refresh();
            }
            this.hearing.set(Hearing::Live);
        });
        let this = self.clone();
        // It also breaks when the session ends, in whichever tab: then at once.
        let error = Closure::<dyn Fn()>::new(move || {
            if this.hearing.get_untracked() != Hearing::Paused {
                this.hearing.set(Hearing::Paused);
                this.refresh();
            }
        });
        let this = self.clone();
        let change = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            this.heard(&event.data().as_string().unwrap_or_default());
        });
        let this = self.clone();
        // Too many changes came at once to send each.
        let reload = Closure::<dyn Fn()>::new(move || this.refresh());
        source.set_onopen(Some(open.as_ref().unchecked_ref()));
        source.set_onerror(Some(error.as_ref().unchecked_ref()));
        let _ = source.add_event_listener_with_callback("change", change.as_ref().unchecked_ref());
        let _ = source.add_event_listener_with_callback("reload", reload.as_ref().unchecked_ref());
        let this = self.clone();
        let keys = Closure::<dyn Fn()>::new(move || {
            if this.connection == KEYS {
                this.refresh();
            }
        });
        let _ = source.add_event_listener_with_callback("keys", keys.as_ref().unchecked_ref());
        let beat = Closure::<dyn Fn(MessageEvent)>::new(|event: MessageEvent| {
            beat(&event.data().as_string().unwrap_or_default());
        });
        let _ = source.add_event_listener_with_callback("beat", beat.as_ref().unchecked_ref());
        beat.forget();
        let this = self.clone();
        let jobs = Closure::<dyn Fn()>::new(move || {
            if this.connection == JOBS || (this.connection.is_empty() && has_job()) {
                this.refresh();
            }
        });
        let _ = source.add_event_listener_with_callback("jobs", jobs.as_ref().unchecked_ref());
        // The closures live as long as the page.
        jobs.forget();
        keys.forget();
        open.forget();
        error.forget();
        change.forget();
        reload.forget();
    }

    /// Handles one change: `{"connection", "subdomain", "health"}`.
    fn heard(&self, data: &str) {
        if let Ok(event) = Event::new("mooring:change") {
            let _ = document().dispatch_event(&event);
        }
        let data = js_sys::JSON::parse(data).unwrap_or(JsValue::NULL);
        let field = |name: &str| {
            let value = js_sys::Reflect::get(&data, &name.into()).unwrap_or(JsValue::NULL);
            value.as_string().unwrap_or_default()
        };
        if self.connection.is_empty() {
            if field("health") == Health::Working.code() {
                settle(&field("connection"));
            }
            // Counts and funnels are of all accounts.
            let of_all = elements(&document())
                .iter()
                .any(|part| STILL[1..].contains(&&*name(part)));
            if of_all || row(&document(), &field("subdomain")).is_some() {
                self.refresh();
            } else {
                self.updates.update(|n| *n += 1);
            }
        } else if field("connection") == self.connection {
            self.refresh();
        }
    }

    /// Loads the page again and takes over what changed. There is one load at a
    /// time; a change meanwhile causes one more. What isn't the person's to see any
    /// more doesn't stay on the screen (OWASP ASVS 14.3.1).
    fn refresh(&self) {
        if self.busy.replace(true) {
            self.again.set(true);
            return;
        }
        let this = self.clone();
        spawn_local(async move {
            loop {
                this.again.set(false);
                match browser::load(&this.page).await {
                    Ok(Some(newer)) => this.take_over(&newer),
                    Ok(None) => {
                        browser::leave_freely();
                        let _ = window().location().reload();
                    }
                    // The server is away: the page stays as it is.
                    Err(_) => (),
                }
                if !this.again.get() {
                    break;
                }
                if this.connection.is_empty() {
                    pause(AGAIN).await;
                }
            }
            this.busy.set(false);
        });
    }

    fn take_over(&self, newer: &Document) {
        for old in elements(&document()) {
            let part = name(&old);
            let Some(new) = elements(newer).into_iter().find(|new| name(new) == part) else {
                continue;
            };
            if shows(&old, &new) {
                continue;
            }
            if self.connection.is_empty() && !STILL.contains(&&*part) {
                if !self.rows_in_place(&old, &new) {
                    self.updates.update(|n| *n = (*n).max(1));
                }
            } else {
                self.replace(&old, &new);
            }
        }
    }

    /// Replaces rows where they stand, so that nothing moves under the pointer; `false` if
    /// other rows belong there now, or in another order.
    fn rows_in_place(&self, old: &Element, new: &Element) -> bool {
        let rows = |of: &Element| browser::all_in(of, "[data-row]");
        let name = |row: &Element| row.get_attribute("data-row");
        let (before, after) = (rows(old), rows(new));
        for row in &before {
            let newer = after.iter().find(|newer| name(newer) == name(row));
            let Some(newer) = newer.filter(|newer| !shows(row, newer)) else {
                continue;
            };
            let chosen = row.query_selector("input:checked").ok().flatten().is_some();
            let said = browser::all_in(row, SAID);
            self.replace(row, newer);
            if let Some(cell) = browser::all_in(row, "td").last()
                && browser::all_in(row, SAID).is_empty()
            {
                for words in said {
                    let _ = cell.append_child(&words);
                }
            }
            if chosen
                && let Ok(Some(tick)) = row.query_selector("input[type=checkbox]")
                && let Ok(tick) = tick.dyn_into::<HtmlInputElement>()
            {
                tick.set_checked(true);
            }
        }
        !before.is_empty() && before.iter().map(name).eq(after.iter().map(name))
    }

    /// Replaces the content of an element, but not under the pointer: not while it is
    /// pressed, a menu is open, or a form waits for its answer.
    fn replace(&self, old: &Element, new: &Element) {
        if browser::all_in(old, BUSY).is_empty() {
            replace(old, new);
        } else if !self.waiting.replace(true) {
            self.look_again();
        }
    }

    /// Loads the page again as soon as nothing is busy any more.
    fn look_again(&self) {
        let this = self.clone();
        let look = move || {
            if browser::all(BUSY).is_empty() {
                this.waiting.set(false);
                this.refresh();
            } else {
                this.look_again();
            }
        };
        set_timeout(look, LOOK_AGAIN);
    }
}

/// Waits.
async fn pause(time: Duration) {
    let mut wait = |resolve: js_sys::Function, _| {
        let go_on = move || {
            let _ = resolve.call0(&JsValue::NULL);
        };
        set_timeout(go_on, time);
    };
    let _ = JsFuture::from(js_sys::Promise::new(&mut wait)).await;
}

/// Whether the list has a place for the job at work.
fn has_job() -> bool {
    let selector = format!("[data-live={JOB}]");
    matches!(document().query_selector(&selector), Ok(Some(_)))
}

fn elements(document: &Document) -> Vec<Element> {
    let Ok(found) = document.query_selector_all("[data-live]") else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|i| found.item(i)?.dyn_into().ok())
        .collect()
}

/// The name of a part.
fn name(part: &Element) -> String {
    part.get_attribute("data-live").unwrap_or_default()
}

/// The connection works again: the row that is about it says so where it stands, though it
/// belongs there no more.
fn settle(connection: &str) {
    // An id has hexadecimal digits and hyphens.
    let badge = format!("[data-connection=\"{connection}\"] .badge");
    for badge in browser::all(&badge) {
        let _ = badge.set_attribute("data-health", Health::Working.code());
        badge.set_text_content(Some(Health::Working.label()));
    }
}

/// The row of an account.
fn row(document: &Document, subdomain: &str) -> Option<Element> {
    // A subdomain has letters, digits and hyphens.
    let which = format!("[data-row=\"{subdomain}\"]");
    document.query_selector(&which).ok()?
}

/// What the person opened: each element that can be opened, and whether it is.
fn opened(of: &Element) -> Vec<Element> {
    browser::all_in(of, "details:not(.menu)")
}

/// Whether the element shows what the newer one says, whatever the person opened in it.
fn shows(old: &Element, new: &Element) -> bool {
    let html = new.inner_html();
    if html == old.inner_html() {
        return true;
    }
    let Ok(Ok(same)) = old
        .clone_node_with_deep(true)
        .map(JsCast::dyn_into::<Element>)
    else {
        return false;
    };
    let parts = browser::all_in(&same, "details");
    let newer = browser::all_in(new, "details");
    if parts.len() != newer.len() {
        return false;
    }
    for (part, newer) in parts.iter().zip(&newer) {
        set_open(part, newer.has_attribute("open"));
    }
    same.inner_html() == html
}

fn set_open(details: &Element, open: bool) {
    let _ = match open {
        true => details.set_attribute("open", ""),
        false => details.remove_attribute("open"),
    };
}

/// The worker beat at this time, in microseconds.
fn beat(at: &str) {
    for shown in browser::all("[data-beat]") {
        let _ = shown.set_attribute("data-beat", at);
    }
    for ago in browser::all("[data-beat-ago]") {
        let _ = ago.set_attribute("data-ago", at);
    }
}

/// Replaces the content of an element; if the focus was in it, it stays in it, and what
/// was open stays open.
fn replace(element: &Element, new: &Element) {
    let focused = document()
        .active_element()
        .filter(|active| element.contains(Some(active)))
        .map(|active| identity(&active));
    let open: Vec<bool> = opened(element)
        .iter()
        .map(|details| details.has_attribute("open"))
        .collect();
    element.set_inner_html(&new.inner_html());
    let newer = opened(element);
    if newer.len() == open.len() {
        for (details, open) in newer.iter().zip(open) {
            set_open(details, open);
        }
    }
    let Some(focused) = focused else {
        return;
    };
    // Not on another one that happens to stand there: Enter would press it.
    let same = browser::all_in(element, CONTROLS)
        .into_iter()
        .find(|control| identity(control) == focused);
    let target = same.or_else(|| {
        let _ = element.set_attribute("tabindex", "-1");
        Some(element.clone())
    });
    if let Some(Ok(target)) = target.map(JsCast::dyn_into::<HtmlElement>) {
        let _ = target.focus();
    }
}

/// What can have the focus in a part.
const CONTROLS: &str = "a, button, input, select, textarea, summary, [tabindex]";

/// What a control is, whatever it says: its kind, where it leads or which field it is, and
/// the address of its form.
fn identity(control: &Element) -> [Option<String>; 6] {
    let form = control.closest("form").ok().flatten();
    [
        Some(control.tag_name()),
        control.get_attribute("href"),
        control.get_attribute("name"),
        control.get_attribute("value"),
        control.get_attribute("aria-label"),
        form.and_then(|form| form.get_attribute("action")),
    ]
}
