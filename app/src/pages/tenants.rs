//! `/t`: the tenants of the signed-in person.

use super::{PageError, PageParams, outcome, panel, setup::problem, show};
use crate::{
    address::Address,
    components::{
        Button, CardTable, Empty, Field, FormKey, Glyph, Kind, Moment, Panel, PostButton, Size,
    },
    context::PageContext,
    form_outcome::ShownOutcome,
    form_state::FormState,
    frame,
    shell::PublicLayout,
};
use leptos::prelude::*;
use serde::Deserialize;
use service::{
    Actor, InternalError,
    apps::list,
    connections::by_account,
    core::input::Field as RawField,
    people::membership::{self, TenantOfPerson},
    tenants::{
        self,
        deletion::{self, DeletedTenant},
    },
};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Query {
    q: RawField<String>,
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let person = context.person()?.clone();
    let services = &context.services;
    let all = membership::tenants_of(services, person.signed_in).await?;
    let query: Query = address.query();
    let wanted = query.q.given().unwrap_or_default().to_owned();
    let number = all.len();
    let mut tenants = Vec::new();
    for tenant in all.into_iter().filter(|tenant| is_wanted(tenant, &wanted)) {
        if tenant.by_single_sign_on || tenant.needs_second_factor {
            tenants.push((tenant, None));
            continue;
        }
        // Somebody may have left it since the list was read.
        let Ok(actor) = context.actor(tenant.slug.as_str()).await else {
            continue;
        };
        let problems = panel("tenant's problems", number_of_problems(&actor).await);
        tenants.push((tenant, problems));
    }
    // Whom single sign-on brought sees the one tenant that it opens.
    let (deleted, may_create) = match person.signed_in.is_own_way() {
        true => (
            panel(
                "deleted tenants",
                deletion::deleted_of(services, person.signed_in).await,
            ),
            panel(
                "new tenants",
                tenants::may_create(services, person.signed_in).await,
            ),
        ),
        false => (None, None),
    };
    let data = Data {
        person: person.name.clone(),
        tenants,
        number,
        wanted,
        deleted: deleted.unwrap_or_default(),
        may_create: may_create.unwrap_or_default(),
        outcome: context.outcome.clone(),
        form: context.form.clone().unwrap_or_default(),
    };
    Ok(view! {
        <PublicLayout title="Tenants" noindex=true wide=true>
            {view(&data)}
        </PublicLayout>
    }
    .into_any())
}

/// How many things need a person, as the tenant's own pages count them.
async fn number_of_problems(actor: &Actor) -> Result<u64, InternalError> {
    let apps = list::all(actor).await?;
    let accounts = by_account::counts(actor).await?;
    let snoozed = by_account::snoozed_of_limited(actor).await?;
    Ok(frame::need_you(&apps, accounts.as_ref(), snoozed))
}

fn is_wanted(tenant: &TenantOfPerson, wanted: &str) -> bool {
    let wanted = wanted.to_lowercase();
    tenant.name.to_lowercase().contains(&wanted) || tenant.slug.as_str().contains(&wanted)
}

/// What the page shows.
#[derive(Default)]
pub(super) struct Data {
    /// The person's name.
    pub person: String,
    /// Each with how many accounts need a person, if that is known.
    pub tenants: Vec<(TenantOfPerson, Option<u64>)>,
    /// How many there are without the search.
    pub number: usize,
    /// What is searched for.
    pub wanted: String,
    pub deleted: Vec<DeletedTenant>,
    pub may_create: bool,
    pub outcome: Option<ShownOutcome>,
    pub form: FormState,
}

/// How many accounts need a person, in words.
fn problems(tenant: &TenantOfPerson, number: Option<u64>) -> String {
    match number {
        None if tenant.needs_second_factor => "Needs a second factor".to_owned(),
        None if tenant.by_single_sign_on => "Opens by single sign-on".to_owned(),
        None => "Not known".to_owned(),
        Some(0) => "Nobody needs you".to_owned(),
        Some(1) => "1 account needs you".to_owned(),
        Some(n) => format!("{n} accounts need you"),
    }
}

