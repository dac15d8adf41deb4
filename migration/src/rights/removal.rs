//! What is removed together with a tenant. On PostgreSQL a function does it,
//! which `mooring migrate` installs again when the tables change.

use super::{Rows, TABLES};

const SEARCH: &str = "account_search";

/// The tables whose rows are all removed: the tables of tenants in the list.
/// Other tables with such a column may be somebody else's. Of `credentials` and
/// `data_keys`, the rows that the audit needs stay, as the audit does. The search is
/// emptied first: else it would be kept up to date with each row that goes.
pub fn emptied_with_tenant() -> impl Iterator<Item = &'static str> {
    let of_tenants = TABLES
        .iter()
        .filter(|table| !matches!(table.rows, Rows::All(_)))
        .map(|table| table.name);
    let others = of_tenants.clone().filter(|name| *name != SEARCH);
    of_tenants
        .filter(|name| *name == SEARCH)
        .chain(others)
        .filter(|name| *name != "credentials" && !name.starts_with("audit_"))
}
