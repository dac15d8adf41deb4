//! `/t/{tenant}/members/{person}/remove`: the question before a member goes.

use super::{
    PageError, PageParams,
    member::{crumbs, find},
    setup::problem,
    show,
};
use crate::{
    address::Address,
    components::{Confirm, Kind, LinkButton, NavItem, PageHead, PostButton},
    context::PageContext,
    form_state::FormState,
    frame::page_chrome,
    shell::SignedInLayout,
};
use domain::permission::Permission;
use leptos::prelude::*;
use service::people::members::Member;

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    let member = find(&actor, &address).await?;
    let around = page_chrome(&context, &actor, NavItem::Members).await;
    let leaves = actor.person() == Some(member.id);
    let may_manage = actor.may(Permission::ManageMembers);
    let question = view(
        (actor.tenant_slug.as_str(), &actor.tenant_name),
        &member,
        (leaves, may_manage),
        &context.form("member_remove"),
    );
    let title = if leaves { "Leave" } else { "Remove" };
    Ok(view! { <SignedInLayout frame=around.frame title>{question}</SignedInLayout> }.into_any())
}

/// The tenant is its slug and its name; the reader may leave, or manage members.
pub(super) fn view(
    (tenant, tenant_name): (&str, &str),
    member: &Member,
    (leaves, may_manage): (bool, bool),
    form: &FormState,
) -> AnyView {
    let person = member.id.to_string();
    let person = person.as_str();
    let back = Address::Member { tenant, person }.to_string();
    let remove = Address::RemoveMember { tenant, person }.to_string();
    let mut crumbs = crumbs(tenant, may_manage);
    let (head, title, what, button) = if leaves {
        (
            "Leave",
            format!("Leave {tenant_name}?"),
            "You see nothing of it any more, at once. To come back, you need an invitation."
                .to_owned(),
            "Leave".to_owned(),
        )
    } else {
        crumbs.push(crate::components::Crumb::new(
            member.name.clone(),
            back.clone(),
        ));
        (
            "Remove",
            format!("Remove {} from {tenant_name}?", member.name),
            format!(
                "{} sees nothing of it any more, at once and on every open page. Invitations that they made and that wait can’t be used.",
                member.name
            ),
            format!("Remove {}", member.name),
        )
    };
    let footer = view! {
        <LinkButton href=back>"Back"</LinkButton>
        <PostButton action=remove once=true kind=Kind::Destroy>
            {button}
        </PostButton>
    }
    .into_any();
    view! {
        <PageHead title=head crumbs/>
        {problem(form)}
        <Confirm id="remove" title footer>
            <p>{what}</p>
        </Confirm>
    }
    .into_any()
}