pub(super) fn view(data: &Data) -> AnyView {
    let outcome = if data.form.failed() && data.form.action == "tenant_new" {
        None
    } else {
        outcome::outcome(data.outcome.as_ref(), &data.form)
    };
    view! {
        <header>
            <h1>"Your tenants"</h1>
            <p>{format!("Signed in as {}.", data.person)}</p>
        </header>
        {outcome}
        {search(data)}
        {list(data)}
        {deleted(data)}
        {data.may_create.then(|| create(data))}
        <PostButton action=Address::SignOut.to_string() kind=Kind::Quiet>
            "Sign out"
        </PostButton>
    }
    .into_any()
}

/// For people with several.
fn search(data: &Data) -> Option<AnyView> {
    (data.number > 1).then(|| {
        view! {
            <form role="search" aria-label="Your tenants" action=Address::Tenants.to_string()>
                <Field name="q" label="Search" kind="search" autocomplete="off" value=data.wanted.clone()/>
                <p class="actions">
                    <Button>"Search"</Button>
                </p>
            </form>
        }
        .into_any()
    })
}

fn list(data: &Data) -> AnyView {
    if data.number == 0 {
        return view! {
            <Empty icon=Glyph::Building title="No tenant yet">
                <p>"You aren’t a member of any tenant. Ask an owner of yours to add you."</p>
            </Empty>
        }
        .into_any();
    }
    if data.tenants.is_empty() {
        let all = Address::Tenants.to_string();
        return view! {
            <p>
                {format!("None of your tenants is called “{}”. ", data.wanted)}
                <a href=all>"Show all"</a>
            </p>
        }
        .into_any();
    }
    let rows = data
        .tenants
        .iter()
        .map(|(tenant, number)| {
            let href = Address::Overview {
                tenant: tenant.slug.as_str(),
            };
            view! {
                <tr>
                    <th scope="row">
                        <a class="name" href=href.to_string()>{tenant.name.clone()}</a>
                    </th>
                    <td data-label="Role">{tenant.role.label()}</td>
                    <td data-label="Problems">{problems(tenant, *number)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Panel id="tenants" title="Tenants">
            <CardTable caption="Your tenants" columns=&["Tenant", "Role", "Problems"] rows={rows.into_any()}/>
        </Panel>
    }
    .into_any()
}

fn deleted(data: &Data) -> Option<AnyView> {
    if data.deleted.is_empty() {
        return None;
    }
    let rows = data
        .deleted
        .iter()
        .map(|tenant| {
            let action = Address::RestoreTenant {
                tenant: tenant.slug.as_str(),
            };
            view! {
                <tr>
                    <th scope="row">
                        <b class="name">{tenant.name.clone()}</b>
                        " "
                        <span class="sub">{format!("Deleted by {}", tenant.by)}</span>
                    </th>
                    <td data-label="Erased for good">
                        <Moment at=tenant.until/>
                    </td>
                    <td>
                        <PostButton action=action.to_string() size=Size::Small about=tenant.name.clone()>
                            "Bring back"
                        </PostButton>
                    </td>
                </tr>
            }
        })
        .collect_view();
    let panel = view! {
        <Panel id="deleted" title="Deleted">
            <CardTable caption="Deleted tenants" columns=&["Tenant", "Erased for good"] actions="Action" rows={rows.into_any()}/>
        </Panel>
    };
    Some(panel.into_any())
}

fn create(data: &Data) -> AnyView {
    let form = if data.form.action == "tenant_new" {
        data.form.clone()
    } else {
        FormState::default()
    };
    let body = view! {
        <form class="body" method="post" action=Address::Tenants.to_string()>
            <FormKey/>
            {problem(&form)}
            <Field
                name="name"
                label="Name"
                required=true
                maxlength=100_u32
                autocomplete="off"
                value=form.value("name")
                error=form.error("name")
            />
            <Field
                name="slug"
                label="Short name"
                plain=true
                required=true
                autocomplete="off"
                hint="It stands in addresses and stays: small letters, digits and hyphens."
                value=form.value("slug")
                error=form.error("slug")
            />
            <p class="actions">
                <Button>"Make tenant"</Button>
                <span class="sub">"You are its owner."</span>
            </p>
        </form>
    }
    .into_any();
    view! {
        <Panel id="new" title="New tenant">
            {body}
        </Panel>
    }
    .into_any()
}
