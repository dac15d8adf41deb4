//! The content of a slot: first, in plain text, where the entry belongs; then,
//! sealed, Gorgias' answer.

use crate::{
    encryption::VaultError,
    host::random::Random,
    vault::{Bound, JournalKey},
};
use domain::{
    event::Actor,
    granted::Granted,
    ids::{ConnectionId, DataKeyId, TenantId},
    scope::ScopeSet,
    time::Timestamp,
};
use gorgias::{Grant, Leftover, Renewal, Unavailable};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;
use zeroize::Zeroizing;

/// Bytes of a slot. An answer is read up to 64 KiB, and only parts of it are
/// kept. The rest is for the name of the actor, lengths and the header.
pub(super) const SLOT: usize = 72 * 1024;

/// Bytes of the part in plain text.
pub(super) const HEADER: usize = 84;

/// A longer name of the actor is not kept.
const LONGEST_WHO: usize = 4 * 1024;

const MAGIC: &[u8; 8] = b"mooringJ";
const FORMAT: u16 = 1;

/// Gorgias' answer, with all that is needed to store it later.
pub(crate) struct Answer {
    pub bound: Bound,
    /// When it arrived.
    pub at: Timestamp,
    /// Whether the app uses the credentials of the request.
    pub in_use: bool,
    pub who: Actor,
    pub renewal: Renewal,
}

/// The result of reading a slot.
pub(super) enum Found {
    /// Nothing.
    Free,
    /// An entry, still sealed.
    Entry(Header),
    /// Neither of these.
    Nonsense,
}

/// The part in plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub bound: Bound,
    pub key: DataKeyId,
    nonce: [u8; 12],
    length: usize,
}

impl Header {
    /// The length of the entry in the slot, in bytes.
    pub fn whole(&self) -> usize {
        HEADER + self.length
    }

    pub fn read(slot: &[u8]) -> Found {
        if slot.iter().take(HEADER).all(|byte| *byte == 0) {
            return Found::Free;
        }
        match Self::parse(&mut Reader(slot)) {
            Some(header) if header.length <= SLOT - HEADER => Found::Entry(header),
            _ => Found::Nonsense,
        }
    }

    fn parse(read: &mut Reader<'_>) -> Option<Self> {
        if read.array::<8>()? != *MAGIC || read.array::<2>()? != FORMAT.to_be_bytes() {
            return None;
        }
        read.array::<2>()?;
        let length = usize::try_from(u32::from_be_bytes(read.array()?)).ok()?;
        let tenant = TenantId(Uuid::from_bytes(read.array()?));
        let connection = ConnectionId(Uuid::from_bytes(read.array()?));
        let key = DataKeyId(Uuid::from_bytes(read.array()?));
        let version = i64::from_be_bytes(read.array()?);
        Some(Self {
            bound: Bound {
                tenant,
                connection,
                version,
            },
            key,
            nonce: read.array()?,
            length,
        })
    }
}

/// Seals an answer into the bytes of a slot.
pub(super) fn seal(
    answer: &Answer,
    key: &JournalKey,
    random: &dyn Random,
) -> Result<Vec<u8>, VaultError> {
    let bound = &answer.bound;
    let (nonce, ciphertext) = key.seal(random, bound, &plain(answer))?;
    let length = u32::try_from(ciphertext.len()).map_err(|_| VaultError::NotSealed)?;
    let mut bytes = Vec::with_capacity(HEADER + ciphertext.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&FORMAT.to_be_bytes());
    bytes.extend_from_slice(&[0; 2]);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(bound.tenant.0.as_bytes());
    bytes.extend_from_slice(bound.connection.0.as_bytes());
    bytes.extend_from_slice(key.id().0.as_bytes());
    bytes.extend_from_slice(&bound.version.to_be_bytes());
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(&ciphertext);
    if bytes.len() > SLOT {
        return Err(VaultError::NotSealed);
    }
    Ok(bytes)
}

/// Opens an entry that [`seal`] made; `None` if it isn't whole or the key is another.
pub(super) fn open(header: &Header, key: &JournalKey, slot: &[u8]) -> Option<Answer> {
    let ciphertext = slot.get(HEADER..header.whole())?;
    let plain = key.open(&header.bound, &header.nonce, ciphertext)?;
    answer(header.bound, &mut Reader(&plain))
}

