//! Invitations and new passwords by mail, as browsers do it.

use crate::test_server::{on_each_database, with_mail_on_each_database};
use axum::http::StatusCode;
use service::{
    core::mail_server::{MailServer, MailSettings},
    mail,
    testing::{Authority, Backend, OWNER, PASSWORD, World},
};
use simulator::mailbox::Mailbox;
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

const MEMBERS: &str = "/t/acme/members";
const NEW: &str = "lantern biscuit otter";

/// The path behind an address of this server.
fn path(link: &str) -> &str {
    link.strip_prefix("http://127.0.0.1:3000").unwrap()
}

#[tokio::test]
async fn an_invitation_is_mailed_and_its_way_is_shown() {
    with_mail_on_each_database(async |server| {
        server.tenant("acme").await;
        let owner = server.signed_in("acme").await;
        let form = owner.get(MEMBERS).await.expect(StatusCode::OK);
        assert!(form.body.contains("Send invitation") && form.body.contains("Make a link to copy"));
        let fields = [
            ("email", "ann@x.example"),
            ("role", "success"),
            ("limit", "all"),
        ];
        let by_mail = [&fields[..], &[("how", "mail")]].concat();
        let page = owner.post_and_look(MEMBERS, &by_mail).await;
        assert!(page.body.contains("on its way"), "{}", page.body);
        assert!(
            !page.body.contains("/invite/"),
            "nobody but its reader sees the link"
        );
        let mails = server.mails().await;
        let link = mails[0].link("http://127.0.0.1:3000/invite/").unwrap();
        let page = owner.get(MEMBERS).await.expect(StatusCode::OK);
        assert!(
            page.body.contains("Delivered to the mail server"),
            "{}",
            page.body
        );

        let ann = server.browser();
        let joined = [("name", "Ann"), ("password", NEW)];
        assert_eq!(ann.post(path(link), &joined).await.location(), "/t/acme");
    })
    .await;
}

#[tokio::test]
async fn a_refused_mail_is_shown_with_the_way_on() {
    with_mail_on_each_database(async |server| {
        server.tenant("acme").await;
        let owner = server.signed_in("acme").await;
        let mailbox = server.simulator.mailbox().unwrap();
        mailbox.behave(|b| {
            b.refuses.insert("gone.example".into());
        });
        let fields = [
            ("email", "ann@gone.example"),
            ("role", "viewer"),
            ("limit", "all"),
            ("how", "mail"),
        ];
        owner.post_and_look(MEMBERS, &fields).await;
        assert_eq!(server.mails().await, []);
        let page = owner.get(MEMBERS).await.expect(StatusCode::OK);
        for said in [
            "Mail refused",
            "550 5.1.1 no such mailbox",
            "Copy a new link",
        ] {
            assert!(page.body.contains(said), "{said}: {}", page.body);
        }
        let renew = page
            .body
            .split("action=\"")
            .find(|rest| rest.contains("/renew\""));
        let renew = renew.unwrap().split('"').next().unwrap().to_owned();
        let copied = owner.post_and_look(&renew, &[("how", "copy")]).await;
        assert!(copied.body.contains("/invite/"), "{}", copied.body);
        let again = owner.post_and_look(&renew, &[("how", "mail")]).await;
        assert!(again.body.contains("on its way"), "{}", again.body);
    })
    .await;
}

#[tokio::test]
async fn without_mail_nothing_is_said_to_be_sent() {
    on_each_database(async |server| {
        server.tenant("acme").await;
        let owner = server.signed_in("acme").await;
        let form = owner.get(MEMBERS).await.expect(StatusCode::OK);
        assert!(form.body.contains("Make invitation") && !form.body.contains("Send invitation"));
        let forgot = server.browser().get("/reset").await.expect(StatusCode::OK);
        assert!(
            forgot.body.contains("mooring people reset"),
            "{}",
            forgot.body
        );
        assert!(!forgot.body.contains("<form class"), "{}", forgot.body);
    })
    .await;
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_mail() {
    with_mail_on_each_database(async |server| {
        server.tenant("acme").await;
        let email = format!("acme-{OWNER}");
        let there = server.signed_in("acme").await;
        let browser = server.browser();
        let asked = browser.post("/reset", &[("email", &email)]).await;
        assert_eq!(asked.location(), "/reset/sent");
        let sent = browser.get("/reset/sent").await.expect(StatusCode::OK);
        assert!(sent.body.contains("a link is on its way"));
        let mails = server.mails().await;
        let link = path(mails[0].link("http://127.0.0.1:3000/reset/").unwrap());
        let page = browser.get(link).await.expect(StatusCode::OK);
        assert!(page.body.contains(&email), "{}", page.body);
        assert_eq!(page.header("cache-control"), "no-store");
        let weak = browser.post(link, &[("password", "short")]).await;
        let weak = weak.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(weak.body.contains("password-error"), "{}", weak.body);
        let set = browser.post(link, &[("password", NEW)]).await;
        assert_eq!(set.location(), "/signin", "it opens nothing by itself");
        assert_eq!(
            there.get("/t/acme").await.status,
            StatusCode::SEE_OTHER,
            "all sessions ended"
        );
        let used = browser.get(link).await.expect(StatusCode::GONE);
        assert!(used.body.contains("Ask for a new one"), "{}", used.body);
        let old = [("email", &*email), ("password", PASSWORD)];
        browser
            .post("/signin", &old)
            .await
            .expect(StatusCode::UNPROCESSABLE_ENTITY);
        let new = [("email", &*email), ("password", NEW)];
        assert_eq!(browser.post("/signin", &new).await.location(), "/");
    })
    .await;
}

/// security.md 49: the answer to an unknown address is the same, byte for byte.
#[tokio::test]
async fn s49_an_unknown_address_gets_the_same_answer() {
    with_mail_on_each_database(async |server| {
        server.tenant("acme").await;
        let email = format!("acme-{OWNER}");
        let mut answers = Vec::new();
        for typed in [email.as_str(), "nobody@x.example"] {
            let answer = server.browser().post("/reset", &[("email", typed)]).await;
            answers.push((answer.status, answer.location().to_owned(), answer.body));
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(server.mails().await.len(), 1);
    })
    .await;
}

/// Stands in front of a mail server and speaks TLS from the first byte.
async fn behind_tls(authority: &Authority, to: SocketAddr) -> SocketAddr {
    let (certificate, key) = authority.certify(&["127.0.0.1"]);
    let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                let mut upstream = TcpStream::connect(to).await.unwrap();
                let _ = copy_bidirectional(&mut stream, &mut upstream).await;
            });
        }
    });
    address
}

