//! Sample data.

use super::super::*;
use domain::{
    health::Health,
    health_history::HealthHistory as Days,
    scope::ScopeSet,
    time::{Span, Timestamp},
};
use leptos::prelude::*;

/// Tue 24 Nov 2026, 10:40 UTC.
pub(super) const NOW: Timestamp = Timestamp(1_795_516_800_000_000);

pub(super) fn ago(hours: i64) -> Timestamp {
    NOW.minus(Span::hours(hours))
}

pub(super) fn days(text: &str) -> Days {
    Days::decode(NOW.day(), text)
}

pub(super) fn scopes(text: &str) -> ScopeSet {
    text.parse().unwrap()
}

pub(super) fn frame(current: NavItem) -> Frame {
    let tenant = |slug: &str, name: &str, note: &str| TenantLink {
        slug: slug.into(),
        name: name.into(),
        note: note.into(),
    };
    Frame {
        tenant_slug: "parcelwise".into(),
        tenant_name: "Parcelwise".into(),
        tenants: vec![
            tenant("parcelwise", "Parcelwise", "Customer success · 7 problems"),
            tenant("harbour", "Harbour Labs", "Owner · new"),
        ],
        person_name: "Jonas Weber".into(),
        person_email: "jonas@parcelwise.example".into(),
        role: "Owner".into(),
        need_you: 7,
        faulty_apps: 1,
        worker: WorkerBeat {
            state: WorkerState::Fine,
            last: Some(NOW.minus(Span::seconds(12))),
            lines: vec!["1 of 48 checks overdue".into()],
        },
        current: Some(current),
        may_manage_tokens: true,
        may_manage_members: true,
        may_read_audit: true,
        may_manage_keys: true,
        may_manage_tenant: true,
        theme: Theme::System,
        now: NOW,
    }
}

/// Accounts: name, subdomain, health, reason, health history.
pub(super) const ACCOUNTS: [(&str, &str, Health, &str, &str); 9] = [
    (
        "Acme Outdoor",
        "acme",
        Health::Disconnected,
        "Gorgias refused our access 2 days ago. Usually someone deactivated the app. Nothing has synced since.",
        "WWWWWWWWWWWDDD",
    ),
    (
        "Alder & Ash",
        "alder-ash",
        Health::Working,
        "Checked 4 min ago. Renews by itself.",
        "WWWWWWWRWWWWWW",
    ),
    (
        "Bramble Toys",
        "bramble-toys",
        Health::Limited,
        "Working, but 1 permission is missing: custom_fields:read.",
        "LLLLLLLLLLLLLL",
    ),
    (
        "Calla Ceramics",
        "calla",
        Health::NotConnected,
        "Invited, never finished.",
        "........NNNNNN",
    ),
    (
        "Dune & Daughter Furniture Company of Northern Jutland",
        "dune-daughter-furniture",
        Health::Unchecked,
        "Last check is overdue. We can't vouch for this account.",
        "WWWWWWWUWWWWWU",
    ),
    (
        "Eastquay Coffee Roasters",
        "eastquay",
        Health::StoppingSoon,
        "Can't renew itself. Stops Wed 25 Nov 2026, 08:55 UTC.",
        "WWWWWWWWWWWWWT",
    ),
    (
        "Elm Street Pets",
        "elmstreet",
        Health::Retrying,
        "Gorgias isn't answering. Last fine 47 min ago; next try in 3 min.",
        "WWRWWWWRWWWRWR",
    ),
    (
        "Farrow Skincare",
        "farrow",
        Health::SetupFault,
        "Gorgias refused our app's own credentials. Customers can't fix this.",
        "WWWWWWWWWWWWSS",
    ),
    (
        "",
        "averylongsubdomainwithoutanybreakthatgoesonandonandonuntil63char",
        Health::Working,
        "Checked 1 min ago. Renews by itself.",
        "WWWWWWWWWWWWWW",
    ),
];

pub(super) fn account_row(
    row: (
        &'static str,
        &'static str,
        Health,
        &'static str,
        &'static str,
    ),
) -> impl IntoView {
    let (name, subdomain, health, reason, history) = row;
    let name = if name.is_empty() { subdomain } else { name };
    let act = match health {
        Health::Working | Health::Retrying => {
            view! { <span class="sr">"Nothing to do"</span> }.into_any()
        }
        _ => view! {
            <LinkButton href="#send" size=Size::Small about=name>
                "Send link"
            </LinkButton>
        }
        .into_any(),
    };
    view! {
        <tr>
            <td class="c-check">
                <label class="tick">
                    <input type="checkbox" name="account" value=subdomain aria-label=format!("Select {name}")/>
                </label>
            </td>
            <th scope="row">
                <a class="name" href=format!("/t/parcelwise/accounts/returns/{subdomain}")>{name}</a>
                " "
                <span class="sub">{subdomain} <span class="only-narrow">" · Returns"</span></span>
            </th>
            <td class="c-health">
                <div>
                    <HealthBadge health/>
                    <p>{reason}</p>
                </div>
            </td>
            <td class="c-app">"Returns"</td>
            <td class="c-fine">
                <TimeOr at=(health != Health::NotConnected).then_some(ago(49)) now=NOW/>
            </td>
            <td class="c-history">
                <HealthHistory history=days(history)/>
            </td>
            <td class="c-act">{act}</td>
        </tr>
    }
}
