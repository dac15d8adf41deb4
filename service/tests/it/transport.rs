//! PostgreSQL over TLS: who is spoken to, and what a refusal says.

use secrecy::SecretString;
use service::{
    core::database::{Database, OpenError, Readiness},
    testing::{Authority, Backend, Cluster, backends},
};

/// As the settings have it, with a password that must not be told.
fn url(host: &str, port: u16, mode: &str) -> SecretString {
    format!("postgres://postgres:canary@{host}:{port}/postgres?{mode}").into()
}

async fn refused(url: &SecretString) -> String {
    let Err(error) = Database::open(url).await else {
        panic!("it was let in");
    };
    let text = error.to_string();
    assert!(!text.contains("canary"), "{text}");
    assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    text
}

fn there_is_postgres() -> bool {
    backends().iter().any(|b| matches!(b, Backend::Postgres(_)))
}

/// security.md 69
#[tokio::test]
async fn s69_the_server_has_to_prove_who_it_is() {
    if !there_is_postgres() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (Authority::new(), Authority::new());
    let right = ours.write(folder.path(), "ours.pem").display().to_string();
    let wrong = theirs
        .write(folder.path(), "theirs.pem")
        .display()
        .to_string();
    let cluster = Cluster::with_tls(&ours.certify(&["localhost"]));
    let at = |host: &str, mode: &str, authority: &str| {
        url(
            host,
            cluster.port(),
            &format!("sslmode={mode}&sslrootcert={authority}"),
        )
    };

    let db = Database::open(&at("localhost", "verify-full", &right))
        .await
        .unwrap();
    assert_eq!(db.transport().to_string(), "TLS, sslmode=verify-full");
    assert_eq!(db.readiness().await.unwrap(), Readiness::NotMigrated);
    db.migrate().await.unwrap();
    // It is worked with as a role that is known from now on.
    let db = Database::open(&at("localhost", "verify-full", &right))
        .await
        .unwrap();
    assert_eq!(db.readiness().await.unwrap(), Readiness::Ready);

    // Another authority: refused by both modes that verify.
    for mode in ["verify-full", "verify-ca"] {
        let text = refused(&at("localhost", mode, &wrong)).await;
        assert!(text.contains("certificate that can't be trusted"), "{text}");
        assert!(text.contains("sslrootcert=…"), "{text}");
    }
    // The right authority, but a certificate for another name.
    let text = refused(&at("127.0.0.1", "verify-full", &right)).await;
    assert!(text.contains("give the name that stands in it"), "{text}");
    Database::open(&at("127.0.0.1", "verify-ca", &right))
        .await
        .unwrap();
    // The machine's authorities don't know ours.
    let text = refused(&url("localhost", cluster.port(), "sslmode=verify-full")).await;
    assert!(
        text.contains("can't be trusted") || text.contains("no certificate authorities"),
        "{text}"
    );
    // Encrypted, by whomever: with a warning.
    let db = Database::open(&at("127.0.0.1", "require", &wrong))
        .await
        .unwrap();
    assert!(db.transport().warning().unwrap().contains("proves nobody"));
    // In plain text it doesn't let us in, and says so.
    let text = refused(&url("localhost", cluster.port(), "")).await;
    assert!(text.contains("no encryption"), "{text}");
    assert!(text.contains("sslmode=verify-full"), "{text}");
}

/// security.md 69: who asks for TLS doesn't go on without.
#[tokio::test]
async fn s69_a_server_without_tls_is_not_spoken_to_in_plain_text() {
    let Some(Backend::Postgres(server)) = backends().pop() else {
        return;
    };
    let port = url::Url::parse(&server).unwrap().port().unwrap();
    for mode in ["verify-full", "require"] {
        let url = url("127.0.0.1", port, &format!("sslmode={mode}"));
        let Err(error @ OpenError::NoTls { .. }) = Database::open(&url).await else {
            panic!("{mode}");
        };
        let text = error.to_string();
        assert!(
            text.contains("offers no TLS") && text.contains("ssl = on"),
            "{text}"
        );
    }
}
