//! `/sso`: single sign-on of a tenant, from the form that begins it to the
//! provider's answer.

use crate::{
    cookies,
    failure::Failure,
    oauth::{cookies as authorizations, glance, parameters},
    own_path::own_path,
    pages::{Answered, Form, Posted, PostedForm, posted::sentence},
    redirect::see_other,
    visitor::{self, Visitor},
};
use app::{address::Address, form_outcome::FormOutcome, form_state::FormState};
use axum::{
    extract::{Path, Request},
    http::{HeaderMap, Method, StatusCode, Uri, header::SET_COOKIE, request::Parts},
    response::Response,
};
use domain::slug::Slug;
use secrecy::SecretString;
use serde::Deserialize;
use service::{
    core::{
        error::FieldError,
        input::{Errors, Field, Input},
    },
    sso::{self, Answer, BeginError, Begun, CompleteError, Ended, Refusal, UnlinkError, Wanted},
};
use tower_sessions::Session;
use url::form_urlencoded;

const FORM: Form = Form::new("sso", &["tenant", "next"]);
const LINK: Form = Form::new("me_sso", &[]);
const ME: &str = Address::ME.0;

/// What begins single sign-on.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    /// The tenant, where the path doesn't name it.
    tenant: Field<String>,
    /// What for, if not to sign in.
    purpose: Field<String>,
    /// The page to come back to.
    next: Field<String>,
}

/// The parsed fields.
pub struct Wish {
    tenant: String,
    purpose: String,
    next: String,
}

impl Input for Fields {
    type Parsed = Wish;

    fn parse(self, errors: &mut Errors) -> Option<Wish> {
        Some(Wish {
            tenant: errors.text("tenant", self.tenant),
            purpose: errors.text("purpose", self.purpose),
            next: errors.text("next", self.next),
        })
    }
}

/// The sign-in, with this tenant's single sign-on in sight.
fn sign_in_page(tenant: &str, next: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("tenant", tenant);
    if !next.is_empty() {
        query.append_pair("next", next);
    }
    format!("{}?{}", Address::SignIn, query.finish())
}

/// Begins it for the tenant that was typed.
pub async fn find(PostedForm(posted, fields): PostedForm<Fields>) -> Result<Response, Answered> {
    let page = format!("{}?sso=1", Address::SignIn);
    let wish = posted.parse(fields, &page, &FORM).await?;
    let tenant = wish.tenant.trim().to_lowercase();
    begin(&posted, &tenant, &page, &wish.next).await
}

/// Begins it: to sign in, to link, or to confirm that it is still the person.
pub async fn start(
    Path(tenant): Path<String>,
    PostedForm(posted, fields): PostedForm<Fields>,
) -> Result<Response, Answered> {
    let wish = posted.parse(fields, Address::SIGN_IN.0, &FORM).await?;
    match wish.purpose.as_str() {
        "link" => link(&posted, &tenant).await,
        "confirm" => confirm(&posted, &tenant, &wish.next).await,
        _ => {
            let page = sign_in_page(&tenant, &wish.next);
            begin(&posted, &tenant, &page, &wish.next).await
        }
    }
}

async fn begin(
    posted: &Posted,
    tenant: &str,
    page: &str,
    next: &str,
) -> Result<Response, Answered> {
    let services = &posted.visitor.state.services;
    let begun = match tenant.parse::<Slug>() {
        Ok(slug) => sso::begin(services, &slug, own_path(next)).await,
        Err(_) => Err(BeginError::None),
    };
    leave(posted, page, &FORM, begun).await
}

async fn link(posted: &Posted, tenant: &str) -> Result<Response, Answered> {
    let person = posted.person(ME, &LINK).await?;
    let confirmed = posted.confirmed(ME, &LINK).await?;
    let services = &posted.visitor.state.services;
    let begun = match tenant.parse::<Slug>() {
        Ok(slug) => sso::begin_link(services, person.signed_in, &confirmed, &slug).await,
        Err(_) => Err(BeginError::None),
    };
    leave(posted, ME, &LINK, begun).await
}

async fn confirm(posted: &Posted, tenant: &str, next: &str) -> Result<Response, Answered> {
    let page = format!("{}?next={}", Address::Confirm, own_path(next));
    let services = &posted.visitor.state.services;
    let begun = match (&posted.visitor.person, tenant.parse::<Slug>()) {
        (Some(person), Ok(slug)) => {
            sso::begin_confirm(services, person.signed_in, &slug, own_path(next)).await
        }
        _ => Err(BeginError::None),
    };
    leave(posted, &page, &FORM, begun).await
}

