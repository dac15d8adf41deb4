//! Which passwords are good enough: long, and not the first that anybody would try.

use super::password::prepare;
use secrecy::{ExposeSecret, SecretString};

/// Fewest characters (OWASP ASVS 5.0 6.2.1 asks for 8 and recommends 15).
pub const SHORTEST: usize = 12;

/// Most bytes; more makes nothing safer.
pub const LONGEST: usize = 1_024;

/// The password won't do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// Too few characters.
    #[error("Use at least {SHORTEST} characters. A few unrelated words make a good password.")]
    Short,
    /// Too many bytes.
    #[error("Use at most {LONGEST} characters.")]
    Long,
    /// A character that no keyboard types into a field, such as a tab.
    #[error(
        "Use letters, digits, signs and spaces only; a tab or a line break can't be typed everywhere."
    )]
    Control,
    /// Among the first that anybody would try.
    #[error("This password is too easy to guess. A few unrelated words make a good one.")]
    Common,
    /// Made of the person's or company's name or address.
    #[error(
        "This password is too close to your name, company or e-mail address. Use a few unrelated words."
    )]
    Personal,
}

/// Checks a new password. `known` is what a stranger knows of the person: the
/// names of person and company, the address.
///
/// # Errors
/// What is wrong with it; the text is fit to be shown.
pub fn check(password: &SecretString, known: &[&str]) -> Result<(), Weak> {
    let password = prepare(password);
    let password = password.expose_secret();
    if password.chars().any(char::is_control) {
        return Err(Weak::Control);
    }
    if password.chars().count() < SHORTEST {
        return Err(Weak::Short);
    }
    if password.len() > LONGEST {
        return Err(Weak::Long);
    }
    let letters: Vec<char> = password.to_lowercase().chars().collect();
    if is_repetition(&letters) || is_walk(&letters) {
        return Err(Weak::Common);
    }
    // A common word, and little else but a year or some signs.
    let rest = without(&letters, COMMON_WORDS.iter().copied());
    let meaningful = rest.iter().filter(|c| c.is_alphabetic()).count();
    if rest.len() < letters.len() && rest.len() < 8 && meaningful < 4 {
        return Err(Weak::Common);
    }
    let words = known
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.chars().count() >= 3);
    let rest = without(&letters, words);
    if rest.len() < letters.len() && rest.len() < 8 {
        return Err(Weak::Personal);
    }
    Ok(())
}

/// What is left of a text when these words are taken out, also disguised ones.
fn without<'a>(letters: &[char], words: impl Iterator<Item = &'a str>) -> Vec<char> {
    let plain: Vec<char> = letters.iter().copied().map(undisguised).collect();
    let mut covered = vec![false; letters.len()];
    for word in words {
        let word: Vec<char> = word.to_lowercase().chars().map(undisguised).collect();
        for (at, window) in plain.windows(word.len()).enumerate() {
            if window == word {
                covered[at..at + word.len()].fill(true);
            }
        }
    }
    letters
        .iter()
        .zip(covered)
        .filter_map(|(c, covered)| (!covered).then_some(*c))
        .collect()
}

/// The letter behind a usual disguise (`P@ssw0rd`).
fn undisguised(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        c => c,
    }
}

/// A few letters again and again: `aaaaaaaaaaaa`, `abcabcabcabc`, `123412341234`.
fn is_repetition(letters: &[char]) -> bool {
    (1..=6).any(|period| {
        letters
            .iter()
            .zip(letters.iter().skip(period))
            .all(|(a, b)| a == b)
    })
}

/// Mostly neighbours in the alphabet, the digits or on the keyboard:
/// `123456789012`, `abcdefghijkl`, `qwertyuiop12`, `1q2w3e4r5t6y`.
fn is_walk(letters: &[char]) -> bool {
    let neighbours = |a: char, b: char| {
        let step = u32::from(a).abs_diff(u32::from(b));
        let keys = ROWS.iter().any(|row| {
            let at = |c| row.chars().position(|k| k == c);
            matches!((at(a), at(b)), (Some(a), Some(b)) if a.abs_diff(b) <= 1)
        });
        step <= 1 || keys
    };
    let steps = letters
        .windows(2)
        .filter(|pair| neighbours(pair[0], pair[1]))
        .count();
    // A column after the other: every second letter goes along a row.
    let columns = letters
        .windows(3)
        .filter(|three| neighbours(three[0], three[2]))
        .count();
    steps.max(columns + 1) * 10 >= (letters.len() - 1) * 8
}

