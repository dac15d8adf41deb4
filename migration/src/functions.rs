//! Functions on PostgreSQL that run as the tables' owner (`SECURITY DEFINER`),
//! past row-level security.

use sea_orm_migration::prelude::*;

/// Lets the program's role call these, named as GRANT wants them, and nobody else.
pub async fn for_program_alone<F: AsRef<str>>(
    manager: &SchemaManager<'_>,
    functions: impl IntoIterator<Item = F>,
) -> Result<(), DbErr> {
    for function in functions {
        let function = function.as_ref();
        manager
            .get_connection()
            .execute_unprepared(&format!(
                "REVOKE ALL ON FUNCTION {function} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {function} TO mooring_app"
            ))
            .await?;
    }
    Ok(())
}
