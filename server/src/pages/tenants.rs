//! Tenants: make, delete, bring back.

use crate::{
    pages::{Answered, Form, Posted, PostedForm},
    redirect::see_other,
};
use app::{address::Address, form_outcome::FormOutcome};
use axum::{extract::Path, response::Response};
use domain::{permission::Permission, slug::Slug};
use serde::Deserialize;
use service::{
    core::{
        error::FieldError,
        input::{Errors, Field, Input},
    },
    tenants::{
        self, CreateTenantError,
        deletion::{self, BringBackError, DeleteTenantError},
    },
};

use super::apps::Confirmation;

const NEW: Form = Form::new("tenant_new", &["name", "slug"]);
const DELETE: Form = Form::new("tenant_delete", &["confirm"]);
const RESTORE: Form = Form::new("tenant_restore", &[]);
const PAGE: &str = Address::TENANTS.0;

/// A new tenant.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct New {
    name: Field<String>,
    slug: Field<String>,
}

impl Input for New {
    type Parsed = (Slug, String);

    fn parse(self, errors: &mut Errors) -> Option<Self::Parsed> {
        let name = errors.text("name", self.name);
        errors.required("slug", self.slug).and_then(|text| {
            text.parse()
                .map_err(|error: domain::slug::SlugError| errors.add("slug", error.to_string()))
                .map(|slug| (slug, name))
                .ok()
        })
    }
}

/// Makes a tenant, where owners may.
pub async fn create(PostedForm(posted, fields): PostedForm<New>) -> Result<Response, Answered> {
    let person = posted.person(PAGE, &NEW).await?;
    posted.first(PAGE).await?;
    let (slug, name) = posted.parse(fields, PAGE, &NEW).await?;
    let visitor = &posted.visitor;
    let services = &visitor.state.services;
    let made =
        tenants::create_as_owner(services, &person, (&slug, name.as_str()), visitor.address).await;
    let (field, error) = match made {
        Ok(()) => {
            let overview = Address::Overview {
                tenant: slug.as_str(),
            };
            return posted
                .done(&overview.to_string(), FormOutcome::TenantMade)
                .await;
        }
        Err(CreateTenantError::Forbidden(_)) => return Ok(posted.forbidden(PAGE, &NEW).await),
        Err(CreateTenantError::Internal(error)) => return Err(error.into()),
        Err(error @ CreateTenantError::BadName) => ("name", error),
        Err(error @ CreateTenantError::Taken(_)) => ("slug", error),
    };
    let errors = vec![FieldError::new(field, error.to_string())];
    Ok(posted.rerender_with_errors(PAGE, &NEW, errors).await)
}

/// Deletes a tenant. Its short name has to be typed.
pub async fn delete(
    Path(tenant): Path<String>,
    PostedForm(posted, fields): PostedForm<Confirmation>,
) -> Result<Response, Answered> {
    let page = Address::DeleteTenant { tenant: &tenant }.to_string();
    let actor = posted.member(&tenant, &page, &DELETE).await?;
    let confirmed = posted
        .member_confirmed(&actor, Permission::ManageTenant, &page, &DELETE)
        .await?;
    let typed = posted.parse(fields, &page, &DELETE).await?;
    match deletion::delete(&actor, &confirmed, &typed).await {
        Ok(()) => {
            let name = actor.tenant_name.clone();
            posted.done(PAGE, FormOutcome::TenantDeleted { name }).await
        }
        Err(DeleteTenantError::Forbidden(_)) => Ok(posted.forbidden(&page, &DELETE).await),
        Err(error @ DeleteTenantError::WrongName(_)) => {
            let errors = vec![FieldError::new("confirm", error.to_string())];
            Ok(posted.rerender_with_errors(&page, &DELETE, errors).await)
        }
        // Somebody else was faster.
        Err(DeleteTenantError::NoTenant(_) | DeleteTenantError::Before(_)) => Ok(see_other(PAGE)),
        Err(DeleteTenantError::Internal(error)) => Err(error.into()),
    }
}

/// Brings a deleted tenant back.
pub async fn restore(Path(tenant): Path<String>, posted: Posted) -> Result<Response, Answered> {
    let person = posted.person(PAGE, &RESTORE).await?;
    let Ok(slug) = tenant.parse::<Slug>() else {
        return Ok(posted.not_found().await);
    };
    let visitor = &posted.visitor;
    let services = &visitor.state.services;
    match deletion::bring_back(services, person.signed_in, &slug, visitor.address).await {
        Ok(()) => posted.done(PAGE, FormOutcome::TenantBroughtBack).await,
        Err(BringBackError::NoTenant(_)) => Ok(posted.not_found().await),
        Err(BringBackError::Internal(error)) => Err(error.into()),
    }
}
