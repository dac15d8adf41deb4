//! Reconnect links: what a customer's admin is sent.

use super::{events, record::Record};
use crate::{
    actor::Actor,
    apps,
    digest::digest,
    entity::{app, connection, reconnect_link, tenant},
    error::{Fault, Forbidden},
    random::secret_text,
    services::Services,
    tenant_scope::{TenantScope, Tx},
};
use domain::{
    event::{self, Happening},
    health::Health,
    ids::{ConnectionId, LinkId, TenantId},
    permission::Permission,
    scope::ScopeSet,
    slug::Slug,
    subdomain::Subdomain,
    time::{Span, Timestamp},
};
use reconnect_link::{Column, Entity, Model};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use secrecy::SecretString;

/// How long a link lives unless told otherwise.
pub const DEFAULT_LIFE: Span = Span::days(7);
/// The longest that a link may live.
pub const LONGEST_LIFE: Span = Span::days(30);

/// What a new link shall be like.
#[derive(Debug, Clone, Default)]
pub struct LinkOptions {
    /// How long it lives; 5 minutes to 30 days, 7 days if not given.
    pub expires_in: Option<Span>,
    /// To whom it is to be mailed; refused as long as no mail is set up.
    pub email: Option<String>,
}

/// A link just made. Its address is shown this once; only a digest is kept.
#[derive(Debug)]
pub struct NewLink {
    /// Its id.
    pub id: LinkId,
    /// The address to send.
    pub url: SecretString,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

/// Why no link was made.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The actor sees no such app.
    #[error("there is no such app")]
    NotFound,
    /// The role doesn't allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Too short or too long.
    #[error(
        "a link lives at least 5 minutes and at most 30 days; give expires_in in seconds between 300 and 2592000"
    )]
    BadLife,
    /// There is no mail.
    #[error("mail is not set up; leave the address out and send the link yourself")]
    NoMail,
    /// Something inside failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<sea_orm::DbErr> for LinkError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// A link that can't be used, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkGone {
    /// No such link.
    #[error("this link is not known")]
    Unknown,
    /// It led to an approval.
    #[error("this link was used already")]
    Used,
    /// Its time is over.
    #[error("this link has expired")]
    Expired,
    /// Somebody withdrew it.
    #[error("this link was withdrawn")]
    Revoked,
}

/// How far a link has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// Made, not opened.
    Sent,
    /// Opened, approval not begun.
    Opened,
    /// On the way to Gorgias and not back yet.
    Started,
    /// Approved: used up.
    Approved,
    /// Its time is over.
    Expired,
    /// Withdrawn.
    Revoked,
}

/// A link as an account's page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRow {
    /// Its id.
    pub id: LinkId,
    /// How far it has come.
    pub state: LinkState,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Until when it can be used.
    pub expires_at: Timestamp,
    /// When it was first opened.
    pub opened_at: Option<Timestamp>,
    /// When it led to an approval.
    pub approved_at: Option<Timestamp>,
}

/// A link that is on its way, with its account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutstandingLink {
    /// The app's name in URLs.
    pub app_slug: Slug,
    /// The app's name.
    pub app_name: String,
    /// The account.
    pub subdomain: Subdomain,
    /// The link.
    pub link: LinkRow,
}

/// What the customer's admin sees behind a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicLink {
    /// Who publishes the app.
    pub tenant_name: String,
    /// The app.
    pub app_name: String,
    /// The account.
    pub subdomain: Subdomain,
    /// What will be asked for.
    pub requested: ScopeSet,
    /// What is granted so far.
    pub granted: ScopeSet,
    /// The state of the connection.
    pub health: Health,
    /// Who made the link.
    pub created_by: String,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

impl LinkRow {
    fn new(row: &Model, now: Timestamp) -> Self {
        let state = match row {
            Model {
                approved_at: Some(_),
                ..
            } => LinkState::Approved,
            Model {
                revoked_at: Some(_),
                ..
            } => LinkState::Revoked,
            Model { expires_at, .. } if *expires_at <= now.0 => LinkState::Expired,
            Model {
                started_at: Some(_),
                ..
            } => LinkState::Started,
            Model {
                opened_at: Some(_), ..
            } => LinkState::Opened,
            _ => LinkState::Sent,
        };
        Self {
            id: LinkId(row.id),
            state,
            created_by: row.created_by.clone(),
            created_at: Timestamp(row.created_at),
            expires_at: Timestamp(row.expires_at),
            opened_at: row.opened_at.map(Timestamp),
            approved_at: row.approved_at.map(Timestamp),
        }
    }
}

