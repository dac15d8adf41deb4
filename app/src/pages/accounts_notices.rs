//! What lies over the accounts of the list: an app's refused credentials, overdue checks,
//! long refusals. One line each, above the list.

use super::{accounts::Data, accounts_filter::REFUSED_LONG, counted::counted};
use crate::{address::Address, components::Callout};
use domain::health::Health;
use leptos::prelude::*;
use service::{
    apps::list::AppRow,
    connections::{by_account::States, counts::BOUND},
};

/// One thing that lies over many accounts.
pub(crate) enum Notice {
    /// Gorgias refuses the app's own credentials.
    SetupFault {
        slug: String,
        app: String,
        connections: u64,
    },
    /// So many connections are overdue for a check.
    Unchecked(u64),
    /// So many are refused alone for days.
    RefusedLong(u64),
}

/// The notices of these apps.
pub(crate) fn of(apps: &[AppRow]) -> Vec<Notice> {
    let faulty = apps
        .iter()
        .filter(|row| row.app.credentials.fault.is_some());
    let mut notices: Vec<_> = faulty
        .map(|row| Notice::SetupFault {
            slug: row.app.slug.to_string(),
            app: row.app.name.clone(),
            connections: row.counts.total(),
        })
        .collect();
    let unchecked: u64 = apps
        .iter()
        .map(|row| row.counts.get(Health::Unchecked))
        .sum();
    let long: u64 = apps.iter().map(|row| row.counts.to_look_at()).sum();
    notices.extend((unchecked > 0).then_some(Notice::Unchecked(unchecked)));
    notices.extend((long > 0).then_some(Notice::RefusedLong(long)));
    notices
}

/// The notices, on the first page of a list that no state is chosen for.
pub(super) fn view(data: &Data) -> Option<AnyView> {
    let of_states = matches!(
        data.query.states,
        States::One(_) | States::Snoozed | States::RefusedLong
    );
    let chosen = of_states || data.query.owner.is_some();
    if data.notices.is_empty() || chosen || data.query.after.is_some() || !data.query.q.is_empty() {
        return None;
    }
    let lines = data.notices.iter().map(|notice| line(data, notice));
    Some(
        view! {
            <section class="notices" aria-label="Affects many accounts" data-live="notices">
                {lines.collect_view()}
            </section>
        }
        .into_any(),
    )
}

fn line(data: &Data, notice: &Notice) -> AnyView {
    let base = data.base();
    let (health, text, href, action) = match notice {
        Notice::SetupFault {
            slug,
            app,
            connections,
        } => (
            Health::SetupFault,
            view! {
                <b>{app.clone()}</b>
                ": Gorgias refuses our app’s own credentials. Customers can’t fix this. "
                {counted(*connections, "account", "accounts")}
                "."
            }
            .into_any(),
            Address::App {
                tenant: &data.tenant,
                app: slug,
            }
            .to_string(),
            "Open app",
        ),
        Notice::Unchecked(n) => (
            Health::Unchecked,
            view! {
                <b>{counted(*n, "check is", "checks are")}{(*n >= BOUND).then_some(" or more")}</b>
                {match n {
                    1 => " overdue. We can’t vouch for this account.",
                    _ => " overdue. We can’t vouch for these accounts.",
                }}
            }
            .into_any(),
            format!("{base}?health={}", Health::Unchecked.code()),
            "Show them",
        ),
        Notice::RefusedLong(n) => (
            Health::Retrying,
            view! {
                <b>{counted(*n, "account", "accounts")}</b>
                " refused for three days, while others of the app work. Somebody should look."
            }
            .into_any(),
            format!("{base}?health={REFUSED_LONG}"),
            "Show",
        ),
    };
    let action = view! { <a href=href>{action}</a> }.into_any();
    view! {
        <Callout health action>
            <p>{text}</p>
        </Callout>
    }
    .into_any()
}
