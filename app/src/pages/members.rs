//! `/t/{tenant}/members`: who works in a tenant, and inviting others.

use super::{
    PageError, PageParams,
    mail_progress::mail_progress,
    member_form::{self, named},
    outcome,
    setup::problem,
    show,
};
use crate::{
    address::Address,
    components::{
        Button, CardTable, Copy, CopyField, Field, FormKey, Kind, LoadFailed, Moment, NavItem,
        Outcome, PageHead, Panel, PostButton, Size, TimeOr,
    },
    context::PageContext,
    form_outcome::{FormOutcome, ShownOutcome},
    form_state::FormState,
    frame::page_chrome,
    shell::SignedInLayout,
};
use domain::{
    app_limit::AppLimit, health::Health, ids::PersonId, permission::Permission, role::Role,
    time::Timestamp,
};
use leptos::prelude::*;
use secrecy::ExposeSecret;
use service::{
    apps::App,
    mail,
    people::{
        invitations::{self, Pending},
        members::{self, Member},
    },
};

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    actor.require(Permission::ManageMembers)?;
    let members = super::panel("members", members::list(&actor).await);
    let pending = super::panel("invitations", invitations::pending(&actor).await);
    let around = page_chrome(&context, &actor, NavItem::Members).await;
    let data = Data {
        tenant: actor.tenant_slug.to_string(),
        tenant_name: actor.tenant_name.clone(),
        reader: (context.person()?.id, actor.role),
        now: context.services.expiry_now(),
        members,
        pending,
        apps: around
            .apps
            .into_iter()
            .flatten()
            .map(|row| row.app)
            .collect(),
        outcome: context.outcome.clone(),
        form: context.form("member_invite"),
        failed: context.form.clone().unwrap_or_default(),
        mail: mail::is_set_up(&context.services),
    };
    Ok(view! {
        <SignedInLayout frame=around.frame title="Members">
            {view(&data)}
        </SignedInLayout>
    }
    .into_any())
}

/// What the page shows.
pub(super) struct Data {
    pub tenant: String,
    pub tenant_name: String,
    /// The reader, and their role.
    pub reader: (PersonId, Role),
    pub now: Timestamp,
    /// `None` if they couldn't be loaded.
    pub members: Option<Vec<Member>>,
    /// `None` if they couldn't be loaded.
    pub pending: Option<Vec<Pending>>,
    pub apps: Vec<App>,
    pub outcome: Option<ShownOutcome>,
    /// The form that invites.
    pub form: FormState,
    /// Whichever form failed.
    pub failed: FormState,
    /// Whether invitations can be mailed.
    pub mail: bool,
}

impl Data {
    /// The addresses of new invitations, each with who is invited; shown for two minutes.
    fn made(&self) -> Vec<(String, String)> {
        let Some(shown) = &self.outcome else {
            return Vec::new();
        };
        let secret = match (&shown.outcome, &shown.secret) {
            (FormOutcome::Invited { .. }, Some(secret)) => secret.expose_secret(),
            _ => return Vec::new(),
        };
        let pairs = secret.lines().filter_map(|line| line.split_once(' '));
        pairs
            .map(|(email, url)| (email.to_owned(), url.to_owned()))
            .collect()
    }

    fn here(&self) -> String {
        Address::Members {
            tenant: &self.tenant,
        }
        .to_string()
    }
}

pub(super) fn view(data: &Data) -> AnyView {
    // The form shows its own errors, and new invitations are shown by themselves.
    let outcome = if data.form.failed() || !data.made().is_empty() {
        None
    } else {
        outcome::outcome(data.outcome.as_ref(), &data.failed)
    };
    let lead = format!(
        "Who works in {} and what they may do. Nobody sees what their role may not do.",
        data.tenant_name
    );
    view! {
        <PageHead title="Members" lead/>
        {outcome}
        {made(data)}
        {people(data)}
        {waiting(data)}
        {invite(data)}
    }
    .into_any()
}

/// The new invitations whose addresses are copied.
fn made(data: &Data) -> Option<AnyView> {
    let made = data.made();
    if made.is_empty() {
        return None;
    }
    let fields = made
        .into_iter()
        .enumerate()
        .map(|(number, (email, url))| {
            let id = format!("invitation-{number}");
            view! {
                <CopyField id=id.clone() label=email.clone() value=url>
                    <Copy of=id what=format!("invitation of {email}")/>
                </CopyField>
            }
        })
        .collect_view();
    let body = view! {
        <div class="body">
            <Outcome health=Health::Working>
                <b>"Copy it now and pass it on. "</b>
                "It works once, for seven days. In two minutes it is gone from here; “Copy a new link” makes a new one."
            </Outcome>
            {fields}
        </div>
    }
    .into_any();
    let panel = view! {
        <Panel id="made" title="New invitations">
            {body}
        </Panel>
    }
    .into_any();
    Some(panel)
}

fn people(data: &Data) -> AnyView {
    let Some(members) = &data.members else {
        let retry = data.here();
        return view! {
            <Panel id="people" title="People">
                <LoadFailed
                    what="The members couldn’t be loaded."
                    why="The database didn’t answer as it should. Nobody lost access."
                    retry
                />
            </Panel>
        }
        .into_any();
    };
    let owners = members.iter().filter(|m| m.role == Role::Owner).count();
    let count = match (members.len(), owners) {
        (1, _) => "Only you so far".to_owned(),
        (people, 1) => format!("{people}, one owner"),
        (people, owners) => format!("{people}, {owners} owners"),
    };
    let aside = view! { <span class="sub">{count}</span> }.into_any();
    let rows = members.iter().map(|member| row(data, member, owners));
    let rows = rows.collect_view();
    view! {
        <Panel id="people" title="People" aside>
            <CardTable caption="People of the tenant" columns=&["Person", "Role", "Apps", "Second factor", "Last seen"] rows={rows.into_any()}/>
        </Panel>
    }
    .into_any()
}