/// Makes a link for an account. One that was never connected becomes Not
/// connected, so that it can be found and watched.
///
/// # Errors
/// [`LinkError`]; nothing is stored then.
pub async fn create(
    actor: &Actor,
    app: &str,
    subdomain: &Subdomain,
    options: LinkOptions,
) -> Result<NewLink, LinkError> {
    actor.require(Permission::SendLinks)?;
    let life = options.expires_in.unwrap_or(DEFAULT_LIFE);
    if !(Span::minutes(5)..=LONGEST_LIFE).contains(&life) {
        return Err(LinkError::BadLife);
    }
    if options.email.is_some() {
        return Err(LinkError::NoMail);
    }
    let tx = actor.write().await?;
    let app = apps::find(&tx, app, actor.only_app)
        .await?
        .ok_or(LinkError::NotFound)?;
    let record = match super::find_record(&tx, app.id, subdomain).await? {
        Some(record) => record,
        None => {
            let record = Record::offered(actor.services(), app.id, subdomain.clone());
            record.insert(&tx).await?;
            record
        }
    };
    let now = actor.now();
    let expires_at = now.plus(life);
    let token = secret_text(&*actor.random, "");
    let id = actor.new_id();
    let who = actor.as_event_actor();
    let row = reconnect_link::ActiveModel {
        id: Set(id),
        tenant_id: Set(tx.tenant().0),
        app_id: Set(app.id.0),
        connection_id: Set(record.id.0),
        subdomain: Set(subdomain.to_string()),
        token_hash: Set(digest("link", &token)),
        created_by: Set(who.label()),
        email: Set(None),
        created_at: Set(now.0),
        expires_at: Set(expires_at.0),
        opened_at: Set(None),
        started_at: Set(None),
        approved_at: Set(None),
        revoked_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(&*tx).await?;
    events::add(
        actor.services(),
        &tx,
        record.id,
        &who,
        &Happening::LinkCreated { expires_at },
    )
    .await?;
    tx.tell(record.change(&tx));
    tx.commit().await?;
    Ok(NewLink {
        id: LinkId(id),
        url: actor.config.link_url(&token),
        expires_at,
    })
}

/// An account's links, newest first, at most twenty.
///
/// # Errors
/// [`Fault`] if the database fails.
pub async fn of_connection(actor: &Actor, connection: ConnectionId) -> Result<Vec<LinkRow>, Fault> {
    let tx = actor.read().await?;
    let rows = tx
        .all::<Entity>()
        .filter(Column::ConnectionId.eq(connection.0))
        .order_by_desc(Column::Id)
        .limit(20)
        .all(&*tx)
        .await?;
    Ok(rows
        .iter()
        .map(|row| LinkRow::new(row, actor.now()))
        .collect())
}

/// Links on their way: usable, newest first.
pub(crate) async fn outstanding(actor: &Actor, limit: u64) -> Result<Vec<OutstandingLink>, Fault> {
    let now = actor.now();
    let tx = actor.read().await?;
    let mut query = tx.all::<Entity>();
    if let Some(only) = actor.only_app {
        query = query.filter(Column::AppId.eq(only.0));
    }
    let rows = query
        .filter(Column::ApprovedAt.is_null())
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.gt(now.0))
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(&*tx)
        .await?;
    let apps = tx
        .all::<app::Entity>()
        .filter(app::Column::Id.is_in(rows.iter().map(|r| r.app_id)))
        .all(&*tx)
        .await?;
    rows.iter()
        .map(|row| {
            let bad = |column| Fault::inconsistent("reconnect_links", column, row.id);
            let app = apps
                .iter()
                .find(|a| a.id == row.app_id)
                .ok_or_else(|| bad("app_id"))?;
            Ok(OutstandingLink {
                app_slug: app.slug.parse().map_err(|_| bad("app_id"))?,
                app_name: app.name.clone(),
                subdomain: row.subdomain.parse().map_err(|_| bad("subdomain"))?,
                link: LinkRow::new(row, now),
            })
        })
        .collect()
}

