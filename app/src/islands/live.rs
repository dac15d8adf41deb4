//! Keeps a page up to date while it is open.

use leptos::prelude::*;

/// How the page learns of changes. On the server this is `NotYet`.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Hearing {
    /// It has not begun.
    #[default]
    NotYet,
    /// The stream is open.
    Live,
    /// The stream broke; the page polls every 30 seconds.
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

/// Listens to the tenant's stream. On the page of an account, of the keys or of jobs, the
/// parts with `data-live` are replaced by newer ones. In lists, rows would move
/// under the pointer, so they offer the updates instead.
#[island]
pub fn Live(
    /// Address of the stream.
    stream: String,
    /// Address of this page, from which newer parts are loaded.
    page: String,
    /// The id of the connection that the page shows, `keys` or `jobs`; empty for lists.
    connection: String,
) -> impl IntoView {
    let hearing = RwSignal::new(Hearing::default());
    let updates = RwSignal::new(0_u32);
    #[cfg(feature = "hydrate")]
    {
        super::stream::listen(&stream, page.clone(), connection, hearing, updates);
        super::browser::mark_live();
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (stream, connection);
    view! {
        <span class="live" role="status" data-health=move || hearing.get().colour()>
            {move || hearing.get().words()}
        </span>
        {move || offer(updates.get(), &page)}
    }
}

/// What a list shows when there is something newer.
fn offer(updates: u32, page: &str) -> Option<impl IntoView + use<>> {
    let words = match updates {
        1 => "1 update, show".to_owned(),
        n => format!("{n} updates, show"),
    };
    let page = page.to_owned();
    (updates > 0).then(|| {
        view! {
            <a class="chip" data-set=true href=page>
                {words}
            </a>
        }
    })
}
