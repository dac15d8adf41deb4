//! The order of the rooms of `service` (ARCHITECTURE.md): each imports only
//! from those that `lib.rs` names before it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Rooms that may import from all others, and be imported by tests alone.
const APART: &str = "testing";

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The rooms, in the order of `lib.rs`.
fn rooms() -> Vec<String> {
    let text = fs::read_to_string(source().join("lib.rs")).unwrap();
    let names = text.lines().filter_map(|line| {
        let (_, rest) = line.split_once("mod ")?;
        Some(rest.strip_suffix(';')?.to_owned())
    });
    names.filter(|name| name != APART).collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if name == "tests" || name.ends_with("_tests") {
            continue;
        }
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The program's own text: neither comments nor the tests at the end.
fn program(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let program = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let lines = program
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// What is named behind `crate::` or as first part within `crate::{ … }`.
fn named(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let word = |text: &str| -> String {
        let letters = text.chars();
        letters
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let Some(list) = rest.strip_prefix('{') else {
            found.insert(word(rest));
            continue;
        };
        let (mut depth, mut begins) = (0, true);
        for (at, letter) in list.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => begins = true,
                letter if begins && letter.is_alphabetic() => {
                    found.insert(word(&list[at..]));
                    begins = false;
                }
                _ => (),
            }
        }
    }
    found
}

#[test]
fn imports_are_found_however_they_are_written() {
    let text = "use crate::a::B;\nuse crate::{\n    c::{D, e::F},\n    g,\n    h::{self, I},\n};\nlet _ = crate::j::K;";
    let names: Vec<String> = named(text).into_iter().collect();
    assert_eq!(names, ["a", "c", "g", "h", "j"]);
}

#[test]
fn imports_run_downward_only() {
    let rooms = rooms();
    let floor: BTreeMap<&str, usize> = rooms.iter().map(String::as_str).zip(0..).collect();
    assert!(floor.len() > 10, "{rooms:?}");
    let mut upward = Vec::new();
    let mut seen = 0;
    for room in &rooms {
        let mut all = Vec::new();
        files(&source().join(room), &mut all);
        for file in all {
            let program = program(&file);
            // Everything outside of a room is named from the crate's root.
            let depth = file.strip_prefix(source()).unwrap().components().count();
            let inside = depth - usize::from(file.ends_with("mod.rs"));
            if program.contains(&"super::".repeat(inside)) {
                upward.push(format!("{} leaves its room by super", file.display()));
            }
            for name in named(&program) {
                seen += 1;
                if floor.get(name.as_str()) > floor.get(room.as_str()) {
                    upward.push(format!("{} imports {name}", file.display()));
                }
            }
        }
    }
    assert!(seen > 300, "only {seen} imports were found");
    assert!(upward.is_empty(), "{upward:#?}");
}
