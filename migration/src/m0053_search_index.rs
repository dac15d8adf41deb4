//! The index of [`crate::m0052_search`] on PostgreSQL: any three letters, by the extension
//! `pg_trgm`. A step of its own, since building it takes minutes for a million accounts,
//! during which tokens are refreshed as always.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, Statement},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Says who made the extension: only such a one is removed again.
const OURS: &str = "made by Mooring for its search";

/// The extension's schema if it is there; whether the server has it; whether this login
/// may make it.
const EXTENSION: &str = "SELECT \
    (SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace \
        WHERE e.extname = 'pg_trgm') AS schema, \
    EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') AS available, \
    has_database_privilege(current_database(), 'CREATE') AS may, \
    quote_ident(current_database()) AS name";

/// The schema of the extension, which is made if it isn't there.
async fn extension(db: &impl ConnectionTrait) -> Result<String, DbErr> {
    let asked = Statement::from_string(DbBackend::Postgres, EXTENSION);
    let Some(row) = db.query_one_raw(asked).await? else {
        return Err(DbErr::RecordNotFound(EXTENSION.to_owned()));
    };
    if let Some(schema) = row.try_get::<Option<String>>("", "schema")? {
        return Ok(schema);
    }
    let name: String = row.try_get("", "name")?;
    if !row.try_get::<bool>("", "available")? {
        return Err(DbErr::Custom(
            "the search needs PostgreSQL's extension pg_trgm, which this server doesn't have; install the \
             extensions that come with PostgreSQL (the package is often called postgresql-contrib), then run \
             `mooring migrate` again"
                .to_owned(),
        ));
    }
    if !row.try_get::<bool>("", "may")? {
        return Err(DbErr::Custom(format!(
            "the search needs PostgreSQL's extension pg_trgm, which this login may not make in the database {name}; \
             an administrator runs there\n  CREATE EXTENSION pg_trgm;\nthen run `mooring migrate` again"
        )));
    }
    let make = format!(
        "CREATE EXTENSION pg_trgm WITH SCHEMA public; COMMENT ON EXTENSION pg_trgm IS '{OURS}'"
    );
    db.execute_unprepared(&make).await?;
    Ok("public".to_owned())
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(()); // Both are there already.
        }
        let db = manager.get_connection();
        let schema = extension(db).await?;
        let columns = [
            "open_words",
            "customer_words",
            "open_beginnings",
            "customer_beginnings",
        ]
        .map(|column| format!("{column} {schema}.gin_trgm_ops"));
        let index = format!(
            "CREATE INDEX account_search_words ON account_search USING gin ({}); \
             ANALYZE account_search",
            columns.join(", ")
        );
        db.execute_unprepared(&index).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let sql = format!(
            "DROP INDEX account_search_words; \
             DO $$ BEGIN IF EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pg_trgm' \
                 AND obj_description(e.oid, 'pg_extension') = '{OURS}') \
             THEN DROP EXTENSION pg_trgm; END IF; END $$"
        );
        manager.get_connection().execute_unprepared(&sql).await?;
        Ok(())
    }
}
