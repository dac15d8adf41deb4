//! Rows whose texts their columns' types don't know.

use crate::flow::{self, Flow, sub};
use domain::{role::Role, subdomain::Subdomain, time::Span};
use secrecy::SecretString;
use service::{
    Confirmed, InternalError,
    api_tokens::{
        ApiRequest,
        create::{self, NewApiToken},
    },
    apps::{App, list as apps},
    connections::{
        list::{self, ListQuery, Sort},
        overview,
        token::{self, TokenError},
    },
    worker,
};
use std::{
    fmt::Write,
    sync::{Arc, Mutex},
};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// The errors in the log, one a line.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// The errors that came since this was asked last.
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0, "{field}={value:?} ").unwrap();
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == Level::ERROR && metadata.is_event()
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// Accounts `acme` and `bolt` of the app `returns`, and `dune` of `reviews`.
async fn connected(f: &mut Flow) -> App {
    f.connect("acme").await;
    f.connect("bolt").await;
    let reviews = f.world.app(&f.owner, "reviews").await;
    let redirect = f.world.services.config.redirect_uri(reviews.id);
    f.sim
        .register_app("reviews-id", "reviews-secret", &[&redirect]);
    let returns = std::mem::replace(&mut f.app, reviews.clone());
    f.connect("dune").await;
    f.app = returns;
    reviews
}

/// What goes on although a row can't be read.
struct Others<'a> {
    f: &'a Flow,
    log: Log,
    api_token: SecretString,
    /// What the log says of the row.
    said: String,
    /// Whether the overview reads it in any case.
    on_overview: bool,
    /// The accounts that can be read.
    accounts: &'a [&'a str],
}

impl Others<'_> {
    /// The log has the row once, and nothing else.
    fn said_once(&self, by: &str) {
        let lines = self.log.take();
        assert_eq!(lines.len(), 1, "{by}: {lines:#?}");
        assert!(lines[0].contains(&self.said), "{by}: {lines:#?}");
    }

    async fn go_on(&self) {
        let by_name = ListQuery {
            sort: Sort::Name,
            // So that a page has to be filled up behind the row.
            limit: self.accounts.len() as u64,
            ..ListQuery::default()
        };
        let page = list::list(&self.f.owner, &by_name).await.unwrap();
        let names = page.rows.iter().map(|row| row.subdomain.to_string());
        assert_eq!(names.collect::<Vec<_>>(), self.accounts);
        self.said_once("the list");
        let overview = overview::overview(&self.f.owner, None).await.unwrap();
        assert!(!overview.apps.is_empty());
        if self.on_overview {
            self.said_once("the overview");
        } else {
            // It reads only connections that need somebody, and some that it counts.
            let lines = self.log.take();
            assert!(lines.len() <= 1, "{lines:#?}");
            assert!(
                lines.iter().all(|line| line.contains(&self.said)),
                "{lines:#?}"
            );
        }
        self.sweep().await;
        for account in self.accounts {
            self.token(account).await;
        }
        assert_eq!(self.log.take(), Vec::<String>::new());
    }

    async fn sweep(&self) {
        let renewed = || self.accounts.iter().map(|a| self.f.sim.refreshes(a).len());
        let before: Vec<_> = renewed().map(|n| n + 1).collect();
        self.f.advance(Span::hours(6));
        worker::tick(&self.f.world.services).await.unwrap();
        assert_eq!(renewed().collect::<Vec<_>>(), before);
        self.said_once("the sweep");
    }

    async fn token(&self, account: &str) {
        let app = if account == "dune" {
            "reviews"
        } else {
            "returns"
        };
        let account = sub(account);
        assert!(self.is_served(app, &account).await);
        let read = token::read(&self.f.owner, app, &account, Span::minutes(5));
        read.await.unwrap();
    }

    /// Whether the usual read gives a token.
    async fn is_served(&self, app: &str, account: &Subdomain) -> bool {
        let (services, ttl) = (&self.f.world.services, Span::minutes(5));
        let request = ApiRequest::default();
        let token = token::fast_path(services, &self.api_token, &request, app, account, ttl);
        token.await.unwrap().is_some()
    }

    /// The read of the account itself fails, and its error says what the log said.
    async fn fails(&self, app: &str, account: &Subdomain) {
        let read = token::read(&self.f.owner, app, account, Span::minutes(5)).await;
        let Err(TokenError::Internal(error @ InternalError::Inconsistent { .. })) = read else {
            panic!("{read:?}")
        };
        assert_eq!(error.to_string(), self.said);
        assert_eq!(self.log.take(), Vec::<String>::new());
    }
}

