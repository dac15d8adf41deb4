//! Members: invite, change, remove.

use crate::{
    pages::{Answered, Form, Posted, PostedForm},
    redirect::see_other,
};
use app::{address::Address, form_outcome::FormOutcome};
use axum::{extract::Path, response::Response};
use domain::{
    app_limit::AppLimit,
    ids::{AppId, PersonId},
    role::Role,
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use service::{
    Actor,
    core::{
        error::FieldError,
        input::{Errors, Field, Input, Repeated},
    },
    people::{
        invitations::{self, ChangeInvitationError, InviteError, Invited, NewInvitation, Passing},
        members::{self, MemberError},
    },
};

const FIELDS: &[&str] = &["email", "role", "limit", "apps"];
/// Values of `how`: by mail, or to be copied.
const HOW: [&str; 2] = ["mail", "copy"];
pub(super) const INVITE: Form = Form::new("member_invite", FIELDS).kept();
const INVITATION: Form = Form::new("member_invitation", &[]);
pub(super) const MEMBER: Form = Form::new("member", FIELDS).kept();
const REMOVE: Form = Form::new("member_remove", &[]);

/// What is chosen for a member.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Grant {
    role: Field<String>,
    limit: Field<String>,
    apps: Field<Repeated>,
}

impl Input for Grant {
    type Parsed = (Role, AppLimit);

    fn parse(self, errors: &mut Errors) -> Option<Self::Parsed> {
        grant(errors, self.role, self.limit, self.apps)
    }
}

fn grant(
    errors: &mut Errors,
    role: Field<String>,
    limit: Field<String>,
    apps: Field<Repeated>,
) -> Option<(Role, AppLimit)> {
    let role = Role::of_person(&errors.text("role", role));
    let role = role.map_err(|error| errors.add("role", error.to_string()));
    let apps = errors.optional("apps", apps).map(|apps| apps.0);
    let all = errors.either("limit", limit, ["all", "some"]) != Some(false);
    let apps = if all {
        Ok(AppLimit::All)
    } else {
        let ids = apps.unwrap_or_default();
        let ids: Result<_, _> = ids.iter().map(|id| id.parse::<AppId>()).collect();
        ids.map(AppLimit::Only)
            .map_err(|_| errors.add("apps", "One of these apps was removed."))
    };
    Some((role.ok()?, apps.ok()?))
}

/// What is typed for an invitation.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Invitation {
    email: Field<String>,
    role: Field<String>,
    limit: Field<String>,
    apps: Field<Repeated>,
    how: Field<String>,
}

impl Input for Invitation {
    type Parsed = (NewInvitation, Passing);

    fn parse(self, errors: &mut Errors) -> Option<Self::Parsed> {
        let emails = errors.text("email", self.email);
        let passing = passing(errors, self.how);
        let (role, apps) = grant(errors, self.role, self.limit, self.apps)?;
        Some((NewInvitation { emails, role, apps }, passing))
    }
}

/// By hand, unless a button said otherwise.
fn passing(errors: &mut Errors, how: Field<String>) -> Passing {
    match errors.either("how", how, HOW) {
        Some(true) => Passing::ByMail,
        _ => Passing::ByHand,
    }
}

/// How an invitation is passed on again.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Again {
    how: Field<String>,
}

impl Input for Again {
    type Parsed = Passing;

    fn parse(self, errors: &mut Errors) -> Option<Passing> {
        Some(passing(errors, self.how))
    }
}

/// Invites people. The page shows addresses to be copied for two minutes.
pub async fn invite(
    Path(tenant): Path<String>,
    PostedForm(posted, fields): PostedForm<Invitation>,
) -> Result<Response, Answered> {
    let page = Address::Members { tenant: &tenant }.to_string();
    let actor = posted.member(&tenant, &page, &INVITE).await?;
    posted.first(&page).await?;
    let (new, passing) = posted.parse(fields, &page, &INVITE).await?;
    match invitations::invite(&actor, posted.visitor.confirmed().as_ref(), new, passing).await {
        Ok(invited) => show(&posted, &page, &invited).await,
        Err(InviteError::NotConfirmed) => posted.ask_to_confirm(&page, &INVITE).await,
        Err(InviteError::Forbidden(_)) => Ok(posted.forbidden(&page, &INVITE).await),
        Err(InviteError::Invalid(errors)) => {
            Ok(posted.rerender_with_errors(&page, &INVITE, errors).await)
        }
        Err(InviteError::Internal(error)) => Err(error.into()),
    }
}

/// The addresses to copy, a line each: who is invited, a blank, the address.
async fn show(posted: &Posted, page: &str, invited: &[Invited]) -> Result<Response, Answered> {
    let people = invited.len();
    let lines: Vec<_> = invited
        .iter()
        .filter_map(|one| {
            Some(format!(
                "{} {}",
                one.email,
                one.url.as_ref()?.expose_secret()
            ))
        })
        .collect();
    if lines.is_empty() {
        return posted
            .done(page, FormOutcome::InvitedByMail { people })
            .await;
    }
    let outcome = FormOutcome::Invited { people };
    let secret = SecretString::from(lines.join("\n"));
    posted.done_showing(page, "#made", outcome, secret).await
}

