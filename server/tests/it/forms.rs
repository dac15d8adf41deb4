//! What comes of forms: told once, to the session that posted them, and done once.

use crate::{
    browser::{Answer, Browser},
    test_server::{Tenant, TestServer, on_each_database},
};
use axum::http::StatusCode;
use domain::time::Span;
use server::{router::router, state::RouterOptions};
use service::{
    api_tokens, apps,
    connections::{
        links::{self, LinkRow},
        show,
    },
    people::form_results::SHOWN_FOR,
    worker,
};

pub const TOKENS: &str = "/t/acme/api-tokens";
pub const TOKEN: [(&str, &str); 2] = [("name", "backend"), ("role", "operator")];
const ACCOUNT: &str = "/t/acme/accounts/acme-app/shop";
const LINKS: &str = "/t/acme/accounts/acme-app/shop/links";
const CONNECT: &str = "/t/acme/accounts/connect";
const NEW_LINK: [(&str, &str); 2] = [("app", "acme-app"), ("subdomain", "fresh")];
pub const CREDENTIALS: &str = "/t/acme/apps/acme-app/credentials";
const NEW_APP: [(&str, &str); 4] = [
    ("name", "Returns"),
    ("client_id", "returns-id"),
    ("client_secret", "returns-secret"),
    ("scope", "offline"),
];

async fn links_of(tenant: &Tenant, account: &str) -> Vec<LinkRow> {
    let subdomain = account.parse().unwrap();
    let account = show::show(&tenant.owner, "acme-app", &subdomain).await;
    let Some(account) = account.unwrap() else {
        return Vec::new();
    };
    links::of_connection(&tenant.owner, account.row.id)
        .await
        .unwrap()
}

/// How many things there are that forms make: tokens, links, links of a new
/// account, apps, entries of the audit.
async fn things(server: &TestServer, tenant: &Tenant) -> [u64; 5] {
    let owner = &tenant.owner;
    [
        api_tokens::list(owner).await.unwrap().len() as u64,
        links_of(tenant, "shop").await.len() as u64,
        links_of(tenant, "fresh").await.len() as u64,
        apps::list::all(owner).await.unwrap().len() as u64,
        server
            .world
            .past(
                "UPDATE audit_entries SET actor_name = actor_name WHERE action <> 'api_token.used'",
            )
            .await,
    ]
}

/// A page, where its form posts to, and the fields.
type Maker = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

/// The forms that make something.
const MAKERS: [Maker; 6] = [
    (TOKENS, TOKENS, &TOKEN),
    (
        "/t/acme/accounts/acme-app/shop?link=new",
        LINKS,
        &[("days", "3")],
    ),
    (CONNECT, CONNECT_LINKS, &NEW_LINK),
    (CREDENTIALS, APP_SECRET, &[("new_secret", "a-new-secret")]),
    ("/t/acme/apps/new", "/t/acme/apps/new", &NEW_APP),
    (APP_REVEAL, APP_REVEAL, &[]),
];
const CONNECT_LINKS: &str = "/t/acme/accounts/links";
pub const APP_SECRET: &str = "/t/acme/apps/acme-app/secret";
const APP_REVEAL: &str = "/t/acme/apps/acme-app/reveal";

/// The key of a form; the form for a new account posts to one of two addresses.
pub async fn key_of(browser: &Browser, page: &str, action: &str) -> String {
    let action = if action == CONNECT_LINKS {
        CONNECT
    } else {
        action
    };
    browser
        .get(page)
        .await
        .expect(StatusCode::OK)
        .form_key(action)
}

#[tokio::test]
async fn s81_what_a_form_leads_to_can_be_reloaded_and_makes_nothing() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let browser = server.signed_in("acme").await;
        for (page, action, fields) in MAKERS {
            let key = key_of(&browser, page, action).await;
            let fields = [fields, &[("form_key", key.as_str())]].concat();
            let answer = browser.post(action, &fields).await;
            assert_eq!(answer.body, "", "{action}: nothing to reload");
            let to = answer.location().to_owned();
            let made = things(&server, &tenant).await;
            let first = browser.get(&to).await.expect(StatusCode::OK);
            for _ in 0..2 {
                let again = browser.get(&to).await.expect(StatusCode::OK);
                assert_eq!(shown_of(&again), shown_of(&first), "{action}");
            }
            assert_eq!(things(&server, &tenant).await, made, "{action}");
        }
    })
    .await;
}

