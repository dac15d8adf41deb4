use super::*;
use secrecy::ExposeSecret;
use std::collections::HashMap;

const KEY: &str = "k1:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";

fn read(
    flags: &[(&str, &str)],
    variables: &[(&str, &str)],
    file: Option<&str>,
) -> Result<Settings, SettingsError> {
    let folder = tempfile::tempdir().expect("a folder");
    if let Some(text) = file {
        std::fs::write(folder.path().join("mooring.toml"), text).expect("a file");
    }
    let pairs = |pairs: &[(&str, &str)]| -> HashMap<String, String> {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    };
    let sources = Sources::new(pairs(flags), pairs(variables), folder.path())?;
    Settings::read(&sources, folder.path())
}

fn error(variables: &[(&str, &str)]) -> String {
    let error = read(&[], variables, None).unwrap_err().to_string();
    assert!(!error.contains('\n'), "{error}");
    error
}

#[test]
fn nothing_given_means_the_defaults() {
    let settings = read(&[], &[], None).unwrap();
    assert_eq!(settings.web.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(settings.web.public_url, "http://127.0.0.1:3000");
    assert_eq!(settings.gorgias.check_interval, Span::hours(6));
    assert_eq!(settings.gorgias.refresh_rate, 20);
    assert!(settings.gorgias.worker);
    assert!(!settings.gorgias.private_network);
    assert!(
        settings
            .store
            .database_url
            .expose_secret()
            .ends_with("/data/mooring.db")
    );
    let missing = settings.vault().unwrap_err().to_string();
    assert!(missing.starts_with("MOORING_MASTER_KEYS: "), "{missing}");
    assert!(missing.contains("mooring keys generate"), "{missing}");
}

#[test]
fn a_flag_beats_a_variable_beats_the_file() {
    let file = Some("listen = \"127.0.0.1:1\"\nrefresh_rate = 7\nworker = false\n");
    let variables = [("MOORING_LISTEN", "127.0.0.1:2")];
    let settings = read(&[("listen", "127.0.0.1:3")], &variables, file).unwrap();
    assert_eq!(settings.web.listen.port(), 3);
    let settings = read(&[], &variables, file).unwrap();
    assert_eq!(settings.web.listen.port(), 2);
    let settings = read(&[], &[("MOORING_LISTEN", "")], file).unwrap();
    assert_eq!(settings.web.listen.port(), 1, "empty means not set");
    assert_eq!(settings.gorgias.refresh_rate, 7);
    assert!(!settings.gorgias.worker);
}

#[test]
fn wrong_values_are_named_with_a_remedy() {
    for (variable, value, remedy) in [
        ("MOORING_LISTEN", "here", "127.0.0.1:3000"),
        (
            "MOORING_PUBLIC_URL",
            "http://mooring.example.com",
            "use https",
        ),
        ("MOORING_CHECK_INTERVAL", "often", "6h"),
        ("MOORING_CHECK_INTERVAL", "9s", "not between 10s and 366d"),
        ("MOORING_REFRESH_RATE", "0", "give a number"),
        ("MOORING_WORKER", "yes", "give on or off"),
        ("MOORING_GORGIAS_URL", "https://gorgias.com", "{subdomain}"),
        (
            "MOORING_GORGIAS_URL",
            "http://127.0.0.1/a/{subdomain}",
            "https://",
        ),
        ("MOORING_DATABASE_URL", "mysql://x", "postgres://"),
        ("MOORING_TRUSTED_PROXIES", "proxy", "10.0.0.0/8"),
        ("MOORING_LOG_FORMAT", "xml", "text or json"),
        ("MOORING_CONFIG", "not-there.toml", "name a file"),
    ] {
        let error = error(&[(variable, value)]);
        assert!(error.starts_with(&format!("{variable}: ")), "{error}");
        assert!(error.contains(remedy), "{error}");
    }
}

#[test]
fn the_database_password_is_not_in_the_error() {
    let error = error(&[("MOORING_DATABASE_URL", "mysql://u:canary@h/d")]);
    assert!(!error.contains("canary"), "{error}");
}

#[test]
fn unknown_keys_of_the_file_are_named() {
    let error = read(&[], &[], Some("lisen = \"127.0.0.1:1\"")).unwrap_err();
    assert!(error.to_string().starts_with("lisen in "), "{error}");
    let broken = "listen = \"127.0.0.1:1\"\nmaster_keys = canary";
    let error = read(&[], &[], Some(broken)).unwrap_err().to_string();
    assert!(error.contains("line 2"), "{error}");
    assert!(!error.contains("canary"), "{error}");
}

#[test]
fn secrets_come_by_value_or_by_file_but_not_by_both() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    std::fs::write(&path, format!("{KEY}\n")).unwrap();
    let path = path.to_str().unwrap();

    let settings = read(&[], &[("MOORING_MASTER_KEYS_FILE", path)], None).unwrap();
    assert_eq!(
        settings
            .master_keys()
            .unwrap()
            .unwrap()
            .ids()
            .collect::<Vec<_>>(),
        ["k1"]
    );

    let both = [
        ("MOORING_MASTER_KEYS_FILE", path),
        ("MOORING_MASTER_KEYS", KEY),
    ];
    assert!(error(&both).contains("only one of the two"));
    let missing = error(&[("MOORING_MASTER_KEYS_FILE", "/not/there")]);
    assert!(
        missing.starts_with("MOORING_MASTER_KEYS_FILE: "),
        "{missing}"
    );
}