fn row(data: &Data, member: &Member, owners: usize) -> AnyView {
    let (reader, role) = data.reader;
    let is_reader = member.id == reader;
    let name = if is_reader || role.may_manage(member.role) {
        let href = Address::Member {
            tenant: &data.tenant,
            person: &member.id.to_string(),
        }
        .to_string();
        view! { <a class="name" href=href>{member.name.clone()}</a> }.into_any()
    } else {
        view! { <b class="name">{member.name.clone()}</b> }.into_any()
    };
    let last = member.role == Role::Owner && owners == 1;
    view! {
        <tr>
            <th scope="row">
                {name}
                {is_reader.then(|| view! { " " <span class="count">"you"</span> })}
                " "
                <span class="sub">{member.email.clone()}</span>
            </th>
            <td data-label="Role">
                {member.role.label()}
                {last.then(|| view! { " " <span class="sub">"Only owner, can’t be removed"</span> })}
            </td>
            <td data-label="Apps">{named(&member.apps, &data.apps)}</td>
            <td data-label="Second factor">{second_factor(member)}</td>
            <td data-label="Last seen">
                <TimeOr at=member.last_seen_at now=data.now/>
            </td>
        </tr>
    }
    .into_any()
}

fn second_factor(member: &Member) -> String {
    match member.factors.label() {
        Some(factors) => factors,
        None if member.single_sign_on => "Kept by single sign-on".to_owned(),
        None => "None".to_owned(),
    }
}

fn waiting(data: &Data) -> Option<AnyView> {
    let body = match data.pending.as_deref() {
        None => view! {
            <LoadFailed
                what="The invitations couldn’t be loaded."
                why="The database didn’t answer as it should. They go on working."
                retry=data.here()
            />
        }
        .into_any(),
        Some([]) => return None,
        Some(pending) => view! {
            <CardTable caption="Invitations that wait" columns=&["Invited", "Role", "Apps", "Mail", "Works until"] actions="Actions" rows={pending.iter().map(|one| waiting_row(data, one)).collect_view().into_any()}/>
        }
        .into_any(),
    };
    let panel = view! {
        <Panel id="pending" title="Invited">
            {body}
        </Panel>
    }
    .into_any();
    Some(panel)
}

fn waiting_row(data: &Data, one: &Pending) -> AnyView {
    let (tenant, id) = (data.tenant.as_str(), one.id.to_string());
    let id = id.as_str();
    let actions = data.reader.1.may_manage(one.role).then(|| {
        let renew = Address::RenewInvitation { tenant, id }.to_string();
        let withdraw = Address::WithdrawInvitation { tenant, id }.to_string();
        view! {
            <span class="actions">
                {data.mail.then(|| view! {
                    <PostButton action=renew.clone() once=true size=Size::Small name="how" value="mail" about=one.email.clone()>
                        "Send again"
                    </PostButton>
                })}
                <PostButton action=renew once=true size=Size::Small name="how" value="copy" about=one.email.clone()>
                    "Copy a new link"
                </PostButton>
                <PostButton action=withdraw size=Size::Small kind=Kind::Quiet about=one.email.clone()>
                    "Withdraw"
                </PostButton>
            </span>
        }
    });
    let by = if one.created_by.is_empty() {
        "by the command line, ".to_owned()
    } else {
        format!("by {}, ", one.created_by)
    };
    view! {
        <tr>
            <th scope="row">
                <b class="name">{one.email.clone()}</b>
                " "
                <span class="sub">{by} <Moment at=one.created_at/></span>
            </th>
            <td data-label="Role">{one.role.label()}</td>
            <td data-label="Apps">{named(&one.apps, &data.apps)}</td>
            <td data-label="Mail">{one.mail.as_ref().map_or_else(by_hand, mail_progress)}</td>
            <td data-label="Works until">
                {if one.is_expired { "Expired " } else { "" }}
                <Moment at=one.expires_at/>
            </td>
            <td>{actions}</td>
        </tr>
    }
    .into_any()
}

fn buttons(mail: bool) -> AnyView {
    if mail {
        view! {
            <Button kind=Kind::Primary name="how" value="mail">"Send invitation"</Button>
            <Button name="how" value="copy">"Make a link to copy"</Button>
            <span class="sub">"They choose their password themselves."</span>
        }
        .into_any()
    } else {
        view! {
            <Button kind=Kind::Primary name="how" value="copy">"Make invitation"</Button>
            <span class="sub">"You get a link to pass on. They choose their password themselves."</span>
        }
        .into_any()
    }
}

fn by_hand() -> AnyView {
    view! { <span class="sub">"Link copied by hand"</span> }.into_any()
}

fn invite(data: &Data) -> AnyView {
    let form = &data.form;
    let aside = view! { <span class="sub">"Works for 7 days, once"</span> }.into_any();
    let start = (Role::Success, &AppLimit::All);
    let body = view! {
        <form class="body" method="post" action=data.here()>
            <FormKey/>
            {problem(form)}
            <Field
                name="email"
                label="E-mail"
                plain=true
                required=true
                maxlength=4_000_u32
                inputmode="email"
                autocomplete="off"
                placeholder="name@company.com, several with commas"
                value=form.value("email")
                error=form.error("email")
            />
            {member_form::fields(data.reader.1, &data.apps, form, start)}
            <p class="actions">
                {buttons(data.mail)}
            </p>
        </form>
    }
    .into_any();
    view! {
        <Panel id="invite" title="Invite" aside>
            {body}
        </Panel>
    }
    .into_any()
}
