//! Functions on PostgreSQL that run as the tables' owner (`SECURITY DEFINER`),
//! past row-level security.

use sea_orm_migration::prelude::*;

/// Keeps everybody from calling these, named as GRANT wants them. Who may is
/// said in `rights`.
pub async fn for_program_alone<F: AsRef<str>>(
    manager: &SchemaManager<'_>,
    functions: impl IntoIterator<Item = F>,
) -> Result<(), DbErr> {
    for function in functions {
        let function = function.as_ref();
        manager
            .get_connection()
            .execute_unprepared(&format!("REVOKE ALL ON FUNCTION {function} FROM PUBLIC"))
            .await?;
    }
    Ok(())
}