fn plain(answer: &Answer) -> Zeroizing<Vec<u8>> {
    let who = who(&answer.who);
    let (access, refresh, grant) = match &answer.renewal {
        Renewal::Grant(grant) => (
            Some(&grant.access_token),
            grant.refresh_token.as_ref(),
            Some(grant),
        ),
        Renewal::Leftover(leftover) => (None, Some(&leftover.refresh_token), None),
    };
    let number = |of: fn(&Grant) -> Option<i64>| grant.and_then(of).map(i64::to_be_bytes);
    let (expires_in, jwt_exp) = (number(|g| g.expires_in), number(|g| g.jwt_exp));
    // An answer never names an empty set of scopes, so the empty set means unreadable.
    let scope = grant.and_then(|grant| match &grant.scope {
        Granted::Told(scopes) => Some(scopes.to_string()),
        Granted::NotTold => None,
        Granted::Unreadable => Some(String::new()),
    });
    let parts: [Option<&[u8]>; 6] = [
        Some(who.as_bytes()),
        access.map(|token| token.expose_secret().as_bytes()),
        refresh.map(|token| token.expose_secret().as_bytes()),
        expires_in.as_ref().map(|bytes| &bytes[..]),
        jwt_exp.as_ref().map(|bytes| &bytes[..]),
        scope.as_ref().map(|text| text.as_bytes()),
    ];
    // Large enough, so that growing leaves no copy behind.
    let room = parts.iter().map(|part| 4 + part.map_or(0, <[u8]>::len));
    let mut plain = Zeroizing::new(Vec::with_capacity(9 + room.sum::<usize>()));
    plain.extend_from_slice(&answer.at.0.to_be_bytes());
    plain.push(answer.in_use.into());
    for part in parts {
        put(&mut plain, part);
    }
    plain
}

/// No name of a person or token, however long, may keep an answer out of its slot.
fn who(who: &Actor) -> String {
    let worker = r#"{"actor":"worker"}"#;
    match serde_json::to_string(who) {
        Ok(text) if text.len() <= LONGEST_WHO => text,
        _ => worker.to_owned(),
    }
}

/// A part preceded by its length, or a mark that there is none.
fn put(plain: &mut Vec<u8>, part: Option<&[u8]>) {
    let length = part.and_then(|part| u32::try_from(part.len()).ok());
    plain.extend_from_slice(&length.unwrap_or(u32::MAX).to_be_bytes());
    plain.extend_from_slice(part.unwrap_or_default());
}

fn answer(bound: Bound, read: &mut Reader<'_>) -> Option<Answer> {
    let at = Timestamp(i64::from_be_bytes(read.array()?));
    let in_use = read.array::<1>()? == [1];
    let who = serde_json::from_slice(read.part()??).ok()?;
    let access_token = read.secret()?;
    let refresh_token = read.secret()?;
    let expires_in = read.number()?;
    let jwt_exp = read.number()?;
    let scope = match read.part()? {
        Some([]) => Granted::Unreadable,
        Some(text) => Granted::Told(std::str::from_utf8(text).ok()?.parse::<ScopeSet>().ok()?),
        None => Granted::NotTold,
    };
    let renewal = match access_token {
        Some(access_token) => Renewal::Grant(Grant {
            access_token,
            refresh_token,
            id_token: None,
            expires_in,
            jwt_exp,
            // It was compared with the account before the answer was accepted.
            jwt_iss: None,
            scope,
        }),
        None => Renewal::Leftover(Leftover {
            refresh_token: refresh_token?,
            issuers: Vec::new(),
            why: Unavailable::Nonsense("there was no access token that can be used"),
        }),
    };
    Some(Answer {
        bound,
        at,
        in_use,
        who,
        renewal,
    })
}

/// Takes bytes from the front, while there are any.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (front, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(front)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    #[allow(clippy::option_option)] // Whether it could be read, and whether there is one.
    fn part(&mut self) -> Option<Option<&'a [u8]>> {
        let length = u32::from_be_bytes(self.array()?);
        if length == u32::MAX {
            return Some(None);
        }
        self.take(usize::try_from(length).ok()?).map(Some)
    }

    #[allow(clippy::option_option)]
    fn secret(&mut self) -> Option<Option<SecretString>> {
        Some(match self.part()? {
            Some(text) => Some(SecretString::from(std::str::from_utf8(text).ok()?)),
            None => None,
        })
    }

    #[allow(clippy::option_option)]
    fn number(&mut self) -> Option<Option<i64>> {
        Some(match self.part()? {
            Some(bytes) => Some(i64::from_be_bytes(bytes.try_into().ok()?)),
            None => None,
        })
    }
}

#[cfg(test)]
#[path = "entry_tests.rs"]
mod tests;
