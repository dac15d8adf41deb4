//! Rows of `apps`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "apps")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AppId,
    pub tenant_id: TenantId,
    pub slug: Slug,
    pub name: String,
    pub client_id: String,
    pub requested_scopes: ScopeSet,
    pub after_install_url: Option<String>,
    pub basic_encoding: BasicEncoding,
    pub pkce: bool,
    pub fault_since: Option<Timestamp>,
    pub probe_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub next_secret_added_at: Option<Timestamp>,
    pub next_secret_added_by: Option<String>,
    pub next_secret_tested_at: Option<Timestamp>,
    pub next_secret_result: Option<String>,
    pub previous_secret_until: Option<Timestamp>,
    pub refused_in_a_row: i32,
    pub refused_since: Option<Timestamp>,
    pub fault_by_refusals: bool,
    pub refusals_accepted_until: Option<Timestamp>,
    pub exchange_refused_at: Option<Timestamp>,
    pub exchange_refused_by: Option<Subdomain>,
    pub client_refused_at: Option<Timestamp>,
    pub client_refused_by: Option<ConnectionId>,
    pub fault_ended_at: Option<Timestamp>,
}

entity!(of tenant);
