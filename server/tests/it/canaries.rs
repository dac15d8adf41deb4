//! Secrets with telling values go through everything, and are looked for afterwards.

use crate::test_server::on_each_database;
use axum::http::{Method, StatusCode};
use secrecy::ExposeSecret;
use service::testing::PASSWORD;
use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use tracing_subscriber::{
    Layer,
    filter::dynamic_filter_fn,
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// Logging costs time, which other tests need not pay.
static LISTENING: AtomicBool = AtomicBool::new(false);

/// Everything that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Log {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// security.md 57
#[tokio::test]
async fn no_secret_is_in_a_page_or_a_log() {
    let log = Log::default();
    // For the whole process, since some work runs on other tasks and threads.
    let layer = fmt::layer()
        .with_ansi(false)
        .with_writer(log.clone())
        .with_filter(dynamic_filter_fn(|_, _| LISTENING.load(Ordering::Relaxed)));
    tracing_subscriber::registry().with(layer).init();
    LISTENING.store(true, Ordering::Relaxed);
    on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        let operator = server.signed_in("acme").await;
        let session = operator.cookie("mooring_session").unwrap();
        let customer = server.browser();
        let begun = customer
            .get(&crate::test_server::install_path(&tenant, "shop"))
            .await;
        let is_sealed = |(name, _): &(String, String)| name.starts_with("mooring_auth_");
        let sealed = customer.cookies().into_iter().find(is_sealed);
        let callback = server.simulator.approve(begun.location()).unwrap();
        let url = url::Url::parse(&callback).unwrap();
        let result = customer.get(&callback).await;
        let mut pages = vec![customer.get(result.location()).await.body];
        let token = server
            .api_get("/connections/acme-app/shop/token", &tenant.token)
            .await
            .json()["access_token"]
            .as_str()
            .unwrap()
            .to_owned();
        let link = server
            .call(
                Method::POST,
                "/connections/acme-app/shop/reconnect-links",
                &tenant.token,
                None,
            )
            .await
            .expect(StatusCode::CREATED)
            .json()["url"]
            .as_str()
            .unwrap()
            .to_owned();
        customer.get(&link).await.expect(StatusCode::OK);
        operator
            .post("/t/acme/accounts/acme-app/shop/check", &[])
            .await;
        server.simulator.deactivate("shop");
        operator
            .post("/t/acme/accounts/acme-app/shop/check", &[])
            .await;
        // What a page shows once is nowhere else, and what was typed isn't either.
        let made = operator
            .fill_in(
                "/t/acme/api-tokens",
                "/t/acme/api-tokens",
                &[("name", "x"), ("role", "viewer")],
            )
            .await;
        let shown = operator.get(made.location()).await.body;
        let shown_once = shown
            .split('"')
            .find(|text| text.starts_with("mrg_") && text.len() == 47)
            .unwrap()
            .to_owned();
        let stranger = server.browser();
        stranger.set("mooring_session", "AAAAAAAAAAAAAAAAAAAAAA");
        let typed = [("name", "x"), ("client_secret", "canary-typed-secret")];
        stranger.post("/t/acme/apps/new", &typed).await;
        for path in [
            "/t",
            "/t/acme",
            "/t/acme/accounts",
            "/t/acme/accounts/acme-app/shop",
            "/t/acme/accounts/acme-app/shop/disconnect",
            "/t/acme/apps",
            "/t/acme/apps/acme-app",
            "/t/acme/apps/acme-app/credentials",
            "/t/acme/apps/acme-app/permissions",
            "/t/acme/apps/acme-app/accounts",
            "/t/acme/apps/acme-app/settings",
            "/t/acme/apps/acme-app/reveal",
            "/t/acme/api-tokens",
            "/t/acme/audit",
        ] {
            pages.push(operator.get(path).await.expect(StatusCode::OK).body);
        }
        for path in [
            "/apps",
            "/connections",
            "/connections/acme-app/shop",
            "/events",
        ] {
            pages.push(server.api_get(path, &tenant.token).await.body);
        }
        operator
            .post("/t/acme/accounts/acme-app/shop/disconnect", &[])
            .await;

        let parameter = |name: &str| {
            let (_, value) = url.query_pairs().find(|(key, _)| key == name).unwrap();
            value.into_owned()
        };
        let (_, sealed) = sealed.unwrap();
        let browser_secret = customer.cookie("mooring_browser").unwrap();
        let link = link.rsplit('/').next().unwrap().to_owned();
        let refresh_token = server
            .simulator
            .refreshes("shop")
            .first()
            .and_then(|r| r.parameter("refresh_token").map(str::to_owned))
            .unwrap();
        let canaries = [
            ("client secret", "acme-app-secret".to_owned()),
            ("password", PASSWORD.to_owned()),
            ("session", session),
            ("browser", browser_secret),
            ("sealed authorization", sealed),
            ("code", parameter("code")),
            ("state", parameter("state")),
            ("access token", token),
            ("refresh token", refresh_token),
            ("API token", tenant.token.expose_secret().to_owned()),
            (
                "master key",
                server
                    .world
                    .master_keys
                    .expose_secret()
                    .split(':')
                    .nth(1)
                    .unwrap()
                    .to_owned(),
            ),
            ("link", link),
            ("API token shown once", shown_once),
            ("client secret typed too late", "canary-typed-secret".into()),
            (
                "form that was kept",
                stranger.cookie("mooring_kept_form").unwrap(),
            ),
        ];
        let dump = server.world.dump().await;
        let logged = log.text();
        assert!(logged.contains("TRACE"), "the log holds everything");
        for (what, canary) in &canaries {
            assert!(canary.len() >= 10, "{what}: {canary}");
            for page in &pages {
                assert!(!page.contains(canary), "{what} in {page}");
            }
            assert!(!dump.contains(canary), "{what} in the database");
            if let Some(at) = logged.find(canary) {
                let start = logged[..at].rfind('\n').unwrap_or(0);
                panic!("{what} in the log: {}", &logged[start..at + canary.len()]);
            }
        }
    })
    .await;
    LISTENING.store(false, Ordering::Relaxed);
}
