//! Addresses stand in one place, `app/src/address.rs`.

use app::address::Address;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// The parts of addresses that stand in the text of a program as a literal.
fn built_by_hand(text: &str, words: &BTreeSet<String>) -> Vec<String> {
    let program = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let code = program
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    code.filter(|line| {
        line.split('"')
            .skip(1)
            .step_by(2)
            .any(|text| is_address(text, words))
    })
    .map(str::to_owned)
    .collect()
}

/// Whether one of the words stands behind a slash, at the begin or behind a variable.
fn is_address(literal: &str, words: &BTreeSet<String>) -> bool {
    let begins = literal.starts_with('/') || literal.contains("}/");
    let mut parts = literal.split(['/', '?', '#']).skip(1);
    begins && parts.any(|part| words.contains(part))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_address_is_built_by_hand() {
    let words: BTreeSet<_> = Address::PATTERNS
        .iter()
        .flat_map(|pattern| pattern.0.split('/'))
        .filter(|word| !word.is_empty() && !word.starts_with('{'))
        .map(str::to_owned)
        .collect();
    for by_hand in [
        r#"format!("/t/{tenant}/apps")"#,
        r#"see_other("/signin")"#,
        r#"href=format!("{home}/accounts?app={app}")"#,
    ] {
        assert_eq!(built_by_hand(by_hand, &words).len(), 1, "{by_hand}");
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    sources(&root.join("app/src"), &mut files);
    sources(&root.join("server/src"), &mut files);
    assert!(files.len() > 100);
    let mut found = Vec::new();
    for file in files {
        let name = file.strip_prefix(root).unwrap().to_string_lossy();
        // The one place; tests, which say what is expected; and the machine API.
        let other = name == "app/src/address.rs"
            || name.contains("/tests/")
            || name.ends_with("/tests.rs")
            || name.starts_with("server/src/api/");
        if !other {
            let text = std::fs::read_to_string(&file).unwrap();
            let lines = built_by_hand(&text, &words);
            found.extend(lines.into_iter().map(|line| format!("{name}: {line}")));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
