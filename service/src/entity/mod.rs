//! Rows as the database holds them; private to the crate, so that no page and
//! no route can reach a ciphertext.

use sea_orm::EntityTrait;

pub mod api_token;
pub mod api_token_address;
pub mod app;
pub mod audit_entry;
pub mod audit_head;
pub mod audit_removal;
pub mod authorization;
pub mod connection;
pub mod credential;
pub mod data_key;
pub mod event;
pub mod form_result;
pub mod head_log;
pub mod head_log_end;
pub mod heartbeat;
pub mod installation;
pub mod membership;
pub mod person;
pub mod reconnect_link;
pub mod session;
pub mod set_up;
pub mod tenant;
pub mod tenant_event;

/// What the entities' columns hold.
mod prelude {
    pub(crate) use super::Owned;
    pub(crate) use domain::{ids::*, time::Timestamp};
    pub(crate) use sea_orm::entity::prelude::*;
}

/// An entity whose rows belong to a tenant.
pub(crate) trait Owned: EntityTrait {
    /// The column that names the tenant.
    const TENANT: Self::Column;
}
