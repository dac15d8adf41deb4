//! Codes of an authenticator app: time-based one-time passwords (RFC 6238), in the
//! one form that every app knows: SHA-1, six digits, a new code every 30 seconds.

use crate::time::{Span, Timestamp};
use totp_rs::{Builder, Secret, Totp};

/// How many random bytes a key has (RFC 4226 4, R6).
pub const KEY_LENGTH: usize = 20;
/// How many digits a code has.
pub const DIGITS: usize = 6;
/// How long a code is the present one.
pub const PERIOD: Span = Span::seconds(30);

/// The number of a period since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "sea-orm", derive(sea_orm::DeriveValueType))]
pub struct Step(pub i64);

impl Step {
    /// Before every step: no code was used yet.
    pub const NONE: Self = Self(-1);

    /// The step at an instant.
    pub const fn at(instant: Timestamp) -> Self {
        Self(instant.0.div_euclid(PERIOD.0))
    }
}

/// A code as somebody typed it, without the space that apps show in its middle;
/// `None` if it can't be a code.
pub fn typed_code(typed: &str) -> Option<String> {
    let code: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let is_code = code.len() == DIGITS && code.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then_some(code)
}

/// The key that an authenticator app shares with us.
pub struct AuthenticatorKey(Totp);

impl AuthenticatorKey {
    /// The key of these random bytes.
    pub fn new(bytes: [u8; KEY_LENGTH]) -> Self {
        // A step before or after is tried by `step_of`, which knows the last one used.
        let key = Builder::new()
            .with_secret(Secret::new_stack(bytes))
            .with_skew(0);
        Self(key.build_noncompliant())
    }

    /// The key of a text from [`Self::text`].
    pub fn parse(text: &str) -> Option<Self> {
        let secret = Secret::try_from_base32(text).ok()?;
        secret.as_bytes().try_into().ok().map(Self::new)
    }

    /// The key for typing and for the address of an app: base32 (RFC 4648 6).
    pub fn text(&self) -> String {
        self.0.secret().to_base32()
    }

    /// The code of a step.
    pub fn code(&self, step: Step) -> String {
        self.0.generate(seconds(step)).to_string()
    }

    /// The step of a code that may be used now: the present one or its neighbours,
    /// since clocks differ and typing takes a while (RFC 6238 5.2). A step up to
    /// `used` is spent. All three are compared, each in constant time.
    pub fn step_of(&self, code: &str, now: Timestamp, used: Step) -> Option<Step> {
        let present = Step::at(now);
        [present, Step(present.0 + 1), Step(present.0 - 1)]
            .map(|step| (step, self.0.check(code, seconds(step)).is_some()))
            .into_iter()
            .find(|(step, matches)| *matches && *step > used)
            .map(|(step, _)| step)
    }
}

fn seconds(step: Step) -> u64 {
    let seconds = step.0.saturating_mul(PERIOD.whole_seconds());
    u64::try_from(seconds).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8; KEY_LENGTH] = b"12345678901234567890";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds)
    }

    /// RFC 6238, appendix B, SHA-1; its last six digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let key = AuthenticatorKey::new(*KEY);
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(key.code(Step::at(at(seconds))), code);
            let step = key.step_of(code, at(seconds), Step::NONE);
            assert_eq!(step, Some(Step(seconds / 30)));
        }
    }

    #[test]
    fn a_neighbour_counts_and_what_is_further_away_does_not() {
        let key = AuthenticatorKey::new(*KEY);
        let now = at(1_111_111_111);
        let present = Step::at(now);
        for (off, counts) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let step = Step(present.0 + off);
            let found = key.step_of(&key.code(step), now, Step::NONE);
            assert_eq!(found, counts.then_some(step), "{off}");
        }
    }

    #[test]
    fn a_step_that_was_used_and_those_before_it_are_spent() {
        let key = AuthenticatorKey::new(*KEY);
        let now = at(1_111_111_111);
        let present = Step::at(now);
        let before = Step(present.0 - 1);
        let next = Step(present.0 + 1);
        assert_eq!(key.step_of(&key.code(before), now, present), None);
        assert_eq!(key.step_of(&key.code(present), now, present), None);
        assert_eq!(key.step_of(&key.code(next), now, present), Some(next));
        assert_eq!(key.step_of(&key.code(present), now, before), Some(present));
    }

    #[test]
    fn a_key_is_read_from_its_text() {
        let key = AuthenticatorKey::new(*KEY);
        assert_eq!(key.text(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let read = AuthenticatorKey::parse(&key.text()).unwrap();
        assert_eq!(read.code(Step(1)), "287082");
        for bad in ["", "GEZDGNBVGY3TQOJQ", "not base32!"] {
            assert!(AuthenticatorKey::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_typed_code_loses_its_spaces_and_nothing_else() {
        assert_eq!(typed_code(" 418 205\n").as_deref(), Some("418205"));
        for bad in ["", "41820", "4182055", "41820a", "+18205", "٤١٨٢٠٥"] {
            assert_eq!(typed_code(bad), None, "{bad}");
        }
    }
}
