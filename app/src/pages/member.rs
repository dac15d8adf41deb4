//! `/t/{tenant}/members/{person}`: one member's role and apps.

use super::{
    PageError, PageParams,
    member_form::{self, named},
    outcome,
    setup::problem,
    show,
};
use crate::{
    address::Address,
    components::{
        Button, Crumb, Fact, Facts, FormKey, Kind, LinkButton, Moment, NavItem, PageHead, Panel,
        TimeOr,
    },
    context::PageContext,
    form_outcome::ShownOutcome,
    form_state::FormState,
    frame::page_chrome,
    shell::SignedInLayout,
};
use domain::{ids::PersonId, permission::Permission, role::Role, time::Timestamp};
use leptos::prelude::*;
use service::{
    Actor,
    apps::App,
    people::members::{self, Member},
};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let member = find(&actor, &address).await?;
    let around = page_chrome(&context, &actor, NavItem::Members).await;
    let data = Data {
        tenant: actor.tenant_slug.to_string(),
        reader: (context.person()?.id, actor.role),
        may_manage: actor.may(Permission::ManageMembers) && actor.role.may_manage(member.role),
        now: context.services.expiry_now(),
        apps: around
            .apps
            .into_iter()
            .flatten()
            .map(|row| row.app)
            .collect(),
        outcome: context.outcome.clone(),
        form: context.form.clone().unwrap_or_default(),
        member,
    };
    let title = data.member.name.clone();
    Ok(view! {
        <SignedInLayout frame=around.frame title>
            {view(&data)}
        </SignedInLayout>
    }
    .into_any())
}

/// The member that an address names, for those who may change or remove them.
/// Everybody sees their own page, where they can leave.
pub(super) async fn find(actor: &Actor, address: &PageParams) -> Result<Member, PageError> {
    let id: PersonId = address
        .part("person")
        .parse()
        .map_err(|_| PageError::NotFound)?;
    if actor.person() != Some(id) {
        actor.require(Permission::ManageMembers)?;
    }
    members::one(actor, id).await?.ok_or(PageError::NotFound)
}

/// The breadcrumb to the list, for those who may see it.
pub(super) fn crumbs(tenant: &str, may_manage: bool) -> Vec<Crumb> {
    let list = Crumb::new("Members", Address::Members { tenant }.to_string());
    if may_manage { vec![list] } else { Vec::new() }
}

/// What the page shows.
pub(super) struct Data {
    pub tenant: String,
    /// The reader, and their role.
    pub reader: (PersonId, Role),
    /// Whether the reader may change this member.
    pub may_manage: bool,
    pub now: Timestamp,
    pub member: Member,
    pub apps: Vec<App>,
    pub outcome: Option<ShownOutcome>,
    pub form: FormState,
}

pub(super) fn view(data: &Data) -> AnyView {
    let member = &data.member;
    let outcome = if data.form.failed() {
        None
    } else {
        outcome::outcome(data.outcome.as_ref(), &data.form)
    };
    let crumbs = crumbs(&data.tenant, data.may_manage);
    view! {
        <PageHead title=member.name.clone() crumbs lead=member.email.clone()/>
        {outcome}
        <div class="split">
            <div>{change(data)}</div>
            <div>{about(data)} {remove(data)}</div>
        </div>
    }
    .into_any()
}

fn about(data: &Data) -> AnyView {
    let member = &data.member;
    let (role, apps) = (member.role.label(), named(&member.apps, &data.apps));
    let (since, seen, now) = (member.since, member.last_seen_at, data.now);
    view! {
        <Panel id="about" title="About">
            <Facts body=true list=true>
                <Fact term="Role">{role}</Fact>
                <Fact term="Apps">{apps}</Fact>
                <Fact term="Member since">
                    <Moment at=since/>
                </Fact>
                <Fact term="Last seen">
                    <TimeOr at=seen now/>
                </Fact>
            </Facts>
        </Panel>
    }
    .into_any()
}

fn change(data: &Data) -> AnyView {
    let member = &data.member;
    if !data.may_manage {
        let role = member.role;
        return view! {
            <Panel id="role" title=role.label()>
                <p class="body">{role.meaning()} " Owners change it."</p>
            </Panel>
        }
        .into_any();
    }
    let action = Address::Member {
        tenant: &data.tenant,
        person: &member.id.to_string(),
    }
    .to_string();
    let form = if data.form.action == "member" {
        data.form.clone()
    } else {
        FormState::default()
    };
    let now = (member.role, &member.apps);
    let body = view! {
        <form class="body" method="post" action=action>
            <FormKey/>
            {problem(&form)}
            {member_form::fields(data.reader.1, &data.apps, &form, now)}
            <p class="actions">
                <Button kind=Kind::Primary>"Save"</Button>
                <span class="sub">"It reaches every open page within a second."</span>
            </p>
        </form>
    }
    .into_any();
    view! {
        <Panel id="role" title="Role and apps">
            {body}
        </Panel>
    }
    .into_any()
}

fn remove(data: &Data) -> Option<AnyView> {
    let leaves = data.member.id == data.reader.0;
    if !leaves && !data.may_manage {
        return None;
    }
    let href = Address::RemoveMember {
        tenant: &data.tenant,
        person: &data.member.id.to_string(),
    }
    .to_string();
    let (title, button) = if leaves {
        ("Leave", "Leave the tenant…".to_owned())
    } else {
        ("Remove", format!("Remove {}…", data.member.name))
    };
    let panel = view! {
        <Panel id="remove" title>
            <div class="body">
                <p>"What was done stays in the audit. API tokens that were made go on working."</p>
                <p class="actions">
                    <LinkButton href>{button}</LinkButton>
                </p>
            </div>
        </Panel>
    }
    .into_any();
    Some(panel)
}
