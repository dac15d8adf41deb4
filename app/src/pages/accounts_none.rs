//! What stands in the place of the list where there is nothing to show.

use super::{
    accounts::{Data, Failed},
    accounts_filter::{SNOOZED, changed, href, is_filtered},
    counted::counted,
};
use crate::{
    address::Address,
    components::{Empty, Glyph, LinkButton, LoadFailed, NoMatch},
};
use domain::scope_plan::ScopeFilter;
use leptos::prelude::*;
use service::connections::by_account::{AccountsQuery, LookedAfter, States};

/// A sentence that says what wasn't found.
fn no_match(data: &Data) -> String {
    let state = match data.query.states {
        States::All => String::new(),
        States::One(health) => format!(" that is {}", health.label()),
        States::NeedSomeone => " that needs you".into(),
        States::Snoozed => " that is snoozed".into(),
        States::RefusedLong => " that is refused alone for three days".into(),
    };
    let given = |text: Option<String>| text.unwrap_or_default();
    let q = Some(&data.query.q).filter(|q| !q.is_empty());
    format!(
        "There is no account{}{state}{}{}{}{}.",
        given(q.map(|q| format!(" with “{q}”"))),
        given(
            data.query
                .scope
                .as_ref()
                .map(|s| format!(" that has granted {s}"))
        ),
        given(data.query.permissions.map(|filter| {
            let words = match filter {
                ScopeFilter::Missing => "that lacks a permission",
                ScopeFilter::Extra => "with a permission that isn’t asked for",
                ScopeFilter::Old => "with an old permission",
                ScopeFilter::NeedsClick => "that has to approve permissions",
            };
            format!(" {words}")
        })),
        given(
            data.query
                .tag
                .as_ref()
                .map(|tag| format!(" with the tag {tag}"))
        ),
        given(data.query.owner.map(|owner| match owner {
            LookedAfter::ByNobody => " that nobody looks after".into(),
            LookedAfter::By(person) => {
                format!(" that {} looks after", data.choices.name_of(person))
            }
        })),
    )
}

pub(super) fn none(data: &Data) -> AnyView {
    if is_filtered(&data.query) || data.query.after.is_some() {
        let quiet = AccountsQuery {
            states: States::NeedSomeone,
            owner: data.query.owner,
            sort: data.query.sort,
            columns: data.query.columns,
            ..AccountsQuery::default()
        };
        if data.query == quiet {
            let snoozed = data.counts.as_ref().map_or(0, |counts| counts.snoozed);
            return nobody_needs_you(&data.tenant, snoozed, data.query.owner.is_some());
        }
        let clear = href(
            &data.base(),
            &AccountsQuery {
                sort: data.query.sort,
                columns: data.query.columns,
                ..AccountsQuery::default()
            },
        );
        return view! { <NoMatch what=no_match(data) clear/> }.into_any();
    }
    let action = data.may.send_links.then(|| {
        view! {
            <LinkButton href=Address::Connect { tenant: &data.tenant }.to_string()>"Connect the first"</LinkButton>
        }
    });
    view! {
        <Empty icon=Glyph::Accounts title="Nothing connected yet" action=action.into_any()>
            <p>"Accounts appear here as customers install your app, with their health and what to do."</p>
        </Empty>
    }
    .into_any()
}

/// What stands where nothing needs somebody. `narrowed`: of accounts that somebody, or
/// nobody, looks after.
pub(super) fn nobody_needs_you(tenant: &str, snoozed: u64, narrowed: bool) -> AnyView {
    let base = Address::Accounts { tenant };
    let title = match narrowed {
        true => "None of these needs somebody",
        false => "Nobody needs you",
    };
    let quiet = match (narrowed, snoozed) {
        (true, _) => None,
        (false, 0) => Some("Every account works, mends itself, or waits for its customer."),
        (false, _) => Some("Every other account works, mends itself, or waits for its customer."),
    };
    let snoozed = (snoozed > 0).then(|| {
        let words = counted(snoozed, "is snoozed", "are snoozed");
        view! {
            <p>
                <a href=format!("{base}?health={SNOOZED}")>{words}</a>
                "."
            </p>
        }
    });
    view! {
        <Empty icon=Glyph::Done title=title>
            {snoozed}
            {quiet.map(|quiet| view! { <p>{quiet}</p> })}
        </Empty>
    }
    .into_any()
}

pub(super) fn not_loaded(data: &Data, failed: &Failed) -> AnyView {
    let (what, why, retry) = if failed.cursor {
        (
            "This page of the list isn’t known.",
            "Its address may be cut, or belong to another order.",
            changed(&data.base(), &data.query, |_| ()),
        )
    } else {
        (
            "The list couldn’t be loaded.",
            "The database didn’t answer as it should. Your filters are kept.",
            href(&data.base(), &data.query),
        )
    };
    view! { <LoadFailed what why retry/> }.into_any()
}
