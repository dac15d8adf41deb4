//! Asks the API itself whether it accepts a new token.
//!
//! A refresh proves that the authorization is valid; only a request with the
//! token proves the token. That costs a second call. So it is made when a
//! person or a backend asks for a check, and where the scopes allow `GET
//! /api/account`.

use super::Verdict;
use crate::{
    core::{error::InternalError, rows::Rows},
    encryption::Purpose,
    entity::connection,
    records::{connection::Record, store::Stored},
    tenancy::TenantScope,
};
use domain::{event, health::Standing, ids::ConnectionId};
use gorgias::UpstreamError;
use sea_orm::{ColumnTrait, QueryFilter};

/// Checks the new token of a connection: [`Verdict::Lost`] if the API answers
/// 401 to it, [`Verdict::Fine`] otherwise.
pub(crate) async fn token(
    scope: &TenantScope,
    id: ConnectionId,
    who: &event::Actor,
) -> Result<Verdict, InternalError> {
    let tx = scope.read().await?;
    let record: Option<Record> = tx
        .all::<connection::Entity>()
        .filter(connection::Column::Id.eq(id))
        .row(&*tx)
        .await?;
    let Some(record) = record else {
        return Ok(Verdict::NotConnected);
    };
    let may_ask = record.granted.contains("account:read") || record.granted.contains("write:all");
    if record.standing != Standing::Connected || !may_ask {
        return Ok(Verdict::Fine);
    }
    let purpose = Purpose::ConnectionAccessToken;
    let Some(token) = scope.vault().open(&tx, purpose, id.0).await? else {
        return Ok(Verdict::Fine);
    };
    drop(tx);
    let answer = scope.gorgias.account(&record.subdomain, &token).await;
    if !matches!(answer, Err(UpstreamError::Unauthorized)) {
        return Ok(Verdict::Fine);
    }
    let (sentence, now) = (UpstreamError::Unauthorized.sentence(), scope.now());
    let changed = record.change(|connection| connection.unauthorized(sentence, now));
    let tx = scope.write().await?;
    let stored = changed.store(scope, &tx, who).await?;
    tx.commit().await?;
    Ok(match stored {
        Stored::Outdated => Verdict::Superseded,
        Stored::Done => Verdict::Lost,
    })
}
