//! `/api/v1`: the machine API.

mod accounts;
mod addresses;
mod apps;
mod bearer;
mod campaigns;
mod connections;
pub mod described;
mod openapi;
mod rate;
mod secrets;
mod token;
mod token_at_hand;

use crate::test_server::Tenant;

/// The path of a connection, relative to `/api/v1`.
fn connection(tenant: &Tenant, account: &str) -> String {
    format!("/connections/{}/{account}", tenant.app.slug)
}
