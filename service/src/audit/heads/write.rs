//! Writing the log of heads.

use super::{
    PURPOSE, ROW,
    chain::{Heads, packed, unpacked},
    present, sealed_key,
};
use crate::{
    audit::chain::{BEGINNING, Key},
    core::{database::Transaction, error::InternalError, rows::Rows, services::Services},
    entity::{head_log, head_log_end, installation},
};
use domain::time::{Span, Timestamp};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, OnConflict},
};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the worker checks whether a head changed.
const PERIOD: Duration = Duration::from_secs(60);
/// Within this time, only one of several processes writes.
const APART: Span = Span::seconds(45);
/// How often an entry holds all heads.
const WHOLE: Span = Span::days(1);

/// Once a minute, records the heads that changed, until told to stop.
pub(crate) async fn keep_noted(services: &Services, stop: &CancellationToken) {
    let mut log = HeadLog::default();
    let mut timer = tokio::time::interval(PERIOD);
    while stop.run_until_cancelled(timer.tick()).await.is_some() {
        if let Err(error) = log.note(services).await {
            tracing::error!(%error, "The heads of the audit could not be noted; `mooring audit verify` says more if they were changed");
        }
    }
}

/// The log as far as this process has read it.
#[derive(Default)]
pub struct HeadLog {
    /// The number of the last entry.
    seen: i64,
    /// When the last entry that held all heads was written.
    whole_at: Option<Timestamp>,
    /// The heads of all tenants, according to the log.
    heads: Heads,
}

impl HeadLog {
    /// Adds an entry if a head changed and no other process just did so. Gives
    /// whether it was added.
    ///
    /// # Errors
    /// [`InternalError::AuditDamaged`] if the log's end was changed, or the
    /// database failed.
    pub async fn note(&mut self, services: &Services) -> Result<bool, InternalError> {
        let now = services.now();
        // Without a lock, since usually no head changed.
        let heads = present(services, services.db.read()).await?;
        let known = self.seen > 0;
        if known {
            self.tell_of_losses(&heads);
        }
        if known && self.moved(&heads).is_empty() {
            return Ok(false);
        }
        let tx = services.db.begin_write().await?;
        let (key, mut end) = lock(services, &tx).await?;
        self.read_on(&tx, &end).await?;
        let just_now = (Span(0)..APART).contains(&now.since(end.at));
        let heads = present(services, &tx).await?;
        if !known {
            self.tell_of_losses(&heads);
        }
        let mut moved = self.moved(&heads);
        if moved.is_empty() || (just_now && end.count > 0) {
            return Ok(false);
        }
        let whole = self.is_whole_due(now);
        if whole {
            // The other heads stay as the log has them.
            let mut all = self.heads.clone();
            all.append(&mut moved);
            moved = all;
        }
        let mut row = head_log::Model {
            number: end.count + 1,
            at: now,
            whole,
            heads: packed(&moved),
            mac: Vec::new(),
        };
        row.mac = key.of_heads(&end.last_mac, &row);
        end.count = row.number;
        end.last_mac.clone_from(&row.mac);
        end.at = now;
        head_log::Entity::insert(head_log::ActiveModel::from(row).reset_all())
            .exec_without_returning(&tx)
            .await?;
        put_end(&tx, &key, end).await?;
        tx.commit().await?;
        self.seen += 1;
        self.take(moved, whole, now);
        Ok(true)
    }

    /// The heads that changed. If a head is missing or was put back, the log
    /// keeps its old state, so that the damage shows.
    fn moved(&self, heads: &Heads) -> Heads {
        let moved = heads.iter().filter(|(tenant, head)| {
            let before = self.heads.get(*tenant);
            before.is_none_or(|before| head.count >= before.count && *head != before)
        });
        moved.map(|(tenant, head)| (*tenant, *head)).collect()
    }

    fn tell_of_losses(&self, heads: &Heads) {
        for (tenant, before) in &self.heads {
            let what = match heads.get(tenant) {
                Some(head) if head.count >= before.count => continue,
                Some(_) => "was put back to an earlier state",
                None => "is gone",
            };
            tracing::error!(tenant.id = %tenant, "The audit of a tenant {what}; `mooring audit verify` names it");
        }
    }

    fn is_whole_due(&self, now: Timestamp) -> bool {
        self.whole_at
            .is_none_or(|at| !(Span(0)..WHOLE).contains(&now.since(at)))
    }

