//! Numbers with the word that they count.

/// "1 account", "2 accounts".
pub(crate) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
