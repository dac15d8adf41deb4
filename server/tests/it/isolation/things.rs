//! What a tenant has, to be put into addresses.

use crate::{
    browser::Browser,
    test_server::{Tenant, TestServer},
};
use app::address::{Address, Pattern};
use domain::{app_limit::AppLimit, role::Role};
use secrecy::ExposeSecret;
use service::{
    Confirmed, api_tokens,
    connections::links::{self, LinkOptions},
    people::{
        invitations::{self, NewInvitation, Passing},
        members,
    },
    testing::PASSWORD,
};

const NOBODYS: &str = "0190b5c1-7c3e-7000-8000-000000000000";

/// The names of things, for `{…}` in addresses.
#[derive(Clone)]
pub struct Things {
    tenant: String,
    app: String,
    subdomain: String,
    person: String,
    api_token: String,
    link: String,
    invitation: String,
}

impl Things {
    /// Things that nobody has.
    pub fn nobodys(tenant: &str) -> Self {
        Self {
            tenant: tenant.into(),
            app: NOBODYS.into(),
            subdomain: "shop".into(),
            person: NOBODYS.into(),
            api_token: NOBODYS.into(),
            link: NOBODYS.into(),
            invitation: NOBODYS.into(),
        }
    }

    /// One thing of each kind, of this tenant.
    pub async fn of(server: &TestServer, tenant: &Tenant) -> Self {
        let slug = tenant.owner.tenant_slug.to_string();
        server.install(tenant, "shop").await;
        let account = "shop".parse().unwrap();
        let app = format!("{slug}-app");
        let link = links::create(&tenant.owner, &app, &account, LinkOptions::default())
            .await
            .unwrap();
        let victim = joined(server, tenant, Role::Viewer, AppLimit::All, "victim").await;
        assert!(victim.cookie("mooring_session").is_some());
        let everybody = members::list(&tenant.owner).await.unwrap();
        let victim = everybody.iter().find(|m| m.email.starts_with("victim"));
        invited(tenant, Role::Viewer, AppLimit::All, "waiting").await;
        let waiting = invitations::pending(&tenant.owner).await.unwrap();
        let tokens = api_tokens::list(&tenant.owner).await.unwrap();
        // Not the owner's own: an operator may not touch that.
        let token = api_tokens::NewApiToken {
            app: Some(tenant.app.id),
            ..api_tokens::NewApiToken::new("weak", Role::Viewer)
        };
        let confirmed = Confirmed::for_test(&tenant.owner);
        api_tokens::create(&tenant.owner, &confirmed, token)
            .await
            .unwrap();
        let now = api_tokens::list(&tenant.owner).await.unwrap();
        let weak = now
            .iter()
            .find(|one| tokens.iter().all(|old| old.id != one.id));
        Self {
            app,
            subdomain: "shop".into(),
            person: victim.unwrap().id.to_string(),
            api_token: weak.unwrap().id.to_string(),
            link: link.id.to_string(),
            invitation: waiting[0].id.to_string(),
            tenant: slug,
        }
    }

    /// The same, its app by its id: its name is free in other tenants.
    pub fn by_id(&self, tenant: &Tenant) -> Self {
        Self {
            app: tenant.app.id.to_string(),
            ..self.clone()
        }
    }

    /// Things of another tenant, asked for in this one.
    pub fn within(&self, tenant: &str) -> Self {
        Self {
            tenant: tenant.into(),
            ..self.clone()
        }
    }

    /// A text with these things in it.
    pub fn fill(&self, text: &str, pattern: Pattern) -> String {
        let id = if pattern == Address::REVOKE_LINK {
            &self.link
        } else if [
            Address::REVOKE_API_TOKEN,
            Address::ROTATE_API_TOKEN,
            Address::END_OLD_API_TOKEN,
        ]
        .contains(&pattern)
        {
            &self.api_token
        } else {
            &self.invitation
        };
        let filled = text
            .replace("{tenant}", &self.tenant)
            .replace("{app}", &self.app)
            .replace("{subdomain}", &self.subdomain)
            .replace("{person}", &self.person)
            .replace("{step}", "test")
            // What there is about jobs, tests of their own cover.
            .replace("{job}", NOBODYS)
            .replace("{id}", id);
        assert!(!filled.contains("{"), "{filled}: give it a thing");
        filled
    }
}

async fn invited(tenant: &Tenant, role: Role, apps: AppLimit, name: &str) -> String {
    let slug = &tenant.owner.tenant_slug;
    let new = NewInvitation {
        emails: format!("{name}@{slug}.example"),
        role,
        apps,
    };
    let confirmed = Confirmed::for_test(&tenant.owner);
    let made = invitations::invite(&tenant.owner, Some(&confirmed), new, Passing::ByHand).await;
    let url = made.unwrap().remove(0).url;
    url.unwrap().expose_secret().to_owned()
}

/// A browser with a member of this role, who just joined.
pub async fn joined(
    server: &TestServer,
    tenant: &Tenant,
    role: Role,
    apps: AppLimit,
    name: &str,
) -> Browser {
    let url = invited(tenant, role, apps, name).await;
    let path = &url[url.find("/invite/").unwrap()..];
    let browser = server.browser();
    let fields = [("name", name), ("password", PASSWORD)];
    let answer = browser.post(path, &fields).await;
    assert_eq!(
        answer.location(),
        format!("/t/{}", tenant.owner.tenant_slug)
    );
    browser
}
