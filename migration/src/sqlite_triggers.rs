//! Changing the text of SQLite's triggers.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, Statement},
};

/// Makes a trigger anew from what `new` makes of its text. PostgreSQL has functions instead,
/// so nothing happens there.
pub async fn rewrite(
    manager: &SchemaManager<'_>,
    trigger: &str,
    new: impl FnOnce(&str) -> String,
) -> Result<(), DbErr> {
    let db = manager.get_connection();
    if manager.get_database_backend() != DbBackend::Sqlite {
        return Ok(());
    }
    let text = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?";
    let asked = Statement::from_sql_and_values(DbBackend::Sqlite, text, [trigger.into()]);
    let row = db.query_one_raw(asked).await?;
    let row = row.ok_or_else(|| DbErr::Migration(format!("there is no trigger {trigger}")))?;
    let text: String = row.try_get("", "sql")?;
    db.execute_unprepared(&format!("DROP TRIGGER {trigger}"))
        .await?;
    db.execute_unprepared(&new(&text)).await?;
    Ok(())
}
