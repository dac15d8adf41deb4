//! Computes the log of heads: one entry for each minute in which a head
//! changed, chained and sealed like the entries of a tenant.

use crate::{
    audit::chain::{Key, Parts, same},
    entity::{head_log, head_log_end},
};
use domain::ids::TenantId;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The version of the layout of entries in the MAC.
const FORMAT: i64 = 1;

/// The length of one head in an entry: tenant, first, count, last MAC.
const LENGTH: usize = 16 + 8 + 8 + 32;

/// The recorded state of a tenant's head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub first: i64,
    pub count: i64,
    pub last_mac: [u8; 32],
}

/// The heads of all tenants.
pub(crate) type Heads = BTreeMap<TenantId, Head>;

/// The heads as the bytes of an entry.
pub(crate) fn packed<'a>(heads: impl IntoIterator<Item = (&'a TenantId, &'a Head)>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (tenant, head) in heads {
        bytes.extend_from_slice(tenant.0.as_bytes());
        bytes.extend_from_slice(&head.first.to_be_bytes());
        bytes.extend_from_slice(&head.count.to_be_bytes());
        bytes.extend_from_slice(&head.last_mac);
    }
    bytes
}

/// The heads in an entry; `None` if it holds something else.
pub(crate) fn unpacked(bytes: &[u8]) -> Option<Heads> {
    let (heads, rest) = bytes.as_chunks::<LENGTH>();
    rest.is_empty()
        .then(|| heads.iter().map(unpacked_head).collect())?
}

fn unpacked_head(bytes: &[u8; LENGTH]) -> Option<(TenantId, Head)> {
    let (tenant, rest) = bytes.split_first_chunk()?;
    let (first, rest) = rest.split_first_chunk()?;
    let (count, last_mac) = rest.split_first_chunk()?;
    let head = Head {
        first: i64::from_be_bytes(*first),
        count: i64::from_be_bytes(*count),
        last_mac: last_mac.try_into().ok()?,
    };
    Some((TenantId(Uuid::from_bytes(*tenant)), head))
}

impl Key {
    /// The MAC of an entry that follows the one with the MAC `before`.
    pub(super) fn of_heads(&self, before: &[u8], row: &head_log::Model) -> Vec<u8> {
        let mut parts = Parts::default();
        parts.put_text("mooring.audit.heads");
        parts.put_number(FORMAT);
        parts.put_number(row.number);
        parts.put(before);
        parts.put_number(row.at.0);
        parts.put_number(row.whole.into());
        parts.put(&row.heads);
        self.mac(&parts)
    }

    /// The seal of the log's end.
    pub(super) fn of_end(&self, end: &head_log_end::Model) -> Vec<u8> {
        let mut parts = Parts::default();
        parts.put_text("mooring.audit.heads.end");
        parts.put_number(FORMAT);
        parts.put_number(end.first);
        parts.put(&end.first_mac);
        parts.put_number(end.count);
        parts.put(&end.last_mac);
        parts.put_number(end.at.0);
        self.mac(&parts)
    }

    /// Whether the end is as it was sealed.
    pub(super) fn holds_end(&self, end: &head_log_end::Model) -> bool {
        same(&end.seal, &self.of_end(end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_come_out_as_they_went_in() {
        let head = |n: u8| Head {
            first: i64::from(n),
            count: i64::from(n) << 40,
            last_mac: [n; 32],
        };
        let heads: Heads = (1..4)
            .map(|n| (TenantId(Uuid::from_bytes([n; 16])), head(n)))
            .collect();
        let bytes = packed(&heads);
        assert_eq!(bytes.len(), 3 * LENGTH);
        assert_eq!(unpacked(&bytes).unwrap(), heads);
        assert_eq!(unpacked(&[]).unwrap(), Heads::new());
        assert_eq!(unpacked(&bytes[1..]), None);
    }
}
