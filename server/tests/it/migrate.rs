//! `mooring migrate` with a login of its own, and what is said of a database
//! that isn't up to date.

use crate::cli::{installation, make_owner, run, text};
use secrecy::SecretString;
use service::testing::{Backend, World, backends, past};
use std::path::Path;
use tempfile::TempDir;
use url::Url;

/// An installation whose settings name a new PostgreSQL database by two logins;
/// the owner's comes second.
async fn two_logins(server: &str) -> (TempDir, SecretString, String) {
    let database = World::new_database(server).await;
    let administrator = SecretString::from(database.clone());
    let name = Url::parse(&database).unwrap().path()[1..].to_owned();
    let login = |who: &str| {
        let mut url = Url::parse(&database).unwrap();
        url.set_username(&format!("{who}_{name}")).unwrap();
        String::from(url)
    };
    for sql in [
        format!("CREATE ROLE serves_{name} LOGIN"),
        format!("CREATE ROLE owns_{name} LOGIN CREATEROLE"),
        format!("ALTER DATABASE {name} OWNER TO owns_{name}"),
    ] {
        past(&administrator, &sql).await;
    }
    let folder = installation().await;
    set(
        folder.path(),
        &format!(
            "database_url = \"{}\"\nmigrate_database_url = \"{}\"\n",
            login("serves"),
            login("owns")
        ),
    );
    (folder, administrator, name)
}

fn set(folder: &Path, lines: &str) {
    let path = folder.join("mooring.toml");
    let settings = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, settings + lines).unwrap();
}

/// security.md 74
#[tokio::test]
async fn s74_migrate_signs_in_as_the_owner_and_everything_else_does_not() {
    for backend in backends() {
        let Backend::Postgres(server) = backend else {
            continue;
        };
        let (folder, administrator, name) = two_logins(&server).await;
        let early = run(&folder, &["serve"]).await;
        assert_eq!(early.status.code(), Some(1));
        assert!(
            text(&early.stderr).contains("run `mooring migrate` first"),
            "{}",
            text(&early.stderr)
        );

        let done = run(&folder, &["migrate"]).await;
        assert!(done.status.success(), "{}", text(&done.stderr));
        assert!(done.stdout.is_empty());
        assert!(text(&done.stderr).contains("GRANT CONNECT ON DATABASE"));
        assert!(make_owner(&folder).await.status.success());
        let check = run(&folder, &["check"]).await;
        assert_eq!(check.status.code(), Some(0), "{}", text(&check.stdout));
        let verify = run(&folder, &["audit", "verify"]).await;
        assert!(verify.status.success(), "{}", text(&verify.stderr));

        // `serve` never needs the other: without its login, all goes on.
        past(&administrator, &format!("ALTER ROLE owns_{name} NOLOGIN")).await;
        assert_eq!(run(&folder, &["check"]).await.status.code(), Some(0));
        let refused = run(&folder, &["migrate"]).await;
        assert_eq!(refused.status.code(), Some(1));
        let error = text(&refused.stderr);
        assert!(error.contains("MOORING_MIGRATE_DATABASE_URL"), "{error}");
    }
}

#[tokio::test]
async fn finish_needs_no_other_step_and_no_down() {
    let folder = installation().await;
    assert!(make_owner(&folder).await.status.success());
    let done = run(&folder, &["migrate", "--finish"]).await;
    assert!(done.status.success(), "{}", text(&done.stderr));
    let both = run(&folder, &["migrate", "--finish", "--down", "1"]).await;
    assert_eq!(both.status.code(), Some(2));
}

/// security.md 72
#[tokio::test]
async fn s72_verify_tells_of_the_log_of_all_heads() {
    let folder = installation().await;
    assert!(make_owner(&folder).await.status.success());
    let all = run(&folder, &["audit", "verify"]).await;
    assert_eq!(all.status.code(), Some(0), "{}", text(&all.stderr));
    let last = text(&all.stdout).lines().last().unwrap().to_owned();
    assert!(last.starts_with("(log of all heads)"), "{last}");
    assert!(last.contains("nothing yet"), "{last}");
    let one = run(&folder, &["audit", "verify", "--tenant", "acme"]).await;
    assert_eq!(text(&one.stdout).lines().count(), 1);

    let url = format!("sqlite://{}/data/mooring.db", folder.path().display()).into();
    let plant = "INSERT INTO head_log (number, at, whole, heads, mac) VALUES (1, 0, 1, x'', x'')";
    assert_eq!(past(&url, plant).await, 1);
    let bad = run(&folder, &["audit", "verify"]).await;
    assert_eq!(bad.status.code(), Some(1));
    assert!(
        text(&bad.stdout).contains("broken  end: the head is missing"),
        "{}",
        text(&bad.stdout)
    );
    let bad = run(&folder, &["audit", "verify", "--json"]).await;
    let json: serde_json::Value = serde_json::from_slice(&bad.stdout).unwrap();
    assert_eq!(
        (&json["ok"], &json["heads"]["ok"]),
        (&false.into(), &false.into())
    );
    assert_eq!(json["heads"]["broken"]["code"], "head_missing");
}
