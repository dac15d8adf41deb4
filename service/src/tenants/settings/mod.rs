//! The settings of a tenant, for its owners. Each part is saved on its own.

mod brand;
mod links_and_time;
mod logo;
mod mail;
mod name;
mod retention;
mod second_factor;

pub use brand::{BrandFile, BrandSettings, brand, file, save_brand};
pub use links_and_time::{LINK_LIVES, save_links_and_time};
pub use logo::{MOST_BYTES, remove_logo, save_logo};
pub use mail::{MailText, example, mail_text, save_mail_text, send_test_mail};
pub use name::rename;
pub use retention::{KEEPING, Removing, Retention, save_retention, would_remove};
pub use second_factor::save_second_factor;

use crate::{
    audit::{self, Action, Entry, Target},
    core::{
        error::{FieldError, Forbidden, InternalError},
        rows::Rows,
    },
    entity::tenant,
    tenancy::{self, Actor, TenantBrand, Tx},
};
use domain::{permission::Permission, slug::Slug, time::Span, zone::Zone};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, UpdateMany,
    sea_query::{Expr, SimpleExpr},
};

/// Why settings are not shown or not saved.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Only somebody who signed in or confirmed a few minutes ago does this.
    #[error("confirm that it is still you; then save it")]
    NotConfirmed,
    /// Some fields are not valid.
    #[error("{}", .0.iter().map(|e| e.message.as_str()).collect::<Vec<_>>().join(" "))]
    Invalid(Vec<FieldError>),
    /// An internal error.
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<sea_orm::DbErr> for SettingsError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

impl SettingsError {
    /// One field is not valid.
    fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }
}

/// The settings that stand with the tenant itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Its name.
    pub name: String,
    /// Its short name, which never changes.
    pub slug: Slug,
    /// How long a new link lives if nothing else is said.
    pub link_life: Span,
    /// The zone in which its people read times.
    pub zone: Zone,
    /// How long things are kept.
    pub retention: Retention,
    /// Whether everybody needs a second factor to open it.
    pub second_factor: bool,
    /// How long the installation keeps entries of an audit at most; `None` for ever.
    pub audit_bound: Option<Span>,
}

/// The settings.
///
/// # Errors
/// [`SettingsError::Forbidden`] for all but owners.
pub async fn load(actor: &Actor) -> Result<Settings, SettingsError> {
    actor.require(Permission::ManageTenant)?;
    let tx = actor.read().await?;
    let row = row(&tx).await?;
    Ok(Settings {
        name: row.name,
        slug: row.slug,
        link_life: row.link_life,
        zone: row.zone,
        retention: Retention {
            events: row.events_kept,
            audit: row.audit_kept,
        },
        second_factor: row.second_factor,
        audit_bound: actor.config.audit_retention,
    })
}

/// The brand as customers see it.
///
/// # Errors
/// [`SettingsError::Forbidden`] for all but owners.
pub async fn shown(actor: &Actor) -> Result<TenantBrand, SettingsError> {
    actor.require(Permission::ManageTenant)?;
    let tx = actor.read().await?;
    Ok(tenancy::brand::of(&tx).await?)
}

async fn row(tx: &Tx) -> Result<tenant::Model, InternalError> {
    tenant::Entity::find_by_id(tx.tenant())
        .row::<tenant::Model>(&**tx)
        .await?
        .ok_or_else(|| InternalError::inconsistent("tenants", "id", tx.tenant()))
}

/// Changes columns of the tenant's row, and records which part of the settings it was.
async fn save(
    actor: &Actor,
    part: &str,
    columns: impl IntoIterator<Item = (tenant::Column, SimpleExpr)>,
) -> Result<(), InternalError> {
    let tx = actor.write().await?;
    let mut change: UpdateMany<tenant::Entity> =
        tenant::Entity::update_many().filter(tenant::Column::Id.eq(tx.tenant()));
    for (column, value) in columns {
        change = change.col_expr(column, value);
    }
    change.exec(&*tx).await?;
    changed(actor, &tx, part).await?;
    tx.commit().await
}

/// Records which part of the settings was changed.
async fn changed(actor: &Actor, tx: &Tx, detail: &str) -> Result<(), InternalError> {
    let entry = Entry::of(actor, Action::SettingsChanged, Target::tenant()).detail(detail);
    audit::record(actor, tx, &entry).await?;
    Ok(())
}

/// A value for a column.
fn value<T: Into<sea_orm::Value>>(value: T) -> SimpleExpr {
    Expr::value(value)
}
