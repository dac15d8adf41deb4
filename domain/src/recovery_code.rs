//! Codes for whoever lost their second factor: each works once.
//!
//! They are written in Crockford's base32, whose letters are hard to mistake: what is
//! typed instead of one of its digits means that digit.

/// So many are made at once.
pub const HOW_MANY: usize = 10;
/// Letters of a code: five random bits each, 60 in all.
pub const LETTERS: usize = 12;
/// Letters in a group.
const GROUP: usize = 4;
/// No i, l, o and u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A code of random bytes, as it is compared: without groups.
pub fn of_random(bytes: [u8; LETTERS]) -> String {
    let letter = |byte: u8| ALPHABET.get(usize::from(byte & 31)).copied();
    bytes
        .into_iter()
        .filter_map(letter)
        .map(char::from)
        .collect()
}

/// A code in groups, as people read it: `k7mf-93qd-2xwp`.
pub fn in_groups(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    let groups = letters.chunks(GROUP).map(String::from_iter);
    groups.collect::<Vec<_>>().join("-")
}

/// A code as somebody typed it, without groups, in small letters; `None` if it can't be a
/// code.
pub fn typed(typed: &str) -> Option<String> {
    let kept = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let code: String = kept
        .map(|c| match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect();
    let is_code = code.len() == LETTERS && code.bytes().all(|byte| ALPHABET.contains(&byte));
    is_code.then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_letter_has_five_bits_of_its_byte() {
        let code = of_random([0, 1, 9, 10, 17, 18, 26, 31, 32, 63, 128, 255]);
        assert_eq!(code, "019ahjtz0z0z");
        assert_eq!(in_groups(&code), "019a-hjtz-0z0z");
        let letters: std::collections::BTreeSet<_> = ALPHABET.iter().collect();
        assert_eq!(letters.len(), 32);
    }

    #[test]
    fn what_people_type_is_understood() {
        let code = "019ahjtz0z0z";
        for good in [
            "019a-hjtz-0z0z",
            "019ahjtz0z0z",
            " 019A HJTZ 0Z0Z\n",
            "OI9a-hjtz-oZ0z",
            "0l9ahjtz-OzOz",
        ] {
            assert_eq!(typed(good).as_deref(), Some(code), "{good}");
        }
        for bad in [
            "",
            "019a-hjtz",
            "019a-hjtz-0z0z0",
            "019a-hjtz-0z0u",
            "019a_hjtz_0z0",
        ] {
            assert_eq!(typed(bad), None, "{bad}");
        }
    }

    #[test]
    fn no_code_of_an_app_is_one() {
        assert_eq!(typed("418 205"), None);
        assert_eq!(crate::totp::typed_code("019a-hjtz-0z0z"), None);
    }
}