async fn api_token(f: &Flow) -> SecretString {
    let new = NewApiToken::new("Backend", Role::Backend);
    create::create(&f.owner, &Confirmed::for_test(&f.owner), new)
        .await
        .unwrap()
}

/// security.md 37: nonsense in each typed column of a connection
#[tokio::test]
async fn s37_a_connection_that_can_not_be_read_is_named_and_passed_over() {
    flow::each(async |mut f| {
        connected(&mut f).await;
        let acme = f.account("acme").await.row.id;
        let id = f.world.uuid(acme.0);
        let log = Log::default();
        let _guard = tracing::subscriber::set_default(log.clone());
        let api_token = api_token(&f).await;
        for column in [
            "subdomain",
            "standing",
            "loss_cause",
            "granted_scopes",
            "health",
        ] {
            let nonsense = format!("UPDATE connections SET {column} = '\" \"' WHERE id = {id}");
            assert_eq!(f.world.past(&nonsense).await, 1);
            let others = Others {
                f: &f,
                log: log.clone(),
                api_token: api_token.clone(),
                said: format!("inconsistent row in connections.{column}, id {acme}"),
                on_overview: false,
                accounts: &["bolt", "dune"],
            };
            others.go_on().await;
            // The usual read leaves it to the long way, which says why.
            assert!(!others.is_served("returns", &sub("acme")).await);
            if column != "subdomain" {
                others.fails("returns", &sub("acme")).await;
            }
            let mended = format!(
                "UPDATE connections SET subdomain = 'acme', ({0}) = \
                 (SELECT {0} FROM connections WHERE subdomain = 'bolt') WHERE id = {id}",
                "standing, loss_cause, granted_scopes, health"
            );
            assert_eq!(f.world.past(&mended).await, 1);
        }
    })
    .await;
}

/// security.md 37: the same of an app
#[tokio::test]
async fn s37_an_app_that_can_not_be_read_is_named_and_passed_over() {
    flow::each(async |mut f| {
        let reviews = connected(&mut f).await;
        let id = f.world.uuid(reviews.id.0);
        let log = Log::default();
        let _guard = tracing::subscriber::set_default(log.clone());
        let api_token = api_token(&f).await;
        for column in [
            "slug",
            "requested_scopes",
            "basic_encoding",
            "exchange_refused_by",
        ] {
            let nonsense = format!("UPDATE apps SET {column} = '\" \"' WHERE id = {id}");
            assert_eq!(f.world.past(&nonsense).await, 1);
            let others = Others {
                f: &f,
                log: log.clone(),
                api_token: api_token.clone(),
                said: format!("inconsistent row in apps.{column}, id {}", reviews.id),
                on_overview: true,
                accounts: &["acme", "bolt"],
            };
            others.go_on().await;
            let listed = apps::all(&f.owner).await.unwrap();
            let listed: Vec<_> = listed.iter().map(|row| row.app.slug.as_str()).collect();
            assert_eq!(listed, ["returns"]);
            others.said_once("the list of apps");
            others.fails(&reviews.id.to_string(), &sub("dune")).await;
            let mended = format!(
                "UPDATE apps SET slug = 'reviews', ({0}) = \
                 (SELECT {0} FROM apps WHERE slug = 'returns') WHERE id = {id}",
                "requested_scopes, basic_encoding, exchange_refused_by"
            );
            assert_eq!(f.world.past(&mended).await, 1);
        }
    })
    .await;
}
