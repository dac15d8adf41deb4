//! Links on their way, as the list of accounts and the overview show them.

use crate::{
    flow::{self, Flow, sub},
    mail,
};
use domain::{health::Health, time::Span};
use secrecy::{ExposeSecret, SecretString};
use service::{
    Actor,
    connections::{
        authorize,
        by_account::{AccountsQuery, ListedAccount, States, list},
        check_now::check_now,
        links::{self, LinkMail, LinkOptions, NewLink, OpenLink},
        overview,
        result::Outcome,
    },
};

fn of(accounts: &[ListedAccount], account: &str) -> Option<OpenLink> {
    let named = sub(account);
    let mut rows = accounts.iter().filter(|a| a.customer.subdomain == named);
    rows.next().unwrap().connections[0].open_link
}

async fn in_list(actor: &Actor, account: &str) -> Option<OpenLink> {
    let page = list(actor, &AccountsQuery::default()).await.unwrap();
    of(&page.rows, account)
}

/// What both pages say of an account that needs somebody.
async fn shown(f: &Flow, account: &str) -> Option<OpenLink> {
    let link = in_list(&f.owner, account).await;
    let overview = overview::overview(&f.owner, None).await.unwrap();
    assert_eq!(of(&overview.need, account), link);
    link
}

async fn made(actor: &Actor, app: &str, account: &str) -> NewLink {
    let options = LinkOptions::default();
    let link = links::create(actor, app, &sub(account), options).await;
    link.unwrap()
}

fn token(link: &NewLink) -> SecretString {
    link.url.expose_secret().rsplit('/').next().unwrap().into()
}

async fn lost(f: &Flow, account: &str) {
    f.sim.account(account).deactivate_app("returns-id");
    check_now(&f.owner, "returns", &sub(account)).await.unwrap();
    assert_eq!(f.account(account).await.row.health, Health::Disconnected);
}

#[tokio::test]
async fn the_newest_link_is_shown_until_it_is_over() {
    flow::each(async |f| {
        f.connect("acme").await;
        lost(&f, "acme").await;
        // Another tenant's link for the same account.
        let other = f.world.owner("pier").await;
        f.world.app(&other, "pier-app").await;
        made(&other, "pier-app", "acme").await;
        assert!(in_list(&other, "acme").await.is_some());
        assert_eq!(shown(&f, "acme").await, None);

        let first = made(&f.owner, "returns", "acme").await;
        let expected = OpenLink {
            made_at: f.world.services.expiry_now(),
            mail: None,
            opened_at: None,
            expires_at: first.expires_at,
        };
        assert_eq!(shown(&f, "acme").await, Some(expected));
        f.advance(Span::hours(1));
        let second = made(&f.owner, "returns", "acme").await;
        let services = &f.world.services;
        links::mark_opened(services, &token(&second)).await.unwrap();
        let opened = shown(&f, "acme").await.unwrap();
        assert_eq!(opened.expires_at, second.expires_at);
        assert_eq!(opened.opened_at, Some(services.now()));
        assert!(opened.has_left());
        links::revoke(&f.owner, second.id).await.unwrap();
        assert_eq!(shown(&f, "acme").await, Some(expected), "the one before");
        f.advance(Span::days(31));
        assert_eq!(shown(&f, "acme").await, None, "expired");

        let used = token(&made(&f.owner, "returns", "acme").await);
        let begun = authorize::begin_with_link(services, &used, None).await;
        let started = shown(&f, "acme").await.unwrap();
        assert!(started.opened_at.is_some(), "who is at Gorgias opened it");
        let outcome = f.ends(f.approve(&begun.unwrap())).await;
        assert!(matches!(outcome, Outcome::Approved { .. }), "{outcome:?}");
        lost(&f, "acme").await;
        assert_eq!(shown(&f, "acme").await, None, "used");
    })
    .await;
}

#[tokio::test]
async fn the_links_of_a_page_are_one_query() {
    flow::each(async |f| {
        for account in ["acme", "bolt"] {
            f.connect(account).await;
            lost(&f, account).await;
            made(&f.owner, "returns", account).await;
        }
        f.connect("fine").await;
        let asked = async |states| {
            let query = AccountsQuery {
                states,
                ..AccountsQuery::default()
            };
            f.world.statements.take();
            list(&f.owner, &query).await.unwrap();
            f.world.statements.containing("\"reconnect_links\"")
        };
        assert_eq!(asked(States::All).await, 1);
        let working = States::One(Health::Working);
        assert_eq!(asked(working).await, 0, "nobody writes to them");
    })
    .await;
}

#[tokio::test]
async fn only_a_mail_that_left_is_called_sent() {
    mail::each(async |m| {
        m.world.app(&m.owner, "returns").await;
        let options = LinkOptions {
            email: Some("mira@acme.example".into()),
            ..LinkOptions::default()
        };
        let made = links::create(&m.owner, "returns", &sub("acme"), options).await;
        made.unwrap();
        let link = in_list(&m.owner, "acme").await.unwrap();
        assert_eq!(link.mail, Some(LinkMail::Waiting));
        assert!(!link.has_left());
        m.world.clock.advance(Span::minutes(1));
        assert_eq!(m.send().await, 1);
        let link = in_list(&m.owner, "acme").await.unwrap();
        assert_eq!(link.mail, Some(LinkMail::Sent(m.world.services.now())));
        assert!(link.has_left());
    })
    .await;
}
