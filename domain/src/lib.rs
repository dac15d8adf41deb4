//! Facts and rules about tenants, apps and connections, without any I/O.
//!
//! Only this crate is shared by the browser and the server, so it knows no
//! database, no HTTP and no HTML. With the feature `sea-orm`, its types can be
//! stored in columns; only `service` uses that feature.

pub mod account_columns;
pub mod account_days;
pub mod app_credentials;
pub mod app_limit;
pub mod basic_encoding;
pub mod campaign;
pub mod clock;
pub mod color;
#[cfg(feature = "sea-orm")]
pub mod column;
pub mod connection;
pub mod customer;
pub mod customer_words;
pub mod error;
pub mod event;
pub mod factor;
pub mod failure;
pub mod granted;
pub mod group_roles;
pub mod guessing;
pub mod health;
pub mod health_days;
pub mod health_history;
pub mod health_words;
pub mod ids;
pub mod job;
pub mod passkey;
pub mod permission;
pub mod reconnect;
pub mod recovery_code;
pub mod request_rate;
pub mod role;
pub mod scope;
pub mod scope_catalogue;
pub mod scope_plan;
pub mod slug;
pub mod snooze;
pub mod stop_cause;
pub mod subdomain;
mod texts;
pub mod time;
pub mod token;
pub mod totp;
pub mod zone;