/// security.md 88: values as PowerShell, editors on Windows and lists of variables leave them.
#[test]
fn s88_what_editors_and_shells_add_is_not_part_of_a_setting() {
    let folder = tempfile::tempdir().unwrap();
    let utf16 = |text: &str| -> Vec<u8> {
        let text = format!("\u{feff}{text}");
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    };
    let path = folder.path().join("secret");
    let file = |setting: &str, content: &[u8]| {
        std::fs::write(&path, content).unwrap();
        let variable = format!("MOORING_{setting}_FILE");
        read(&[], &[(&variable, path.to_str().unwrap())], None).unwrap()
    };
    let ids = |settings: Settings| {
        let keys = settings.master_keys().unwrap().unwrap();
        keys.ids().map(str::to_owned).collect::<Vec<_>>()
    };
    let two = KEY.replace("k1", "k2");
    for (content, expected) in [
        (utf16(&format!("{KEY}\r\n")), 1),
        (format!("\u{feff}{KEY}\r\n").into_bytes(), 1),
        (format!("\"{KEY}\"\n").into_bytes(), 1),
        (format!("{KEY}\n{two}\n").into_bytes(), 2),
        (utf16(&format!("# ours\r\n{KEY},\r\n\r\n{two}\r\n")), 2),
    ] {
        let found = ids(file("MASTER_KEYS", &content));
        assert_eq!(found, ["k1", "k2"][..expected], "{content:?}");
    }
    let url = "postgres://mooring:a%20b@db.example/mooring";
    for content in [
        utf16(&format!("{url}\r\n")),
        format!("\u{feff}{url}\n\n").into_bytes(),
        format!(" '{url}'\r\n").into_bytes(),
    ] {
        let settings = file("DATABASE_URL", &content);
        assert_eq!(settings.store.database_url.expose_secret(), url);
    }
    let variables = [
        ("MOORING_LISTEN", "127.0.0.1:1\r"),
        (
            "MOORING_DATABASE_URL",
            "\"postgres://db.example/mooring\"\n",
        ),
    ];
    let settings = read(&[], &variables, None).unwrap();
    assert_eq!(settings.web.listen.port(), 1);
    let found = settings.store.database_url;
    assert_eq!(found.expose_secret(), "postgres://db.example/mooring");
    let with_mark = "\u{feff}listen = \"127.0.0.1:2\"\r\n";
    let settings = read(&[], &[], Some(with_mark)).unwrap();
    assert_eq!(settings.web.listen.port(), 2);
}

