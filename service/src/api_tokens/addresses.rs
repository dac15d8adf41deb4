//! The addresses that API tokens are used from (security.md 79). If a token is
//! used from an address for the first time in 30 days, an entry of the audit
//! and an event are written before the request is answered. The first use of a
//! token is excepted.
//!
//! Known addresses are held in memory, so that the usual request makes no
//! query. An address that a process doesn't know yet costs one query.

use super::address_log::{AddressLog, Key};
use crate::{
    audit::{self, Action, By, Entry, Target},
    core::{error::InternalError, network::Network, rows::Rows, services::Services},
    entity::{
        api_token,
        api_token_address::{ActiveModel, Column, Entity, Model},
    },
    tenancy::{TenantScope, Tx, outbox},
};
use domain::{
    event::{Actor, Happening},
    ids::{ApiTokenId, TenantId},
    time::{Span, Timestamp},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockType, OnConflict},
};
use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
};

/// After this time without a use, an address is new again.
const FORGOTTEN_AFTER: Span = Span::days(30);
/// The most addresses that are kept of a token; the one used longest ago is removed.
const KEPT: usize = 100;
/// The most new addresses of a token that people are told about in a day. A
/// backend whose address changes all the time would hide everything else. The
/// audit has all.
const TOLD_A_DAY: usize = 20;
/// How old the stored time of an address's last use may be.
const STORED_EVERY: Span = Span::hours(1);
const MINUTE: i64 = 60_000_000;

pub(super) fn is_lately(last: Timestamp, now: Timestamp) -> bool {
    now.since(last) < FORGOTTEN_AFTER
}

/// Returns when it is known that the token was used from this address in the
/// last 30 days, or when the new address is recorded.
///
/// # Errors
/// [`InternalError`] if neither succeeds: the request must not be answered then.
pub(crate) async fn note(
    scope: &TenantScope,
    id: ApiTokenId,
    name: &str,
    address: Option<IpAddr>,
) -> Result<(), InternalError> {
    // Only tests have no address.
    let Some(address) = address else {
        return Ok(());
    };
    let (now, log) = (scope.expiry_now(), &scope.state::<AddressLog>());
    let key = (scope.tenant(), id, Network::from(address));
    if log.mark(&key, now) {
        return Ok(());
    }
    let _turn = log.turn(id).await;
    if log.mark(&key, now) {
        return Ok(());
    }
    let stored = match last_use(scope, &key).await? {
        Some(last) if is_lately(last, now) => last,
        _ => meet(scope, &key, name, address).await?,
    };
    log.learn(key, stored, now);
    Ok(())
}

async fn last_use(
    scope: &TenantScope,
    (_, id, network): &Key,
) -> Result<Option<Timestamp>, InternalError> {
    let tx = scope.read().await?;
    let row: Option<Model> = tx
        .all::<Entity>()
        .filter(Column::TokenId.eq(*id))
        .filter(Column::Network.eq(network.to_string()))
        .row(&*tx)
        .await?;
    Ok(row.map(|row| row.last_seen_at))
}

/// Records a use from an address that the database doesn't have as used lately,
/// and gives the time of the record: of two processes, only the first one
/// records it.
async fn meet(
    scope: &TenantScope,
    (_, id, network): &Key,
    name: &str,
    address: IpAddr,
) -> Result<Timestamp, InternalError> {
    let (now, network) = (scope.expiry_now(), network.to_string());
    let tx = scope.write().await?;
    let is_there = tx
        .all::<api_token::Entity>()
        .filter(api_token::Column::Id.eq(*id))
        .lock(LockType::NoKeyUpdate)
        .any(&*tx)
        .await?;
    if !is_there {
        // The token was removed with its app a moment ago.
        return Ok(now);
    }
    let known: Vec<Model> = tx
        .all::<Entity>()
        .filter(Column::TokenId.eq(*id))
        .rows(&*tx)
        .await?;
    let lately = known
        .iter()
        .find(|row| row.network == network)
        .map(|row| row.last_seen_at)
        .filter(|last| is_lately(*last, now));
    if let Some(last) = lately {
        return Ok(last);
    }
    let row = ActiveModel {
        tenant_id: Set(tx.tenant()),
        token_id: Set(*id),
        network: Set(network.clone()),
        first_seen_at: Set(now),
        last_seen_at: Set(now),
    };
    Entity::insert(row)
        .on_conflict(
            OnConflict::columns([Column::TokenId, Column::Network])
                .update_columns([Column::FirstSeenAt, Column::LastSeenAt])
                .to_owned(),
        )
        .exec_without_returning(&*tx)
        .await?;
    if let Some(oldest) = without_room(&known, &network) {
        tx.delete::<Entity>()
            .filter(Column::TokenId.eq(*id))
            .filter(Column::Network.eq(oldest))
            .exec(&*tx)
            .await?;
    }
    let today = known
        .iter()
        .filter(|row| now.since(row.first_seen_at) < Span::days(1));
    if !known.is_empty() {
        if today.count() < TOLD_A_DAY {
            let happening = Happening::ApiTokenNewAddress {
                token: name.to_owned(),
                address: address.to_canonical().to_string(),
            };
            let actor = Actor::ApiToken {
                name: name.to_owned(),
            };
            outbox::add_to_tenant(scope, &tx, &actor, &happening)?;
            tracing::warn!(api_token.id = %id, "An API token is used from a new address");
        }
        let by = By::ApiToken {
            id: *id,
            name: name.to_owned(),
        };
        let target = Target::api_token(*id, name);
        let entry = Entry::new(by, Action::ApiTokenNewAddress, target).at(Some(address));
        audit::record(scope, &tx, &entry).await?;
    }
    tx.commit().await?;
    Ok(now)
}

