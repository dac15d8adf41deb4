//! What the vendor's people do, in the words of the story.

use super::Stage;
use crate::{cast::Person, customers::Customers};
use anyhow::{Context, Result, ensure};
use domain::{app_limit::AppLimit, job::Work, role::Role, subdomain::Subdomain};
use secrecy::SecretString;
use service::{
    accounts::{self, CustomerChange, SnoozeWish},
    apps::{self, form::AppForm},
    connections::{by_account::AccountsQuery, check_now, links},
    engine::refresh::Verdict,
    jobs::{self, NewJob, Selection},
    people::{
        FieldError, SignedIn,
        invitations::{self, NewInvitation, NewPerson, Passing},
        set_up,
    },
};
use simulator::{App, BasicEncoding};

/// What a form's mistakes say, for errors.
pub(crate) fn mistakes(errors: &[FieldError]) -> String {
    let said = errors.iter().map(|e| format!("{}: {}", e.field, e.message));
    said.collect::<Vec<_>>().join("; ")
}

impl Stage<'_> {
    /// The first owner sets Mooring up in the browser.
    pub async fn set_up(
        &mut self,
        who: &Person,
        tenant: (&str, &str),
        password: &SecretString,
    ) -> Result<()> {
        let token = set_up::ensure_token(&self.services).await?;
        let token = token.context("somebody has set Mooring up already")?;
        let owner = set_up::NewOwner {
            tenant_slug: tenant.0.to_owned(),
            tenant_name: tenant.1.to_owned(),
            name: who.name.to_owned(),
            email: who.email.to_owned(),
            password: password.clone(),
        };
        let id = set_up::create_owner(&self.services, &token, owner).await;
        let id = id.map_err(|error| match error {
            set_up::SetUpError::Invalid(errors) => anyhow::anyhow!(mistakes(&errors)),
            other => other.into(),
        })?;
        self.people.insert(who.email, SignedIn::own_way(id));
        Ok(())
    }

    /// A member invites somebody by mail.
    pub async fn invite(
        &mut self,
        by: &Person,
        tenant: &str,
        email: &str,
        role: Role,
    ) -> Result<()> {
        let actor = self.actor(by, tenant).await?;
        let new = NewInvitation {
            emails: email.to_owned(),
            role,
            apps: AppLimit::All,
        };
        invitations::invite(&actor, None, new, Passing::ByMail).await?;
        self.work().await
    }

    /// Somebody joins with the invitation that was mailed to them, as a new person or as the
    /// one that they are already.
    pub async fn join(&mut self, who: &Person, password: &SecretString) -> Result<()> {
        let (token, address) = (self.invitation(who.email)?, who.address());
        match self.people.get(who.email).copied() {
            Some(id) => {
                invitations::accept_as(&self.services, &token, id, address).await?;
            }
            None => {
                let new = NewPerson {
                    name: who.name.to_owned(),
                    password: password.clone(),
                };
                let (id, _) =
                    invitations::accept_as_new(&self.services, &token, new, address).await?;
                self.people.insert(who.email, SignedIn::own_way(id));
            }
        }
        Ok(())
    }

    /// Somebody adds an app, and pastes its addresses into the partners' portal of Gorgias.
    pub async fn add_app(
        &mut self,
        by: &Person,
        tenant: &str,
        (slug, name): (&str, &str),
        scopes: &str,
    ) -> Result<()> {
        let actor = self.actor(by, tenant).await?;
        let form = AppForm {
            name: name.to_owned(),
            slug: Some(slug.to_owned()),
            client_id: slug.to_owned(),
            client_secret: Some(format!("secret-of-{slug}").into()),
            scopes: scopes.split(' ').map(str::to_owned).collect(),
            ..AppForm::default()
        };
        let app = apps::create::create(&actor, &form).await?;
        let config = &self.services.config;
        self.simulator.register(App {
            client_id: slug.to_owned(),
            client_secret: format!("secret-of-{slug}"),
            redirect_uris: vec![config.redirect_uri(app.id)],
            install_url: Some(config.install_url(app.id)),
            basic_encoding: BasicEncoding::Raw,
        });
        self.apps.insert(slug.to_owned(), app);
        Ok(())
    }

    /// Somebody imports what the vendor's own systems know of its customers.
    pub async fn import(&mut self, by: &Person, tenant: &str, customers: &Customers) -> Result<()> {
        let actor = self.actor(by, tenant).await?;
        let lines = accounts::import(&actor, &customers.file()?, false).await?;
        for line in &lines {
            let made = matches!(line.result, accounts::LineResult::Made(_));
            ensure!(made, "{} was not imported: {:?}", line.account, line.result);
        }
        for customer in customers.iter() {
            self.introduce(customer);
        }
        Ok(())
    }

    /// Somebody presses “Check now”.
    pub async fn check(
        &mut self,
        by: &Person,
        tenant: &str,
        app: &str,
        account: &str,
    ) -> Result<Verdict> {
        let actor = self.actor(by, tenant).await?;
        Ok(check_now::check_now(&actor, app, &account.parse()?).await?)
    }

    /// Somebody mails a link to the first contact of an account, in its language.
    pub async fn send_link(
        &mut self,
        by: &Person,
        tenant: &str,
        app: &str,
        account: &str,
    ) -> Result<()> {
        let actor = self.actor(by, tenant).await?;
        let account: Subdomain = account.parse()?;
        let customer = accounts::show(&actor, &account).await?;
        let customer = customer.with_context(|| format!("there is no account {account}"))?;
        let contact = customer.contacts.first();
        let contact = contact.with_context(|| format!("{account} has no contact"))?;
        let options = links::LinkOptions {
            email: Some(contact.email.clone()),
            language: contact.language,
            ..links::LinkOptions::default()
        };
        links::create(&actor, app, &account, options).await?;
        self.work().await
    }

    /// Somebody puts an account off.
    pub async fn snooze(
        &mut self,
        by: &Person,
        tenant: &str,
        account: &str,
        wish: SnoozeWish,
    ) -> Result<()> {
        let actor = self.actor(by, tenant).await?;
        let change = CustomerChange {
            snooze: Some(Some(wish)),
            ..CustomerChange::default()
        };
        let done = accounts::change(&actor, &account.parse()?, &change).await;
        done.map(drop).map_err(|error| match error {
            accounts::CustomerError::Invalid(errors) => anyhow::anyhow!(mistakes(&errors)),
            other => other.into(),
        })
    }

    /// Somebody starts a bulk job about what a filter finds, and waits for its end.
    pub async fn job(
        &mut self,
        by: &Person,
        tenant: &str,
        work: Work,
        filter: AccountsQuery,
    ) -> Result<()> {
        let actor = self.actor(by, tenant).await?;
        let selection = Selection::Filter(Box::new(filter));
        jobs::start(&actor, NewJob { work, selection }).await?;
        self.finish_jobs().await
    }
}