/// Makes a new address for an invitation.
pub async fn renew(
    Path((tenant, id)): Path<(String, String)>,
    PostedForm(posted, fields): PostedForm<Again>,
) -> Result<Response, Answered> {
    let page = Address::Members { tenant: &tenant }.to_string();
    let actor = posted.member(&tenant, &page, &INVITATION).await?;
    posted.first(&page).await?;
    let passing = posted.parse(fields, &page, &INVITATION).await?;
    let Ok(id) = id.parse() else {
        return Ok(posted.not_found().await);
    };
    match invitations::renew(&actor, posted.visitor.confirmed().as_ref(), id, passing).await {
        Ok(invited) => show(&posted, &page, &[invited]).await,
        Err(error) => unchanged(&posted, &page, error).await,
    }
}

/// Withdraws an invitation.
pub async fn withdraw(
    Path((tenant, id)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Answered> {
    let page = Address::Members { tenant: &tenant }.to_string();
    let actor = posted.member(&tenant, &page, &INVITATION).await?;
    let Ok(id) = id.parse() else {
        return Ok(posted.not_found().await);
    };
    match invitations::withdraw(&actor, id).await {
        Ok(()) => posted.done(&page, FormOutcome::InvitationWithdrawn).await,
        Err(error) => unchanged(&posted, &page, error).await,
    }
}

async fn unchanged(
    posted: &Posted,
    page: &str,
    error: ChangeInvitationError,
) -> Result<Response, Answered> {
    match error {
        ChangeInvitationError::NotConfirmed => posted.ask_to_confirm(page, &INVITATION).await,
        ChangeInvitationError::Forbidden(_) => Ok(posted.forbidden(page, &INVITATION).await),
        ChangeInvitationError::NotFound => Ok(posted.not_found().await),
        ChangeInvitationError::Internal(error) => Err(error.into()),
    }
}

/// A member, and the page that the form was sent from.
struct Request {
    posted: Posted,
    actor: Actor,
    person: PersonId,
    page: String,
}

impl Request {
    async fn read(
        (tenant, person): (String, String),
        posted: Posted,
        form: &Form,
    ) -> Result<Self, Answered> {
        let page = Address::Member {
            tenant: &tenant,
            person: &person,
        }
        .to_string();
        let actor = posted.member(&tenant, &page, form).await?;
        posted.first(&page).await?;
        let Ok(person) = person.parse() else {
            return Err(posted.not_found().await.into());
        };
        Ok(Self {
            posted,
            actor,
            person,
            page,
        })
    }

    async fn unchanged(
        &self,
        page: &str,
        form: &Form,
        error: MemberError,
    ) -> Result<Response, Answered> {
        let posted = &self.posted;
        let errors = match error {
            MemberError::NotConfirmed => return posted.ask_to_confirm(page, form).await,
            MemberError::Forbidden(_) => return Ok(posted.forbidden(page, form).await),
            MemberError::NotFound => return Ok(posted.not_found().await),
            MemberError::Internal(error) => return Err(error.into()),
            MemberError::Invalid(errors) => errors,
            error @ (MemberError::LastOwner | MemberError::LastOwnerOfOwnWay) => {
                vec![FieldError::new("", error.to_string())]
            }
        };
        Ok(posted.rerender_with_errors(page, form, errors).await)
    }
}

/// Gives a member another role, or other apps.
pub async fn change(
    Path(path): Path<(String, String)>,
    PostedForm(posted, fields): PostedForm<Grant>,
) -> Result<Response, Answered> {
    let request = Request::read(path, posted, &MEMBER).await?;
    let page = &request.page;
    let (role, apps) = request.posted.parse(fields, page, &MEMBER).await?;
    let confirmed = request.posted.visitor.confirmed();
    let (actor, person) = (&request.actor, request.person);
    match members::change(actor, confirmed.as_ref(), person, role, &apps).await {
        Ok(_) => request.posted.done(page, FormOutcome::MemberChanged).await,
        Err(error) => request.unchanged(page, &MEMBER, error).await,
    }
}

/// Removes a member. Whoever leaves is led to the tenants that they have left.
pub async fn remove(
    Path((tenant, person)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Answered> {
    let question = Address::RemoveMember {
        tenant: &tenant,
        person: &person,
    }
    .to_string();
    let request = Request::read((tenant.clone(), person), posted, &REMOVE).await?;
    let (posted, actor, person) = (&request.posted, &request.actor, request.person);
    let member = posted.looked(members::one(actor, person).await).await?;
    let Some(member) = member else {
        return Ok(posted.not_found().await);
    };
    match members::remove(actor, person).await {
        Ok(()) if actor.person() == Some(person) => Ok(see_other(&Address::Tenants.to_string())),
        Ok(()) => {
            let list = Address::Members { tenant: &tenant }.to_string();
            let outcome = FormOutcome::MemberRemoved { name: member.name };
            posted.done(&list, outcome).await
        }
        Err(error) => request.unchanged(&question, &REMOVE, error).await,
    }
}
