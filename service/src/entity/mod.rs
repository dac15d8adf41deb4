//! The rows of the database; private to the crate, so that no page and no route
//! can reach a ciphertext.

use sea_orm::EntityTrait;

/// The code that an entity needs beside its model.
macro_rules! entity {
    () => {
        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}
    };
    (of tenant) => {
        entity!();

        impl Owned for Entity {
            const TENANT: Column = Column::TenantId;
        }
    };
}

/// Columns that hold one of several codes.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident { $($code:ident = $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($code,)* }

        impl std::str::FromStr for $name {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                match text {
                    $($text => Ok(Self::$code),)*
                    _ => Err(()),
                }
            }
        }

        domain::text_columns! {
            $name: |code| match code { $($name::$code => $text,)* }.to_owned();
        }
    )*};
}

pub mod account;
pub mod account_contact;
pub mod account_search;
pub mod account_tag;
pub mod api_token;
pub mod api_token_address;
pub mod app;
pub mod audit_entry;
pub mod audit_head;
pub mod audit_removal;
pub mod audit_stream;
pub mod audit_stream_position;
pub mod authenticator;
pub mod authenticator_set_up;
pub mod authorization;
pub mod brand;
pub mod campaign;
pub mod campaign_account;
pub mod connection;
pub mod connection_grant;
pub mod credential;
pub mod data_key;
pub mod event;
pub mod form_result;
pub mod granted_set;
pub mod head_log;
pub mod head_log_end;
pub mod heartbeat;
pub mod installation;
pub mod invitation;
pub mod job;
pub mod job_item;
pub mod known_browser;
pub mod mail;
pub mod membership;
pub mod passkey;
pub mod password_reset;
pub mod person;
pub mod reconnect_link;
pub mod recovery_code;
pub mod rejudgement;
pub mod saved_view;
pub mod session;
pub mod set_up;
pub mod sign_in_failure;
pub mod sso_identity;
pub mod sso_settings;
pub mod sso_state;
pub mod tenant;
pub mod tenant_event;
pub mod used_challenge;

/// The types of the entities' columns.
mod prelude {
    pub(crate) use crate::entity::Owned;
    pub(crate) use domain::{
        app_limit::AppLimit,
        basic_encoding::BasicEncoding,
        group_roles::GroupRoles,
        health::Health,
        ids::*,
        role::Role,
        scope::ScopeSet,
        slug::Slug,
        subdomain::Subdomain,
        time::{Span, Timestamp},
        zone::Zone,
    };
    pub(crate) use sea_orm::entity::prelude::*;
}

/// An entity whose rows belong to a tenant.
pub(crate) trait Owned: EntityTrait {
    /// The column that names the tenant.
    const TENANT: Self::Column;
}
