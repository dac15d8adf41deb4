//! Single sign-on in the settings of a tenant.

use crate::pages::{Answered, Form, Posted, PostedForm};
use app::{address::Address, form_outcome::FormOutcome};
use axum::{extract::Path, response::Response};
use domain::{ids::PersonId, permission::Permission, role::Role};
use secrecy::SecretString;
use serde::Deserialize;
use service::{
    core::{
        error::FieldError,
        input::{Errors, Field, Input, Repeated},
    },
    sso::{self, ChangeError, SsoForm},
};

pub(super) const SSO: Form = Form::new(
    "settings_sso",
    &[
        "issuer",
        "client_id",
        "groups_claim",
        "email_domain",
        "group",
        "group_role",
        "others",
        "only_way",
    ],
)
.kept();

/// What is asked for by a button alone. It isn't the form of the settings, which
/// would come back empty and, saved like this, lose what stands.
pub(super) const ASKED: Form = Form::new("settings_sso_asked", &[]);

/// What an owner types.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    issuer: Field<String>,
    client_id: Field<String>,
    client_secret: Field<SecretString>,
    groups_claim: Field<String>,
    email_domain: Field<String>,
    group: Field<Repeated>,
    group_role: Field<Repeated>,
    others: Field<String>,
    only_way: Field<String>,
}

impl Input for Fields {
    type Parsed = SsoForm;

    fn parse(self, errors: &mut Errors) -> Option<SsoForm> {
        let mut list = |name, field| {
            let list = errors.optional(name, field);
            list.map_or_else(Vec::new, |Repeated(list)| list)
        };
        let (groups, roles) = (
            list("group", self.group),
            list("group_role", self.group_role),
        );
        let rows = groups.into_iter().zip(roles);
        let rows = rows.filter(|(group, _)| !group.trim().is_empty());
        let groups: Result<_, _> = rows
            .map(|(group, role)| Ok((group.trim().to_owned(), Role::of_person(&role)?)))
            .collect();
        let groups = groups.map_err(|error: domain::role::NotARole| {
            errors.add("groups", error.to_string());
        });
        let others = match self.others.given() {
            None | Some("nobody") => None,
            Some(code) => match Role::of_person(code) {
                Ok(role) => Some(role),
                Err(error) => {
                    errors.add("others", error.to_string());
                    return None;
                }
            },
        };
        Some(SsoForm {
            issuer: errors.text("issuer", self.issuer),
            client_id: errors.text("client_id", self.client_id),
            client_secret: errors.optional("client_secret", self.client_secret),
            groups_claim: errors.text("groups_claim", self.groups_claim),
            email_domain: errors.text("email_domain", self.email_domain),
            groups: groups.ok()?,
            others,
            only_way: errors.ticked("only_way", self.only_way),
        })
    }
}

fn page_of(tenant: &str) -> String {
    Address::Settings { tenant }.to_string()
}

async fn answer(
    posted: &Posted,
    page: &str,
    form: &Form,
    result: Result<FormOutcome, ChangeError>,
) -> Result<Response, Answered> {
    match result {
        Ok(outcome) => posted.done(page, outcome).await,
        Err(ChangeError::Forbidden(_)) => Ok(posted.forbidden(page, form).await),
        Err(ChangeError::Invalid(errors)) => {
            Ok(posted.rerender_with_errors(page, form, errors).await)
        }
        Err(ChangeError::Internal(error)) => Err(error.into()),
    }
}

/// Sets it up, or changes it.
pub async fn save(
    Path(tenant): Path<String>,
    PostedForm(posted, fields): PostedForm<Fields>,
) -> Result<Response, Answered> {
    let page = page_of(&tenant);
    let actor = posted.member(&tenant, &page, &SSO).await?;
    let permission = Permission::ManageTenant;
    let confirmed = posted.member_confirmed(&actor, permission, &page, &SSO);
    let confirmed = confirmed.await?;
    let form = posted.parse(fields, &page, &SSO).await?;
    let saved = sso::save(&actor, &confirmed, &form).await;
    answer(
        &posted,
        &page,
        &SSO,
        saved.map(|()| FormOutcome::SettingsSaved),
    )
    .await
}

/// Switches it off.
pub async fn switch_off(Path(tenant): Path<String>, posted: Posted) -> Result<Response, Answered> {
    let page = page_of(&tenant);
    let actor = posted.member(&tenant, &page, &ASKED).await?;
    let permission = Permission::ManageTenant;
    let confirmed = posted.member_confirmed(&actor, permission, &page, &ASKED);
    let confirmed = confirmed.await?;
    let off = sso::switch_off(&actor, &confirmed).await;
    answer(&posted, &page, &ASKED, off.map(|()| FormOutcome::SsoOff)).await
}

/// Asks the provider, and says what came.
pub async fn try_out(Path(tenant): Path<String>, posted: Posted) -> Result<Response, Answered> {
    let page = page_of(&tenant);
    let actor = posted.member(&tenant, &page, &ASKED).await?;
    let tried = sso::try_out(&actor)
        .await
        .map_err(of_no_field)
        .map(|tried| FormOutcome::SsoTried {
            host: tried.host,
            keys: tried.keys,
            algorithms: tried.algorithms,
        });
    answer(&posted, &page, &ASKED, tried).await
}

/// The button has no fields that an error could stand at.
fn of_no_field(error: ChangeError) -> ChangeError {
    match error {
        ChangeError::Invalid(errors) => {
            let errors = errors.into_iter();
            ChangeError::Invalid(errors.map(|one| FieldError::new("", one.message)).collect())
        }
        other => other,
    }
}

/// Lets somebody in again who was removed.
pub async fn admit(
    Path((tenant, person)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Answered> {
    let page = page_of(&tenant);
    let actor = posted.member(&tenant, &page, &ASKED).await?;
    let Ok(person) = person.parse::<PersonId>() else {
        return Ok(posted.not_found().await);
    };
    let admitted = sso::admit(&actor, person).await;
    answer(
        &posted,
        &page,
        &ASKED,
        admitted.map(|()| FormOutcome::SsoAdmitted),
    )
    .await
}
