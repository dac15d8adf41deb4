//! “Contains this text”, for searches.

use sea_orm::{
    ColumnTrait,
    sea_query::{Expr, ExprTrait, Func, LikeExpr},
};

/// Whether a column holds the text, which is in small letters, in whatever letters.
pub(crate) fn contains(column: impl ColumnTrait, text: &str) -> Expr {
    let (table, column) = column.as_column_ref();
    Expr::expr(Func::lower(Expr::col((table, column)))).like(like(text))
}

/// The pattern of a text; the special characters of patterns are taken literally.
pub(crate) fn like(text: &str) -> LikeExpr {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    LikeExpr::new(format!("%{escaped}%")).escape('\\')
}