/// The address to remove for the new network, if there are too many.
fn without_room(known: &[Model], network: &str) -> Option<String> {
    let others = known.iter().filter(|row| row.network != network);
    (others.clone().count() >= KEPT)
        .then(|| others.min_by_key(|row| row.last_seen_at))
        .flatten()
        .map(|row| row.network.clone())
}

/// The addresses that each token of the tenant was used from lately, latest first.
pub(super) async fn of_tenant(
    tx: &Tx,
    now: Timestamp,
) -> Result<HashMap<ApiTokenId, Vec<String>>, InternalError> {
    let rows: Vec<Model> = tx
        .all::<Entity>()
        .filter(Column::LastSeenAt.gt(now.minus(FORGOTTEN_AFTER)))
        .order_by_desc(Column::LastSeenAt)
        .order_by_asc(Column::Network)
        .rows(&**tx)
        .await?;
    let mut used_from: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        let of_token = used_from.entry(row.token_id).or_default();
        of_token.push(row.network);
    }
    Ok(used_from)
}

/// Records that a token was refused because of its address, at most once a
/// minute. A failure to record it is logged; the token is refused all the same.
pub(super) async fn refused(
    scope: &TenantScope,
    id: ApiTokenId,
    name: &str,
    address: Option<IpAddr>,
) {
    let minute = scope.now().0.div_euclid(MINUTE);
    {
        let refused = &mut scope.state::<AddressLog>().state().refused;
        refused.retain(|_, at| *at == minute);
        if refused.insert(id, minute).is_some() {
            return;
        }
    }
    let by = By::ApiToken {
        id,
        name: name.to_owned(),
    };
    let entry = Entry::new(by, Action::ApiTokenRefused, Target::api_token(id, name))
        .at(address)
        .detail("network_not_allowed")
        .refused()
        .once(format!("refused:{id}:{minute}"));
    let recorded = async {
        let tx = scope.write().await?;
        audit::record(scope, &tx, &entry).await?;
        tx.commit().await
    };
    if let Err(error) = recorded.await {
        scope.state::<AddressLog>().state().refused.remove(&id);
        tracing::error!(%error, api_token.id = %id, "The refusal of an API token could not be recorded");
    }
}

/// Writes last uses to the database that are an hour newer than the stored
/// ones, in one transaction for each tenant.
///
/// # Errors
/// [`InternalError`] if the database fails; unwritten uses stay marked.
pub(super) async fn flush(services: &Services) -> Result<(), InternalError> {
    let mut tenants: BTreeMap<TenantId, Vec<(ApiTokenId, Network, Timestamp)>> = BTreeMap::new();
    for ((tenant, token, network), one) in &services.state::<AddressLog>().state().uses {
        if one.last.since(one.stored) >= STORED_EVERY {
            let of_tenant = tenants.entry(*tenant).or_default();
            of_tenant.push((*token, *network, one.last));
        }
    }
    for (tenant, mut uses) in tenants {
        // Always in the same order, so that two processes can't deadlock.
        uses.sort();
        let scope = TenantScope::new(services, tenant);
        let tx = scope.write().await?;
        for (token, network, last) in &uses {
            tx.update::<Entity>()
                .col_expr(Column::LastSeenAt, Expr::value(*last))
                .filter(Column::TokenId.eq(*token))
                .filter(Column::Network.eq(network.to_string()))
                .filter(Column::LastSeenAt.lt(*last))
                .exec(&*tx)
                .await?;
        }
        tx.commit().await?;
        let held = &mut services.state::<AddressLog>().state().uses;
        for (token, network, last) in uses {
            if let Some(one) = held.get_mut(&(tenant, token, network)) {
                one.stored = one.stored.max(last);
            }
        }
    }
    Ok(())
}