/// Withdraws a link. One that is used, expired or withdrawn stays as it is.
///
/// # Errors
/// [`LinkError::NotFound`] if the actor sees no such link.
pub async fn revoke(actor: &Actor, link: LinkId) -> Result<(), LinkError> {
    actor.require(Permission::SendLinks)?;
    let tx = actor.write().await?;
    let mut query = tx.all::<Entity>().filter(Column::Id.eq(link.0));
    if let Some(only) = actor.only_app {
        query = query.filter(Column::AppId.eq(only.0));
    }
    let row = query.one(&*tx).await?.ok_or(LinkError::NotFound)?;
    if row.approved_at.is_some() || row.revoked_at.is_some() {
        return Ok(());
    }
    tx.update::<Entity>()
        .filter(Column::Id.eq(link.0))
        .col_expr(Column::RevokedAt, Expr::value(actor.now().0))
        .exec(&*tx)
        .await?;
    let connection = ConnectionId(row.connection_id);
    events::add(
        actor.services(),
        &tx,
        connection,
        &actor.as_event_actor(),
        &Happening::LinkRevoked,
    )
    .await?;
    tell(&tx, connection).await?;
    tx.commit().await?;
    Ok(())
}

/// The link's row, found by its token before any tenant is known.
pub(crate) async fn usable(
    services: &Services,
    token: &SecretString,
) -> Result<Result<Model, LinkGone>, Fault> {
    let row = Entity::find()
        .filter(Column::TokenHash.eq(digest("link", token)))
        .one(services.db.read())
        .await?;
    let Some(row) = row else {
        return Ok(Err(LinkGone::Unknown));
    };
    Ok(match LinkRow::new(&row, services.now()).state {
        LinkState::Approved => Err(LinkGone::Used),
        LinkState::Revoked => Err(LinkGone::Revoked),
        LinkState::Expired => Err(LinkGone::Expired),
        LinkState::Sent | LinkState::Opened | LinkState::Started => Ok(row),
    })
}

/// What stands behind a link. Looking changes nothing but “opened”: mail
/// scanners open links, too.
///
/// # Errors
/// [`Fault`] if the database fails.
pub async fn open(
    services: &Services,
    token: &SecretString,
) -> Result<Result<PublicLink, LinkGone>, Fault> {
    let row = match usable(services, token).await? {
        Ok(row) => row,
        Err(gone) => return Ok(Err(gone)),
    };
    let bad = |column| Fault::inconsistent("reconnect_links", column, row.id);
    let scope = TenantScope::new(services, TenantId(row.tenant_id));
    let tx = scope.read().await?;
    let tenant = tenant::Entity::find_by_id(row.tenant_id)
        .one(&*tx)
        .await?
        .ok_or_else(|| bad("tenant_id"))?;
    let app = apps::find(&tx, &row.app_id.to_string(), None)
        .await?
        .ok_or_else(|| bad("app_id"))?;
    let record = tx
        .all::<connection::Entity>()
        .filter(connection::Column::Id.eq(row.connection_id))
        .one(&*tx)
        .await?
        .ok_or_else(|| bad("connection_id"))?;
    let record = Record::try_from(record)?;
    Ok(Ok(PublicLink {
        tenant_name: tenant.name,
        app_name: app.name.clone(),
        subdomain: record.subdomain.clone(),
        requested: app.requested.clone(),
        granted: record.granted.clone(),
        health: Health::of(&record.condition(app.fault_since), services.now()),
        created_by: row.created_by,
        expires_at: Timestamp(row.expires_at),
    }))
}

/// Notes that a usable link was opened, once.
///
/// # Errors
/// [`Fault`] if the database fails.
pub async fn mark_opened(services: &Services, token: &SecretString) -> Result<(), Fault> {
    let Ok(row) = usable(services, token).await? else {
        return Ok(());
    };
    if row.opened_at.is_some() {
        return Ok(());
    }
    let scope = TenantScope::new(services, TenantId(row.tenant_id));
    let tx = scope.write().await?;
    let first = tx
        .update::<Entity>()
        .filter(Column::Id.eq(row.id))
        .filter(Column::OpenedAt.is_null())
        .col_expr(Column::OpenedAt, Expr::value(services.now().0))
        .exec(&*tx)
        .await?;
    if first.rows_affected == 1 {
        let connection = ConnectionId(row.connection_id);
        events::add(
            services,
            &tx,
            connection,
            &event::Actor::Customer { name: None },
            &Happening::LinkOpened,
        )
        .await?;
        tell(&tx, connection).await?;
    }
    tx.commit().await
}

async fn tell(tx: &Tx, connection: ConnectionId) -> Result<(), Fault> {
    let row = tx
        .all::<connection::Entity>()
        .filter(connection::Column::Id.eq(connection.0))
        .one(&**tx)
        .await?;
    if let Some(row) = row {
        tx.tell(Record::try_from(row)?.change(tx));
    }
    Ok(())
}
