//! Rows of `invitations`.

use super::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InvitationId,
    pub tenant_id: TenantId,
    pub email: String,
    pub role: Role,
    pub apps: AppLimit,
    pub token_hash: Vec<u8>,
    pub created_by: String,
    pub inviter_id: Option<PersonId>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub accepted_at: Option<Timestamp>,
    pub withdrawn_at: Option<Timestamp>,
}

entity!(of tenant);
