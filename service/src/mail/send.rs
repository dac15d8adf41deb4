//! Sends what is due.

use super::{
    link_ended::link_ended,
    matter::{self, Use},
    of_tenant,
    queue::Sealed,
    smtp::{self, Logo, Verdict},
};
use crate::{
    core::{database::Transaction, error::InternalError, queries, rows::Rows, services::Services},
    entity::mail::{self, MailKind, MailState},
    tenancy::{TenantScope, Tx},
    vault::SealedOwn,
};
use domain::{
    ids::{LinkId, MailId, TenantId},
    time::{Span, Timestamp},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
    sea_query::{Expr, SimpleExpr},
};
use std::{collections::BTreeMap, ops::Deref, time::Duration};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often the queue is looked at.
const PERIOD: Duration = Duration::from_secs(1);
/// How many mails are taken at once.
const BATCH: i64 = 16;
/// While a process sends a mail, no other takes it. Longer than an attempt lasts
/// ([`smtp::WHOLE`]).
const TAKEN_FOR: Span = Span::minutes(3);
/// The waits after failed attempts; the last one repeats.
const WAITS: [Span; 6] = [
    Span::minutes(1),
    Span::minutes(2),
    Span::minutes(5),
    Span::minutes(15),
    Span::minutes(30),
    Span::hours(1),
];
/// How long the mails of a tenant rest that has sent too many, and one whose campaign is
/// paused or whose app has a fault.
const REST: Span = Span::minutes(1);

/// Sends mails until told to stop.
pub async fn run(services: &Services, stop: &CancellationToken) {
    if !super::is_set_up(services) {
        return;
    }
    while !stop.is_cancelled() {
        let sent = send_due(services).await.unwrap_or_else(|error| {
            tracing::error!(%error, "The worker could not look for mails to send");
            0
        });
        if sent < BATCH as usize
            && stop
                .run_until_cancelled(tokio::time::sleep(PERIOD))
                .await
                .is_none()
        {
            return;
        }
    }
}

/// Makes one attempt for some of the due mails, waits for all of them, and gives
/// their number. What is of no use any more is given up instead.
///
/// # Errors
/// [`InternalError`] if the database can't list them. A failure of one mail is
/// logged and doesn't stop the others.
pub async fn send_due(services: &Services) -> Result<usize, InternalError> {
    let now = services.expiry_now();
    let due = queries::MAILS_DUE.with(&services.db, [now.into(), BATCH.into()]);
    let rows = services.db.read().query_all_raw(due).await?;
    // One after the other for each tenant, so that its limit is counted right.
    let mut by_tenant: BTreeMap<Option<Uuid>, Vec<One>> = BTreeMap::new();
    for row in &rows {
        let tenant: Option<Uuid> = row.try_get("", "tenant_id")?;
        by_tenant.entry(tenant).or_default().push(One {
            services: services.clone(),
            tenant: tenant.map(TenantId),
            id: MailId(row.try_get("", "id")?),
        });
    }
    let mut attempts = JoinSet::new();
    for mails in by_tenant.into_values() {
        attempts.spawn(async move {
            for one in mails {
                if let Err(error) = one.attempt().await {
                    tracing::error!(%error, mail.id = %one.id, "A mail could not be sent");
                }
            }
        });
    }
    while let Some(ended) = attempts.join_next().await {
        ended?;
    }
    Ok(rows.len())
}

/// A transaction of the mail's tenant, or of none.
enum Begun {
    OfTenant(Tx),
    OfNone(Transaction),
}

impl Deref for Begun {
    type Target = Transaction;

    fn deref(&self) -> &Transaction {
        match self {
            Self::OfTenant(tx) => tx,
            Self::OfNone(tx) => tx,
        }
    }
}

/// A mail, and the logo that goes along.
type Letter = (Sealed, Option<Logo>);

/// One due mail.
struct One {
    services: Services,
    tenant: Option<TenantId>,
    id: MailId,
}

