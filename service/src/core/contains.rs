//! “Contains this text”, for searches.

use sea_orm::sea_query::LikeExpr;

/// The pattern of a text; the special characters of patterns are taken literally.
pub(crate) fn like(text: &str) -> LikeExpr {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    LikeExpr::new(format!("%{escaped}%")).escape('\\')
}
