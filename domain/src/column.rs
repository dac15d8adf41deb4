//! Types that are stored as text in a column of the database, for SeaORM.

use crate::{
    account_columns::Columns,
    app_limit::AppLimit,
    basic_encoding::BasicEncoding,
    campaign::{Audience, Stage},
    customer::{Language, Tag},
    group_roles::GroupRoles,
    health::Health,
    job::{ItemState, JobAction, JobReason, JobState},
    role::Role,
    scope::ScopeSet,
    slug::Slug,
    subdomain::Subdomain,
    zone::Zone,
};
pub use sea_orm;
use sea_orm::{DbErr, TryGetError};
use std::sync::Arc;

/// The text in a column is no value of the column's type.
#[derive(Debug, thiserror::Error)]
#[error("the column {column} holds no {expected}")]
pub struct BadText {
    /// The column's name.
    pub column: String,
    /// The type that was expected.
    pub expected: &'static str,
}

impl BadText {
    /// The error in the form that SeaORM carries. SeaORM's own derive doesn't
    /// name the column.
    pub fn found(column: Option<&str>, expected: &'static str) -> TryGetError {
        TryGetError::DbErr(DbErr::TryIntoErr {
            from: "String",
            into: expected,
            source: Arc::new(Self {
                column: column.unwrap_or_default().to_owned(),
                expected,
            }),
        })
    }

    /// The column that the error is about, if it came from here.
    pub fn column_of(error: &DbErr) -> Option<&str> {
        match error {
            DbErr::TryIntoErr { source, .. } => {
                source.downcast_ref::<Self>().map(|bad| bad.column.as_str())
            }
            _ => None,
        }
    }
}

/// Stores types in columns as text: `FromStr` reads it, the given function writes it.
#[macro_export]
macro_rules! text_columns {
    ($($type:ident: $text:expr;)*) => {$(
        const _: () = {
            use $crate::column::{BadText, sea_orm::{self, sea_query}};

            impl From<$type> for sea_orm::Value {
                fn from(value: $type) -> Self {
                    let text: fn($type) -> String = $text;
                    text(value).into()
                }
            }

            /// For keys: no database counts texts up.
            impl sea_orm::TryFromU64 for $type {
                fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                    Err(sea_orm::DbErr::ConvertFromU64(stringify!($type)))
                }
            }

            impl sea_orm::TryGetable for $type {
                fn try_get_by<I: sea_orm::ColIdx>(
                    row: &sea_orm::QueryResult,
                    index: I,
                ) -> Result<Self, sea_orm::TryGetError> {
                    let text = String::try_get_by(row, index)?;
                    text.parse()
                        .map_err(|_| BadText::found(index.as_str(), stringify!($type)))
                }
            }

            impl sea_query::ValueType for $type {
                fn try_from(value: sea_orm::Value) -> Result<Self, sea_query::ValueTypeErr> {
                    let text = <String as sea_query::ValueType>::try_from(value)?;
                    text.parse().map_err(|_| sea_query::ValueTypeErr)
                }

                fn type_name() -> String {
                    stringify!($type).to_owned()
                }

                fn array_type() -> sea_query::ArrayType {
                    sea_query::ArrayType::String
                }

                fn column_type() -> sea_query::ColumnType {
                    sea_query::ColumnType::Text
                }
            }

            impl sea_query::Nullable for $type {
                fn null() -> sea_orm::Value {
                    sea_orm::Value::String(None)
                }
            }

            impl sea_orm::IntoActiveValue<$type> for $type {
                fn into_active_value(self) -> sea_orm::ActiveValue<$type> {
                    sea_orm::ActiveValue::Set(self)
                }
            }
        };
    )*};
}

text_columns! {
    AppLimit: |limit| limit.to_string();
    Audience: |audience| audience.code().to_owned();
    BasicEncoding: |encoding| encoding.code().to_owned();
    Columns: |columns| columns.to_string();
    GroupRoles: |groups| groups.to_string();
    Health: |health| health.code().to_owned();
    ItemState: |state| state.code().to_owned();
    JobAction: |action| action.code().to_owned();
    JobReason: |reason| reason.code().to_owned();
    JobState: |state| state.code().to_owned();
    Language: |language| language.code().to_owned();
    Role: |role| role.code().to_owned();
    ScopeSet: |scopes| scopes.to_string();
    Slug: String::from;
    Stage: |stage| stage.code().to_owned();
    Subdomain: String::from;
    Tag: String::from;
    Zone: |zone| zone.name().to_owned();
}
