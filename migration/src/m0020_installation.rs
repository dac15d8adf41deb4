//! What the installation knows of itself: on PostgreSQL the name of the role
//! that the program works as, its own instead of one for all of a server, and
//! which database that is the role of. What the role may is said in `rights`.

use crate::rights;
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Tables to come are nothing to the role of the version before, which may not
/// be there, or go at this moment: other databases of the server have it as well.
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
                    // A copy of the database finds here that it is one.
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
