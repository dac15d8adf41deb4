//! The language of the pages that customers read, and how an approval begins again.

use crate::{
    browser::{Answer, Browser},
    test_server::{Tenant, on_each_database},
};
use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use domain::{customer::Language, time::Span};
use secrecy::ExposeSecret;
use serde_json::json;
use service::connections::links::{self, LinkOptions};

async fn link(tenant: &Tenant, language: Option<Language>) -> String {
    let options = LinkOptions {
        language,
        ..LinkOptions::default()
    };
    let shop = "shop".parse().unwrap();
    let link = links::create(&tenant.owner, "acme-app", &shop, options).await;
    let url = link.unwrap().url;
    let path = url.expose_secret().split_once("/r/").unwrap().1;
    format!("/r/{path}")
}

/// The page as a browser gets it that prefers these languages.
async fn get(browser: &Browser, address: &str, accepted: &str) -> Answer {
    let mut request = browser.request(Method::GET, address);
    if !accepted.is_empty() {
        request = request.header("accept-language", accepted);
    }
    browser.send(request.body(Body::empty()).unwrap()).await
}

/// The language in which a page is written.
fn language(page: &Answer) -> &str {
    let (_, rest) = page.body.split_once("<html lang=\"").unwrap();
    rest.split('"').next().unwrap()
}

const GO_ON: [(&str, &str); 4] = [
    ("en", "Continue to Gorgias"),
    ("fr", "Continuer vers Gorgias"),
    ("de", "Weiter zu Gorgias"),
    ("es", "Continuar a Gorgias"),
];

#[tokio::test]
async fn the_reader_chooses_then_the_link_then_the_browser() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.browser();
        let plain = link(&tenant, None).await;
        let german = link(&tenant, Some(Language::German)).await;
        for (path, query, accepted, expected) in [
            (&plain, "", "", "en"),
            (&plain, "", "fr-CA,fr;q=0.9,en;q=0.5", "fr"),
            (&plain, "", "it,nl;q=0.9", "en"),
            (&plain, "?lang=es", "fr", "es"),
            (&german, "", "fr", "de"),
            (&german, "?lang=fr", "es", "fr"),
            (&german, "?lang=en", "de", "en"),
            (&german, "?lang=it", "es", "de"),
            (&german, "?lang=", "es", "de"),
            (&german, "?lang=fr&lang=es", "es", "de"),
            (&german, "?language=fr", "es", "de"),
        ] {
            let page = get(&browser, &format!("{path}{query}"), accepted).await;
            let page = page.expect(StatusCode::OK);
            assert_eq!(language(&page), expected, "{query} {accepted}");
            for (code, words) in GO_ON {
                let there = page.body.contains(words);
                assert_eq!(there, code == expected, "{query} {accepted}: {words}");
            }
            let vary: Vec<_> = page.headers.get_all("vary").iter().collect();
            assert!(
                vary.iter().any(|name| *name == "accept-language"),
                "{vary:?}"
            );
            assert_eq!(page.header("x-robots-tag"), "noindex");
            for code in ["en", "fr", "de", "es"] {
                let switch = format!("href=\"?lang={code}\"");
                assert!(page.body.contains(&switch), "without a script: {switch}");
            }
        }
        // A page of the vendor's people is in English, whatever they prefer.
        let signin = get(&browser, "/signin", "de").await;
        assert_eq!(language(&signin), "en");
        for gone in ["/r/unknown", "/r/unknown?lang=de"] {
            let page = get(&browser, gone, "de")
                .await
                .expect(StatusCode::NOT_FOUND);
            assert!(
                page.body.contains("Dieser Link ist nicht bekannt"),
                "{}",
                page.body
            );
        }
    })
    .await;
}

