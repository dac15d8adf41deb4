//! What goes when a tenant is removed. On PostgreSQL by a function, which `mooring migrate`
//! installs anew when there are other tables.

use super::{Rows, TABLES};

/// The tables whose rows all go: those of tenants in the list, and no others
/// that have such a column, which may be somebody else's. Of `credentials` and
/// `data_keys`, what the audit needs stays, as the audit does.
pub fn emptied_with_tenant() -> impl Iterator<Item = &'static str> {
    let of_tenants = TABLES.iter().filter(|table| table.rows == Rows::OfTenant);
    of_tenants
        .map(|table| table.name)
        .filter(|name| *name != "credentials" && !name.starts_with("audit_"))
}
