//! What the customer sees on a link's page after its approval.

use crate::{
    core::{error::InternalError, rows::Rows},
    entity::{connection, reconnect_link::Model},
    records::{app, connection::Record},
    tenancy::{TenantBrand, TenantScope, brand},
};
use domain::{
    app_limit::AppLimit,
    customer::Language,
    customer_words::CustomerState,
    health::Health,
    scope::ScopeSet,
    subdomain::Subdomain,
    time::{Span, Timestamp},
};
use sea_orm::{ColumnTrait, QueryFilter};

/// How long after the approval the link's page shows how the account is.
pub const STATUS_LIFE: Span = Span::days(30);

/// How the account of a used link is now: what its admins know anyway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkStatus {
    /// The brand of the app's publisher.
    pub brand: TenantBrand,
    /// The app.
    pub app_name: String,
    /// The account.
    pub subdomain: Subdomain,
    /// How it is.
    pub state: CustomerState,
    /// The granted scopes; empty without access.
    pub granted: ScopeSet,
    /// The scopes that the app asks for and doesn't have; empty without access.
    pub missing: ScopeSet,
    /// Whether the app has access.
    pub connected: bool,
    /// The name of the person who approved with the link, if Gorgias gave it.
    pub approved_by: Option<String>,
    /// When that was.
    pub approved_at: Timestamp,
    /// When Gorgias last confirmed the access.
    pub last_seen: Option<Timestamp>,
    /// Until when the page shows this.
    pub shown_until: Timestamp,
    /// The app's own address with `?account=`, if the operator set one.
    pub after_install_url: Option<String>,
    /// Where another approval begins, if one would help.
    pub again: Option<String>,
    /// The link's language.
    pub language: Option<Language>,
}

/// The status of a link that was approved with; `None` if it was ended otherwise, or
/// too long ago.
pub(super) async fn of_link(
    scope: &TenantScope,
    row: &Model,
) -> Result<Option<LinkStatus>, InternalError> {
    let Some(approved_at) = row.used_at else {
        return Ok(None);
    };
    let shown_until = approved_at.plus(STATUS_LIFE);
    if shown_until <= scope.expiry_now() {
        return Ok(None);
    }
    let bad = |column| InternalError::inconsistent("reconnect_links", column, row.id);
    let tx = scope.read().await?;
    let brand = brand::of(&tx).await?;
    let app = app::find(&tx, &row.app_id.to_string(), &AppLimit::All)
        .await?
        .ok_or_else(|| bad("app_id"))?;
    let record = tx
        .all::<connection::Entity>()
        .filter(connection::Column::Id.eq(row.connection_id))
        .row::<Record>(&*tx)
        .await?
        .ok_or_else(|| bad("connection_id"))?;
    let now = scope.now();
    let condition = record.as_asked(&app);
    let health = Health::of(&condition, now);
    let own = Health::own(&condition, now);
    let connected = !matches!(own, Health::Disconnected | Health::NotConnected);
    let state = CustomerState::of(health, !app.requested.contains("offline"));
    let granted = match connected {
        true => record.granted.clone(),
        false => ScopeSet::default(),
    };
    let missing = match own {
        Health::Limited => ScopeSet::compare(&app.requested, &granted).missing,
        _ => ScopeSet::default(),
    };
    let install = scope.config.install_url(app.id);
    let helps = state == CustomerState::NeedsApproval || !missing.is_empty();
    Ok(Some(LinkStatus {
        after_install_url: app.welcome_url(&row.subdomain).filter(|_| connected),
        app_name: app.name,
        brand,
        subdomain: row.subdomain.clone(),
        state,
        granted,
        missing,
        connected,
        approved_by: row.used_by.clone(),
        approved_at,
        last_seen: record.last_success_at.filter(|_| connected),
        shown_until,
        again: helps.then(|| format!("{install}?account={}", row.subdomain)),
        language: row.language,
    }))
}