/// security.md 12, 54: what stands in the address or in a header comes back neither in
/// the page nor in a header.
#[tokio::test]
async fn s54_no_language_gets_into_the_page() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.browser();
        let path = link(&tenant, None).await;
        for attack in [
            "de%0d%0aX-Evil:%20yes",
            "%3Cscript%3Ealert(1)%3C/script%3E",
            "de%22%20onload=%22alert(1)",
            "de%00",
            "../../etc",
            "%F0%9F%98%80",
        ] {
            let page = get(&browser, &format!("{path}?lang={attack}"), "").await;
            assert!(!page.headers.contains_key("x-evil"), "{attack}");
            assert!(!page.body.contains("alert(1)"), "{attack}");
            if page.status == StatusCode::OK {
                assert_eq!(language(&page), "en", "{attack}");
            }
            let posted = browser.post(&format!("{path}?lang={attack}"), &[]).await;
            assert!(!posted.headers.contains_key("x-evil"), "{attack}");
            let to = posted.header("location");
            assert!(to.is_empty() || to.starts_with(&server.simulator.issuer("shop")));
        }
        for header in ["de;q=\"><script>alert(1)</script>", &"de,".repeat(2_000)] {
            let page = get(&browser, &path, header).await;
            assert!(!page.body.contains("alert(1)"));
            assert!(page.status.is_success() || page.status.is_client_error());
        }
    })
    .await;
}

/// What the reader chose goes along to Gorgias and back.
#[tokio::test]
async fn the_result_is_in_the_language_of_the_link() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.browser();
        let path = link(&tenant, Some(Language::Spanish)).await;
        let page = get(&browser, &format!("{path}?lang=de"), "fr").await;
        assert!(
            page.body.contains(&format!("action=\"{path}?lang=de\"")),
            "{}",
            page.body
        );
        let begun = browser.post(&format!("{path}?lang=de"), &[]).await;
        let refused = server.simulator.refuse(begun.location()).unwrap();
        let back = browser.get(&refused).await;
        let result = back.location().to_owned();
        let page = get(&browser, &result, "fr").await.expect(StatusCode::OK);
        assert_eq!(language(&page), "de");
        assert!(
            page.body.contains("Der App wurde nicht zugestimmt"),
            "{}",
            page.body
        );
        let page = get(&browser, &format!("{result}?lang=fr"), "").await;
        assert_eq!(language(&page), "fr");

        // A button begins again, in this browser alone.
        let again = format!("{result}/again");
        assert!(
            page.body.contains(&format!("action=\"{again}?lang=fr\"")),
            "{}",
            page.body
        );
        let stranger = server.browser().post(&again, &[]).await;
        assert_eq!(stranger.status, StatusCode::NOT_FOUND);
        let begun = browser.post(&again, &[]).await;
        let approved = server.simulator.approve(begun.location()).unwrap();
        let back = browser.get(&approved).await;
        let page = get(&browser, back.location(), "")
            .await
            .expect(StatusCode::OK);
        assert_eq!(language(&page), "de");
        assert!(page.body.contains("shop ist verbunden"), "{}", page.body);
        let over = browser.post(&again, &[]).await;
        assert_eq!(over.location(), result, "the link was used since");
    })
    .await;
}

/// After the approval, the link's address shows how the account is.
#[tokio::test]
async fn a_used_link_is_the_page_of_its_account() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let account = server.simulator.account("shop");
        account.user_name("Ann Lee", "ann.lee@shop.example");
        let browser = server.browser();
        let path = link(&tenant, Some(Language::German)).await;
        let begun = browser.post(&path, &[]).await;
        let approved = server.simulator.approve(begun.location()).unwrap();
        browser.get(&approved).await.location();
        let anybody = server.browser();
        let page = get(&anybody, &path, "en").await.expect(StatusCode::OK);
        for there in [
            "ist verbunden",
            "Ann Lee",
            "Funktioniert",
            "Was acme-app darf",
        ] {
            let lower = page.body.to_lowercase();
            assert!(
                lower.contains(&there.to_lowercase()),
                "{there}: {}",
                page.body
            );
        }
        assert!(!page.body.contains("<form"), "nothing is asked");
        assert!(!page.body.contains("ann.lee@shop.example"));
        assert_eq!(page.header("x-robots-tag"), "noindex");
        assert_eq!(page.header("referrer-policy"), "same-origin");
        assert_eq!(page.header("cache-control"), "no-store");
        let posted = anybody.post(&path, &[]).await;
        assert_ne!(
            posted.status,
            StatusCode::SEE_OTHER,
            "it can't be used twice"
        );
        server.world.clock.advance(Span::days(30));
        let page = get(&anybody, &path, "en").await.expect(StatusCode::GONE);
        assert!(page.body.contains("Dieser Link wurde bereits verwendet"));
    })
    .await;
}

