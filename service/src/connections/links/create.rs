//! Makes reconnect links.

use super::{LinkError, mailed::Letter};
use crate::{
    audit::{self, Action, Entry, Target},
    core::digest::digest,
    entity::reconnect_link,
    host::random::secret_text,
    mail,
    people::email,
    records::{app, connection::Record, find},
    tenancy::{Actor, outbox},
};
use domain::{
    customer::Language,
    event::Happening,
    ids::LinkId,
    permission::Permission,
    subdomain::Subdomain,
    time::{Span, Timestamp},
};
use sea_orm::{ActiveValue::Set, EntityTrait};
use secrecy::SecretString;

/// The longest that a link may live.
pub const LONGEST_LIFE: Span = Span::days(30);

/// The properties of a new link.
#[derive(Debug, Clone, Default)]
pub struct LinkOptions {
    /// How long it lives: 5 minutes to 30 days; as long as the tenant's settings say
    /// if not given.
    pub expires_in: Option<Span>,
    /// The address to mail it to; refused while mail is not set up.
    pub email: Option<String>,
    /// The language of its mail and its pages; for the pages, the reader's browser
    /// decides if there is none.
    pub language: Option<Language>,
}

/// A new link. Its address is shown only this once; only a digest is stored.
#[derive(Debug)]
pub struct NewLink {
    /// Its id.
    pub id: LinkId,
    /// The address to send.
    pub url: SecretString,
    /// Until when it can be used.
    pub expires_at: Timestamp,
    /// To whom it is mailed, if it is.
    pub mailed_to: Option<String>,
}

/// Makes a link for an account. An account that was never connected gets a
/// connection that is Not connected, so that people can find and watch it.
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
    let life = options.expires_in.unwrap_or(actor.link_life);
    if !(Span::minutes(5)..=LONGEST_LIFE).contains(&life) {
        return Err(LinkError::BadLife);
    }
    let email = match options.email {
        None => None,
        Some(_) if !mail::is_set_up(actor) => return Err(LinkError::NoMail),
        Some(typed) => Some(email::normalize(&typed).ok_or(LinkError::NotAnAddress)?),
    };
    let subdomain = &subdomain.clone().not_reserved()?;
    let tx = actor.write().await?;
    let app = app::find(&tx, app, &actor.apps)
        .await?
        .ok_or(LinkError::NotFound)?;
    let record = match find::find(&tx, app.id, subdomain).await? {
        Some(record) => record,
        None => {
            let record = Record::offered(actor.services(), app.id, subdomain.clone());
            record.insert(&tx).await?;
            // Another transaction may have inserted it first.
            find::find(&tx, app.id, subdomain).await?.unwrap_or(record)
        }
    };
    let now = actor.expiry_now();
    let expires_at = now.plus(life);
    let token = secret_text(&*actor.random, "");
    let id: LinkId = actor.new_id();
    let who = actor.as_event_actor();
    let row = reconnect_link::ActiveModel {
        id: Set(id),
        tenant_id: Set(tx.tenant()),
        app_id: Set(app.id),
        connection_id: Set(record.id),
        subdomain: Set(subdomain.clone()),
        token_hash: Set(digest("link", &token)),
        created_by: Set(who.label()),
        email: Set(email.clone()),
        created_at: Set(now),
        expires_at: Set(expires_at),
        opened_at: Set(None),
        started_at: Set(None),
        approved_at: Set(None),
        revoked_at: Set(None),
        language: Set(options.language),
        used_at: Set(None),
        used_by: Set(None),
    };
    reconnect_link::Entity::insert(row)
        .exec_without_returning(&*tx)
        .await?;
    let url = actor.config.link_url(&token);
    if let Some(email) = &email {
        let letter = Letter {
            id,
            email,
            app: &app.name,
            subdomain,
            url: &url,
            expires_at,
            language: options.language.unwrap_or_default(),
        };
        letter.queue(actor, &tx).await?;
    }
    outbox::add(
        actor.services(),
        &tx,
        record.id,
        &who,
        &Happening::LinkCreated { expires_at },
    )?;
    tx.tell(record.news(&tx));
    let target = Target::account(Some(record.id), &app.slug, subdomain);
    let entry = Entry::of(actor, Action::LinkCreated, target).detail(format!("link={id}"));
    audit::record(actor, &tx, &entry).await?;
    tx.commit().await?;
    Ok(NewLink {
        id,
        url,
        expires_at,
        mailed_to: email,
    })
}
