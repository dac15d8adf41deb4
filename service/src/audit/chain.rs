//! Computes the chain: MACs of entries, the head's seal, digests of personal
//! fields. Each input is preceded by its length, so that no two rows give the
//! same bytes.

use crate::{
    entity::{audit_entry, audit_head},
    host::random::{Random, secret_text},
};
use domain::ids::TenantId;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The version of the layout of entries in the MAC.
pub(super) const FORMAT: i16 = 1;

/// The value in place of a MAC before the first entry.
pub(super) const BEGINNING: [u8; 32] = [0; 32];

/// A tenant's key of the audit: 256 random bits, as text.
pub(super) struct Key(pub SecretString);

/// Bytes to be authenticated; each part is preceded by its length.
#[derive(Default)]
pub(super) struct Parts(Vec<u8>);

impl Parts {
    pub fn put(&mut self, part: &[u8]) {
        self.0.extend_from_slice(&(part.len() as u64).to_be_bytes());
        self.0.extend_from_slice(part);
    }

    /// `None` and an empty part give different bytes.
    fn put_some(&mut self, part: Option<&[u8]>) {
        match part {
            Some(part) => {
                self.0.push(1);
                self.put(part);
            }
            None => self.0.push(0),
        }
    }

    pub fn put_text(&mut self, part: &str) {
        self.put(part.as_bytes());
    }

    pub fn put_number(&mut self, part: i64) {
        self.put(&part.to_be_bytes());
    }
}

impl Key {
    pub fn generate(random: &dyn Random) -> Self {
        Self(secret_text(random, ""))
    }

    pub(super) fn mac(&self, parts: &Parts) -> Vec<u8> {
        // HMAC takes keys of any length, so this can't fail.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.expose_secret().as_bytes()) else {
            return Vec::new();
        };
        mac.update(&parts.0);
        mac.finalize().into_bytes().to_vec()
    }

    /// The MAC of an entry that follows the one with the MAC `before`.
    pub fn entry(&self, before: &[u8], row: &audit_entry::Model) -> Vec<u8> {
        let mut parts = Parts::default();
        parts.put_text("mooring.audit.entry");
        parts.put_number(row.format.into());
        parts.put(row.tenant_id.0.as_bytes());
        parts.put_number(row.number);
        parts.put(before);
        parts.put_number(row.at.0);
        parts.put_text(&row.actor_kind);
        parts.put_some(row.actor_id.as_ref().map(|id| id.as_bytes().as_slice()));
        parts.put_text(&row.action);
        parts.put_text(&row.target_kind);
        parts.put_some(row.target_id.as_ref().map(|id| id.as_bytes().as_slice()));
        parts.put_text(&row.target);
        parts.put_text(&row.outcome);
        parts.put_text(&row.detail);
        parts.put_number(row.repeats);
        parts.put_some(row.once.as_deref().map(str::as_bytes));
        parts.put(&row.personal);
        self.mac(&parts)
    }

    /// The seal of a head. Without the key nobody can set the head back to an
    /// earlier entry, though the MAC of that entry is readable in its row.
    pub fn head(&self, head: &audit_head::Model) -> Vec<u8> {
        let mut parts = Parts::default();
        parts.put_text("mooring.audit.head");
        parts.put_number(FORMAT.into());
        parts.put(head.tenant_id.0.as_bytes());
        parts.put_number(head.first);
        parts.put(&head.first_mac);
        parts.put_number(head.count);
        parts.put(&head.last_mac);
        self.mac(&parts)
    }

    /// The mark of an entry that Mooring erased, so that nobody else can empty
    /// personal fields unnoticed.
    pub fn erasure(&self, tenant: TenantId, number: i64) -> Vec<u8> {
        let mut parts = Parts::default();
        parts.put_text("mooring.audit.erasure");
        parts.put(tenant.0.as_bytes());
        parts.put_number(number);
        self.mac(&parts)
    }

    /// Whether the row is as it was written after `before`, or as Mooring erased it.
    pub fn holds(&self, before: &[u8], row: &audit_entry::Model) -> bool {
        let personal = match (&row.salt, &row.erasure) {
            (Some(salt), None) => same(&personal(salt, row), &row.personal),
            (None, Some(mark)) => {
                row.actor_name.is_none()
                    && row.actor_email.is_none()
                    && row.address.is_none()
                    && same(mark, &self.erasure(row.tenant_id, row.number))
            }
            _ => false,
        };
        personal && row.format == FORMAT && same(&row.mac, &self.entry(before, row))
    }

    /// Whether the head is as it was sealed.
    pub fn holds_head(&self, head: &audit_head::Model) -> bool {
        same(&head.seal, &self.head(head))
    }
}

pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// The digest of the personal fields. The salt is random, so that nobody can
/// test names after it is erased.
pub(super) fn personal(salt: &[u8], row: &audit_entry::Model) -> Vec<u8> {
    let mut parts = Parts::default();
    parts.put_text("mooring.audit.personal");
    parts.put(salt);
    for field in [&row.actor_name, &row.actor_email, &row.address] {
        parts.put_some(field.as_deref().map(str::as_bytes));
    }
    Sha256::digest(&parts.0).to_vec()
}
