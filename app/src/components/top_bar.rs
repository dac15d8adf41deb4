//! The top bar: tenant, search, person.

use super::{Frame, Glyph, Icon};
use crate::address::Address;
use leptos::prelude::*;

/// The theme of pages: the system's, or the person's choice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// The system's.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// The name of the cookie that stores it.
    pub const COOKIE: &'static str = "theme";

    /// All, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The value in the cookie and in the form.
    pub const fn code(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// Reads a code; an unknown code means the system's.
    pub fn from_code(code: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|t| t.code() == code)
            .unwrap_or_default()
    }

    /// The document's `data-theme`, if the person chose one.
    pub const fn attr(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light | Self::Dark => Some(self.code()),
        }
    }
}

/// Whether single letters are keys (WCAG 2.1.4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Letters {
    /// They are.
    #[default]
    On,
    /// The person switched them off.
    Off,
}

impl Letters {
    /// The name of the cookie that stores it.
    pub const COOKIE: &'static str = "letters";

    /// The value in the cookie and in the form.
    pub const fn code(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }

    /// Reads a code; anything but “off” means on.
    pub fn from_code(code: &str) -> Self {
        if code == Self::Off.code() {
            Self::Off
        } else {
            Self::On
        }
    }
}

/// Mooring's mark and name.
#[component]
pub fn Brand() -> AnyView {
    view! {
        <svg viewBox="0 0 24 24" aria-hidden="true">
            <rect width="24" height="24" rx="6"></rect>
            <path
                d="M6.5 18V6.5M17.5 18V6.5M6.5 8c1.2 3.6 3.1 5.4 5.5 5.4s4.3-1.8 5.5-5.4"
                fill="none"
                stroke="#fff"
                stroke-width="2"
                stroke-linecap="round"
            ></path>
        </svg>
        <span>"Mooring"</span>
    }
    .into_any()
}

fn initial(name: &str) -> String {
    name.chars()
        .next()
        .map(|c| c.to_uppercase().to_string())
        .unwrap_or_default()
}

/// The first letters of first and last name.
pub(crate) fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().map(initial).unwrap_or_default();
    first + &words.next_back().map(initial).unwrap_or_default()
}

fn tenant_menu(frame: &Frame) -> impl IntoView + use<> {
    view! {
        <details class="menu" name="top">
            <summary>
                <span class="dot" data-square=true aria-hidden="true">
                    {initial(&frame.tenant_name)}
                </span>
                <span class="sr">"Tenant: "</span>
                <b>{frame.tenant_name.clone()}</b>
                <span class="sr">". Switch tenant"</span>
                <Icon name=Glyph::Updown/>
            </summary>
            <div>
                {frame
                    .tenants
                    .iter()
                    .map(|t| {
                        view! {
                            <a
                                href=Address::Overview { tenant: t.slug.as_str() }.to_string()
                                aria-current=(t.slug == frame.tenant_slug).then_some("true")
                            >
                                <span class="dot" data-square=true aria-hidden="true">
                                    {initial(&t.name)}
                                </span>
                                {format!("{} ", t.name)}
                                <span class="sub">{t.note.clone()}</span>
                            </a>
                        }
                    })
                    .collect_view()} <hr/> <a href=Address::Tenants.to_string()>"All tenants"</a>
            </div>
        </details>
    }
}

fn person_menu(frame: &Frame) -> impl IntoView + use<> {
    view! {
        <details class="menu" data-end=true name="top">
            <summary>
                <span class="dot" aria-hidden="true">
                    {initials(&frame.person_name)}
                </span>
                <span class="sr">{format!("{}, your account", frame.person_name)}</span>
            </summary>
            <div>
                <p>
                    <b>{frame.person_name.clone()}</b>
                    <span class="sub">{frame.person_email.clone()}</span>
                    <span class="sub">{frame.role.clone()}</span>
                </p>
                <a href=Address::Me.to_string()>"Your account"</a>
                <a href=Address::Keyboard.to_string() data-dialog="keyboard">
                    "Keyboard shortcuts "
                    <span class="sub" aria-hidden="true">
                        <kbd>"?"</kbd>
                    </span>
                </a>
                <hr/>
                <form class="seg" method="post" action=Address::Theme.to_string() aria-label="Theme">
                    {Theme::ALL
                        .into_iter()
                        .map(|t| {
                            let pressed = if t == frame.theme { "true" } else { "false" };
                            view! {
                                <button type="submit" name="theme" value=t.code() aria-pressed=pressed>
                                    {t.label()}
                                </button>
                            }
                        })
                        .collect_view()}
                </form>
                <hr/>
                <form method="post" action=Address::SignOut.to_string()>
                    <button type="submit">"Sign out"</button>
                </form>
            </div>
        </details>
    }
}

/// The top bar of signed-in pages.
#[component]
pub fn TopBar(
    /// The data of the frame.
    frame: Frame,
    /// The island that keeps the page up to date, if there is one.
    live: Option<AnyView>,
) -> AnyView {
    let tenant = frame.tenant_slug.as_str();
    let home = Address::Overview { tenant }.to_string();
    let accounts = Address::Accounts { tenant }.to_string();
    view! {
        <header class="top">
            <a class="brand" href=home aria-label="Mooring, overview">
                <Brand/>
            </a>
            <span class="sub" aria-hidden="true">
                "/"
            </span>
            {tenant_menu(&frame)}
            <form class="search" role="search" aria-label="All accounts" action=accounts>
                <Icon name=Glyph::Search/>
                <input
                    type="search"
                    name="q"
                    aria-label="Search accounts"
                    placeholder="Search accounts"
                    autocomplete="off"
                    spellcheck="false"
                />
                <kbd aria-hidden="true">"Ctrl K"</kbd>
            </form>
            {live}
            {person_menu(&frame)}
        </header>
    }
    .into_any()
}
