//! `/t/{tenant}/settings`: what belongs to the tenant itself, for its owners. Each
//! section is a form of its own, in a file of its own, and is saved on its own.

mod brand;
mod delete;
mod links;
mod mail;
mod name;
mod retention;
mod second_factor;
mod sso;

use super::{PageError, PageParams, outcome, show};
use crate::{
    components::{NavItem, PageHead},
    context::PageContext,
    form_outcome::ShownOutcome,
    form_state::FormState,
    frame::page_chrome,
    shell::{BrandStyle, SignedInLayout},
};
use domain::permission::Permission;
use leptos::prelude::*;
use service::{
    TenantBrand,
    sso::{Barred, ChangeError, SsoSettings},
    tenants::settings::{self, BrandSettings, MailText, Settings, SettingsError},
};

/// A section: its id, its name among the sections, and its panel.
type Section = (&'static str, &'static str, fn(&Data) -> AnyView);

/// All sections, in the order of the page.
const SECTIONS: &[Section] = &[
    ("name-panel", "Name", name::section),
    ("brand", "Brand", brand::section),
    ("mail", "Mail", mail::section),
    ("links", "Links and time", links::section),
    ("second-factor", "Second factor", second_factor::section),
    ("sso", "Single sign-on", sso::section),
    ("retention", "Retention", retention::section),
    ("delete", "Delete", delete::section),
];

pub(crate) fn page() -> impl IntoView {
    show(load)
}

async fn load(context: PageContext, address: PageParams) -> Result<AnyView, PageError> {
    let actor = context.actor(address.part("tenant")).await?;
    actor.require(Permission::ManageTenant)?;
    let around = page_chrome(&context, &actor, NavItem::Settings).await;
    let brand = settings::brand(&actor).await?;
    let data = Data {
        tenant: actor.tenant_slug.to_string(),
        settings: settings::load(&actor).await?,
        shown: settings::shown(&actor).await?,
        brand,
        mail_text: settings::mail_text(&actor).await?,
        mail_from: context
            .services
            .config
            .mail
            .as_ref()
            .map(|mail| mail.from.clone()),
        reader: context.person()?.name.clone(),
        sso: service::sso::settings(&actor).await?,
        barred: service::sso::barred(&actor).await?,
        sso_redirect_uri: context.services.config.sso_redirect_uri(&actor.tenant_slug),
        outcome: context.outcome.clone(),
        form: context.form.clone().unwrap_or_default(),
    };
    Ok(view! {
        <BrandStyle brand=data.shown.clone()/>
        <SignedInLayout frame=around.frame title="Settings">
            {view(&data)}
        </SignedInLayout>
    }
    .into_any())
}

impl From<SettingsError> for PageError {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Forbidden(forbidden) => forbidden.into(),
            SettingsError::Internal(error) => error.into(),
            SettingsError::Invalid(_) | SettingsError::NotConfirmed => Self::Broken,
        }
    }
}

impl From<ChangeError> for PageError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Forbidden(forbidden) => forbidden.into(),
            ChangeError::Internal(error) => error.into(),
            ChangeError::Invalid(_) => Self::Broken,
        }
    }
}

/// What the page shows.
pub(super) struct Data {
    pub tenant: String,
    pub settings: Settings,
    pub brand: BrandSettings,
    /// The brand as customers see it.
    pub shown: TenantBrand,
    pub mail_text: MailText,
    /// The address that mail comes from, if it is set up.
    pub mail_from: Option<String>,
    /// The reader's name.
    pub reader: String,
    pub sso: Option<SsoSettings>,
    /// Who isn't let in by single sign-on any more.
    pub barred: Vec<Barred>,
    pub sso_redirect_uri: String,
    pub outcome: Option<ShownOutcome>,
    pub form: FormState,
}

impl Data {
    /// The form of this name, if it failed.
    fn form(&self, action: &str) -> FormState {
        if self.form.action == action {
            self.form.clone()
        } else {
            FormState::default()
        }
    }
}

pub(super) fn view(data: &Data) -> AnyView {
    let outcome = if data.form.failed() {
        None
    } else {
        outcome::outcome(data.outcome.as_ref(), &data.form)
    };
    let places = SECTIONS.iter().map(|(id, label, _)| {
        view! {
            <li>
                <a href=format!("#{id}")>{*label}</a>
            </li>
        }
    });
    let places = places.collect_view();
    let sections = SECTIONS.iter().map(|(_, _, section)| section(data));
    let sections = sections.collect_view();
    view! {
        <PageHead title="Settings" lead="Each part saves on its own."/>
        {outcome}
        <div class="split" data-side="nav">
            <nav class="subnav" aria-label="Settings">
                <ul class="ledger" role="list">{places}</ul>
            </nav>
            <div>{sections}</div>
        </div>
    }
    .into_any()
}
