//! The settings page, and the files of a brand.

use crate::{
    browser::{Answer, Browser},
    test_server::on_each_database,
};
use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use secrecy::ExposeSecret;
use service::{
    CONFIRMED_FOR,
    connections::links::{self, LinkOptions},
    testing::{PUBLIC_URL, picture},
};

const SETTINGS: &str = "/t/acme/settings";
const LOGO: &str = "/t/acme/settings/logo";

/// Posts the form of the logo.
async fn upload(browser: &Browser, key: &str, file: &[u8]) -> Answer {
    // What a file says of itself is not believed.
    let claims = "name=\"logo\"; filename=\"logo.svg\"\r\ncontent-type: text/html";
    let parts = [("name=\"form_key\"", key.as_bytes()), (claims, file)];
    browser.post_parts(LOGO, &parts).await
}

/// What a page takes from the brand: addresses that begin so.
fn brand_files(page: &Answer) -> Vec<String> {
    let parts = page.body.split("\"/brand/").skip(1);
    let files = parts.filter_map(|part| part.split('"').next());
    files.map(|rest| format!("/brand/{rest}")).collect()
}

#[tokio::test]
async fn each_part_of_the_settings_saves_on_its_own() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let page = browser.get(SETTINGS).await.expect(StatusCode::OK);
        assert!(page.body.contains("Each part saves on its own."));
        for (path, fields) in [
            (SETTINGS, &[("name", "Parcelwise")][..]),
            (
                "/t/acme/settings/brand",
                &[
                    ("color_light", "#2b3fa0"),
                    ("color_dark", "#aab7ff"),
                    ("contact", "help@parcelwise.example"),
                ],
            ),
            (
                "/t/acme/settings/links",
                &[("link_life", "30"), ("zone", "Europe/Berlin")],
            ),
            (
                "/t/acme/settings/retention",
                &[("events_kept", "396"), ("audit_kept", "forever")],
            ),
        ] {
            let answer = browser.post(path, fields).await;
            let page = browser.get(answer.told_on(SETTINGS)).await;
            assert!(page.body.contains("Saved."), "{path}");
        }
        let page = browser.get(SETTINGS).await;
        for part in [
            "value=\"Parcelwise\"",
            "value=\"#2b3fa0\"",
            "help@parcelwise.example",
            "value=\"30\" checked",
            "value=\"Europe/Berlin\" selected",
            "value=\"396\" selected",
        ] {
            assert!(page.body.contains(part), "{part}: {}", page.body);
        }
        // A shorter audit is asked for twice: it could hide what somebody did.
        server.world.clock.advance(CONFIRMED_FOR);
        let path = "/t/acme/settings/retention";
        let shorter = [("events_kept", "396"), ("audit_kept", "761")];
        let asked = browser.post(path, &shorter).await;
        let confirm = "/confirm?next=/t/acme/settings";
        assert!(
            asked.location().starts_with(confirm),
            "{}",
            asked.location()
        );
        let same = [("events_kept", "forever"), ("audit_kept", "forever")];
        browser.post(path, &same).await.told_on(SETTINGS);
        let back = [("events_kept", "396"), ("audit_kept", "forever")];
        browser.post(path, &back).await.told_on(SETTINGS);
        // Times are written in that zone from now on, with its name.
        let tokens = browser.get("/t/acme/api-tokens").await;
        assert!(tokens.body.contains(" CET<") || tokens.body.contains(" CEST<"));
        assert!(!tokens.body.contains(" UTC<"), "{}", tokens.body);
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_is_said_and_nothing_is_lost() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let pale = [
            ("color_light", "#aab7ff"),
            ("color_dark", "red"),
            ("contact", "x@y.z"),
        ];
        let page = browser.post("/t/acme/settings/brand", &pale).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        for kept in ["value=\"#aab7ff\"", "value=\"red\"", "value=\"x@y.z\""] {
            assert!(page.body.contains(kept), "{kept}");
        }
        assert!(page.body.contains("id=\"color_dark-error\""));
        let zone = [("link_life", "7"), ("zone", "Mars/Olympus")];
        let page = browser.post("/t/acme/settings/links", &zone).await;
        assert!(page.body.contains("id=\"zone-error\""));
        let key = browser.get(SETTINGS).await.form_key(LOGO);
        let page = upload(&browser, &key, b"<svg><script>alert(1)</script></svg>").await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.body.contains("neither a PNG nor a JPEG"));
        let huge = upload(&browser, &key, &vec![0; 300 * 1024]).await;
        assert_eq!(huge.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(huge.body.contains("a logo may have 200 kB"));
        let beyond = upload(&browser, &key, &vec![0; 3 * 1024 * 1024]).await;
        assert_eq!(
            beyond.status,
            StatusCode::PAYLOAD_TOO_LARGE,
            "{}",
            beyond.body
        );
        assert!(beyond.body.contains("</html>"), "a page, not a bare status");
        let broken = browser
            .request(Method::POST, LOGO)
            .header(header::ORIGIN, PUBLIC_URL)
            .header("sec-fetch-site", "same-origin");
        let mut broken = broken.body(Body::from("--XyZ\r\nnot a form")).unwrap();
        let kind = "multipart/form-data; boundary=XyZ".parse().unwrap();
        broken.headers_mut().insert(header::CONTENT_TYPE, kind);
        let broken = browser.send(broken).await;
        assert_eq!(broken.status, StatusCode::BAD_REQUEST, "{}", broken.body);
        let page = browser.get(SETTINGS).await.expect(StatusCode::OK);
        assert_eq!(
            brand_files(&page),
            Vec::<String>::new(),
            "nothing was saved"
        );
    })
    .await;
}

