//! Single sign-on on the page of the sign-in. Whether a tenant has it, or exists,
//! is not looked at before the form is sent: strangers see the same for all.

use crate::{
    address::{Address, escape},
    components::{Button, Callout, Field, Glyph, LinkButton},
    form_state::FormState,
};
use domain::{health::Health, slug::Slug};
use leptos::prelude::*;

/// What this part of the page shows.
pub(super) struct SsoSignIn {
    /// The tenant whose single sign-on is wanted or was used before.
    pub tenant: Option<Slug>,
    /// Whether the tenant is asked for.
    pub asked: bool,
    /// The page to come back to.
    pub next: Option<String>,
    /// The form, if it failed.
    pub form: FormState,
}

pub(super) fn view(data: &SsoSignIn) -> AnyView {
    let failed = data.form.problem().map(|problem| {
        view! {
            <Callout health=Health::Limited icon=Glyph::Warn alert=true>
                <p>{problem}</p>
            </Callout>
        }
    });
    let next = data
        .next
        .clone()
        .map(|next| view! { <input type="hidden" name="next" value=next/> });
    let way = match &data.tenant {
        Some(tenant) if !data.asked => {
            let action = Address::SsoStart {
                tenant: tenant.as_str(),
            };
            view! {
                <form method="post" action=action.to_string()>
                    {next}
                    <Button wide=true>{format!("Continue with {tenant} single sign-on")}</Button>
                </form>
                <a class="sub" href=ask(data.next.as_deref())>"Another tenant’s single sign-on"</a>
            }
            .into_any()
        }
        _ if data.asked => view! {
            <form class="form" method="post" action=Address::Sso.to_string()>
                {next}
                <Field
                    name="tenant"
                    label="Single sign-on of"
                    required=true
                    plain=true
                    maxlength=40_u32
                    hint="The short name of your tenant, as in its address: /t/name."
                    value=data.form.value("tenant")
                    error=data.form.error("tenant")
                />
                <Button wide=true>"Continue with single sign-on"</Button>
            </form>
        }
        .into_any(),
        _ => view! {
            <LinkButton href=ask(data.next.as_deref()) wide=true>
                "Use single sign-on"
            </LinkButton>
        }
        .into_any(),
    };
    view! {
        <hr/>
        <div class="form">
            {failed}
            {way}
        </div>
    }
    .into_any()
}

/// The same page, asking for the tenant.
fn ask(next: Option<&str>) -> String {
    let next = next.map(|next| format!("&next={}", escape(next)));
    format!("{}?sso=1{}", Address::SignIn, next.unwrap_or_default())
}
