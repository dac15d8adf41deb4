//! What an account's page says in figures.

use super::{account::Data, history};
use crate::components::{Fact, Facts, Moment};
use domain::time::Timestamp;
use leptos::prelude::*;

/// A fact with an instant, or with words instead.
fn instant(
    term: &'static str,
    at: Option<Timestamp>,
    now: Timestamp,
    otherwise: &'static str,
) -> AnyView {
    match at {
        Some(at) => {
            let detail = view! { <Moment at/> }.into_any();
            view! { <Fact term detail>{at.relative(now)}</Fact> }.into_any()
        }
        None => view! { <Fact term>{otherwise}</Fact> }.into_any(),
    }
}

pub(super) fn facts(data: &Data) -> AnyView {
    let row = &data.account.row;
    let next = match row.next_attempt {
        Some(at) if at <= data.now => view! { <Fact term="Next check">"Now due"</Fact> }.into_any(),
        at => instant("Next check", at, data.now, "None planned"),
    };
    let last_success = instant("Last fine", row.last_success, data.now, "Never");
    let (health, since, now) = (row.health, row.health_since, data.now);
    let share = data
        .history
        .as_ref()
        .and_then(|history| history.healthy.permille());
    let share = share.map_or_else(|| "–".to_owned(), history::percent);
    let healthy = format!("Healthy, {} days", data.days.number());
    view! {
        <Facts big=true>
            {last_success}
            {next}
            <Fact term=format!("{} since", health.label()) detail=view! { <Moment at=since/> }.into_any()>
                {since.relative(now)}
            </Fact>
            <Fact term=healthy>{share}</Fact>
        </Facts>
    }
    .into_any()
}
