//! Keeps a page up to date while it is open.

use leptos::prelude::*;

/// How the page hears of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Hearing {
    /// Not begun.
    #[default]
    NotYet,
    /// The stream is open.
    Live,
    /// The stream broke; the page asks every 30 seconds.
    Paused,
}

impl Hearing {
    const fn words(self) -> &'static str {
        match self {
            Self::NotYet => "",
            Self::Live => "Live",
            Self::Paused => "Live updates paused",
        }
    }

    const fn colour(self) -> Option<&'static str> {
        match self {
            Self::NotYet => None,
            Self::Live => Some("working"),
            Self::Paused => Some("unchecked"),
        }
    }
}

/// Listens to the tenant's stream. On an account's page the parts marked with
/// `data-live` are replaced by their newer selves; lists, whose rows would move
/// under the pointer, offer the updates instead.
#[island]
pub fn Live(
    /// Address of the stream.
    stream: String,
    /// Address of this page, to load newer parts from.
    page: String,
    /// The account that the page shows, `app/subdomain`; empty for lists.
    account: String,
) -> impl IntoView {
    let hearing = RwSignal::new(Hearing::default());
    let updates = RwSignal::new(0_u32);
    let link = page.clone();
    #[cfg(feature = "hydrate")]
    {
        super::stream::listen(&stream, page, account, hearing, updates);
        super::browser::mark_live();
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (stream, account);
    view! {
        <span class="live" role="status" data-health=move || hearing.get().colour()>
            {move || hearing.get().words()}
        </span>
        <a class="chip" data-set=true href=link hidden=move || updates.get() == 0>
            {move || match updates.get() {
                1 => "1 update, show".to_owned(),
                n => format!("{n} updates, show"),
            }}
        </a>
    }
}