/// How the line begins that says what came of a form.
const SAYS: &str = "class=\"result\"";

/// What a page says of a form.
pub fn said(page: &Answer) -> String {
    let line = page.body.split(SAYS).nth(1).unwrap_or_default();
    line.split("</p>").next().unwrap_or_default().to_owned()
}

/// What a page has to tell or to show once.
fn shown_of(page: &Answer) -> Vec<String> {
    let told = page.body.split(SAYS).skip(1);
    let told = told.filter_map(|part| part.split("</p>").next());
    let once = page.body.split("<input").skip(1);
    let once = once.filter(|input| input.contains("readonly"));
    told.chain(once.filter_map(|input| input.split('>').next()))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn s81_a_form_sent_twice_leads_to_what_came_of_the_first() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        for (page, action, fields) in MAKERS {
            let browser = server.signed_in("acme").await;
            let key = key_of(&browser, page, action).await;
            let fields = [fields, &[("form_key", key.as_str())]].concat();
            let first = browser.post(action, &fields).await;
            let made = things(&server, &tenant).await;
            let second = browser.post(action, &fields).await;
            assert_eq!(second.location(), first.location(), "{action}");
            assert_eq!(things(&server, &tenant).await, made, "{action}");
            // Long after, what was shown once isn't shown, but nothing is done either.
            server.world.clock.advance(SHOWN_FOR);
            let later = browser.post(action, &fields).await;
            let page = browser.get(later.location()).await.expect(StatusCode::OK);
            assert!(page.body.contains("was not done a second time"), "{action}");
            assert_eq!(things(&server, &tenant).await, made, "{action}");
        }
    })
    .await;
}

/// A double click, or two tabs, while another process is still at it.
#[tokio::test]
async fn s81_a_form_sent_to_two_processes_at_once_is_done_once() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let one = server.signed_in("acme").await;
        let second = server.world.second_process().await;
        let other = Browser::new(&router(second, RouterOptions::default()));
        let cookie = one.cookie("mooring_session").unwrap();
        other.set("mooring_session", &cookie);
        for (page, action, fields) in MAKERS {
            let key = key_of(&one, page, action).await;
            let fields = [fields, &[("form_key", key.as_str())]].concat();
            let before = things(&server, &tenant).await;
            let (a, b, c) = tokio::join!(
                one.post(action, &fields),
                other.post(action, &fields),
                other.post(action, &fields),
            );
            assert_eq!(a.location(), b.location(), "{action}");
            assert_eq!(a.location(), c.location(), "{action}");
            let after = things(&server, &tenant).await;
            for (now, before) in after[..4].iter().zip(&before[..4]) {
                assert!(now - before <= 1, "{action}: {before:?} {after:?}");
            }
            let told = other.get(b.location()).await.expect(StatusCode::OK);
            assert!(!shown_of(&told).is_empty(), "{action}");
        }
    })
    .await;
}

/// Makes a token and gives the address that shows it, and the token.
pub async fn token_shown(browser: &Browser) -> (String, String) {
    let answer = browser.fill_in(TOKENS, TOKENS, &TOKEN).await;
    let to = answer.told_on(TOKENS).to_owned();
    let page = browser.get(&to).await.expect(StatusCode::OK);
    let token = page
        .body
        .split('"')
        .find(|text| text.starts_with("mrg_") && text.len() == 47);
    (to, token.unwrap().to_owned())
}

#[tokio::test]
async fn s81_what_is_shown_once_is_shown_for_two_minutes_to_its_session() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let (to, token) = token_shown(&browser).await;
        let sees = async |browser: &Browser, address: &str| {
            let page = browser.get(address).await.expect(StatusCode::OK);
            page.body.contains(&token)
        };
        assert!(!sees(&browser, TOKENS).await, "at its address alone");
        let query = to.split_once('?').unwrap().1.split('#').next().unwrap();
        assert!(!sees(&browser, &format!("/t/acme/apps?{query}")).await);
        let same_person = server.signed_in("acme").await;
        assert!(!sees(&same_person, &to).await, "another session");
        assert!(!server.world.dump().await.contains(&token), "sealed");
        // Any process may show it.
        let second = server.world.second_process().await;
        let elsewhere = Browser::new(&router(second, RouterOptions::default()));
        let cookie = browser.cookie("mooring_session").unwrap();
        elsewhere.set("mooring_session", &cookie);
        assert!(sees(&elsewhere, &to).await);

        server.world.clock.advance(Span(SHOWN_FOR.0 - 1));
        worker::tidy(&server.world.services).await.unwrap();
        assert!(sees(&browser, &to).await, "until the end");
        server.world.clock.advance(Span(1));
        assert!(!sees(&browser, &to).await, "never after");
        let kept = "UPDATE form_results SET page = page WHERE secret IS NOT NULL";
        assert_eq!(server.world.past(kept).await, 1);
        worker::tidy(&server.world.services).await.unwrap();
        assert_eq!(server.world.past(kept).await, 0, "nor is it kept");
    })
    .await;
}

