//! What is removed together with a tenant. On PostgreSQL a function does it,
//! which `mooring migrate` installs again when the tables change.

use super::{Rows, TABLES};

/// The tables whose rows are all removed: the tables of tenants in the list.
/// Other tables with such a column may be somebody else's. Of `credentials` and
/// `data_keys`, the rows that the audit needs stay, as the audit does.
pub fn emptied_with_tenant() -> impl Iterator<Item = &'static str> {
    let of_tenants = TABLES
        .iter()
        .filter(|table| !matches!(table.rows, Rows::All(_)));
    of_tenants
        .map(|table| table.name)
        .filter(|name| *name != "credentials" && !name.starts_with("audit_"))
}
