//! The binary and a PostgreSQL that is, or may be, on another machine.

use crate::cli::{installation, mooring, text};
use service::testing::{Authority, Backend, Cluster, backends};
use tempfile::TempDir;

/// Runs a command; gives whether it succeeded, and all that it said.
async fn said(folder: &TempDir, args: &[&str], variables: &[(&str, &str)]) -> (bool, String) {
    let mut command = mooring(folder.path(), args);
    for (name, value) in variables {
        command.env(name, value);
    }
    let output = command.output().await.unwrap();
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert!(!said.contains("canary"), "{said}");
    (output.status.success(), said)
}

/// security.md 69: what proves nobody doesn't start, and one line says what helps.
#[tokio::test]
async fn s69_plain_text_off_this_machine_does_not_start() {
    let folder = installation().await;
    let serve = async |mode: &str, plaintext: &str| {
        let url = format!("postgres://mooring:canary@db.invalid/mooring{mode}");
        let variables = [
            ("MOORING_DATABASE_URL", url.as_str()),
            ("MOORING_DATABASE_PLAINTEXT", plaintext),
        ];
        let (good, said) = said(&folder, &["serve"], &variables).await;
        assert!(!good, "{said}");
        said
    };
    for mode in ["prefer", "allow", "disable"] {
        let said = serve(&format!("?sslmode={mode}"), "deny").await;
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(
            said.starts_with("mooring: MOORING_DATABASE_URL: "),
            "{said}"
        );
        assert!(said.contains(&format!("sslmode={mode}")), "{said}");
        assert!(said.contains("MOORING_DATABASE_PLAINTEXT=allow"), "{said}");
        // Allowed, it goes on to where nobody is.
        let said = serve(&format!("?sslmode={mode}"), "allow").await;
        assert!(said.contains("can't be opened"), "{said}");
        assert!(
            said.contains("plain text, as MOORING_DATABASE_PLAINTEXT"),
            "{said}"
        );
    }
    let missing = serve("?sslrootcert=/nowhere/ca.pem", "deny").await;
    assert_eq!(missing.lines().count(), 1, "{missing}");
    assert!(
        missing.contains("/nowhere/ca.pem can't be read"),
        "{missing}"
    );
    let require = serve("?sslmode=require", "deny").await;
    assert!(require.contains("proves nobody"), "{require}");
    let nonsense = serve("", "perhaps").await;
    assert!(
        nonsense.contains("MOORING_DATABASE_PLAINTEXT: "),
        "{nonsense}"
    );
}

/// security.md 69: the authority that was named is the only one that counts;
/// without one, those of the machine do.
#[tokio::test]
async fn s69_the_authority_that_is_named_is_the_only_one() {
    if !backends().iter().any(|b| matches!(b, Backend::Postgres(_))) {
        return;
    }
    let folder = installation().await;
    let (ours, machines) = (Authority::new(), Authority::new());
    let ours_file = ours.write(folder.path(), "ours.pem").display().to_string();
    let machines_file = machines.write(folder.path(), "machines.pem");
    let machines_file = machines_file.display().to_string();
    let check = async |cluster: &Cluster, mode: &str| {
        let port = cluster.port();
        let url = format!("postgres://postgres:canary@localhost:{port}/postgres?{mode}");
        let variables = [
            ("MOORING_DATABASE_URL", url.as_str()),
            ("SSL_CERT_FILE", &machines_file),
        ];
        let (good, said) = said(&folder, &["migrate"], &variables).await;
        if good {
            let (good, said) = self::said(&folder, &["check"], &variables).await;
            assert!(good, "{said}");
            assert!(said.contains("TLS, sslmode=verify-full"), "{said}");
        }
        (good, said)
    };
    let by_machines = Cluster::with_tls(&machines.certify(&["localhost"]));
    for mode in [
        "sslmode=verify-full",
        "sslmode=verify-full&sslrootcert=system",
    ] {
        let (good, said) = check(&by_machines, mode).await;
        assert!(good, "{mode}: {said}");
    }
    for mode in ["verify-full", "verify-ca"] {
        let mode = format!("sslmode={mode}&sslrootcert={ours_file}");
        let (good, said) = check(&by_machines, &mode).await;
        assert!(!good, "{mode}: {said}");
        assert!(said.contains("certificate that can't be trusted"), "{said}");
    }
    let by_ours = Cluster::with_tls(&ours.certify(&["localhost"]));
    let mode = format!("sslmode=verify-full&sslrootcert={ours_file}");
    let (good, said) = check(&by_ours, &mode).await;
    assert!(good, "{said}");
}
