//! `/t`: the tenants of the signed-in person.

use super::{PageError, PageParams, panel, show};
use crate::{
    address::Address,
    components::{Empty, Glyph, Icon, Kind, PostButton},
    context::PageContext,
    shell::PublicLayout,
};
use leptos::prelude::*;
use service::{
    connections::counts,
    people::membership::{self, TenantOfPerson},
};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, _: PageParams) -> Result<AnyView, PageError> {
    let person = context.person()?.clone();
    let mut tenants = Vec::new();
    for tenant in membership::tenants_of(&context.services, person.id).await? {
        let actor = context.actor(tenant.slug.as_str()).await?;
        let problems =
            panel("tenant's problems", counts::of_tenant(&actor).await).map(|c| c.need_someone());
        tenants.push((tenant, problems));
    }
    Ok(view! {
        <PublicLayout title="Tenants" noindex=true wide=true>
            {view(&person.name, tenants)}
        </PublicLayout>
    }
    .into_any())
}

/// The role, and how many accounts need a person.
fn note(tenant: &TenantOfPerson, problems: Option<u64>) -> String {
    let role = tenant.role.label();
    match problems {
        None => role.to_owned(),
        Some(0) => format!("{role} · nothing needs you"),
        Some(1) => format!("{role} · 1 account needs you"),
        Some(n) => format!("{role} · {n} accounts need you"),
    }
}

pub(super) fn view(person: &str, tenants: Vec<(TenantOfPerson, Option<u64>)>) -> AnyView {
    let list = if tenants.is_empty() {
        view! {
            <Empty icon=Glyph::Building title="No tenant yet">
                <p>"You aren’t a member of any tenant. Ask an owner of yours to add you."</p>
            </Empty>
        }
        .into_any()
    } else {
        view! {
            <ul role="list">
                {tenants
                    .into_iter()
                    .map(|(tenant, problems)| {
                        view! {
                            <li>
                                <Icon name=Glyph::Building/>
                                <a href=Address::Overview { tenant: tenant.slug.as_str() }.to_string()>{tenant.name.clone()}</a>
                                " "
                                <span class="sub">{note(&tenant, problems)}</span>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        }
        .into_any()
    };
    view! {
        <header>
            <h1>"Your tenants"</h1>
            <p>{format!("Signed in as {person}.")}</p>
        </header>
        {list}
        <PostButton action=Address::SignOut.to_string() kind=Kind::Quiet>
            "Sign out"
        </PostButton>
    }
    .into_any()
}
