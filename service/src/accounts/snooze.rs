//! Snoozing an account: it needs nobody until a time, or until its state changes
//! (ADR 41). Triggers end a snooze as the state changes; here is the rest.

use super::{Customer, Snoozed};
use crate::{
    audit::{Action, By, Entry, Target},
    core::{
        error::{FieldError, InternalError},
        live::Change,
        rows::Rows,
    },
    entity::{account, connection},
    tenancy::{Actor, TenantScope, Tx, outbox},
};
use domain::{
    customer::line,
    event::{self, Happening, SnoozeEnd},
    health::Health,
    ids::{AppId, ConnectionId},
    snooze::{LONGEST, LONGEST_REASON, Until, can_be_snoozed},
    subdomain::Subdomain,
    time::Timestamp,
};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, sea_query::Expr};

/// The most time that an end may lie away, in days, for messages.
const DAYS: i64 = LONGEST.whole_seconds() / 86_400;

/// How somebody wants an account to be snoozed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnoozeWish {
    /// Until when.
    pub until: Until,
    /// Why; empty if nothing is said.
    pub reason: String,
}

/// A checked change.
pub(super) enum Step {
    Snooze {
        until: Until,
        reason: Option<String>,
    },
    Wake,
}

/// What is wrong with a wish itself, whatever the account. The field is `snooze`.
pub(crate) fn mistakes(wish: Option<&SnoozeWish>, now: Timestamp) -> Vec<FieldError> {
    let Some(wish) = wish else {
        return Vec::new();
    };
    let mut errors = Vec::new();
    if line(&wish.reason, LONGEST_REASON).is_none() {
        let text = format!("Give a reason of at most {LONGEST_REASON} letters, on one line.");
        errors.push(FieldError::new("snooze", text));
    }
    let bad = |at: Timestamp| at <= now || at > now.plus(LONGEST);
    if wish.until.at().is_some_and(bad) {
        let text = format!("Choose a time that is not over, within {DAYS} days.");
        errors.push(FieldError::new("snooze", text));
    }
    errors
}

/// What has to be done, if anything: who asks twice changes nothing the second time.
pub(super) async fn plan(
    actor: &Actor,
    tx: &Tx,
    before: &Customer,
    wish: Option<&SnoozeWish>,
) -> Result<Result<Option<Step>, FieldError>, InternalError> {
    let Some(wish) = wish else {
        return Ok(Ok(before.snoozed.as_ref().map(|_| Step::Wake)));
    };
    let reason = line(&wish.reason, LONGEST_REASON).filter(|reason| !reason.is_empty());
    let same = |now: &Snoozed| now.until == wish.until && now.reason.as_deref() == reason;
    if before.snoozed.as_ref().is_some_and(same) {
        return Ok(Ok(None));
    }
    let connections = connections(tx, &before.subdomain).await?;
    // Whoever is limited to some apps doesn't hear how the account is at others.
    let seen = connections
        .iter()
        .filter(|one| actor.apps.includes(one.app));
    let worst = seen.map(|one| one.health).reduce(Health::worse);
    let worst = worst.unwrap_or(Health::NotConnected);
    if !can_be_snoozed(worst) {
        let text = format!(
            "{} is {} and needs nobody, so there is nothing to snooze.",
            before.title(),
            worst.label()
        );
        return Ok(Err(FieldError::new("snooze", text)));
    }
    let reason = reason.map(str::to_owned);
    let until = wish.until;
    Ok(Ok(Some(Step::Snooze { until, reason })))
}

/// What came of a snooze of one account among many.
pub(crate) enum Put {
    /// It was like that already.
    Same,
    /// It was changed; the entry for the audit.
    Done(Box<Entry>),
    /// It needs nobody.
    NotNeeded,
}

/// Snoozes a locked account, or wakes it if nothing is wished.
pub(crate) async fn put(
    actor: &Actor,
    tx: &Tx,
    before: &Customer,
    wish: Option<&SnoozeWish>,
) -> Result<Put, InternalError> {
    let step = match plan(actor, tx, before, wish).await? {
        Ok(Some(step)) => step,
        Ok(None) => return Ok(Put::Same),
        Err(_) => return Ok(Put::NotNeeded),
    };
    let row: Option<account::Model> = tx
        .all::<account::Entity>()
        .filter(account::Column::Subdomain.eq(before.subdomain.as_str()))
        .row(&**tx)
        .await?;
    let gone = || InternalError::inconsistent("accounts", "subdomain", &before.subdomain);
    let entry = store(actor, tx, &row.ok_or_else(gone)?, step).await?;
    Ok(Put::Done(Box::new(entry)))
}

