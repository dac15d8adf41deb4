//! The list of breached passwords that an installation has (OWASP ASVS 6.2.12): a text
//! file with a SHA-1 digest in hexadecimal at the beginning of each line, sorted, as
//! “Have I Been Pwned” gives it out. What follows the digest on its line doesn't count.
//!
//! The file may have gigabytes: some 30 short reads find a line in it. Passwords are
//! stored under Argon2id; SHA-1 only names them in the list.

use crate::{core::error::InternalError, people::password::prepare};
use secrecy::{ExposeSecret, SecretString};
use sha1::{Digest, Sha1};
use std::{
    cmp::Ordering,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

/// Letters of a digest.
const DIGEST: usize = 40;
/// More than a line of such a list has: a digest, how often it was seen, a line break.
const LONGEST_LINE: u64 = 128;

/// Whether the list at `path` has the password.
///
/// # Errors
/// If the file can't be read, or isn't such a list: then nobody knows.
pub(super) async fn contain(path: &Path, password: &SecretString) -> Result<bool, InternalError> {
    let digest = Sha1::digest(prepare(password).expose_secret().as_bytes());
    let wanted = hexadecimal(&digest);
    let path = path.to_owned();
    let found = tokio::task::spawn_blocking(move || find(&mut File::open(path)?, &wanted));
    found.await?.map_err(InternalError::BreachedPasswords)
}

fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Whether the file is such a list, as far as its first line shows.
///
/// # Errors
/// What is wrong with it.
pub fn look_at(path: &Path) -> io::Result<()> {
    let mut start = [0; DIGEST];
    File::open(path)?.read_exact(&mut start)?;
    digest(&start).map(drop)
}

/// Looks for a digest in capital letters.
fn find(list: &mut (impl Read + Seek), wanted: &str) -> io::Result<bool> {
    // Lines that begin between these two may be it; a line begins at `from`.
    let (mut from, mut to) = (0, list.seek(SeekFrom::End(0))?);
    while from < to {
        let middle = from + (to - from) / 2;
        let start = middle.saturating_sub(LONGEST_LINE).max(from);
        list.seek(SeekFrom::Start(start))?;
        let mut text = Vec::new();
        list.take(2 * LONGEST_LINE).read_to_end(&mut text)?;
        // The line in which the middle is.
        let before = usize::try_from(middle - start).unwrap_or(0);
        let line = match text[..before].iter().rposition(|byte| *byte == b'\n') {
            Some(end) => end + 1,
            None if start == from => 0,
            None => return Err(not_a_list()),
        };
        let at = start + line as u64;
        let there = text.get(line..line + DIGEST).ok_or_else(not_a_list)?;
        match digest(there)?.as_str().cmp(wanted) {
            Ordering::Equal => return Ok(true),
            Ordering::Greater => to = at,
            Ordering::Less => {
                let end = text[line..].iter().position(|byte| *byte == b'\n');
                from = end.map_or(to, |end| at + end as u64 + 1);
            }
        }
    }
    Ok(false)
}

/// A digest as it stands in a list, in capital letters.
fn digest(bytes: &[u8]) -> io::Result<String> {
    if !bytes.iter().all(u8::is_ascii_hexdigit) {
        return Err(not_a_list());
    }
    Ok(String::from_utf8_lossy(bytes).to_ascii_uppercase())
}

fn not_a_list() -> io::Error {
    let text = "it isn't a list with a SHA-1 digest in hexadecimal at the beginning of each line";
    io::Error::new(io::ErrorKind::InvalidData, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn digest_of(number: u32) -> String {
        hexadecimal(&Sha1::digest(number.to_string()))
    }

    fn list(digests: &[String], end: impl Fn(usize) -> String) -> Cursor<Vec<u8>> {
        let lines = digests.iter().enumerate();
        let text: String = lines.map(|(n, digest)| digest.clone() + &end(n)).collect();
        Cursor::new(text.into_bytes())
    }

    #[test]
    fn every_line_is_found_and_no_other() {
        for count in [0, 1, 2, 3, 10, 500] {
            let mut digests: Vec<_> = (0..count).map(digest_of).collect();
            digests.sort();
            // Lines of other lengths, as counts and systems make them.
            let counts = |n: usize| format!(":{}\r\n", 10_u64.pow((n % 10) as u32));
            for mut list in [
                list(&digests, |_| "\n".to_owned()),
                list(&digests, counts),
                list(&digests, |n| {
                    if n + 1 < count as usize { "\n" } else { "" }.to_owned()
                }),
            ] {
                for digest in &digests {
                    assert!(find(&mut list, digest).unwrap(), "{digest} of {count}");
                }
                for other in count..count + 200 {
                    assert!(!find(&mut list, &digest_of(other)).unwrap());
                }
            }
        }
    }

    #[test]
    fn small_letters_are_the_same() {
        let mut list = Cursor::new(digest_of(7).to_ascii_lowercase() + "\n");
        assert!(find(&mut list, &digest_of(7)).unwrap());
    }

    #[test]
    fn what_is_no_list_is_told() {
        for text in [
            "password1234\n".repeat(50),
            "A".repeat(5_000),
            "0".repeat(39),
        ] {
            let found = find(&mut Cursor::new(text.clone()), &digest_of(7));
            let kind = found.expect_err(&text).kind();
            assert_eq!(kind, io::ErrorKind::InvalidData);
        }
    }
}
