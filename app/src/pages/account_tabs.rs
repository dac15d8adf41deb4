//! The connections of an account, on the page of each.

use super::{account::Data, row_action::account_href};
use crate::{
    address::{Address, escape},
    components::HealthBadge,
};
use leptos::prelude::*;

/// A tab for each app that the account is connected to, and the way to another app.
/// Nothing where there is one app only.
pub(super) fn view(data: &Data) -> Option<AnyView> {
    let all = &data.connections;
    let subdomain = data.account.row.subdomain.as_str();
    let another = (data.may.send_links && !all.is_empty() && data.apps > all.len()).then(|| {
        let connect = Address::Connect {
            tenant: &data.tenant,
        };
        let href = format!("{connect}?account={}", escape(subdomain));
        view! { <a href=href>"+ Another app"</a> }
    });
    if all.len() < 2 && another.is_none() {
        return None;
    }
    let tabs = all.iter().map(|row| {
        let current = (row.id == data.account.row.id).then_some("page");
        let href = account_href(&data.tenant, row.app_slug.as_str(), subdomain);
        view! {
            <a href=href aria-current=current>
                {format!("{} ", row.app_name)}
                <HealthBadge health=row.health/>
            </a>
        }
    });
    let label = format!("Connections of {}", data.title());
    Some(
        view! {
            <nav class="tabs" aria-label=label>
                {tabs.collect_view()}
                {another}
            </nav>
        }
        .into_any(),
    )
}
