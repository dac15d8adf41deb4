//! Makes reconnect links.

use super::{
    LinkError,
    mailed::{Letter, Sender},
};
use crate::{
    accounts::{self, Contact},
    audit::{self, Action, Entry, Target},
    core::{digest::digest, error::InternalError, services::Services},
    entity::reconnect_link,
    host::random::secret_text,
    mail::{self, link_text},
    people::email,
    records::{
        app::{self, App},
        connection::Record,
        find,
    },
    tenancy::{Actor, Tx, outbox},
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
    /// The language of its mail and its pages. If there is none, it is that of the
    /// contact with this address; else the mail is in English, and the reader's browser
    /// decides about the pages.
    pub language: Option<Language>,
    /// The sender's own words in the mail.
    pub message: Option<String>,
}

/// What a link is made with, all of it checked.
pub(crate) struct Wanted {
    pub expires_at: Timestamp,
    /// The address to mail it to.
    pub email: Option<String>,
    pub language: Option<Language>,
    pub message: Option<String>,
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
    if let Some(message) = &options.message {
        link_text::check(message)?;
    }
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
    let expires_at = actor.expiry_now().plus(life);
    let language = match (options.language, &email) {
        (None, Some(email)) => language_of(&tx, subdomain, email).await?,
        (chosen, _) => chosen,
    };
    let wanted = Wanted {
        expires_at,
        email: email.clone(),
        language,
        message: options.message,
    };
    let Made { id, url } = make(actor, &tx, &Sender::of(actor), &app, &record, wanted).await?;
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

/// The language of the account's contact with this address.
async fn language_of(
    tx: &Tx,
    subdomain: &Subdomain,
    email: &str,
) -> Result<Option<Language>, InternalError> {
    let customers = accounts::customers(tx, [subdomain].into_iter()).await?;
    let contacts = customers.into_iter().flat_map(|customer| customer.contacts);
    let of_address = |contact: &Contact| contact.email.eq_ignore_ascii_case(email);
    Ok(contacts
        .into_iter()
        .find(of_address)
        .and_then(|contact| contact.language))
}

/// A link that was made.
pub(crate) struct Made {
    pub id: LinkId,
    pub url: SecretString,
}

/// Makes a link for a connection, queues its mail, and writes it to the timeline.
pub(crate) async fn make(
    services: &Services,
    tx: &Tx,
    sender: &Sender,
    app: &App,
    record: &Record,
    wanted: Wanted,
) -> Result<Made, InternalError> {
    let token = secret_text(&*services.random, "");
    let id: LinkId = services.new_id();
    let row = reconnect_link::ActiveModel {
        id: Set(id),
        tenant_id: Set(tx.tenant()),
        app_id: Set(app.id),
        connection_id: Set(record.id),
        subdomain: Set(record.subdomain.clone()),
        token_hash: Set(digest("link", &token)),
        created_by: Set(sender.who.label()),
        email: Set(wanted.email.clone()),
        created_at: Set(services.expiry_now()),
        expires_at: Set(wanted.expires_at),
        opened_at: Set(None),
        started_at: Set(None),
        approved_at: Set(None),
        revoked_at: Set(None),
        language: Set(wanted.language),
        used_at: Set(None),
        used_by: Set(None),
    };
    reconnect_link::Entity::insert(row)
        .exec_without_returning(&**tx)
        .await?;
    let url = services.config.link_url(&token);
    if let Some(email) = &wanted.email {
        let letter = Letter {
            id,
            email,
            app: &app.name,
            subdomain: &record.subdomain,
            url: &url,
            expires_at: wanted.expires_at,
            language: wanted.language.unwrap_or_default(),
            message: wanted.message.as_deref(),
        };
        letter.queue(services, tx, sender).await?;
    }
    let happening = Happening::LinkCreated {
        expires_at: wanted.expires_at,
    };
    outbox::add(services, tx, record.id, &sender.who, &happening)?;
    tx.tell(record.news(tx));
    Ok(Made { id, url })
}