/// To the provider, or the page again with the reason.
async fn leave(
    posted: &Posted,
    page: &str,
    form: &Form,
    begun: Result<Begun, BeginError>,
) -> Result<Response, Answered> {
    match begun {
        Ok(begun) => {
            let services = &posted.visitor.state.services;
            let mut response = see_other(begun.url.as_str());
            for cookie in authorizations::keep(&posted.parts.headers, services, &begun.cookie) {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            Ok(response)
        }
        Err(BeginError::Internal(error)) => Err(error.into()),
        Err(error) => {
            let errors = vec![FieldError::new("", error.to_string())];
            Ok(posted.rerender_with_errors(page, form, errors).await)
        }
    }
}

/// The parameters that a provider adds to the redirect URI (RFC 6749 4.1.2, RFC 9207).
#[derive(Default, Deserialize)]
#[serde(default)]
struct Parameters {
    code: Field<SecretString>,
    state: Field<SecretString>,
    error: Field<String>,
    /// Not used, but it may not be given twice either.
    error_description: Field<String>,
    iss: Field<String>,
}

struct Brought {
    state: SecretString,
    code: Result<SecretString, String>,
    issuer: Option<String>,
}

impl Input for Parameters {
    type Parsed = Brought;

    fn parse(self, errors: &mut Errors) -> Option<Brought> {
        errors.optional("error_description", self.error_description);
        let code = errors.optional("code", self.code);
        let error = errors.optional("error", self.error);
        let code = match (code, error) {
            (Some(code), None) => Ok(code),
            (None, Some(error)) => Err(error),
            _ => return None,
        };
        Some(Brought {
            state: errors.required("state", self.state)?,
            code,
            issuer: errors.optional("iss", self.iss),
        })
    }
}

/// Lets in whom the provider brought.
pub async fn callback(
    Path(tenant): Path<String>,
    session: Session,
    mut visitor: Visitor,
    request: Request,
) -> Result<Response, Failure> {
    let (parts, _) = request.into_parts();
    if let Some(answer) = glance::answer(&parts.method, &parts.headers) {
        return Ok(answer);
    }
    let Ok(slug) = tenant.parse::<Slug>() else {
        return Ok(app::render(parts, visitor.context(None, None)).await);
    };
    let Ok(brought) = parameters::<Parameters>(&parts) else {
        let error = CompleteError {
            why: Refusal::StateUnknown,
            wanted: Wanted::SignIn,
        };
        return Ok(again(parts, &visitor, &slug, error).await);
    };
    let services = visitor.state.services.clone();
    let state = brought.state.clone();
    let answer = Answer {
        cookie: authorizations::find(&parts.headers, &services.config, &state),
        state: brought.state,
        code: brought.code,
        issuer: brought.issuer,
        address: visitor.address,
        signed_in: visitor.person.as_ref().map(|person| person.signed_in),
    };
    let work = {
        let (services, slug) = (services.clone(), slug.clone());
        async move { sso::complete(&services, &slug, answer).await }
    };
    let ended = match visitor.state.to_its_end(work).await? {
        Ok(ended) => ended,
        Err(CompleteError {
            why: Refusal::Internal(error),
            ..
        }) => return Err(error.into()),
        Err(error) => return Ok(again(parts, &visitor, &slug, error).await),
    };
    let arrived = arrive(&session, &mut visitor, &parts.headers, &slug, ended).await?;
    let Some(mut response) = arrived else {
        let error = CompleteError {
            why: Refusal::Changed,
            wanted: Wanted::SignIn,
        };
        return Ok(again(parts, &visitor, &slug, error).await);
    };
    let config = &services.config;
    let set = [
        authorizations::end_of(config, &state),
        cookies::keep_sso_tenant(&slug, config),
    ];
    for cookie in set.into_iter().flatten() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// `None` if single sign-on was changed, or switched off, meanwhile.
async fn arrive(
    session: &Session,
    visitor: &mut Visitor,
    headers: &HeaderMap,
    slug: &Slug,
    ended: Ended,
) -> Result<Option<Response>, Failure> {
    let tenant = slug.as_str();
    let overview = Address::Overview { tenant }.to_string();
    let page = |next: &str| match own_path(next) {
        "/" => overview.clone(),
        other => other.to_owned(),
    };
    Ok(Some(match ended {
        Ended::SignedIn {
            signed_in,
            shown_at,
            next,
            settings,
        } => {
            visitor::sign_in_as(session, visitor, headers, signed_in).await?;
            if let Some(at) = shown_at {
                visitor::shown_at(session, at).await?;
            }
            session.save().await?;
            if !sso::still_holds(&visitor.state.services, settings).await? {
                session.flush().await?;
                return Ok(None);
            }
            see_other(&page(&next))
        }
        Ended::Confirmed { next } => {
            visitor::confirm(session, visitor).await?;
            see_other(&page(&next))
        }
        Ended::Linked => see_other(ME),
    }))
}

/// The page that it was begun from, with the reason.
async fn again(mut parts: Parts, visitor: &Visitor, slug: &Slug, error: CompleteError) -> Response {
    let (page, action) = match error.wanted {
        Wanted::SignIn => (sign_in_page(slug.as_str(), ""), FORM.action),
        Wanted::Link => (ME.to_owned(), LINK.action),
        Wanted::Confirm => (Address::Confirm.to_string(), FORM.action),
    };
    parts.method = Method::GET;
    parts.uri = page.parse().unwrap_or_else(|_| Uri::from_static("/"));
    let form = FormState {
        action,
        errors: vec![FieldError::new("", sentence(&error.to_string()))],
        ..FormState::default()
    };
    let mut response = app::render(parts, visitor.context(Some(form), None)).await;
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response
}

/// Ends the person's link.
pub async fn end_link(Path(tenant): Path<String>, posted: Posted) -> Result<Response, Answered> {
    let person = posted.person(ME, &LINK).await?;
    let Ok(slug) = tenant.parse::<Slug>() else {
        return Ok(posted.not_found().await);
    };
    let visitor = &posted.visitor;
    let services = &visitor.state.services;
    match sso::unlink(services, person.signed_in, &slug, visitor.address).await {
        Ok(()) => posted.done(ME, FormOutcome::SsoLinkEnded).await,
        Err(UnlinkError::NotFound) => Ok(posted.not_found().await),
        Err(UnlinkError::Internal(error)) => Err(error.into()),
    }
}