/// A settings file that exists and can't be read is an error.
#[test]
fn an_unreadable_settings_file_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mooring.toml"), [0x6c, 0xff]).unwrap();
    let error = Sources::new(HashMap::new(), [], folder.path())
        .err()
        .unwrap();
    assert!(
        error.to_string().contains("mooring.toml: it can't be read"),
        "{error}"
    );
}

/// security.md 40
#[test]
fn wrong_keys_are_refused_without_being_quoted() {
    for keys in ["canary", "k1:canary", "k1:AQID", "k1:"] {
        let settings = read(&[], &[("MOORING_MASTER_KEYS", keys)], None).unwrap();
        let error = settings.master_keys().unwrap_err().to_string();
        assert!(error.contains("MOORING_MASTER_KEYS"), "{error}");
        assert!(!error.contains("canary"), "{error}");
    }
    let settings = read(&[], &[("MOORING_MASTER_KEYS", KEY)], None).unwrap();
    assert!(!format!("{settings:?}").contains("AQIDBA"));
}

#[cfg(feature = "transit")]
mod key_service {
    use super::*;

    const ADDRESS: (&str, &str) = ("MOORING_KEY_SERVICE_URL", "https://vault.internal:8200");
    const TOKEN: (&str, &str) = ("MOORING_KEY_SERVICE_TOKEN", "hvs.canary");
    const MASTER: (&str, &str) = ("MOORING_MASTER_KEYS", KEY);

    fn vault(variables: &[(&str, &str)]) -> Result<String, String> {
        let settings = read(&[], variables, None).map_err(|e| e.to_string())?;
        let shown = format!("{settings:?}");
        assert!(!shown.contains("canary"), "{shown}");
        let vault = settings.vault().map_err(|e| e.to_string())?;
        Ok(format!("{vault:?}"))
    }

    #[test]
    fn it_wraps_in_front_of_the_master_keys_or_only_unwraps_behind_them() {
        let service = "transit:transit/mooring";
        assert_eq!(vault(&[MASTER]).unwrap(), "Vault([\"k1\"])");
        let alone = vault(&[ADDRESS, TOKEN]).unwrap();
        assert_eq!(alone, format!("Vault([\"{service}\"])"));
        let front = vault(&[ADDRESS, TOKEN, MASTER]).unwrap();
        assert_eq!(front, format!("Vault([\"{service}\", \"k1\"])"));
        let unwrap = ("MOORING_KEY_SERVICE_USE", "unwrap");
        let behind = vault(&[ADDRESS, TOKEN, MASTER, unwrap]).unwrap();
        assert_eq!(behind, format!("Vault([\"k1\", \"{service}\"])"));
        let nobody = vault(&[ADDRESS, TOKEN, unwrap]).unwrap_err();
        assert!(nobody.contains("nothing is left to wrap"), "{nobody}");
        let named = ("MOORING_KEY_SERVICE_KEY", "keys/eu/m-1");
        let named = vault(&[ADDRESS, TOKEN, named]).unwrap();
        assert_eq!(named, "Vault([\"transit:keys/eu/m-1\"])");
    }

    #[test]
    fn wrong_values_are_named_with_a_remedy_and_without_the_token() {
        for (variable, value, remedy) in [
            (
                "MOORING_KEY_SERVICE_URL",
                "http://10.0.0.5:8200",
                "use https",
            ),
            (
                "MOORING_KEY_SERVICE_URL",
                "vault",
                "https://vault.example.com",
            ),
            ("MOORING_KEY_SERVICE_KEY", "../sys", "transit/mooring"),
            ("MOORING_KEY_SERVICE_NAMESPACE", "a\nb", "team/mooring"),
            ("MOORING_KEY_SERVICE_CA_FILE", "/not/there", "name a file"),
            ("MOORING_KEY_SERVICE_CA_FILE", "/dev/null", "in PEM"),
            ("MOORING_KEY_SERVICE_USE", "on", "wrap or unwrap"),
        ] {
            let mut all = vec![ADDRESS, TOKEN, MASTER];
            all.retain(|(name, _)| *name != variable);
            all.push((variable, value));
            let error = vault(&all).unwrap_err();
            assert!(error.starts_with(&format!("{variable}: ")), "{error}");
            assert!(error.contains(remedy), "{error}");
            assert!(!error.contains("canary"), "{error}");
        }
        let missing = vault(&[ADDRESS, MASTER]).unwrap_err();
        assert!(
            missing.starts_with("MOORING_KEY_SERVICE_TOKEN: "),
            "{missing}"
        );
    }

