//! Schema of the database, one file a step, for SQLite and PostgreSQL.
//!
//! Conventions: the program makes ids as UUIDs; instants are integer
//! microseconds since 1970 (UTC); every row of a tenant's data carries its
//! tenant; secrets are only in `credentials`, so that listing connections never
//! reads them.

pub use sea_orm_migration::prelude::MigratorTrait;
use sea_orm_migration::prelude::*;

mod columns;
pub mod functions;
mod m0001_tenants;
mod m0002_people;
mod m0003_keys;
mod m0004_apps;
mod m0005_connections;
mod m0006_authorizations;
mod m0007_links;
mod m0008_events;
mod m0009_api_tokens;
mod m0010_heartbeats;
mod m0011_row_security;
mod m0012_audit;
mod m0013_key_rotation;
mod m0014_pace;
mod m0015_turns;
mod m0016_token_read;
mod m0017_event_numbers;
mod m0018_refusals;
mod m0019_audit_cut;
mod m0020_installation;
mod m0021_memberships;
mod m0022_audit_removals;
mod m0023_head_log;
mod m0024_audit_foreign_keys;
mod m0025_strangers;
mod m0027_api_token_limits;
mod m0028_tenant_events;
mod m0029_restored;
mod m0030_form_results;
mod m0032_failure_kinds;
mod m0033_members;
mod m0034_guessing;
mod m0035_mails;
mod m0038_tenants;
mod m0039_single_sign_on;
mod m0040_password_resets;
mod m0044_mail_text;
mod m0045_second_factors;
mod m0047_passkeys;
mod m0048_api_token_secrets;
mod m0049_audit_lists;
mod m0050_accounts;
mod m0051_kept_counts;
mod m0052_search;
mod m0053_search_index;
mod m0054_link_language;
mod m0055_health_days;
mod m0056_jobs;
mod m0057_snooze;
mod m0058_campaigns;
mod m0059_granted_sets;
mod m0060_rejudgements;
mod m0061_saved_views;
mod m0062_trigger_plans;
mod m0063_state_statistics;
mod m0064_open_links;
mod m0065_campaign_counts;
mod m0066_trigger_columns;
pub mod rights;
mod sqlite_triggers;

/// Runs the steps in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_tenants::Migration),
            Box::new(m0002_people::Migration),
            Box::new(m0003_keys::Migration),
            Box::new(m0004_apps::Migration),
            Box::new(m0005_connections::Migration),
            Box::new(m0006_authorizations::Migration),
            Box::new(m0007_links::Migration),
            Box::new(m0008_events::Migration),
            Box::new(m0009_api_tokens::Migration),
            Box::new(m0010_heartbeats::Migration),
            Box::new(m0011_row_security::Migration),
            Box::new(m0012_audit::Migration),
            Box::new(m0013_key_rotation::Migration),
            Box::new(m0014_pace::Migration),
            Box::new(m0015_turns::Migration),
            Box::new(m0016_token_read::Migration),
            Box::new(m0017_event_numbers::Migration),
            Box::new(m0018_refusals::Migration),
            Box::new(m0019_audit_cut::Migration),
            Box::new(m0020_installation::Migration),
            Box::new(m0021_memberships::Migration),
            Box::new(m0022_audit_removals::Migration),
            Box::new(m0023_head_log::Migration),
            Box::new(m0024_audit_foreign_keys::Migration),
            Box::new(m0025_strangers::Migration),
            Box::new(m0027_api_token_limits::Migration),
            Box::new(m0028_tenant_events::Migration),
            Box::new(m0029_restored::Migration),
            Box::new(m0030_form_results::Migration),
            Box::new(m0032_failure_kinds::Migration),
            Box::new(m0033_members::Migration),
            Box::new(m0034_guessing::Migration),
            Box::new(m0035_mails::Migration),
            Box::new(m0038_tenants::Migration),
            Box::new(m0039_single_sign_on::Migration),
            Box::new(m0040_password_resets::Migration),
            Box::new(m0044_mail_text::Migration),
            Box::new(m0045_second_factors::Migration),
            Box::new(m0047_passkeys::Migration),
            Box::new(m0048_api_token_secrets::Migration),
            Box::new(m0049_audit_lists::Migration),
            Box::new(m0050_accounts::Migration),
            Box::new(m0051_kept_counts::Migration),
            Box::new(m0052_search::Migration),
            Box::new(m0053_search_index::Migration),
            Box::new(m0054_link_language::Migration),
            Box::new(m0055_health_days::Migration),
            Box::new(m0056_jobs::Migration),
            Box::new(m0057_snooze::Migration),
            Box::new(m0058_campaigns::Migration),
            Box::new(m0059_granted_sets::Migration),
            Box::new(m0060_rejudgements::Migration),
            Box::new(m0061_saved_views::Migration),
            Box::new(m0062_trigger_plans::Migration),
            Box::new(m0063_state_statistics::Migration),
            Box::new(m0064_open_links::Migration),
            Box::new(m0065_campaign_counts::Migration),
            Box::new(m0066_trigger_columns::Migration),
        ]
    }
}
