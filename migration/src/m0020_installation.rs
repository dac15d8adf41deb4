//! Facts about the installation itself: on PostgreSQL the name of the role that
//! the program works as, and the database that the role belongs to. Each
//! installation has its own role, not one for the whole server. `rights` says
//! what the role may do.

use crate::rights;
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Future tables give no rights to the role of the previous version. That role
/// may be missing, or may be removed right now: other databases of the server
/// have it, too.
const NO_DEFAULTS: &str = "
DO $$ BEGIN
    ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM mooring_app;
EXCEPTION WHEN undefined_object THEN NULL;
END $$;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        if postgres {
            db.execute_unprepared(NO_DEFAULTS).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("installation"))
                    .col(integer("id").primary_key())
                    .col(string_null("role"))
                    // Shows a copy of the database that it is a copy.
                    .col(big_integer_null("database_oid"))
                    .to_owned(),
            )
            .await?;
        let (role, database) = if postgres {
            (rights::NEW_NAME, rights::THIS_DATABASE)
        } else {
            ("NULL", "NULL")
        };
        db.execute_unprepared(&format!(
            "INSERT INTO installation (id, role, database_oid) VALUES (1, {role}, {database})"
        ))
        .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            rights::give_back(manager.get_connection()).await?;
        }
        manager
            .drop_table(Table::drop().table(Alias::new("installation")).to_owned())
            .await
    }
}
