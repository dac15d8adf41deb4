use super::*;

fn prepared(url: &str, plaintext: Plaintext) -> Result<Transport, TransportError> {
    prepare(url, plaintext, |_| None).map(|(_, transport)| transport)
}

/// security.md 69: the written host decides, in whatever form.
#[test]
fn s69_what_counts_as_this_machine() {
    for url in [
        "postgres://u@localhost/m",
        "postgres://u@LOCALHOST/m",
        "postgres://u@127.0.0.1/m",
        "postgres://u@127.9.9.9/m",
        "postgres://u@[::1]/m",
        "postgres://u@[::ffff:127.0.0.1]/m",
        "postgres://u@db.example/m?hostaddr=127.0.0.1",
        "postgres://u@db.example/m?host=localhost",
    ] {
        assert_eq!(
            prepared(url, Plaintext::Deny),
            Ok(Transport::Loopback),
            "{url}"
        );
    }
    for url in [
        "postgres://%2Fvar%2Frun%2Fpostgresql/m",
        "postgres://u@db.example/m?host=/var/run/postgresql",
        "postgres:///m?host=/tmp&sslmode=disable",
    ] {
        assert_eq!(
            prepared(url, Plaintext::Deny),
            Ok(Transport::Socket),
            "{url}"
        );
    }
    for url in [
        "postgres://u@db.example/m",
        "postgres://u@10.0.0.1/m",
        "postgres://u@[fd00::1]/m",
        "postgres://u@0.0.0.0/m",
        "postgres://u@localhost.example/m",
        "postgres://u@db.localhost/m",
        "postgres://u@127.1/m",
        "postgres://u@localhost/m?host=db.example",
        "postgres://u@localhost/m?hostaddr=10.0.0.1",
        "postgres:///m?host=localhost&host=db.example",
        "postgres://u@localhost,db.example/m",
    ] {
        let verified = Ok(Transport::Tls("verify-full"));
        assert_eq!(prepared(url, Plaintext::Deny), verified, "{url}");
    }
}

/// security.md 69: on another machine, a server without a proof of identity is refused.
#[test]
fn s69_off_this_machine_plain_text_is_refused_unless_a_setting_says_so() {
    let at = |mode: &str| format!("postgres://u:canary@db.example/m?{mode}");
    for mode in ["prefer", "allow", "disable"] {
        for name in ["sslmode", "ssl-mode", "sslmode=verify-full&sslmode"] {
            let url = at(&format!("{name}={mode}"));
            let refused = prepared(&url, Plaintext::Deny).unwrap_err();
            let text = refused.to_string();
            assert!(text.contains(&format!("sslmode={mode}")), "{text}");
            assert!(text.contains("MOORING_DATABASE_PLAINTEXT=allow"), "{text}");
            assert!(text.contains("sslmode=verify-full"), "{text}");
            assert!(!text.contains("canary"), "{text}");
            let allowed = prepared(&url, Plaintext::Allow).unwrap();
            assert!(matches!(allowed, Transport::Plain(_)), "{allowed}");
            assert!(allowed.warning().is_some());
        }
    }
    // A misspelt name of a parameter changes nothing.
    assert_eq!(
        prepared(&at("SSLMODE=disable"), Plaintext::Deny),
        Ok(Transport::Tls("verify-full"))
    );
    let require = prepared(&at("sslmode=require"), Plaintext::Deny).unwrap();
    assert!(require.warning().unwrap().contains("proves nobody"));
    let mode = prepared(&at("sslmode=canary"), Plaintext::Deny).unwrap_err();
    assert!(mode.to_string().contains("no mode of TLS"), "{mode}");
}

/// security.md 69: the variables of libpq, which the driver reads by itself, count.
#[test]
fn s69_the_driver_is_not_told_otherwise_by_variables() {
    let with = |mode: &'static str, url: &str| {
        let variable = |name: &str| (name == "PGSSLMODE").then(|| mode.to_owned());
        prepare(url, Plaintext::Deny, variable).map(|(options, _)| options.get_ssl_mode())
    };
    let elsewhere = "postgres://u@db.example/m";
    for mode in ["disable", "prefer", "nonsense", ""] {
        assert!(with(mode, elsewhere).is_err(), "{mode}");
    }
    let stronger = with("disable", "postgres://u@db.example/m?sslmode=verify-full").unwrap();
    assert!(matches!(stronger, PgSslMode::VerifyFull));
    let here = with("require", "postgres://u@localhost/m").unwrap();
    assert!(matches!(here, PgSslMode::Require));
    // An authority that a variable names is not replaced by those of the machine.
    let named = |name: &str| (name == "PGSSLROOTCERT").then(|| "/nowhere/ca.pem".to_owned());
    let refused = prepare(elsewhere, Plaintext::Deny, named).map(|_| ());
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("/nowhere/ca.pem"), "{refused}");
    // The driver's own result without our decision.
    let (options, _) = prepare(elsewhere, Plaintext::Deny, |_| None).unwrap();
    assert!(matches!(options.get_ssl_mode(), PgSslMode::VerifyFull));
}

#[test]
fn an_authority_that_can_not_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    fs::write(&empty, "nothing").unwrap();
    for (file, why) in [
        ("/nowhere/ca.pem", "can't be read"),
        (empty.to_str().unwrap(), "holds no certificate"),
    ] {
        for mode in ["sslmode=verify-full&", "sslmode=verify-ca&", ""] {
            let url = format!("postgres://u@db.example/m?{mode}sslrootcert={file}");
            let text = prepared(&url, Plaintext::Deny).unwrap_err().to_string();
            assert!(text.contains(file) && text.contains(why), "{text}");
        }
    }
    let alone = prepared(
        "postgres://u@db.example/m?sslmode=verify-ca",
        Plaintext::Deny,
    );
    assert_eq!(alone, Err(TransportError::NoAuthority("verify-ca")));
    let system = "postgres://u@db.example/m?sslrootcert=system";
    assert_eq!(
        prepared(system, Plaintext::Deny),
        Ok(Transport::Tls("verify-full"))
    );
}