impl One {
    async fn begin(&self) -> Result<Begun, InternalError> {
        let tx = self.services.db.begin_write().await?;
        Ok(match self.tenant {
            Some(tenant) => {
                Begun::OfTenant(TenantScope::new(&self.services, tenant).enter(tx).await?)
            }
            None => Begun::OfNone(tx),
        })
    }

    async fn commit(&self, tx: Begun) -> Result<(), InternalError> {
        match tx {
            Begun::OfTenant(tx) => tx.commit().await,
            Begun::OfNone(tx) => Ok(tx.commit().await?),
        }
    }

    fn of_tenant(&self) -> SimpleExpr {
        match self.tenant {
            Some(tenant) => mail::Column::TenantId.eq(tenant),
            None => mail::Column::TenantId.is_null(),
        }
    }

    async fn attempt(&self) -> Result<(), InternalError> {
        let Some((row, sealed)) = self.take().await? else {
            return Ok(());
        };
        let verdict = match sealed {
            Some((sealed, logo)) => smtp::send(&self.services, self.id, &sealed, logo).await,
            None => Verdict::Refused("its text was changed in the database".to_owned()),
        };
        self.finish(&row, verdict).await
    }

    /// Takes the mail, so that no other process does; `None` if one has, or if
    /// its tenant has sent too many.
    async fn take(&self) -> Result<Option<(mail::Model, Option<Letter>)>, InternalError> {
        let tx = self.begin().await?;
        let now = self.services.expiry_now();
        if self.sent_too_many(&tx, now).await? {
            mail::Entity::update_many()
                .filter(self.of_tenant())
                .filter(mail::Column::DueAt.lte(now))
                .col_expr(mail::Column::DueAt, Expr::value(now.plus(REST)))
                .exec(&*tx)
                .await?;
            self.commit(tx).await?;
            return Ok(None);
        }
        let taken = mail::Entity::update_many()
            .filter(mail::Column::Id.eq(self.id))
            .filter(mail::Column::DueAt.lte(now))
            .col_expr(mail::Column::DueAt, Expr::value(now.plus(TAKEN_FOR)))
            .col_expr(
                mail::Column::Attempts,
                Expr::col(mail::Column::Attempts).add(1),
            )
            .exec(&*tx)
            .await?;
        if taken.rows_affected == 0 {
            return Ok(None);
        }
        let row: Option<mail::Model> = mail::Entity::find_by_id(self.id).row(&*tx).await?;
        let Some(row) = row else {
            return Ok(None);
        };
        match matter::use_of(&tx, &row, now).await? {
            Use::Now => {}
            Use::Later => {
                self.put_off(&tx, row.attempts - 1, now).await?;
                self.commit(tx).await?;
                return Ok(None);
            }
            Use::Never => {
                self.finish_in(&tx, &row, MailState::GivenUp, None).await?;
                self.commit(tx).await?;
                return Ok(None);
            }
        }
        let letter = match (self.open(&tx, &row).await?, &tx) {
            (Some(sealed), Begun::OfTenant(tx)) if sealed.logo => {
                Some((sealed, of_tenant::logo(tx).await?))
            }
            (sealed, _) => sealed.map(|sealed| (sealed, None)),
        };
        self.commit(tx).await?;
        Ok(Some((row, letter)))
    }

    /// Looks at it again in a moment; this was no attempt.
    async fn put_off(&self, tx: &Begun, attempts: i64, now: Timestamp) -> Result<(), DbErr> {
        mail::Entity::update_many()
            .filter(mail::Column::Id.eq(self.id))
            .col_expr(mail::Column::DueAt, Expr::value(now.plus(REST)))
            .col_expr(mail::Column::Attempts, Expr::value(attempts))
            .exec(&**tx)
            .await?;
        Ok(())
    }

    /// Sent ones of the last hour, of this tenant.
    async fn sent_too_many(&self, tx: &Begun, now: Timestamp) -> Result<bool, InternalError> {
        let most = self.services.config.mail.as_ref();
        let most = most.map_or(0, |mail| u64::from(mail.per_hour));
        let sent = mail::Entity::find()
            .filter(self.of_tenant())
            .filter(mail::Column::FinishedAt.gt(now.minus(Span::hours(1))))
            .filter(mail::Column::State.eq(MailState::Sent))
            .count(&**tx)
            .await?;
        Ok(sent >= most)
    }

