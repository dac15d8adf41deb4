//! Rules for passwords: long, and hard to guess.

use super::{
    SignedIn, breached_passwords,
    membership::{self, PersonSummary},
    password::prepare,
};
use crate::core::{error::InternalError, services::Services};
use secrecy::{ExposeSecret, SecretString};
use zxcvbn::{Score, zxcvbn};

/// Fewest characters (OWASP ASVS 5.0 6.2.1 requires 8 and recommends 15).
pub const SHORTEST: usize = 12;

/// Most bytes; longer passwords are not safer.
pub const LONGEST: usize = 1_024;

/// Why the password is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// Too few characters.
    #[error("Use at least {SHORTEST} characters. A few unrelated words make a good password.")]
    Short,
    /// Too many bytes.
    #[error("Use at most {LONGEST} characters.")]
    Long,
    /// A character that can't be typed into a field on every keyboard, such as a tab.
    #[error(
        "Use letters, digits, signs and spaces only; a tab or a line break can't be typed everywhere."
    )]
    Control,
    /// It is among the first guesses.
    #[error("This password is too easy to guess. A few unrelated words make a good one.")]
    Common,
    /// It is close to the person's or company's name or address.
    #[error(
        "This password is too close to your name, company or e-mail address. Use a few unrelated words."
    )]
    Personal,
    /// It leaked somewhere.
    #[error(
        "This password is in a list of passwords that leaked elsewhere. Use a few unrelated words."
    )]
    Breached,
}

/// Why a new password isn't accepted; `None` if it is. `known` holds facts that others
/// know about the person: the names of person and companies, and the address.
///
/// # Errors
/// If the installation's list of breached passwords can't be read.
pub(crate) async fn weakness(
    services: &Services,
    new: &SecretString,
    known: &[&str],
) -> Result<Option<Weak>, InternalError> {
    if let Err(weak) = check(new, known) {
        return Ok(Some(weak));
    }
    let Some(list) = &services.config.breached_passwords else {
        return Ok(None);
    };
    let breached = breached_passwords::contain(list, new).await?;
    Ok(breached.then_some(Weak::Breached))
}

/// The same for somebody who is there, whose tenants others know as well.
///
/// # Errors
/// As [`weakness`], or if the database fails.
pub(crate) async fn weakness_for(
    services: &Services,
    person: &PersonSummary,
    new: &SecretString,
) -> Result<Option<Weak>, InternalError> {
    let tenants = membership::tenants_of(services, SignedIn::own_way(person.id)).await?;
    let names = tenants.iter().map(|tenant| tenant.name.as_str());
    let known: Vec<_> = [person.email.as_str(), person.name.as_str()]
        .into_iter()
        .chain(names)
        .collect();
    weakness(services, new, &known).await
}

fn check(password: &SecretString, known: &[&str]) -> Result<(), Weak> {
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
    if !is_hard_to_guess(password, &OURS) {
        return Err(Weak::Common);
    }
    let words = known
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.chars().count() >= 3);
    let personal: Vec<&str> = words.chain(known.iter().copied()).chain(OURS).collect();
    if is_hard_to_guess(password, &personal) {
        Ok(())
    } else {
        Err(Weak::Personal)
    }
}

/// Words that every attacker of an installation of Mooring knows.
const OURS: [&str; 3] = ["mooring", "gorgias", "helpdesk"];

/// Whether an attacker needs more than 10^10 guesses who knows common
/// passwords, words, keyboards, dates and these words (zxcvbn's highest score).
/// zxcvbn doesn't wipe its copies; core dumps are switched off (`core_dumps`).
fn is_hard_to_guess(password: &str, words: &[&str]) -> bool {
    zxcvbn(password, words).score() == Score::Four
}

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
            // ASVS 6.2.9: 64 characters and more.
            "seven otters swim past the harbour lantern while biscuits wait on a velvet kettle",
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
            Weak::Breached,
        ] {
            assert!(weak.to_string().ends_with('.'));
        }
    }
}