/// What a Mooring with this address of a mail server gets for a test mail.
async fn test_mail(url: &str) -> Result<String, mail::TestMailError> {
    let settings = MailSettings {
        server: MailServer::parse(&url.into()).unwrap(),
        from: "mooring@house.example".into(),
        per_hour: 100,
    };
    let template = "https://{subdomain}.gorgias.invalid";
    let configure = |config: &mut service::core::config::Config| config.mail = Some(settings);
    let world = World::configured(&Backend::Sqlite, template, configure).await;
    mail::test(&world.services, "ann@x.example").await
}

/// security.md 69, for mail: neither links nor the password go to somebody else's
/// server, or in plain text where TLS was asked for.
#[tokio::test]
async fn s69_mail_goes_to_the_server_of_the_named_authority_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (Authority::new(), Authority::new());
    let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let mailbox = Mailbox::start(free).await.unwrap();
    let address = behind_tls(&ours, mailbox.address()).await;
    for (authority, name, taken) in [(&theirs, "theirs.pem", 0), (&ours, "ours.pem", 1)] {
        let path = authority.write(folder.path(), name);
        let url = format!("smtps://ann:pw@{address}?tls_authority={}", path.display());
        assert_eq!(test_mail(&url).await.is_ok(), taken == 1, "{name}");
        assert_eq!(mailbox.mails().len(), taken, "{name}");
    }
    assert_eq!(mailbox.mails()[0].user.as_deref(), Some("ann"));
    // The mailbox itself knows no STARTTLS.
    let url = format!("smtp://ann:pw@{}?tls=on", mailbox.address());
    let refused = test_mail(&url).await.unwrap_err().to_string();
    assert!(refused.to_lowercase().contains("starttls"), "{refused}");
    assert_eq!(mailbox.mails().len(), 1);
}

/// Each button does what it says, whatever was typed.
#[tokio::test]
async fn a_link_is_mailed_or_made_to_be_copied() {
    with_mail_on_each_database(async |server| {
        let tenant = server.tenant("acme").await;
        server.install(&tenant, "shop").await;
        let owner = server.signed_in("acme").await;
        let links = "/t/acme/accounts/acme-app/shop/links";
        let form = owner.get("/t/acme/accounts/acme-app/shop?link=new").await;
        assert!(form.body.contains("Send link") && form.body.contains("Make a link to copy"));
        let nobody = [("days", "7"), ("email", " "), ("how", "mail")];
        let nobody = owner.post(links, &nobody).await;
        let nobody = nobody.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(nobody.body.contains("email-error"), "{}", nobody.body);
        let mira = [
            ("days", "7"),
            ("email", "mira@shop.example"),
            ("how", "mail"),
        ];
        let mailed = owner.post_and_look(links, &mira).await;
        assert!(
            mailed.body.contains("on its way to mira@shop.example"),
            "{}",
            mailed.body
        );
        assert!(!mailed.body.contains("/r/"), "{}", mailed.body);
        let copy = [
            ("days", "7"),
            ("email", "mira@shop.example"),
            ("how", "copy"),
        ];
        let copied = owner.post_and_look(links, &copy).await;
        assert!(copied.body.contains("/r/"), "{}", copied.body);
        assert_eq!(server.mails().await.len(), 1);
        // The same for an account that was never connected.
        let new = [("app", "acme-app"), ("subdomain", "later"), ("days", "7")];
        let new = [&new[..], &[("email", "ben@later.example"), ("how", "mail")]].concat();
        owner.post_and_look("/t/acme/accounts/links", &new).await;
        assert_eq!(server.mails().await.len(), 2);
    })
    .await;
}