    #[test]
    fn the_token_may_come_from_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "hvs.canary\n").unwrap();
        let file = ("MOORING_KEY_SERVICE_TOKEN_FILE", path.to_str().unwrap());
        assert!(vault(&[ADDRESS, file]).is_ok());
        let both = vault(&[ADDRESS, file, TOKEN]).unwrap_err();
        assert!(both.contains("only one of the two"), "{both}");
        let nowhere = ("MOORING_KEY_SERVICE_TOKEN_FILE", "/not/there");
        let error = vault(&[ADDRESS, nowhere]).unwrap_err();
        assert!(error.starts_with(nowhere.0), "{error}");
    }
}

/// The login that `migrate` gives the program's role to.
#[test]
fn the_login_that_serves_is_known_if_there_are_two() {
    let serves = "postgres://mooring%5Fserves:x@db.example/mooring";
    let owns = "postgres://mooring:x@db.example/mooring";
    let login = |variables: &[(&str, &str)]| {
        let settings = read(&[], variables, None).unwrap();
        settings.store.login_that_serves()
    };
    assert_eq!(
        login(&[("MOORING_DATABASE_URL", serves)]),
        None,
        "it is the same"
    );
    assert_eq!(
        login(&[("MOORING_MIGRATE_DATABASE_URL", owns)]),
        None,
        "not told here"
    );
    let both = [
        ("MOORING_DATABASE_URL", serves),
        ("MOORING_MIGRATE_DATABASE_URL", owns),
    ];
    assert_eq!(login(&both).unwrap(), "mooring_serves");
    let error = error(&[("MOORING_MIGRATE_DATABASE_URL", "mysql://u:canary@h/d")]);
    assert!(
        error.starts_with("MOORING_MIGRATE_DATABASE_URL: "),
        "{error}"
    );
    assert!(!error.contains("canary"), "{error}");
}

/// The table in README.md is the list of settings.
#[test]
fn the_readme_has_every_setting() {
    let words = |help: &str| {
        let linked = |word: &str| match word.split('#').next() {
            Some(page) if page.starts_with("docs/") => format!("[{page}]({word})"),
            _ => word.to_owned(),
        };
        help.split(' ').map(linked).collect::<Vec<_>>().join(" ")
    };
    let mut rows = "| variable | meaning | default |\n|---|---|---|\n".to_owned();
    for setting in std::iter::once(&table::CONFIG).chain(table::SETTINGS) {
        let variable = setting.key.to_ascii_uppercase();
        let secret = if setting.secret { " (secret)" } else { "" };
        let help = words(setting.help);
        let default = match setting.default {
            table::Fallback::Text(text) => format!("`{text}`"),
            table::Fallback::Words(words) => words.to_owned(),
        };
        rows += &format!("| `MOORING_{variable}`{secret} | {help} | {default} |\n");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (head, rest) = text.split_once("<!-- settings: ").unwrap();
    let (how, rest) = rest.split_once(" -->\n\n").unwrap();
    let (found, tail) = rest.split_once("\n<!-- /settings -->").unwrap();
    if std::env::var_os("MOORING_UPDATE_README").is_some() {
        let text = format!("{head}<!-- settings: {how} -->\n\n{rows}\n<!-- /settings -->{tail}");
        std::fs::write(path, text).unwrap();
    } else {
        assert_eq!(found, rows, "{how}");
    }
}
