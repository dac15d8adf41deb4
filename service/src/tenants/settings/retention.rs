//! How long events and the audit are kept. The worker removes what is older.

use super::{SettingsError, save, value};
use crate::{
    core::{expiry, rows::Rows},
    entity::{audit_entry, event, tenant, tenant_event},
    tenancy::{Actor, Confirmed},
};
use domain::{permission::Permission, time::Span};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

/// The times that can be chosen, besides for ever.
pub const KEEPING: [Span; 4] = [
    Span::days(91),
    Span::days(396),
    Span::days(761),
    Span::days(1_827),
];

/// How long things are kept; `None` for ever.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    /// Events and timelines.
    pub events: Option<Span>,
    /// Entries of the audit, as far as the installation keeps them.
    pub audit: Option<Span>,
}

/// How much is older than a new retention allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removing {
    /// Events.
    pub events: u64,
    /// Entries of the audit.
    pub audit: u64,
}

impl Removing {
    /// Whether it is nothing.
    pub const fn is_nothing(self) -> bool {
        self.events == 0 && self.audit == 0
    }
}

async fn retention(actor: &Actor) -> Result<Retention, SettingsError> {
    let tx = actor.read().await?;
    let own = tenant::Entity::find_by_id(tx.tenant())
        .row::<tenant::Model>(&*tx)
        .await?;
    Ok(own.map_or_else(Retention::default, |own| Retention {
        events: own.events_kept,
        audit: own.audit_kept,
    }))
}

/// How much the retention would remove now.
///
/// # Errors
/// [`SettingsError`].
pub async fn would_remove(actor: &Actor, kept: Retention) -> Result<Removing, SettingsError> {
    actor.require(Permission::ManageTenant)?;
    let now = expiry::look(actor).await?.now;
    let tx = actor.read().await?;
    let mut removing = Removing::default();
    if let Some(span) = kept.events {
        let before = now.minus(span);
        removing.events = tx
            .all::<event::Entity>()
            .filter(event::Column::At.lt(before))
            .count(&*tx)
            .await?
            + tx.all::<tenant_event::Entity>()
                .filter(tenant_event::Column::At.lt(before))
                .count(&*tx)
                .await?;
    }
    if let Some(span) = kept.audit {
        removing.audit = tx
            .all::<audit_entry::Entity>()
            .filter(audit_entry::Column::At.lt(now.minus(span)))
            .count(&*tx)
            .await?;
    }
    Ok(removing)
}

/// Saves it. What is older than a shorter time is removed within the hour, so that
/// has to be agreed to; a shorter time of the audit, which could hide what somebody
/// did, also takes that they confirmed.
///
/// # Errors
/// [`SettingsError`]; nothing is changed then. The field `agreed` is in it if
/// something would be removed that nobody agreed to.
pub async fn save_retention(
    actor: &Actor,
    confirmed: Option<&Confirmed>,
    kept: Retention,
    agreed: bool,
) -> Result<(), SettingsError> {
    actor.require(Permission::ManageTenant)?;
    let before = retention(actor).await?.audit;
    let is_shorter = match (before, kept.audit) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(before), Some(now)) => now < before,
    };
    if is_shorter && !actor.has_confirmed(confirmed) {
        return Err(SettingsError::NotConfirmed);
    }
    let fits = |span: Option<Span>| span.is_none_or(|span| KEEPING.contains(&span));
    for (field, span) in [("events_kept", kept.events), ("audit_kept", kept.audit)] {
        if !fits(span) {
            return Err(SettingsError::invalid(field, "Choose one of these times."));
        }
    }
    let removing = would_remove(actor, kept).await?;
    if !agreed && !removing.is_nothing() {
        return Err(SettingsError::invalid("agreed", question(removing)));
    }
    let words = |span: Option<Span>| span.map_or_else(|| "for ever".to_owned(), Span::words);
    let detail = format!(
        "events_kept={} audit_kept={}",
        words(kept.events),
        words(kept.audit)
    );
    let columns = [
        (tenant::Column::EventsKept, value(kept.events)),
        (tenant::Column::AuditKept, value(kept.audit)),
    ];
    save(actor, &detail, columns).await?;
    Ok(())
}

fn question(removing: Removing) -> String {
    let counted = |number, one: &str, many: &str| match number {
        1 => format!("1 {one}"),
        number => format!("{number} {many}"),
    };
    let events = counted(removing.events, "event", "events");
    let entries = counted(removing.audit, "entry of the audit", "entries of the audit");
    let what = match removing {
        Removing { audit: 0, .. } => events,
        Removing { events: 0, .. } => entries,
        Removing { .. } => format!("{events} and {entries}"),
    };
    format!("This removes {what} for good. Tick the box if that is right.")
}
