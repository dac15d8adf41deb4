//! Pages that are shown instead of the requested one.

use crate::{
    address::{Address, escape},
    components::{Glyph, Icon, LinkButton},
    shell::PublicLayout,
};
use axum::http::{
    HeaderValue, StatusCode,
    header::{LOCATION, RETRY_AFTER},
    request::Parts,
};
use domain::slug::Slug;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use service::{InternalError, core::error::Forbidden};

/// Why a page can't be shown.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The page doesn't exist, or not for this person.
    #[error("there is no such page")]
    NotFound,
    /// No person is signed in.
    #[error("nobody is signed in")]
    SignIn,
    /// The member has to come by single sign-on.
    #[error("this tenant opens by single sign-on alone")]
    BySingleSignOn(Slug),
    /// The member has to set up a second factor first.
    #[error("this tenant asks everybody for a second factor")]
    NeedsSecondFactor,
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
    /// A page was rendered without its context.
    #[error("the page has no context")]
    Broken,
}

fn status(code: StatusCode) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(code);
    }
}

/// Redirects, and gives the address that leads back here.
fn redirect(tenant: Option<&Slug>) -> String {
    let here = use_context::<Parts>()
        .and_then(|parts| parts.uri.path_and_query().map(ToString::to_string))
        .unwrap_or_default();
    let tenant = tenant.map(|slug| format!("tenant={slug}&"));
    let tenant = tenant.unwrap_or_default();
    let to = format!("{}?{tenant}next={}", Address::SignIn, escape(&here));
    redirect_to(&to);
    to
}

/// Has the answer redirect.
pub(super) fn redirect_to(to: &str) {
    if let (Some(response), Ok(location)) =
        (use_context::<ResponseOptions>(), HeaderValue::try_from(to))
    {
        response.set_status(StatusCode::SEE_OTHER);
        response.insert_header(LOCATION, location);
    }
}

/// Redirects to the sign-in, which leads back here.
fn sign_in() -> AnyView {
    let to = redirect(None);
    view! {
        <Plain title="Sign in first" why="This page is for people who are signed in." href=to action="Sign in"/>
    }
    .into_any()
}

/// Redirects to the tenant's single sign-on, which leads back here.
fn by_single_sign_on(tenant: &Slug) -> AnyView {
    let to = redirect(Some(tenant));
    view! {
        <Plain
            title="Use single sign-on"
            why="This tenant opens by single sign-on alone."
            href=to
            action="Go to single sign-on"
        />
    }
    .into_any()
}

/// Redirects to where a second factor is set up.
fn needs_second_factor() -> AnyView {
    let to = Address::Authenticator.to_string();
    redirect_to(&to);
    view! {
        <Plain
            title="Set up a second factor"
            why="This tenant asks everybody for a second factor. Set one up, then open it."
            href=to
            action="Set one up"
        />
    }
    .into_any()
}

impl PageError {
    /// Shows the page, with its status.
    pub(crate) fn show(self) -> AnyView {
        match self {
            Self::NotFound => nowhere().into_any(),
            Self::SignIn => sign_in(),
            Self::BySingleSignOn(tenant) => by_single_sign_on(&tenant),
            Self::NeedsSecondFactor => needs_second_factor(),
            Self::Forbidden(_) => {
                status(StatusCode::FORBIDDEN);
                view! {
                    <Plain
                        title="Your role doesn’t allow this"
                        why="Nothing was changed. An owner of the tenant can give you another role."
                        href=Address::Tenants.to_string()
                        action="Back to your tenants"
                    />
                }
                .into_any()
            }
            Self::Internal(fault) if fault.database_unavailable() => {
                tracing::error!(error = %fault, "a page could not be made");
                status(StatusCode::SERVICE_UNAVAILABLE);
                if let Some(response) = use_context::<ResponseOptions>() {
                    response.insert_header(RETRY_AFTER, HeaderValue::from_static("5"));
                }
                view! {
                    <Plain
                        title="The database isn’t available just now"
                        why="It isn’t your doing, and nothing was changed. Try again in a few seconds; if it stays, tell whoever runs this server."
                        href=""
                        action="Try again"
                    />
                }
                .into_any()
            }
            Self::Internal(_) | Self::Broken => {
                tracing::error!(error = %self, "a page could not be made");
                status(StatusCode::INTERNAL_SERVER_ERROR);
                view! {
                    <Plain
                        title="Something went wrong here"
                        why="It isn’t your doing, and nothing was changed. Try again in a minute; if it stays, tell whoever runs this server."
                        href=""
                        action="Try again"
                    />
                }
                .into_any()
            }
        }
    }
}

/// The page for unknown addresses, and for things that don't exist or belong to
/// another tenant. It is the same for all, so that it doesn't tell which things
/// exist.
pub(crate) fn nowhere() -> impl IntoView {
    status(StatusCode::NOT_FOUND);
    view! {
        <Plain
            title="There is nothing here"
            why="The address may be mistyped, or the thing was removed, or it belongs to a tenant that you aren’t a member of."
            href=Address::Tenants.to_string()
            action="Your tenants"
        />
    }
}

/// A title, a reason, and a link.
#[component]
fn Plain(
    #[prop(into)] title: String,
    #[prop(into)] why: String,
    #[prop(into)] href: String,
    #[prop(into)] action: String,
) -> impl IntoView {
    view! {
        <PublicLayout title=title.clone() noindex=true>
            <header>
                <h1>{title}</h1>
                <p>{why}</p>
            </header>
            <p class="actions">
                <LinkButton href>
                    {action} <Icon name=Glyph::ArrowRight/>
                </LinkButton>
            </p>
        </PublicLayout>
    }
}
