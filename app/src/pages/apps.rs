//! `/t/{tenant}/apps`: the apps that the tenant publishes.

use super::{PageError, PageParams, outcome, row_action::May, show};
use crate::{
    address::Address,
    components::{
        CardTable, Empty, Glyph, HealthBadge, Kind, LinkButton, LoadFailed, NavItem, PageHead,
    },
    context::PageContext,
    frame::page_chrome,
    shell::SignedInLayout,
};
use domain::health::Health;
use leptos::prelude::*;
use service::apps::App;

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let around = page_chrome(&context, &actor, NavItem::Apps).await;
    let apps: Option<Vec<Row>> = around.apps.map(|rows| {
        rows.into_iter()
            .map(|row| Row {
                total: row.counts.total(),
                states: Health::ALL
                    .into_iter()
                    .map(|h| (h, row.counts.get(h)))
                    .filter(|(h, n)| *n > 0 && *h != Health::SetupFault)
                    .collect(),
                app: row.app,
            })
            .collect()
    });
    let tenant = actor.tenant_slug.to_string();
    let outcome = outcome::outcome(
        context.outcome.as_ref(),
        &context.form.clone().unwrap_or_default(),
    );
    let may = May::of(&actor);
    Ok(view! {
        <SignedInLayout frame=around.frame title="Apps">
            {view(&tenant, apps.as_deref(), outcome, may)}
        </SignedInLayout>
    }
    .into_any())
}

/// An app and how many of its accounts are in which state.
pub(super) struct Row {
    pub app: App,
    pub total: u64,
    pub states: Vec<(Health, u64)>,
}

pub(super) fn view(
    tenant: &str,
    apps: Option<&[Row]>,
    outcome: Option<AnyView>,
    may: May,
) -> AnyView {
    let base = Address::Apps { tenant }.to_string();
    let add = may.manage_apps.then(|| {
        let href = Address::NewApp { tenant }.to_string();
        view! {
            <LinkButton href kind=Kind::Primary icon=Glyph::Plus>
                "Add app"
            </LinkButton>
        }
    });
    let body = match apps {
        None => view! {
            <LoadFailed
                what="The apps couldn’t be loaded."
                why="The database didn’t answer as it should."
                retry=base
            />
        }
        .into_any(),
        Some([]) => view! {
            <Empty icon=Glyph::Apps title="No app yet">
                <p>
                    "An app is what customers install from Gorgias. Create it in Gorgias’ partners’ portal, then add it here with its client ID and client secret."
                </p>
            </Empty>
        }
        .into_any(),
        Some(apps) => table(tenant, apps),
    };
    view! {
        <PageHead title="Apps" actions=add.into_any()/>
        {outcome}
        {body}
    }
    .into_any()
}

fn table(tenant: &str, apps: &[Row]) -> AnyView {
    view! {
        <CardTable caption="Apps, by name" columns=&["App", "Accounts", "State", "Asks for"] rows={apps.iter().map(|row| table_row(tenant, row)).collect_view().into_any()}/>
    }
    .into_any()
}

/// "3 disconnected, 2 limited"
fn states(row: &Row) -> String {
    let words: Vec<_> = row
        .states
        .iter()
        .map(|(h, n)| format!("{n} {}", h.label().to_lowercase()))
        .collect();
    if words.is_empty() {
        "No account yet".into()
    } else {
        words.join(", ")
    }
}

fn table_row(tenant: &str, row: &Row) -> AnyView {
    let state = match row.app.credentials.rejected_since() {
        Some(_) => view! { <HealthBadge health=Health::SetupFault/> }.into_any(),
        None => states(row).into_any(),
    };
    view! {
        <tr>
            <th scope="row">
                <a class="name" href=Address::App { tenant, app: row.app.slug.as_str() }.to_string()>
                    {row.app.name.clone()}
                </a>
                " "
                <span class="sub">{row.app.slug.to_string()}</span>
            </th>
            <td data-label="Accounts">{row.total}</td>
            <td data-label="State">{state}</td>
            <td data-label="Asks for">{format!("{} permissions", row.app.requested.len())}</td>
        </tr>
    }
    .into_any()
}
