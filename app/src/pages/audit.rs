//! `/t/{tenant}/audit`: the audit.

use super::{
    PageError, PageParams,
    audit_entries::{self, folded},
    audit_filter::{self, Parameters, Query, href},
    show,
};
use crate::{
    address::Address,
    components::{
        Empty, Glyph, LoadFailed, NavItem, NoMatch, PageHead, Pager, Panel, PostButton, zone,
    },
    context::PageContext,
    frame::page_chrome,
    shell::SignedInLayout,
};
use domain::{permission::Permission, time::Timestamp};
use leptos::prelude::*;
use service::audit::{self, AuditPage, ByWhom, ListAuditError};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    actor.require(Permission::ReadAudit)?;
    let query: Query = address.query::<Parameters>().into();
    let page = match audit::list(&actor, &query.filter(zone()), query.after).await {
        Ok(page) => Some(page),
        Err(ListAuditError::Forbidden(forbidden)) => return Err(forbidden.into()),
        Err(ListAuditError::Internal(error)) => {
            tracing::error!(%error, "the audit could not be loaded");
            None
        }
    };
    let actors = audit::actors(&actor).await.unwrap_or_else(|error| {
        tracing::error!(%error, "the actors of the audit could not be loaded");
        Vec::new()
    });
    let around = page_chrome(&context, &actor, NavItem::Audit).await;
    let data = Data {
        tenant: actor.tenant_slug.to_string(),
        now: context.services.now(),
        page,
        actors,
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
    pub now: Timestamp,
    /// `None` if it couldn't be loaded.
    pub page: Option<AuditPage>,
    /// Whose entries can be asked for.
    pub actors: Vec<(ByWhom, String)>,
    pub query: Query,
}

impl Data {
    pub fn base(&self) -> String {
        Address::Audit {
            tenant: &self.tenant,
        }
        .to_string()
    }
}

pub(super) fn view(data: &Data) -> AnyView {
    let filter = audit_filter::form(&data.base(), &data.query, &data.actors);
    let tenant = &data.tenant;
    let export = href(
        &Address::ExportAudit { tenant }.to_string(),
        &data.query.after(None),
    );
    let actions = view! {
        <PostButton action=export>
            "Export CSV"
        </PostButton>
    }
    .into_any();
    view! {
        <PageHead
            title="Audit"
            lead="Who did what, in sentences. Nobody can change or remove a line: mooring audit verify on the server proves it."
            actions
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
            {folded(data, page)}
        }
        .into_any(),
        Some(page) if page.rows.is_empty() => view! {
            <Empty icon=Glyph::Audit title="No more entries">
                <p>"Whatever somebody does from now on stands here."</p>
            </Empty>
            {folded(data, page)}
        }
        .into_any(),
        Some(page) => list(data, page),
    };
    view! {
        <section class="panel timeline" aria-labelledby="entries">
            <h2 id="entries" class="sr">"Entries"</h2>
            {body}
        </section>
    }
    .into_any()
}

fn list(data: &Data, page: &AuditPage) -> AnyView {
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
        .then(|| href(&base, &data.query.after(None)));
    let next = page.next.map(|n| href(&base, &data.query.after(Some(n))));
    view! {
        {audit_entries::days(data, page)}
        {folded(data, page)}
        <Pager label="Pages of the audit" summary prev=newest next/>
    }
    .into_any()
}