/// security.md 55, 56: the brand comes in files of its own, and no page allows inline style.
#[tokio::test]
async fn s55_customers_see_the_brand_from_files_of_its_own() {
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let browser = server.signed_in("acme").await;
        let key = browser.get(SETTINGS).await.form_key(LOGO);
        let answer = upload(&browser, &key, &picture::png(64, 64)).await;
        answer.told_on(SETTINGS);
        let colors = [
            ("color_light", "#2b3fa0"),
            ("color_dark", "#aab7ff"),
            ("contact", "help@parcelwise.example"),
        ];
        browser.post("/t/acme/settings/brand", &colors).await;
        let account = "shop".parse().unwrap();
        let link = links::create(&tenant.owner, "acme-app", &account, LinkOptions::default());
        let url = link.await.unwrap().url;
        let customer = server.browser();
        let page = customer
            .get(url.expose_secret())
            .await
            .expect(StatusCode::OK);
        assert!(page.body.contains("Questions?"));
        assert!(page.body.contains("mailto:help@parcelwise.example"));
        assert!(page.body.contains("data-brand"));
        let mut files = brand_files(&page);
        files.sort();
        assert_eq!(files.len(), 2, "{files:?}");
        for (file, kind, holds) in [
            (&files[0], "image/png", "PNG"),
            (
                &files[1],
                "text/css; charset=utf-8",
                "--accent: light-dark(#2b3fa0, #aab7ff)",
            ),
        ] {
            let answer = customer.get(file).await.expect(StatusCode::OK);
            assert_eq!(answer.header("content-type"), kind);
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            assert_eq!(
                answer.header("cache-control"),
                "public, max-age=31536000, immutable"
            );
            assert!(
                answer
                    .header("content-security-policy")
                    .contains("default-src 'none'")
            );
            assert!(answer.headers.get("set-cookie").is_none());
            assert!(answer.body.contains(holds), "{}", answer.body);
        }
        // A change gives new names, and the old ones are nobody's.
        browser.post("/t/acme/settings/logo/remove", &[]).await;
        for file in &files {
            let answer = customer.get(file).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{file}");
            assert_eq!(answer.header("cache-control"), "no-store");
        }
    })
    .await;
}