    async fn open(&self, tx: &Begun, row: &mail::Model) -> Result<Option<Sealed>, InternalError> {
        let (Some(data_key), Some(nonce), Some(ciphertext)) =
            (row.data_key_id, row.nonce.clone(), row.ciphertext.clone())
        else {
            return Ok(None);
        };
        let sealed = SealedOwn {
            data_key,
            nonce,
            ciphertext,
        };
        let vault = self.services.vault();
        let text = vault
            .open_own(&**tx, &Sealed::purpose(self.id), &sealed)
            .await?;
        Ok(text.and_then(|text| {
            serde_json::from_str(secrecy::ExposeSecret::expose_secret(&text)).ok()
        }))
    }

    async fn finish(&self, row: &mail::Model, verdict: Verdict) -> Result<(), InternalError> {
        let now = self.services.expiry_now();
        let (state, answer, next) = match verdict {
            Verdict::Sent(answer) => (MailState::Sent, answer, None),
            Verdict::Refused(answer) => (MailState::Refused, answer, None),
            Verdict::Later(answer) => {
                // What a server says may name the recipient; its code doesn't.
                let code: String = answer.chars().take_while(char::is_ascii_digit).collect();
                let why = if code.is_empty() { &answer } else { &code };
                tracing::warn!(mail.id = %self.id, kind = ?row.kind, why, "A mail has to wait");
                let next = now.plus(wait_after(row.attempts));
                if next < row.expires_at {
                    (MailState::Waiting, answer, Some(next))
                } else {
                    (MailState::GivenUp, answer, None)
                }
            }
        };
        let tx = self.begin().await?;
        match next {
            Some(next) => {
                mail::Entity::update_many()
                    .filter(mail::Column::Id.eq(self.id))
                    .col_expr(mail::Column::Answer, Expr::value(Some(answer)))
                    .col_expr(mail::Column::DueAt, Expr::value(Some(next)))
                    .exec(&*tx)
                    .await?;
            }
            None => self.finish_in(&tx, row, state, Some(answer)).await?,
        }
        self.commit(tx).await
    }

    /// Keeps what became of the mail, with the last answer, and erases its text.
    async fn finish_in(
        &self,
        tx: &Begun,
        row: &mail::Model,
        state: MailState,
        answer: Option<String>,
    ) -> Result<(), InternalError> {
        let now = self.services.expiry_now();
        let mut update = mail::Entity::update_many();
        if answer.is_some() {
            update = update.col_expr(mail::Column::Answer, Expr::value(answer));
        }
        update
            .filter(mail::Column::Id.eq(self.id))
            .col_expr(mail::Column::State, Expr::value(state))
            .col_expr(mail::Column::DueAt, Expr::value(Option::<i64>::None))
            .col_expr(mail::Column::FinishedAt, Expr::value(Some(now)))
            .col_expr(mail::Column::DataKeyId, Expr::value(Option::<Uuid>::None))
            .col_expr(mail::Column::Nonce, Expr::value(Option::<Vec<u8>>::None))
            .col_expr(
                mail::Column::Ciphertext,
                Expr::value(Option::<Vec<u8>>::None),
            )
            .exec(&**tx)
            .await?;
        if let (Begun::OfTenant(tx), MailKind::ReconnectLink) = (tx, row.kind) {
            link_ended(tx, LinkId(row.about), state == MailState::Sent, now).await?;
        }
        Ok(())
    }
}

/// How long a mail waits after so many attempts.
fn wait_after(attempts: i64) -> Span {
    let index = usize::try_from(attempts.saturating_sub(1)).unwrap_or(0);
    WAITS[Ord::min(index, WAITS.len() - 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_get_longer_up_to_an_hour() {
        assert_eq!(wait_after(1), Span::minutes(1));
        assert_eq!(wait_after(2), Span::minutes(2));
        assert_eq!(wait_after(6), Span::hours(1));
        assert_eq!(wait_after(600), Span::hours(1));
    }
}
