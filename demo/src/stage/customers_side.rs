//! What customers do: they connect apps in their helpdesk, and open what was mailed to them.

use super::Stage;
use crate::customers::Customer;
use anyhow::{Context, Result, bail};
use domain::ids::AppId;
use secrecy::SecretString;
use service::connections::{
    authorize::{self, Begun},
    complete::{self, Callback},
    links,
    result::{self, Outcome},
};
use url::Url;

impl Stage<'_> {
    /// Gives the admin of an account a name: they are the one who approves there.
    pub fn introduce(&self, customer: &Customer) {
        let (name, email) = customer.admin();
        if !name.is_empty() {
            self.simulator
                .account(&customer.subdomain)
                .user_name(name, email);
        }
    }

    /// An admin presses “Connect app” in their helpdesk, and approves.
    pub async fn connect(&self, app: &str, account: &str) -> Result<()> {
        let app = self.app(app)?.id;
        let begun = authorize::begin_install(&self.services, app, &account.parse()?).await?;
        self.approve(app, &begun)
            .await
            .with_context(|| format!("{account} could not connect"))
    }

    /// The newest address that was mailed to somebody and begins like this.
    fn mailed(&self, email: &str, path: &str) -> Result<SecretString> {
        let mailbox = self.simulator.mailbox();
        let mails = mailbox.context("there is no mailbox")?.mails();
        let beginning = format!("{}{path}", self.services.config.public_url);
        let found = mails.iter().rev().find_map(|mail| {
            let link = mail.link(&beginning).filter(|_| mail.to.1 == email)?;
            link.strip_prefix(&beginning).map(SecretString::from)
        });
        found.with_context(|| format!("nothing with {path} was mailed to {email}"))
    }

    /// What the newest invitation of somebody holds.
    pub fn invitation(&self, email: &str) -> Result<SecretString> {
        self.mailed(email, "/invite/")
    }

    /// Somebody opens the newest link that was mailed to them.
    pub async fn open_link(&self, email: &str) -> Result<()> {
        let token = self.mailed(email, "/r/")?;
        links::mark_opened(&self.services, &token).await?;
        Ok(())
    }

    /// Somebody opens the newest link that was mailed to them, and approves.
    pub async fn approve_by_link(&self, app: &str, email: &str) -> Result<()> {
        self.open_link(email).await?;
        let token = self.mailed(email, "/r/")?;
        let begun = authorize::begin_with_link(&self.services, &token, None).await?;
        self.approve(self.app(app)?.id, &begun)
            .await
            .with_context(|| format!("{email} could not approve"))
    }

    async fn approve(&self, app: AppId, begun: &Begun) -> Result<()> {
        let back = self.simulator.approve(begun.url.as_str())?;
        let back = Url::parse(&back)?;
        let given = |name: &str| {
            let mut pairs = back.query_pairs();
            let found = pairs.find(|(given, _)| given == name);
            found.map(|(_, value)| value.into_owned())
        };
        let callback = Callback {
            state: given("state").unwrap_or_default().into(),
            answer: given("code")
                .map(SecretString::from)
                .ok_or_else(|| given("error").unwrap_or_default()),
            iss: given("iss"),
            sealed: Some(begun.cookie.value.clone()),
            browser: self.browser.clone(),
            address: None,
        };
        let id = complete::complete(&self.services, app, callback, None).await?;
        let shown = result::show(&self.services, app, id, &self.browser).await?;
        match shown.context("the result is not there")?.outcome {
            Outcome::Approved { .. } => Ok(()),
            other => bail!("{other:?}"),
        }
    }
}
