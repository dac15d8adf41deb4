//! Who has granted a permission that Gorgias will remove, and how they leave it.

use super::{
    counted::counted,
    scopes::{Data, href},
};
use crate::{
    address::Address,
    components::{Fact, Facts, LinkButton, Panel},
};
use domain::{health::Health, scope::Scope, scope_plan::ScopeFilter};
use leptos::prelude::*;
use service::connections::permissions::{PermissionsPage, PermissionsQuery, ScopePlan};

/// The permission that Gorgias has announced to remove.
const OLD: &str = "write:all";

/// How many missing permissions the panel names.
const NAMED: usize = 3;

/// Nothing if no account holds it.
pub(super) fn panel(data: &Data, page: &PermissionsPage) -> Option<AnyView> {
    let (app, plan) = (&page.app, &page.plan);
    if plan.old == 0 {
        return None;
    }
    let asked = app.requested.contains(OLD);
    let title = if asked {
        format!("{} still asks for {OLD}", app.name)
    } else {
        let needs = if plan.click == 1 { "needs" } else { "need" };
        format!(
            "{} can move silently, {} {needs} a click",
            plan.silent, plan.click
        )
    };
    let held = format!(", held by {} of {}", plan.old, plan.total);
    let aside = view! {
        <span class="sub">
            <code>{OLD}</code>
            {held}
        </span>
    }
    .into_any();
    if asked {
        return Some(
            view! {
                <Panel id="old" title aside>
                    <p class="body">
                        "Gorgias will remove this permission. Choose the specific ones that the app needs; then this page says who moves to them silently."
                    </p>
                </Panel>
            }
            .into_any(),
        );
    }
    let numbers = numbers(app.name.as_str(), plan);
    Some(
        view! {
            <Panel id="old" title aside footer=footer(data, page)>
                {numbers}
            </Panel>
        }
        .into_any(),
    )
}

fn numbers(app: &str, plan: &ScopePlan) -> AnyView {
    let whole = plan.old.max(1);
    // In hundredths of the bar, to tenths.
    let silent = plan.silent * 1_000 / whole;
    let width = |tenths: u64| format!("{}.{}", tenths / 10, tenths % 10);
    let needs = if plan.click == 1 { "needs" } else { "need" };
    let (moved, asked) = (plan.silent, plan.click);
    let label = format!("{} silently, {} {needs} a click", plan.silent, plan.click);
    let silently = view! {
        {format!(
            "Their old grant contains all that {app} asks for. Whoever opens the link comes straight back; Gorgias shows no prompt.",
        )}
    }
    .into_any();
    let click = format!(
        "{}Somebody whose role in Gorgias covers it has to press Approve.",
        lacks(plan)
    )
    .into_any();
    view! {
        <div class="body">
            <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label=label>
                <rect data-health=Health::Working.code() x="0" width=width(silent) height="8"></rect>
                <rect
                    data-health=Health::Limited.code()
                    x=width(silent)
                    width=width(1_000 - silent)
                    height="8"
                ></rect>
            </svg>
            <Facts big=true>
                <Fact term="Silently" detail=silently>
                    {moved}
                </Fact>
                <Fact term="With a click" detail=click>
                    {asked}
                </Fact>
            </Facts>
        </div>
    }
    .into_any()
}

/// “4 never gave offline. ”
fn lacks(plan: &ScopePlan) -> String {
    let never = |(scope, n): &(Scope, u64)| format!("{n} never gave {scope}. ");
    let mut words: String = plan.click_lacks.iter().take(NAMED).map(never).collect();
    if plan.click_lacks.len() > NAMED {
        let more = plan.click_lacks.len() - NAMED;
        words += &format!(
            "{} missing as well. ",
            counted(more as u64, "other is", "others are")
        );
    }
    if plan.click_unknown > 0 {
        words += &format!("Of {} it isn’t known what they gave. ", plan.click_unknown);
    }
    words
}

fn footer(data: &Data, page: &PermissionsPage) -> AnyView {
    let slug = page.app.slug.as_str();
    let names = (page.plan.count(ScopeFilter::NeedsClick) > 0).then(|| {
        let wanted = PermissionsQuery {
            filter: Some(ScopeFilter::NeedsClick),
            ..PermissionsQuery::default()
        };
        view! { <a href=href(&data.tenant, slug, &wanted)>"Who needs a click"</a> }
    });
    let start = (data.may.edit_customers && data.may.send_links).then(|| {
        let new = Address::NewCampaign {
            tenant: &data.tenant,
        };
        let href = format!("{new}?app={slug}&audience=old_permission");
        let label = match page.plan.old {
            1 => "Start with this one".to_owned(),
            n => format!("Start with these {n}"),
        };
        view! { <LinkButton href>{label}</LinkButton> }
    });
    view! {
        <span>{names}</span>
        {start}
    }
    .into_any()
}