#[tokio::test]
async fn s81_what_came_of_forms_goes_with_the_session() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        token_shown(&browser).await;
        let all = "UPDATE form_results SET page = page";
        assert_eq!(server.world.past(all).await, 1);
        browser.post("/signout", &[]).await;
        assert_eq!(server.world.past(all).await, 0);
    })
    .await;
}

#[tokio::test]
async fn s82_no_address_makes_a_page_say_what_did_not_happen() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let browser = server.signed_in("acme").await;
        let stranger = server.signed_in("acme").await;
        let answer = browser.post(&format!("{ACCOUNT}/disconnect"), &[]).await;
        let to = answer.told_on(ACCOUNT).to_owned();
        let says = async |browser: &Browser, address: &str| {
            let page = browser.get(address).await.expect(StatusCode::OK);
            page.body.contains(SAYS)
        };
        assert!(says(&browser, &to).await, "it did happen");
        assert!(!says(&stranger, &to).await, "not in this session");
        let key = to.split_once('?').unwrap().1;
        for page in ["/t/acme/apps", CREDENTIALS, TOKENS, "/t/acme/keys", ACCOUNT] {
            assert!(!says(&browser, page).await, "{page}");
            assert_eq!(
                says(&browser, &format!("{page}?{key}")).await,
                page == ACCOUNT
            );
            for made_up in [
                "done=removed",
                "done=disconnected",
                "done=checked",
                "done=secret_accepted",
                "outcome=removed",
                "outcome=AAAAAAAAAAAAAAAAAAAAAA",
                "outcome=",
            ] {
                let address = format!("{page}?{made_up}");
                assert!(!says(&browser, &address).await, "{address}");
            }
        }
        server.world.clock.advance(SHOWN_FOR);
        assert!(!says(&browser, &to).await, "nor does a bookmark");
    })
    .await;
}

#[tokio::test]
async fn what_was_over_before_is_said_to_have_been() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let browser = server.signed_in("acme").await;
        let told = async |path: &str| said(&browser.post_and_look(path, &[]).await);
        let disconnect = format!("{ACCOUNT}/disconnect");
        assert!(told(&disconnect).await.contains("Gorgias confirmed"));
        let body = told(&disconnect).await;
        assert!(body.contains("It was disconnected already, by"), "{body}");
        assert!(!body.contains("Gorgias confirmed"), "{body}");

        browser.fill_in(CONNECT, CONNECT, &[]).await;
        browser.post("/t/acme/accounts/links", &NEW_LINK).await;
        let fresh = "/t/acme/accounts/acme-app/fresh";
        let body = told(&format!("{fresh}/disconnect")).await;
        assert!(body.contains("was never connected"), "{body}");
        let link = links_of(&tenant, "fresh").await[0].id;
        let withdraw = format!("{fresh}/links/{link}/revoke");
        assert!(told(&withdraw).await.contains("can’t be used any more"));
        assert!(told(&withdraw).await.contains("was withdrawn already"));
        browser.post("/t/acme/accounts/links", &NEW_LINK).await;
        let link = links_of(&tenant, "fresh").await[0].id;
        server.world.clock.advance(Span::days(8));
        let browser = server.signed_in("acme").await;
        let withdraw = format!("{fresh}/links/{link}/revoke");
        let body = said(&browser.post_and_look(&withdraw, &[]).await);
        assert!(body.contains("had expired already"), "{body}");

        let token = api_tokens::list(&tenant.owner).await.unwrap()[0].id;
        let revoke = format!("{TOKENS}/{token}/revoke");
        let body = said(&browser.post_and_look(&revoke, &[]).await);
        assert!(body.contains("is refused from now on"), "{body}");
        let body = said(&browser.post_and_look(&revoke, &[]).await);
        assert!(body.contains("was revoked already"), "{body}");
    })
    .await;
}