/// Rows and columns of the usual keyboards, joined where people go on from one
/// to the next.
const ROWS: [&str; 6] = [
    "1234567890",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiop",
    "azertyuiopqsdfghjklm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",
    "qazwsxedcrfvtgbyhnujmikolp",
];

/// Stems of the most common passwords, with disguises taken off.
const COMMON_WORDS: [&str; 60] = [
    "password",
    "passwort",
    "passw",
    "passphrase",
    "qwerty",
    "qwertz",
    "azerty",
    "qazwsx",
    "asdfgh",
    "zxcvbn",
    "letmein",
    "welcome",
    "willkommen",
    "changeme",
    "changethis",
    "default",
    "secret",
    "iloveyou",
    "ilovey",
    "iiovey",
    "admin",
    "administrator",
    "superuser",
    "root",
    "login",
    "iogin",
    "signin",
    "access",
    "master",
    "monkey",
    "dragon",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "batman",
    "starwars",
    "trustno",
    "whatever",
    "freedom",
    "michael",
    "jordan",
    "charlie",
    "hello",
    "test",
    "temp",
    "guest",
    "user",
    "example",
    "summer",
    "winter",
    "spring",
    "autumn",
    "january",
    "company",
    "mooring",
    "gorgias",
    "helpdesk",
    "support",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(password: &str) -> Result<(), Weak> {
        check(
            &SecretString::from(password),
            &["anna.lee@harbour.example", "Harbour & Co", "Anna Lee"],
        )
    }

    /// Security 50.
    #[test]
    fn short_long_common_and_personal_ones_are_refused() {
        assert_eq!(verdict("short-11-ch"), Err(Weak::Short));
        assert_eq!(
            verdict("ééééééééééé"),
            Err(Weak::Short),
            "characters count, not bytes"
        );
        assert_eq!(
            verdict(&"e\u{301}".repeat(11)),
            Err(Weak::Short),
            "letters taken apart don't count twice"
        );
        assert_eq!(verdict(&"x7".repeat(600)), Err(Weak::Long));
        for control in ["with a tab\tin it", "with a NUL\0in it", "two\nlines of it"] {
            assert_eq!(verdict(control), Err(Weak::Control));
        }
        for common in [
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "123456789012",
            "1234567890123456",
            "987654321098",
            "abcdefghijkl",
            "qwertyuiop12",
            "qwertyuiopasdfgh",
            "1q2w3e4r5t6y",
            "1qaz2wsx3edc",
            "passwordpassword",
            "Password1234",
            "P@ssw0rd2026!",
            "password12345",
            "Welcome12345!",
            "administrator",
            "letmeinletmein",
            "iloveyou1234",
            "qwerty123456",
            "Summer2026!!",
            "changeme1234",
            "mooring12345",
            "111111111111",
            "adminadmin12",
            "123123123123",
            "121212121212",
            "trustno1trustno1",
            "superman12345",
            "testtesttest",
            "qazwsxedcrfv",
        ] {
            assert_eq!(verdict(common), Err(Weak::Common), "{common}");
        }
        for personal in [
            "annaleeharbour",
            "Harbour-2026!",
            "anna.lee@harbour.example",
            "harbourharbour",
        ] {
            assert!(
                matches!(verdict(personal), Err(Weak::Personal | Weak::Common)),
                "{personal}"
            );
        }
    }

    #[test]
    fn long_and_unrelated_ones_pass() {
        for good in [
            "correct horse battery staple",
            "mjölk-tåg-paraply",
            "x7Kq!vB2zRw9",
            "harbour lantern biscuit",
            "my password is about otters",
            "二十四時間戦えますか本当に",
            "test driven otters swim",
            "gT5#mmpL0e-ws",
        ] {
            assert_eq!(verdict(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn nothing_is_shown_of_the_password() {
        for weak in [
            Weak::Short,
            Weak::Long,
            Weak::Control,
            Weak::Common,
            Weak::Personal,
        ] {
            assert!(weak.to_string().ends_with('.'));
        }
    }
}
