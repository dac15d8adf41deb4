//! Column shapes that many steps use, and adding and removing columns.

use sea_orm_migration::{prelude::*, schema};

/// The row's own id.
pub fn id() -> ColumnDef {
    schema::uuid("id").primary_key().take()
}

/// The tenant that owns the row; removing a tenant removes all of it.
pub fn tenant() -> ColumnDef {
    schema::uuid("tenant_id")
}

/// An instant in microseconds.
pub fn at(name: &'static str) -> ColumnDef {
    schema::big_integer(name)
}

/// An instant in microseconds, or NULL.
pub fn at_null(name: &'static str) -> ColumnDef {
    schema::big_integer_null(name)
}

/// A foreign key from `column` to the `id` of `table`, removed with it.
pub fn owned_by(table: &'static str, column: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from_col(Alias::new(column))
        .to(Alias::new(table), Alias::new("id"))
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}

/// An index named after its table and columns.
pub fn index(table: &'static str, columns: &[&'static str], unique: bool) -> IndexCreateStatement {
    let mut index = Index::create();
    index
        .name(format!("{table}_{}", columns.join("_")))
        .table(Alias::new(table));
    for column in columns {
        index.col(Alias::new(*column));
    }
    if unique {
        index.unique();
    }
    index.to_owned()
}

/// Adds a column; SQLite takes one at a time.
pub async fn add(manager: &SchemaManager<'_>, table: &str, column: ColumnDef) -> Result<(), DbErr> {
    let mut change = Table::alter();
    change.table(Alias::new(table)).add_column(column);
    manager.alter_table(change.take()).await
}

/// Removes a column.
pub async fn remove(manager: &SchemaManager<'_>, table: &str, column: &str) -> Result<(), DbErr> {
    let mut change = Table::alter();
    change
        .table(Alias::new(table))
        .drop_column(Alias::new(column));
    manager.alter_table(change.take()).await
}