/// Stores the change with its events, and gives its entry for the audit. The account is
/// locked. `row` is what it was.
pub(super) async fn store(
    actor: &Actor,
    tx: &Tx,
    row: &account::Model,
    step: Step,
) -> Result<Entry, InternalError> {
    let connections = connections(tx, &row.subdomain).await?;
    let target = Target::customer(&row.subdomain);
    if !row.snoozed && row.snooze_look_at.is_some() {
        // The worker has not told the end of the one before.
        let end = Happening::SnoozeEnded {
            by: SnoozeEnd::Change,
        };
        tell(
            actor,
            tx,
            &row.subdomain,
            &connections,
            (&event::Actor::Worker, &end),
        )?;
    }
    let who = actor.as_event_actor();
    match step {
        Step::Wake => {
            clear(tx, &row.subdomain).await?;
            let end = Happening::SnoozeEnded {
                by: SnoozeEnd::Woken,
            };
            tell(actor, tx, &row.subdomain, &connections, (&who, &end))?;
            Ok(Entry::of(actor, Action::AccountWoken, target))
        }
        Step::Snooze { until, reason } => {
            use account::Column;
            let by = By::from(&actor.who).name();
            let until = until.at();
            tx.update::<account::Entity>()
                .filter(Column::Subdomain.eq(row.subdomain.as_str()))
                .col_expr(Column::Snoozed, Expr::value(true))
                .col_expr(Column::SnoozedUntil, Expr::value(until))
                .col_expr(Column::SnoozedIn, Expr::value(Some(row.health.code())))
                .col_expr(Column::SnoozedAt, Expr::value(Some(actor.now())))
                .col_expr(Column::SnoozedBy, Expr::value(by))
                .col_expr(Column::SnoozeReason, Expr::value(reason.clone()))
                .col_expr(Column::SnoozeLookAt, Expr::value(until))
                .exec(&**tx)
                .await?;
            let begun = Happening::Snoozed { until, reason };
            tell(actor, tx, &row.subdomain, &connections, (&who, &begun))?;
            let until = until.map_or_else(|| "it changes".to_owned(), Timestamp::rfc3339);
            // The reason may name people, so the audit doesn't have it.
            Ok(Entry::of(actor, Action::AccountSnoozed, target).detail(until))
        }
    }
}

/// Takes away all that is stored of a snooze.
pub(super) async fn clear(tx: &Tx, subdomain: &Subdomain) -> Result<(), InternalError> {
    use account::Column;
    let mut update = tx
        .update::<account::Entity>()
        .filter(Column::Subdomain.eq(subdomain.as_str()))
        .col_expr(Column::Snoozed, Expr::value(false));
    for column in [
        Column::SnoozedUntil,
        Column::SnoozedAt,
        Column::SnoozeLookAt,
    ] {
        update = update.col_expr(column, Expr::value(Option::<i64>::None));
    }
    for column in [Column::SnoozedIn, Column::SnoozedBy, Column::SnoozeReason] {
        update = update.col_expr(column, Expr::value(Option::<String>::None));
    }
    update.exec(&**tx).await?;
    Ok(())
}

/// A connection, as far as events and open pages need it.
pub(super) struct Connected {
    id: ConnectionId,
    app: AppId,
    health: Health,
}

/// The connections of an account.
pub(super) async fn connections(
    tx: &Tx,
    subdomain: &Subdomain,
) -> Result<Vec<Connected>, InternalError> {
    use connection::Column;
    let rows: Vec<(ConnectionId, AppId, Health)> = tx
        .all::<connection::Entity>()
        .filter(Column::Subdomain.eq(subdomain.as_str()))
        .select_only()
        .columns([Column::Id, Column::AppId, Column::Health])
        .into_tuple()
        .all(&**tx)
        .await?;
    let connected = |(id, app, health)| Connected { id, app, health };
    Ok(rows.into_iter().map(connected).collect())
}

/// Writes into the timeline of each connection, and tells open pages.
pub(super) fn tell(
    scope: &TenantScope,
    tx: &Tx,
    subdomain: &Subdomain,
    connections: &[Connected],
    (who, what): (&event::Actor, &Happening),
) -> Result<(), InternalError> {
    for one in connections {
        outbox::add(scope, tx, one.id, who, what)?;
        tx.tell(Change {
            tenant: tx.tenant(),
            app: Some(one.app),
            connection: one.id,
            subdomain: subdomain.clone(),
            health: one.health,
        });
    }
    Ok(())
}
