//! Credentials that can't be read are set aside, so that bringing the others
//! under a new data key goes on; and apps have a second slot for a client secret.

use crate::{
    columns::{add, at_null, remove},
    functions,
};
use sea_orm_migration::{prelude::*, schema::string_null, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// What is known of an app's next and previous client secret.
fn columns() -> [ColumnDef; 5] {
    [
        at_null("next_secret_added_at"),
        string_null("next_secret_added_by"),
        at_null("next_secret_tested_at"),
        string_null("next_secret_result"),
        at_null("previous_secret_until"),
    ]
}

const FUNCTION: &str = "mooring_forget_previous_secrets(bigint)";

/// The worker tidies up for all tenants; see `m0011_row_security`.
const FORGET: &str = "
CREATE FUNCTION mooring_forget_previous_secrets(present bigint) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DELETE FROM credentials WHERE purpose = 'app.client_secret_previous'
        AND owner_id IN (SELECT id FROM apps WHERE previous_secret_until <= present);
    UPDATE apps SET previous_secret_until = NULL WHERE previous_secret_until <= present
$$;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, "credentials", at_null("set_aside_at")).await?;
        for column in columns() {
            add(manager, "apps", column).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared(FORGET).await?;
            functions::for_program_alone(manager, [FUNCTION]).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            manager
                .get_connection()
                .execute_unprepared(&format!("DROP FUNCTION {FUNCTION}"))
                .await?;
        }
        for column in columns() {
            remove(manager, "apps", &column.get_column_name()).await?;
        }
        remove(manager, "credentials", "set_aside_at").await
    }
}
