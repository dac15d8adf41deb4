//! The text of a search.

use domain::subdomain::Subdomain;
use sea_orm::sea_query::{Expr, SimpleExpr};

/// More letters than any name or address has.
const LONGEST: usize = 320;

/// Whether a search for this text finds beginnings of words alone: one or two letters are
/// in the middle of nearly every account.
pub fn finds_beginnings_only(typed: &str) -> bool {
    (1..3).contains(&typed.trim().chars().count())
}

/// What can be searched for, in the letters that were typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Typed(String);

/// Reads what was typed.
pub(super) enum Reading {
    /// There is no text.
    Nothing,
    /// No account holds this.
    Hopeless,
    /// Look for it.
    Text(Typed),
}

impl Typed {
    /// An account's address is searched for as its subdomain.
    pub fn read(typed: &str) -> Reading {
        let text = typed.trim();
        if text.is_empty() {
            return Reading::Nothing;
        }
        let text = Subdomain::from_typed(text).map_or_else(|_| text.to_owned(), String::from);
        let letters = text.chars().count();
        let short = finds_beginnings_only(&text);
        if letters > LONGEST
            // Lines are texts of different things.
            || text.contains(char::is_control)
            // A word has letters and digits.
            || (short && !text.chars().all(char::is_alphanumeric))
        {
            return Reading::Hopeless;
        }
        Reading::Text(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_short(&self) -> bool {
        finds_beginnings_only(&self.0)
    }

    /// Whether a text in Rust holds it, as the database would say.
    pub fn is_in(&self, text: &str) -> bool {
        let (text, part) = (text.to_lowercase(), self.0.to_lowercase());
        if self.is_short() {
            text.split(|c: char| !c.is_alphanumeric())
                .any(|word| word.starts_with(&part))
        } else {
            text.contains(&part)
        }
    }

    /// Whether a text of the database holds it: without an index, for one row at a time.
    pub fn is_in_column(&self, sqlite: bool, text: SimpleExpr) -> SimpleExpr {
        match (sqlite, self.is_short()) {
            (true, _) => {
                Expr::cust_with_exprs("(char(10) || ?) GLOB ?", [text, self.glob().into()])
            }
            (false, true) => Expr::cust_with_exprs(
                "(chr(10) || lower($1)) ~ ('[^[:alnum:]]' || lower($2))",
                [text, self.0.clone().into()],
            ),
            (false, false) => Expr::cust_with_exprs(
                "lower($1) LIKE '%' || lower($2) || '%'",
                [text, escaped(&self.0).into()],
            ),
        }
    }

    /// The pattern for SQLite's GLOB, with large and small letters of all alphabets: its
    /// LIKE knows those of ASCII alone.
    fn glob(&self) -> String {
        let mut pattern = "*".to_owned();
        if self.is_short() {
            pattern += NO_LETTER;
        }
        for letter in self.0.chars() {
            let mut all = vec![letter];
            all.extend(only(letter.to_lowercase()));
            all.extend(only(letter.to_uppercase()));
            all.sort_unstable();
            all.dedup();
            if all.len() > 1 || "*?[".contains(letter) {
                pattern.push('[');
                pattern.extend(all);
                pattern.push(']');
            } else {
                pattern.push(letter);
            }
        }
        pattern.push('*');
        pattern
    }
}

/// What stands between words, as a class of GLOB: what is neither letter nor digit in
/// ASCII, and the usual signs beyond.
const NO_LETTER: &str = "[\u{1}-/:-@[-`{-\u{a9}\u{ab}-\u{b4}\u{b6}-\u{b9}\u{bb}-\u{bf}\u{d7}\u{f7}\
    \u{2000}-\u{2bff}\u{3000}-\u{303f}\u{fe10}-\u{fe6f}\u{1f000}-\u{1faff}]";

/// The one letter, unless there are several: `ß` has no large one.
fn only(mut letters: impl Iterator<Item = char>) -> Option<char> {
    letters.next().filter(|_| letters.next().is_none())
}

/// The special characters of LIKE are taken literally.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        match Typed::read(text) {
            Reading::Text(typed) => Some(typed.0),
            Reading::Nothing | Reading::Hopeless => None,
        }
    }

    #[test]
    fn addresses_are_read_as_subdomains_and_other_texts_as_they_are() {
        assert_eq!(read(" https://Acme.gorgias.com/app ").unwrap(), "acme");
        assert_eq!(read(" Mira@Acme ").unwrap(), "Mira@Acme");
        assert_eq!(read("100% \"\\_").unwrap(), "100% \"\\_");
        assert_eq!(read("ü").unwrap(), "ü");
        assert!(matches!(Typed::read(" "), Reading::Nothing));
        for hopeless in ["a\0b", "a\nb", "%", "a.", "👍", &"x".repeat(321)] {
            assert!(
                matches!(Typed::read(hopeless), Reading::Hopeless),
                "{hopeless}"
            );
        }
    }

    #[test]
    fn patterns_hold_both_letters_and_nothing_special() {
        let glob = |text: &str| Typed(text.to_owned()).glob();
        assert_eq!(glob("aÜ*?[]^-1ß"), "*[Aa][Üü][*][?][[]]^-1ß*");
        assert_eq!(glob("ab"), format!("*{NO_LETTER}[Aa][Bb]*"));
        assert_eq!(escaped("a%_\\"), "a\\%\\_\\\\");
    }

    #[test]
    fn one_and_two_letters_are_beginnings() {
        let is_in = |part: &str, text| Typed(part.to_owned()).is_in(text);
        assert!(is_in("rE", "Easy Returns") && is_in("r", "easy-returns") && is_in("asy", "Easy"));
        assert!(!is_in("et", "Easy Returns") && !is_in("asx", "Easy"));
        assert!(finds_beginnings_only(" ab ") && finds_beginnings_only("ü"));
        assert!(!finds_beginnings_only("") && !finds_beginnings_only("abc"));
    }
}
