//! `/t/{tenant}/audit`: the audit.

use super::{
    PageError, PageParams,
    audit_filter::{self, Parameters, Query, href},
    row_action::account_href,
    show,
};
use crate::{
    address::Address,
    components::{Empty, Glyph, LoadFailed, Moment, NavItem, NoMatch, PageHead, Pager, Panel},
    context::PageContext,
    frame::page_chrome,
    shell::SignedInLayout,
};
use domain::permission::Permission;
use leptos::prelude::*;
use service::audit::{self, AuditPage, AuditRow, ListAuditError, Outcome};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    actor.require(Permission::ReadAudit)?;
    let query: Query = address.query::<Parameters>().into();
    let page = match audit::list(&actor, &query.filter(), query.after).await {
        Ok(page) => Some(page),
        Err(ListAuditError::Forbidden(forbidden)) => return Err(forbidden.into()),
        Err(ListAuditError::Internal(error)) => {
            tracing::error!(%error, "the audit could not be loaded");
            None
        }
    };
    let around = page_chrome(&context, &actor, NavItem::Audit).await;
    let data = Data {
        tenant: actor.tenant_slug.to_string(),
        page,
        query,
    };
    Ok(view! {
        <SignedInLayout frame=around.frame title="Audit" wide=true>
            {view(&data)}
        </SignedInLayout>
    }
    .into_any())
}

pub(super) struct Data {
    pub tenant: String,
    /// `None` if it couldn't be loaded.
    pub page: Option<AuditPage>,
    pub query: Query,
}

impl Data {
    fn base(&self) -> String {
        Address::Audit {
            tenant: &self.tenant,
        }
        .to_string()
    }
}

pub(super) fn view(data: &Data) -> AnyView {
    let filter = audit_filter::form(&data.base(), &data.query);
    view! {
        <PageHead
            title="Audit"
            lead="Who did what. Each entry is chained to the one before: mooring audit verify on the server proves that none was changed or removed."
        />
        <Panel id="filter" title="Filter">
            {filter}
        </Panel>
        {entries(data)}
    }
    .into_any()
}

fn entries(data: &Data) -> AnyView {
    let base = data.base();
    let body = match &data.page {
        None => view! {
            <LoadFailed
                what="The audit couldn’t be loaded."
                why="The database didn’t answer as it should. What was recorded is kept."
                retry=href(&base, &data.query)
            />
        }
        .into_any(),
        Some(page) if page.rows.is_empty() && data.query.is_filtered() => view! {
            <NoMatch what="There is no entry like this." clear=base/>
        }
        .into_any(),
        Some(page) if page.rows.is_empty() => view! {
            <Empty icon=Glyph::Audit title="No more entries">
                <p>"Whatever somebody does from now on stands here."</p>
            </Empty>
        }
        .into_any(),
        Some(page) => table(data, page),
    };
    view! {
        <Panel id="entries" title="Entries">
            {body}
        </Panel>
    }
    .into_any()
}

fn table(data: &Data, page: &AuditPage) -> AnyView {
    let base = data.base();
    let numbers: Vec<_> = page.rows.iter().map(|row| row.number).collect();
    let summary = match (numbers.first(), numbers.last()) {
        (Some(first), Some(last)) => format!("Entries {first} to {last}"),
        _ => String::new(),
    };
    let newest = data
        .query
        .after
        .is_some()
        .then(|| href(&base, &data.query.from(None)));
    let next = page.next.map(|n| href(&base, &data.query.from(Some(n))));
    view! {
        <div class="table-wrap scroll" tabindex="0" role="region" aria-label="Audit, table">
            <table class="table audit">
                <caption class="sr">"Audit, newest first"</caption>
                <thead>
                    <tr>
                        <th scope="col">"What"</th>
                        <th scope="col">"Who"</th>
                        <th scope="col">"To what"</th>
                        <th scope="col">"Outcome"</th>
                        <th scope="col">"When"</th>
                    </tr>
                </thead>
                <tbody>{page.rows.iter().map(|entry| row(data, entry)).collect_view()}</tbody>
            </table>
        </div>
        <Pager label="Pages of the audit" summary prev=newest next/>
    }
    .into_any()
}

fn row(data: &Data, entry: &AuditRow) -> AnyView {
    let id = format!("entry-{}", entry.number);
    // A link to the list from this entry on, to be sent to a colleague.
    let link = format!(
        "{}#{id}",
        href(&data.base(), &Query::default().from(Some(entry.number + 1)))
    );
    let mut detail = entry.detail.clone();
    if entry.repeats > 0 {
        detail = format!("and {} more since the entry before", entry.repeats);
    }
    view! {
        <tr id=id>
            <th scope="row">
                <a class="name" href=link>
                    {entry.action.label()}
                </a>
                " "
                <span class="sub">{format!("{} {detail}", entry.number)}</span>
            </th>
            <td>
                {who(entry)} " "
                <span class="sub">
                    {entry.actor_email.clone()} " " {entry.address.clone()}
                </span>
            </td>
            <td>{target(&data.tenant, entry)}</td>
            <td>
                {match entry.outcome {
                    Outcome::Done => "Done",
                    Outcome::Refused => "Refused",
                }}
            </td>
            <td>
                <Moment at=entry.at/>
            </td>
        </tr>
    }
    .into_any()
}

fn who(entry: &AuditRow) -> String {
    let kind = match entry.actor_kind.as_str() {
        "person" => "Somebody of the tenant",
        "api_token" => "An API token",
        "customer" => "The customer",
        "mooring" => "Mooring itself",
        _ => "Command line",
    };
    match &entry.actor_name {
        Some(name) if entry.actor_kind == "api_token" => format!("API token {name}"),
        Some(name) => name.clone(),
        None if entry.erased => format!("{kind}, erased"),
        None => kind.to_owned(),
    }
}

/// A link if the target has a page. If the target was removed since, the link leads
/// to the page for things that don't exist.
fn target(tenant: &str, entry: &AuditRow) -> AnyView {
    let name = entry.target.clone();
    let address = match (entry.target_kind.as_str(), name.split_once('/')) {
        ("account", Some((app, account))) => Some(account_href(tenant, app, account)),
        ("app", _) => Some(Address::App { tenant, app: &name }.to_string()),
        _ => None,
    };
    match (address, entry.target_kind.as_str()) {
        (Some(address), _) => view! { <a href=address>{name}</a> }.into_any(),
        (None, "tenant") => "This tenant".into_any(),
        (None, "person") => "A person".into_any(),
        (None, "passkey") => "A passkey".into_any(),
        (None, "invitation") => "An invitation".into_any(),
        (None, "data_key") => view! {
            "Data key "
            <code>{name}</code>
        }
        .into_any(),
        (None, _) => name.into_any(),
    }
}