    /// Reads the entries of other processes, or at first the necessary part of the log.
    async fn read_on(
        &mut self,
        tx: &Transaction,
        end: &head_log_end::Model,
    ) -> Result<(), InternalError> {
        if self.seen == end.count {
            return Ok(());
        }
        if self.seen == 0 || self.seen > end.count {
            *self = Self::default();
            let whole: Option<head_log::Model> = head_log::Entity::find()
                .filter(head_log::Column::Whole.eq(true))
                .order_by_desc(head_log::Column::Number)
                .row(tx)
                .await?;
            self.seen = whole.map_or(end.first, |row| row.number - 1);
        }
        let rows: Vec<head_log::Model> = head_log::Entity::find()
            .filter(head_log::Column::Number.gt(self.seen))
            .order_by_asc(head_log::Column::Number)
            .rows(tx)
            .await?;
        for row in rows {
            let heads = unpacked(&row.heads).ok_or(InternalError::AuditDamaged)?;
            self.seen = row.number;
            self.take(heads, row.whole, row.at);
        }
        self.seen = end.count;
        Ok(())
    }

    fn take(&mut self, heads: Heads, whole: bool, at: Timestamp) {
        if whole {
            self.heads.clear();
            self.whole_at = Some(at);
        }
        self.heads.extend(heads);
    }
}

/// The log's end, locked until the transaction ends, and the key. Both are made
/// with the first entry.
async fn lock(
    services: &Services,
    tx: &Transaction,
) -> Result<(Key, head_log_end::Model), InternalError> {
    // Of two concurrent first calls, one makes the row.
    let nothing = head_log_end::Model {
        id: ROW,
        first: 0,
        first_mac: BEGINNING.to_vec(),
        count: 0,
        last_mac: BEGINNING.to_vec(),
        at: Timestamp::default(),
        seal: Vec::new(),
    };
    if sealed_key(tx).await?.is_none() {
        head_log_end::Entity::insert(head_log_end::ActiveModel::from(nothing).reset_all())
            .on_conflict(
                OnConflict::column(head_log_end::Column::Id)
                    .do_nothing()
                    .to_owned(),
            )
            .exec_without_returning(tx)
            .await?;
    }
    let end = head_log_end::Entity::find_by_id(ROW)
        .lock_exclusive()
        .row(tx)
        .await?
        .ok_or(InternalError::AuditDamaged)?;
    // Read again: the previous holder of the lock may have made it.
    match sealed_key(tx).await? {
        Some(sealed) => {
            let opened = services.vault().open_own(tx, PURPOSE, &sealed).await?;
            let key = opened.map(Key).filter(|key| key.holds_end(&end));
            Ok((key.ok_or(InternalError::AuditDamaged)?, end))
        }
        // There was a key once.
        None if end.count > 0 || !end.seal.is_empty() => Err(InternalError::AuditDamaged),
        None => Ok((begin(services, tx).await?, end)),
    }
}

async fn begin(services: &Services, tx: &Transaction) -> Result<Key, InternalError> {
    let key = Key::generate(&*services.random);
    let sealed = services
        .vault()
        .seal_own(services, tx, PURPOSE, &key.0)
        .await?;
    installation::Entity::update_many()
        .filter(installation::Column::Id.eq(ROW))
        .col_expr(
            installation::Column::HeadLogDataKeyId,
            Expr::value(sealed.data_key.0),
        )
        .col_expr(
            installation::Column::HeadLogKeyNonce,
            Expr::value(sealed.nonce),
        )
        .col_expr(
            installation::Column::HeadLogKey,
            Expr::value(sealed.ciphertext),
        )
        .exec(tx)
        .await?;
    Ok(key)
}

async fn put_end(
    tx: &Transaction,
    key: &Key,
    mut end: head_log_end::Model,
) -> Result<(), InternalError> {
    end.seal = key.of_end(&end);
    head_log_end::Entity::update(head_log_end::ActiveModel::from(end).reset_all())
        .exec(tx)
        .await?;
    Ok(())
}

/// Removes entries older than `before`, as far as a later one holds all heads.
pub(crate) async fn cut(services: &Services, before: Timestamp) -> Result<(), InternalError> {
    let last_whole = head_log::Entity::find()
        .filter(head_log::Column::Whole.eq(true))
        .filter(head_log::Column::At.lt(before))
        .order_by_desc(head_log::Column::Number)
        .select_only()
        .column(head_log::Column::Number)
        .into_tuple::<i64>()
        .one(services.db.read())
        .await?;
    let Some(last) = last_whole.map(|number| number - 1) else {
        return Ok(());
    };
    let tx = services.db.begin_write().await?;
    let (key, mut end) = lock(services, &tx).await?;
    if last <= end.first {
        return Ok(());
    }
    let row: Option<head_log::Model> = head_log::Entity::find_by_id(last).row(&tx).await?;
    let row = row.ok_or(InternalError::AuditDamaged)?;
    end.first = last;
    end.first_mac = row.mac;
    put_end(&tx, &key, end).await?;
    if services.db.is_sqlite() {
        head_log::Entity::delete_many()
            .filter(head_log::Column::Number.lte(last))
            .exec(&tx)
            .await?;
    } else {
        tx.execute_unprepared("SELECT mooring_head_log_cut()")
            .await?;
    }
    tx.commit().await?;
    Ok(())
}