/// An approval that came too late leads to the beginning of its app.
#[tokio::test]
async fn an_approval_that_took_too_long_leads_on() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.browser();
        let path = link(&tenant, None).await;
        let begun = browser.post(&path, &[]).await;
        let approved = server.simulator.approve(begun.location()).unwrap();
        server.world.clock.advance(Span::minutes(11));
        let late = get(&browser, &approved, "es").await;
        let late = late.expect(StatusCode::BAD_REQUEST);
        assert_eq!(language(&late), "es");
        let install = format!("/oauth/{}/install\"", tenant.app.id);
        assert!(late.body.contains(&install), "{}", late.body);
        assert!(late.body.contains("Empezar de nuevo"));
        // Nothing leads to an app that isn't there.
        let id = "019a9f00-0000-7000-8000-000000000002";
        let nowhere = format!("/oauth/{id}/callback?code=a&state=b");
        let nowhere = get(&browser, &nowhere, "").await;
        assert_eq!(nowhere.status, StatusCode::BAD_REQUEST);
        assert!(!nowhere.body.contains("/install"), "{}", nowhere.body);
    })
    .await;
}

/// Forms and the machine API take a language, and nothing else.
#[tokio::test]
async fn a_link_is_made_in_a_language() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let body = |language: &str| {
            Some(json!({ "app": "acme-app", "subdomain": "shop", "language": language }))
        };
        let call =
            async |path: &str, body| server.call(Method::POST, path, &tenant.token, body).await;
        let made = call("/reconnect-links", body("de")).await;
        let made = made.expect(StatusCode::CREATED).json();
        let url = made["url"].as_str().unwrap();
        let path = url.split_once("3000").unwrap().1;
        let page = get(&server.browser(), path, "fr").await;
        assert_eq!(language(&page), "de");
        let of_account = "/connections/acme-app/shop/reconnect-links";
        let made = call(of_account, Some(json!({ "language": "es" }))).await;
        assert_eq!(made.status, StatusCode::CREATED);
        for bad in ["it", "DE", "", "de-AT"] {
            let refused = call("/reconnect-links", body(bad)).await;
            let refused = refused.expect(StatusCode::UNPROCESSABLE_ENTITY);
            assert!(
                refused.body.contains("\"language\""),
                "{bad}: {}",
                refused.body
            );
        }

        let owner = server.signed_in("acme").await;
        let account = "/t/acme/accounts/acme-app/shop";
        let contact = [
            ("contact_email", "mira@shop.example"),
            ("contact_name", "Mira"),
            ("contact_language", "fr"),
        ];
        owner.post(&format!("{account}/customer"), &contact).await;
        let form = owner.get(&format!("{account}?link=new")).await;
        let theirs = "<option value=\"\" selected>Theirs";
        assert!(form.body.contains(theirs), "{}", form.body);
        let links = format!("{account}/links");
        let bad = [("days", "7"), ("how", "copy"), ("language", "klingon")];
        let bad = owner.post(&links, &bad).await;
        let bad = bad.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(bad.body.contains("language-error"), "{}", bad.body);
        let good = [("days", "7"), ("how", "copy"), ("language", "fr")];
        let made = owner.post_and_look(&links, &good).await;
        let token = made.body.split("/r/").nth(1).unwrap();
        let token = token.split('"').next().unwrap();
        let message = made.body.split("id=\"link-message\"").nth(1).unwrap();
        let message = message.split("</textarea>").next().unwrap();
        assert!(message.contains("acme-app a perdu son accès"), "{message}");
        assert!(message.contains(&format!("/r/{token}")), "{message}");
        let page = get(&server.browser(), &format!("/r/{token}"), "de").await;
        assert_eq!(language(&page), "fr");
    })
    .await;
}
