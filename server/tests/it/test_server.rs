//! One Mooring with everything: database, simulator, router.

use crate::{
    api::described,
    browser::{Answer, Browser, send},
};
use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode},
};
use domain::role::Role;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use server::{router::router, state::RouterOptions};
use service::{
    Actor,
    api_tokens::{self, NewApiToken},
    apps::App,
    core::mail_server::{MailServer, MailSettings},
    mail,
    testing::{Backend, OWNER, PASSWORD, World, backends},
};
use simulator::{Simulator, SimulatorConfig, mailbox::ReceivedMail};
use std::net::{Ipv4Addr, SocketAddr};

/// All parts of one Mooring, on a database and a simulator of its own.
pub struct TestServer {
    pub world: World,
    pub simulator: Simulator,
    pub router: Router,
    pub options: RouterOptions,
}

/// A tenant with one app that the simulator knows.
pub struct Tenant {
    pub owner: Actor,
    pub app: App,
    pub token: SecretString,
}

/// Runs a test on SQLite and, where there is one, on PostgreSQL.
pub async fn on_each_database<F: AsyncFn(TestServer)>(test: F) {
    for backend in backends() {
        let simulator = Simulator::start(SimulatorConfig::default()).await.unwrap();
        test(TestServer::start(&backend, simulator, None).await).await;
    }
}

/// The same, with another public URL.
pub async fn named_on_each_database<F: AsyncFn(TestServer)>(url: &str, test: F) {
    for backend in backends() {
        let simulator = Simulator::start(SimulatorConfig::default()).await.unwrap();
        let template = simulator.url_template();
        let named = World::configured(&backend, template, |config| config.public_url = url.into());
        test(TestServer::of(named.await, simulator)).await;
    }
}

/// The same, with mail that goes to the simulator's mailbox.
pub async fn with_mail_on_each_database<F: AsyncFn(TestServer)>(test: F) {
    for backend in backends() {
        let config = SimulatorConfig {
            mail: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
            ..SimulatorConfig::default()
        };
        let simulator = Simulator::start(config).await.unwrap();
        let mailbox = simulator.mailbox().unwrap();
        let mail = MailSettings {
            server: MailServer::parse(&mailbox.url().into()).unwrap(),
            from: "mooring@house.example".into(),
            per_hour: 100,
        };
        test(TestServer::start(&backend, simulator, Some(mail)).await).await;
    }
}

/// The tenant `acme`, whose app is installed on the account `shop`.
pub async fn connected_tenant(server: &TestServer) -> Tenant {
    let tenant = server.tenant("acme").await;
    server.install(&tenant, "shop").await;
    tenant
}

impl TestServer {
    async fn start(backend: &Backend, simulator: Simulator, mail: Option<MailSettings>) -> Self {
        let template = simulator.url_template();
        let world = World::configured(backend, template, |config| config.mail = mail).await;
        Self::of(world, simulator)
    }

    fn of(world: World, simulator: Simulator) -> Self {
        let options = RouterOptions::default();
        Self {
            router: router(world.services.clone(), options.clone()),
            world,
            simulator,
            options,
        }
    }

    /// Waits for what handlers left to do, sends what is queued, and gives all mails.
    pub async fn mails(&self) -> Vec<ReceivedMail> {
        let tasks = &self.options.tasks;
        tasks.close();
        tasks.wait().await;
        tasks.reopen();
        mail::send_due(&self.world.services).await.unwrap();
        self.simulator.mailbox().unwrap().mails()
    }

    /// The same server behind a router of other options.
    pub fn with(self, options: RouterOptions) -> Self {
        Self {
            router: router(self.world.services.clone(), options.clone()),
            options,
            ..self
        }
    }

    /// A tenant, its owner, an app and an API token of an owner.
    pub async fn tenant(&self, slug: &str) -> Tenant {
        let owner = self.world.owner(slug).await;
        let app = self.world.app(&owner, &format!("{slug}-app")).await;
        self.simulator.register_app(
            &app.client_id,
            &format!("{slug}-app-secret"),
            &[&self.world.services.config.redirect_uri(app.id)],
        );
        let slug = owner.tenant_slug.clone();
        let services = &self.world.services;
        let token = api_tokens::create_on_command_line(
            services,
            &slug,
            NewApiToken::new("test", Role::Owner),
        );
        Tenant {
            token: token.await.unwrap(),
            owner,
            app,
        }
    }

    /// A token of another role.
    pub async fn token(&self, tenant: &Tenant, role: Role) -> SecretString {
        let slug = &tenant.owner.tenant_slug;
        api_tokens::create_on_command_line(
            &self.world.services,
            slug,
            NewApiToken::new(role.code(), role),
        )
        .await
        .unwrap()
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.router)
    }

    /// A browser in which the tenant's owner is signed in.
    pub async fn signed_in(&self, tenant: &str) -> Browser {
        let browser = self.browser();
        let email = format!("{tenant}-{OWNER}");
        let answer = browser
            .post("/signin", &[("email", &email), ("password", PASSWORD)])
            .await;
        assert_eq!(answer.location(), "/");
        browser
    }

    /// Installs the tenant's app on an account, up to the result page.
    pub async fn install(&self, tenant: &Tenant, account: &str) -> Browser {
        let browser = self.browser();
        let answer = self.installation(&browser, tenant, account).await;
        let page = browser.get(answer.location()).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        browser
    }

    /// Installs the tenant's app on an account, up to the callback's answer.
    pub async fn installation(&self, browser: &Browser, tenant: &Tenant, account: &str) -> Answer {
        let begun = browser.get(&install_path(tenant, account)).await;
        let callback = self.simulator.approve(begun.location()).unwrap();
        browser.get(&callback).await
    }

    /// A call of the machine API, whose answer has to be one that is described.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        token: &SecretString,
        body: Option<Value>,
    ) -> Answer {
        let address = format!("/api/v1{path}");
        let request = Request::builder()
            .method(method.clone())
            .uri(&address)
            .header("authorization", format!("Bearer {}", token.expose_secret()));
        let request = match body {
            Some(json) => request
                .header("content-type", "application/json")
                .body(Body::from(json.to_string())),
            None => request.body(Body::empty()),
        };
        let answer = send(&self.router, request.unwrap()).await;
        described::check(&method, &address, &answer);
        answer
    }

    pub async fn api_get(&self, path: &str, token: &SecretString) -> Answer {
        self.call(Method::GET, path, token, None).await
    }
}

/// Every address that takes a form, with things of the tenant `acme` in it.
pub fn form_addresses() -> Vec<String> {
    let id = "0190b5c1-7c3e-7000-8000-000000000000";
    let of = |path: &str| {
        let address = path
            .replace("{tenant}", "acme")
            .replace("{app}", "acme-app")
            .replace("{subdomain}", "shop")
            .replace("{step}", "switch")
            .replace("{token}", "some-token")
            .replace("{person}", id)
            .replace("{key}", "some-session")
            .replace("{job}", id)
            .replace("{authorization}", id)
            .replace("{id}", id);
        assert!(!address.contains('{'), "{address}: give it a thing");
        address
    };
    server::router::form_paths().map(of).collect()
}

pub fn install_path(tenant: &Tenant, account: &str) -> String {
    format!("/oauth/{}/install?account={account}", tenant.app.id)
}
